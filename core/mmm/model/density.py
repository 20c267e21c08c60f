"""The whole log posterior: media response, normalised shares, likelihood, lift tests, priors; and its
gradient.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from core.mmm.model.curves import HAS_HALF_LIFE

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from core.mmm.model.kernel import (
    FIRST,
    HALF,
    HEADER,
    LOG_2PI,
    SECOND,
    SHARE,
    SLOPE,
    SPREAD,
    add_geo_gradient,
    add_priors,
    add_share_prior,
    geo_effects,
    geo_likelihood,
)
from core.mmm.model.transforms import answer_with_slopes, fill_weights, pull_back_answer
from core.mmm.numba_cache import kernel


@kernel
def answer_changes(lifts, exposure, codes, natural, weights, other):
    """Fill `other` (row, 4, period): carried exposure, response and their slopes in the tests'
    comparisons.
    """
    rows, changed, tests = lifts
    for i in range(changed.shape[0]):
        c, g = int(tests[rows[0, i], 0]), rows[1, i]
        answer_with_slopes(
            codes[1, c], codes[2, c] >= 0, changed[i], exposure[max(codes[2, c], c), g], weights[c],
            natural[c, 2], natural[c, 3], other[i, 0], other[i, 1], other[i, 2], other[i, 3],
        )  # fmt: skip


@kernel
def model_lifts(lifts, kpi_mean, response, level, other, modelled):
    """Fill `modelled` (test,) with the lifts the model would measure; log density of those measured."""
    rows, changed, tests = lifts
    modelled[:] = 0.0
    for i in range(changed.shape[0]):
        m, g = rows[0, i], rows[1, i]
        c = int(tests[m, 0])
        for t in range(int(tests[m, 1]), int(tests[m, 2])):
            modelled[m] += kpi_mean[g] * level[g, c] * (response[c, g, t] - other[i, 1, t])
    value = 0.0
    for m in range(tests.shape[0]):
        z = (tests[m, 3] - modelled[m]) / tests[m, 4]
        value -= 0.5 * z * z + math.log(tests[m, 4]) + 0.5 * LOG_2PI
    return value


@kernel
def add_lift_tests(
    lifts, kpi_mean, exposure, codes, natural, weights, response, level,
    by_level, by_response, by_natural, by_weights,
):  # fmt: skip
    """Log density of the measured lifts; adds the gradients."""
    rows, changed, tests = lifts
    count, periods = changed.shape
    other, modelled = np.empty((count, 4, periods)), np.empty(tests.shape[0])
    answer_changes(lifts, exposure, codes, natural, weights, other)
    value = model_lifts(lifts, kpi_mean, response, level, other, modelled)
    adjoint = np.zeros(periods)
    for i in range(count):
        m, g = rows[0, i], rows[1, i]
        c = int(tests[m, 0])
        pull = (tests[m, 3] - modelled[m]) / (tests[m, 4] * tests[m, 4]) * kpi_mean[g]
        adjoint[:] = 0.0
        for t in range(int(tests[m, 1]), int(tests[m, 2])):
            by_level[g, c] += pull * (response[c, g, t] - other[i, 1, t])
            by_response[c, g, t] += pull * level[g, c]
            adjoint[t] = -pull * level[g, c]
        half, slope = pull_back_answer(
            codes[2, c] >= 0, changed[i], weights[c], other[i, 0], other[i, 2], other[i, 3],
            adjoint, by_weights[c],
        )  # fmt: skip
        by_natural[c, 0] += half
        by_natural[c, 1] += slope
    return value


@kernel
def channel_shape(c, point, places, adstock, weekly, natural):
    """Fill `natural` (4,) with first, second adstock parameter, half, slope of channel c."""
    natural[:] = 1.0
    first = point[places[FIRST, c]]
    if HAS_HALF_LIFE[adstock[c]]:
        natural[0] = max((1.0 / (1.0 + math.exp(-first))) ** weekly, 1e-12)
    else:
        natural[0] = math.exp(first)
    for slot in range(SECOND, SPREAD):
        if places[slot, c] >= 0:
            natural[slot - 1] = math.exp(point[places[slot, c]])


@kernel
def forward(exposure, codes, natural, carried, response, elasticity, log_ratio, weights, slopes):
    """Fill the media response of every channel and geo, and what its gradient needs."""
    channels, geos, _ = response.shape
    for c in range(channels):
        fill_weights(codes[0, c], natural[c, 0], natural[c, 1], weights[c], slopes[c, 0], slopes[c, 1])
        for g in range(geos):
            answer_with_slopes(
                codes[1, c], codes[2, c] >= 0, exposure[c, g], exposure[max(codes[2, c], c), g], weights[c],
                natural[c, 2], natural[c, 3],
                carried[c, g], response[c, g], elasticity[c, g], log_ratio[c, g],
            )  # fmt: skip


@kernel
def fill_levels(point, places, effect, geo_weight, response, mean_response, norm, level):
    """Fill `level` (geo, channel), the response's factor in units of the geo's mean KPI.

    level = share * exp(effect) / norm with norm = sum_g weight_g exp(effect_g) mean_t response, so that
    `share` is the channel's contribution over the KPI of the training periods.
    """
    channels, geos, periods = response.shape
    for c in range(channels):
        norm[c] = 0.0
        for g in range(geos):
            total = 0.0
            for t in range(periods):
                total += response[c, g, t]
            mean_response[g, c] = total / periods
            norm[c] += geo_weight[g] * math.exp(effect[g, c]) * mean_response[g, c]
        share = math.exp(point[places[SHARE, c]])
        for g in range(geos):
            level[g, c] = share * math.exp(effect[g, c]) / norm[c]


@kernel
def add_shape_gradient(point, grad, places, adstock, weekly, natural, by_natural, by_weights, slopes):
    """Carry the gradients by weights, log half and log slope to the unconstrained parameters."""
    for c in range(adstock.shape[0]):
        first = second = 0.0
        for lag in range(by_weights.shape[1]):
            first += by_weights[c, lag] * slopes[c, 0, lag]
            second += by_weights[c, lag] * slopes[c, 1, lag]
        place = places[FIRST, c]
        if HAS_HALF_LIFE[adstock[c]]:
            grad[place] += first * natural[c, 0] * weekly / (1.0 + math.exp(point[place]))
        else:
            grad[place] += first * natural[c, 0]
        if places[SECOND, c] >= 0:
            grad[places[SECOND, c]] += second * natural[c, 1]
        if places[HALF, c] >= 0:
            grad[places[HALF, c]] += by_natural[c, 0]
        if places[SLOPE, c] >= 0:
            grad[places[SLOPE, c]] += by_natural[c, 1]


@kernel
def unpack(buffer):
    """The sizes (geos, periods, channels, rank, lags, parameters, lift rows, lift tests), two places and the
    weekly factor, then the arrays, of a packed buffer.

    `exposure` has a row for each channel, then one for each average frequency; `codes` (3, channel) are those
    of carry-over and saturation, and the row of the channel's frequency.
    """
    G, T, C, K = int(buffer[1]), int(buffer[2]), int(buffer[3]), int(buffer[4])
    L, D, R, M = int(buffer[5]), int(buffer[6]), int(buffer[7]), int(buffer[8])
    E = int(buffer[12])
    at = HEADER
    exposure = buffer[at : at + E * G * T].reshape((E, G, T))
    at += E * G * T
    target = buffer[at : at + G * T].reshape((G, T))
    at += G * T
    basis = buffer[at : at + G * K * T].reshape((G, K, T))
    at += G * K * T
    spread2 = buffer[at : at + G * K].reshape((G, K))
    at += G * K
    geo_weight, kpi_mean = buffer[at : at + G], buffer[at + G : at + 2 * G]
    at += 2 * G
    codes = buffer[at : at + 3 * C].astype(np.int64).reshape((3, C))
    at += 3 * C
    places = buffer[at : at + 6 * C].astype(np.int64).reshape((6, C))
    at += 6 * C
    own_priors = buffer[at : at + 3 * D].reshape((3, D))
    at += 3 * D
    tilt, centring = buffer[at : at + C], buffer[at + C : at + C + G * C].reshape((G, C))
    at += C + G * C
    total_prior = buffer[at:]
    at += 2
    rows = buffer[at : at + 2 * R].astype(np.int64).reshape((2, R))
    at += 2 * R
    changed = buffer[at : at + R * T].reshape((R, T))
    at += R * T
    tests = buffer[at : at + 5 * M].reshape((M, 5))
    model = (exposure, target, basis, spread2, geo_weight, kpi_mean, codes, places)
    return (
        L,
        int(buffer[9]),
        int(buffer[10]),
        buffer[11],
        model,
        (own_priors, tilt, centring, total_prior),
        (
            rows,
            changed,
            tests,
        ),
    )


@kernel
def add_likelihood(point, grad, noise_place, model, response, level, by_response, by_level):
    """Marginal log likelihood of all geos, in KPI units; adds the noise's gradient, fills the media's."""
    _, target, basis, spread2, _, kpi_mean, _, _ = model
    channels, geos, periods = response.shape
    residual, by_media = np.empty(periods), np.empty(periods)
    value = 0.0
    for g in range(geos):
        residual[:] = target[g]
        for c in range(channels):
            for t in range(periods):
                residual[t] -= level[g, c] * response[c, g, t]
        noise2 = math.exp(2.0 * point[noise_place + g])
        likelihood, by_noise2 = geo_likelihood(residual, basis[g], spread2[g], noise2, by_media)
        # The target is in units of the geo's mean KPI; the constant brings the density back to KPI units.
        value += likelihood - periods * math.log(kpi_mean[g])
        grad[noise_place + g] += 2.0 * noise2 * by_noise2
        for c in range(channels):
            total = 0.0
            for t in range(periods):
                total += by_media[t] * response[c, g, t]
                by_response[c, g, t] = by_media[t] * level[g, c]
            by_level[g, c] = total
    return value


@kernel
def through_levels(grad, places, geo_weight, effect, norm, level, mean_response, by_level, by_response):
    """Carry the gradient by levels to shares (added), effects (replaces `by_level`) and responses (added)."""
    channels, geos, periods = by_response.shape
    for c in range(channels):
        earned = 0.0
        for g in range(geos):
            earned += by_level[g, c] * level[g, c]
        grad[places[SHARE, c]] += earned
        for g in range(geos):
            pull = earned * geo_weight[g] * math.exp(effect[g, c]) / norm[c]
            by_level[g, c] = by_level[g, c] * level[g, c] - pull * mean_response[g, c]
            for t in range(periods):
                by_response[c, g, t] -= pull / periods


@kernel
def add_all_priors(point, grad, priors, places, geo_place, effect):
    """Log prior density of everything sampled; fills the geo `effect`, adds the gradient but theirs."""
    own, tilt, centring, total = priors
    value = add_priors(point, grad, own[0], own[1], own[2])
    value += add_share_prior(point, grad, places, tilt, total[0], total[1])
    return value + geo_effects(point, places, geo_place, centring, effect)


@kernel
def log_posterior(point, grad, buffer):
    """Log posterior density at `point`, constants included; fills `grad`. `buffer` comes from `packed`."""
    lags, geo_place, noise_place, weekly, model, priors, lifts = unpack(buffer)
    exposure, _, _, _, geo_weight, kpi_mean, codes, places = model
    channels, geos, periods = codes.shape[1], exposure.shape[1], exposure.shape[2]
    grad[:] = 0.0
    effect = np.empty((geos, channels))
    value = add_all_priors(point, grad, priors, places, geo_place, effect)
    natural, weights, slopes = (
        np.empty((channels, 4)),
        np.empty((channels, lags)),
        np.empty((channels, 2, lags)),
    )
    for c in range(channels):
        channel_shape(c, point, places, codes[0], weekly, natural[c])
    cells = np.empty((5, channels, geos, periods))
    carried, response, elasticity, log_ratio, by_response = cells[0], cells[1], cells[2], cells[3], cells[4]
    forward(exposure, codes, natural, carried, response, elasticity, log_ratio, weights, slopes)
    by_geo = np.empty((3, geos, channels))
    mean_response, level, by_level, norm = by_geo[0], by_geo[1], by_geo[2], np.empty(channels)
    fill_levels(point, places, effect, geo_weight, response, mean_response, norm, level)
    value += add_likelihood(point, grad, noise_place, model, response, level, by_response, by_level)
    by_natural, by_weights = np.zeros((channels, 2)), np.zeros((channels, lags))
    if lifts[2].shape[0] > 0:
        value += add_lift_tests(
            lifts, kpi_mean, exposure, codes, natural, weights, response, level,
            by_level, by_response, by_natural, by_weights,
        )  # fmt: skip
    through_levels(grad, places, geo_weight, effect, norm, level, mean_response, by_level, by_response)
    for c in range(channels):
        for g in range(geos):
            half, slope = pull_back_answer(
                codes[2, c] >= 0, exposure[c, g], weights[c], carried[c, g], elasticity[c, g],
                log_ratio[c, g], by_response[c, g], by_weights[c],
            )  # fmt: skip
            by_natural[c, 0] += half
            by_natural[c, 1] += slope
    add_geo_gradient(point, grad, places, geo_place, priors[2], by_level)
    add_shape_gradient(point, grad, places, codes[0], weekly, natural, by_natural, by_weights, slopes)
    return value
