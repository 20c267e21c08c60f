"""The log posterior density of the sampled parameters and its gradient, in one compiled pass.

Only media parameters and the noise are sampled; the baseline is integrated out (see docs/model.md). With
r = y - Z m0 - media, noise variance s2 and the thin SVD U diag(s) V' of the scaled design of a geo,

    log L = -1/2 [ (|r|^2 - |U'r|^2)/s2 + sum_k (u_k'r)^2/(s2 + s_k^2)
                   + (T - K) log s2 + sum_k log(s2 + s_k^2) + T log 2 pi ]

`point` is unconstrained: log shares, logit of weekly retention, logs of everything else. All data travel in
one flat buffer, because the sampler hands a single address to its callbacks.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

from core.mmm.numba_cache import kernel

HEADER = 13
LOG_2PI = math.log(2 * math.pi)
SHARE, FIRST, SECOND, HALF, SLOPE, SPREAD = range(6)
NO_PRIOR, NORMAL, LOGIT_BETA, LOG_HALF_NORMAL = range(4)


@kernel
def add_priors(point, grad, kinds, first, second):
    """Log prior densities of the single parameters on the unconstrained scale; adds their gradient."""
    total = 0.0
    for i in range(point.shape[0]):
        q = point[i]
        if kinds[i] == NORMAL:
            z = (q - first[i]) / second[i]
            total -= 0.5 * z * z + math.log(second[i]) + 0.5 * LOG_2PI
            grad[i] -= z / second[i]
        elif kinds[i] == LOGIT_BETA:
            a, b = first[i], second[i]
            soft = math.log1p(math.exp(-abs(q)))
            total += a * (min(q, 0.0) - soft) + b * (min(-q, 0.0) - soft)
            total += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
            grad[i] += a - (a + b) / (1.0 + math.exp(-q))
        elif kinds[i] == LOG_HALF_NORMAL:
            z = math.exp(q) / first[i]
            total += 0.5 * math.log(2.0 / math.pi) - math.log(first[i]) - 0.5 * z * z + q
            grad[i] += 1.0 - z * z
    return total


@kernel
def add_share_prior(point, grad, places, tilt, mean, sd):
    """Total share LogNormal x Dirichlet(tilt) split, as a density of the log shares; adds its gradient."""
    total = strength = value = 0.0
    for c in range(tilt.shape[0]):
        if tilt[c] > 0.0:
            total += math.exp(point[places[SHARE, c]])
            strength += tilt[c]
    if strength == 0.0:
        return 0.0
    log_total = math.log(total)
    z = (log_total - mean) / sd
    value -= 0.5 * z * z + math.log(sd) + 0.5 * LOG_2PI + strength * log_total - math.lgamma(strength)
    pull = -z / sd - strength
    for c in range(tilt.shape[0]):
        if tilt[c] > 0.0:
            q = point[places[SHARE, c]]
            value += tilt[c] * q - math.lgamma(tilt[c])
            grad[places[SHARE, c]] += tilt[c] + pull * math.exp(q) / total
    return value


@kernel
def geo_effects(point, places, geo_place, centring, effect):
    """Fill `effect` (geo, channel): log deviations; 0 without geos. Log prior density of their offsets.

    Where centring (geo, channel) is k in 0..1, the sampled offset u ~ Normal(0, spread^k) and the effect is
    spread^(1-k) u.
    """
    value = 0.0
    geos, channels = effect.shape
    for c in range(channels):
        if geo_place < 0:
            effect[0, c] = 0.0
            continue
        log_spread = point[places[SPREAD, c]]
        for g in range(geos):
            k, u = centring[g, c], point[geo_place + g * channels + c]
            effect[g, c] = math.exp((1.0 - k) * log_spread) * u
            width = math.exp(k * log_spread)
            value -= 0.5 * (u / width) ** 2 + k * log_spread + 0.5 * LOG_2PI
    return value


@kernel
def add_geo_gradient(point, grad, places, geo_place, centring, by_effect):
    """Add the gradient of the geo offsets and spreads, given that by the effects."""
    geos, channels = by_effect.shape
    if geo_place < 0:
        return
    for c in range(channels):
        log_spread = point[places[SPREAD, c]]
        for g in range(geos):
            i, k = geo_place + g * channels + c, centring[g, c]
            u, scale, width = point[i], math.exp((1.0 - k) * log_spread), math.exp(k * log_spread)
            grad[i] += by_effect[g, c] * scale - u / (width * width)
            grad[places[SPREAD, c]] += by_effect[g, c] * (1.0 - k) * scale * u
            grad[places[SPREAD, c]] += k * (u / width) ** 2 - k


@kernel
def geo_likelihood(residual, basis, spread2, noise2, by_media):
    """Marginal log likelihood of one geo; fills `by_media` (period), returns it and d / d noise2."""
    rank, periods = basis.shape
    square = along = shrunk = shrunk2 = log_spread = inverse = 0.0
    for t in range(periods):
        square += residual[t] * residual[t]
        by_media[t] = residual[t] / noise2
    for k in range(rank):
        p = 0.0
        for t in range(periods):
            p += basis[k, t] * residual[t]
        v = noise2 + spread2[k]
        along += p * p
        shrunk += p * p / v
        shrunk2 += p * p / (v * v)
        log_spread += math.log(v)
        inverse += 1.0 / v
        pull = p / v - p / noise2
        for t in range(periods):
            by_media[t] += basis[k, t] * pull
    rest = square - along
    value = rest / noise2 + shrunk + (periods - rank) * math.log(noise2) + log_spread + periods * LOG_2PI
    slope = rest / (noise2 * noise2) + shrunk2 - (periods - rank) / noise2 - inverse
    return -0.5 * value, 0.5 * slope
