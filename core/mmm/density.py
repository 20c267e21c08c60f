"""The whole log posterior: media response, normalised shares, likelihood, lift tests, priors; and its
gradient.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from core.mmm.compiled import compiled
from core.mmm.kernel import (
    HALF,
    HEADER,
    LOG_2PI,
    SECOND,
    SHARE,
    SLOPE,
    add_geo_gradient,
    add_priors,
    add_share_prior,
    channel_shape,
    geo_effects,
    geo_likelihood,
)
from core.mmm.transforms import carry, fill_weights, pull_back, saturate


@compiled
def forward(
    exposure, adstock, saturation, natural, carried, response, elasticity, log_ratio, weights, slopes
):
    """Fill the media response of every channel and geo, and what its gradient needs."""
    channels, geos, _ = exposure.shape
    for c in range(channels):
        fill_weights(adstock[c], natural[c, 0], natural[c, 1], weights[c], slopes[c, 0], slopes[c, 1])
        for g in range(geos):
            carry(exposure[c, g], weights[c], carried[c, g])
            saturate(
                saturation[c], carried[c, g], natural[c, 2], natural[c, 3],
                response[c, g], elasticity[c, g], log_ratio[c, g],
            )  # fmt: skip


@compiled
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


@compiled
def add_lift_tests(
    row_test,
    row_geo,
    changed,
    tests,
    kpi_mean,
    exposure,
    adstock,
    saturation,
    natural,
    weights,
    response,
    level,
    by_level,
    by_response,
    by_natural,
    by_weights,
):
    """Log density of the measured lifts; adds the gradients.

    `changed` (row, period): the comparison's exposure of one test in one geo. `tests` (test, 5): channel,
    start, stop, lift, lift_sd.
    """
    rows, periods = changed.shape
    modelled = np.zeros(tests.shape[0])
    other = np.zeros((rows, 4, periods))
    for i in range(rows):
        m, g = row_test[i], row_geo[i]
        c, start, stop = int(tests[m, 0]), int(tests[m, 1]), int(tests[m, 2])
        carry(changed[i], weights[c], other[i, 0])
        saturate(
            saturation[c], other[i, 0], natural[c, 2], natural[c, 3], other[i, 1], other[i, 2], other[i, 3]
        )
        for t in range(start, stop):
            modelled[m] += kpi_mean[g] * level[g, c] * (response[c, g, t] - other[i, 1, t])
    value = 0.0
    for m in range(tests.shape[0]):
        z = (tests[m, 3] - modelled[m]) / tests[m, 4]
        value -= 0.5 * z * z + math.log(tests[m, 4]) + 0.5 * LOG_2PI
    adjoint = np.zeros(periods)
    for i in range(rows):
        m, g = row_test[i], row_geo[i]
        c, start, stop = int(tests[m, 0]), int(tests[m, 1]), int(tests[m, 2])
        pull = (tests[m, 3] - modelled[m]) / (tests[m, 4] * tests[m, 4]) * kpi_mean[g]
        adjoint[:] = 0.0
        for t in range(start, stop):
            by_level[g, c] += pull * (response[c, g, t] - other[i, 1, t])
            by_response[c, g, t] += pull * level[g, c]
            adjoint[t] = -pull * level[g, c]
        half, slope = pull_back(changed[i], other[i, 0], other[i, 2], other[i, 3], adjoint, by_weights[c])
        by_natural[c, 0] += half
        by_natural[c, 1] += slope
    return value


@compiled
def add_shape_gradient(point, grad, places, adstock, weekly, natural, by_natural, by_weights, slopes):
    """Carry the gradients by weights, log half and log slope to the unconstrained parameters."""
    for c in range(adstock.shape[0]):
        first = second = 0.0
        for lag in range(by_weights.shape[1]):
            first += by_weights[c, lag] * slopes[c, 0, lag]
            second += by_weights[c, lag] * slopes[c, 1, lag]
        place = places[1, c]
        if adstock[c] == 2:
            grad[place] += first * natural[c, 0]
        else:
            grad[place] += first * natural[c, 0] * weekly / (1.0 + math.exp(point[place]))
        if places[SECOND, c] >= 0:
            grad[places[SECOND, c]] += second * natural[c, 1]
        if places[HALF, c] >= 0:
            grad[places[HALF, c]] += by_natural[c, 0]
        if places[SLOPE, c] >= 0:
            grad[places[SLOPE, c]] += by_natural[c, 1]


@compiled
def log_posterior(point, grad, buffer):
    """Log posterior density at `point`, constants included; fills `grad`. `buffer` comes from `packed`."""
    G, T, C, K = int(buffer[1]), int(buffer[2]), int(buffer[3]), int(buffer[4])
    L, D, R, M = int(buffer[5]), int(buffer[6]), int(buffer[7]), int(buffer[8])
    geo_place, noise_place, weekly = int(buffer[9]), int(buffer[10]), buffer[11]
    at = HEADER
    exposure = buffer[at : at + C * G * T].reshape((C, G, T))
    at += C * G * T
    target = buffer[at : at + G * T].reshape((G, T))
    at += G * T
    basis = buffer[at : at + G * K * T].reshape((G, K, T))
    at += G * K * T
    spread2 = buffer[at : at + G * K].reshape((G, K))
    at += G * K
    geo_weight, kpi_mean = buffer[at : at + G], buffer[at + G : at + 2 * G]
    at += 2 * G
    adstock = buffer[at : at + C].astype(np.int64)
    saturation = buffer[at + C : at + 2 * C].astype(np.int64)
    at += 2 * C
    places = buffer[at : at + 6 * C].astype(np.int64).reshape((6, C))
    at += 6 * C
    kinds, first, second = buffer[at : at + D], buffer[at + D : at + 2 * D], buffer[at + 2 * D : at + 3 * D]
    at += 3 * D
    tilt, centring, total_prior = buffer[at : at + C], buffer[at + C : at + 2 * C], buffer[at + 2 * C :]
    at += 2 * C + 2
    row_test, row_geo = buffer[at : at + R].astype(np.int64), buffer[at + R : at + 2 * R].astype(np.int64)
    at += 2 * R
    changed = buffer[at : at + R * T].reshape((R, T))
    at += R * T
    tests = buffer[at : at + 5 * M].reshape((M, 5))

    grad[:] = 0.0
    value = add_priors(point, grad, kinds, first, second)
    value += add_share_prior(point, grad, places, tilt, total_prior[0], total_prior[1])
    effect = np.empty((G, C))
    value += geo_effects(point, places, geo_place, centring, effect)

    natural, weights, slopes = np.empty((C, 4)), np.empty((C, L)), np.empty((C, 2, L))
    for c in range(C):
        channel_shape(c, point, places, adstock, weekly, natural[c])
    cells = np.empty((4, C, G, T))
    carried, response, elasticity, log_ratio = cells[0], cells[1], cells[2], cells[3]
    forward(exposure, adstock, saturation, natural, carried, response, elasticity, log_ratio, weights, slopes)
    mean_response, norm, level = np.empty((G, C)), np.empty(C), np.empty((G, C))
    fill_levels(point, places, effect, geo_weight, response, mean_response, norm, level)

    by_response, by_level = np.empty((C, G, T)), np.empty((G, C))
    residual, by_media = np.empty(T), np.empty(T)
    for g in range(G):
        residual[:] = target[g]
        for c in range(C):
            for t in range(T):
                residual[t] -= level[g, c] * response[c, g, t]
        noise2 = math.exp(2.0 * point[noise_place + g])
        likelihood, by_noise2 = geo_likelihood(residual, basis[g], spread2[g], noise2, by_media)
        # The target is in units of the geo's mean KPI; the constant brings the density back to KPI units.
        value += likelihood - T * math.log(kpi_mean[g])
        grad[noise_place + g] += 2.0 * noise2 * by_noise2
        for c in range(C):
            total = 0.0
            for t in range(T):
                total += by_media[t] * response[c, g, t]
                by_response[c, g, t] = by_media[t] * level[g, c]
            by_level[g, c] = total

    by_natural, by_weights = np.zeros((C, 2)), np.zeros((C, L))
    if M > 0:
        value += add_lift_tests(
            row_test, row_geo, changed, tests, kpi_mean, exposure, adstock, saturation, natural, weights,
            response, level, by_level, by_response, by_natural, by_weights,
        )  # fmt: skip
    for c in range(C):
        earned = 0.0
        for g in range(G):
            earned += by_level[g, c] * level[g, c]
        grad[places[SHARE, c]] += earned
        for g in range(G):
            pull = earned * geo_weight[g] * math.exp(effect[g, c]) / norm[c]
            by_level[g, c] = by_level[g, c] * level[g, c] - pull * mean_response[g, c]
            for t in range(T):
                by_response[c, g, t] -= pull / T
            half, slope = pull_back(
                exposure[c, g],
                carried[c, g],
                elasticity[c, g],
                log_ratio[c, g],
                by_response[c, g],
                by_weights[c],
            )
            by_natural[c, 0] += half
            by_natural[c, 1] += slope
    add_geo_gradient(point, grad, places, geo_place, centring, by_level)
    add_shape_gradient(point, grad, places, adstock, weekly, natural, by_natural, by_weights, slopes)
    return value
