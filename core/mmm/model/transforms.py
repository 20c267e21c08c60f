"""Carry-over and saturation of whole series: one definition for sampler, curves, what-if and optimiser.

The forms themselves are rows of `curves.py`. Nothing happened before the first period.

A channel with reach and frequency works the other way round: its response is what is carried over of
reach * saturate(frequency), linear in reach. Zhang et al. (2023), "Bayesian hierarchical media mix model
incorporating reach and frequency data".
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.curves import (
    ADSTOCK_CODES,
    LOWERED,
    SATURATION_CODES,
    TINY,
    Adstock,
    Saturation,
    elasticity_of,
    log_weights_of,
    response_of,
    turning_point_of,
)
from core.mmm.numba_cache import kernel

Floats = NDArray[np.float64]


@kernel
def fill_weights(kind, first, second, weights, by_first, by_second):
    """Fill `weights` (lag) and their derivatives by the two adstock parameters.

    `first`, `second`: decay, - (geometric); decay, peak in periods (delayed); shape, scale in periods
    (Weibull).
    """
    log_weights_of(kind, first, second, weights, by_first, by_second)
    lags = weights.shape[0]
    top = -np.inf
    for lag in range(lags):
        top = max(top, weights[lag])
    for lag in range(lags):
        weights[lag] = math.exp(weights[lag] - top)
        # Where a weight has vanished its derivative has too, however steep its logarithm.
        if weights[lag] == 0.0:
            by_first[lag] = by_second[lag] = 0.0
        by_first[lag] *= weights[lag]
        by_second[lag] *= weights[lag]
    if LOWERED[kind]:
        lower_to_zero(weights, by_first, by_second)
    make_sum_one(weights, by_first, by_second)


@kernel
def lower_to_zero(weights, by_first, by_second):
    """Subtract the least weight from all, and its derivatives from theirs; a single lag keeps its own."""
    least = 0
    for lag in range(weights.shape[0]):
        if weights[lag] < weights[least]:
            least = lag
    if weights.shape[0] == 1:
        return
    weight, first, second = weights[least], by_first[least], by_second[least]
    for lag in range(weights.shape[0]):
        weights[lag] -= weight
        by_first[lag] -= first
        by_second[lag] -= second


@kernel
def make_sum_one(weights, by_first, by_second):
    """Divide the weights by their sum; the derivatives follow."""
    total = total_first = total_second = 0.0
    for lag in range(weights.shape[0]):
        total += weights[lag]
        total_first += by_first[lag]
        total_second += by_second[lag]
    for lag in range(weights.shape[0]):
        weights[lag] /= total
        by_first[lag] = (by_first[lag] - weights[lag] * total_first) / total
        by_second[lag] = (by_second[lag] - weights[lag] * total_second) / total


@kernel
def carry(exposure, weights, out):
    """Fill `out` (period) with the carried exposure.

    Loops run over shifted views: an index such as t - lag could be negative for all the compiler knows, and
    then nothing runs in vector registers. Four lags at a time fetch each sum a quarter as often.
    """
    periods = exposure.shape[0]
    last = min(weights.shape[0], periods)
    for t in range(periods):
        out[t] = weights[0] * exposure[t]
    lag = 1
    while lag + 3 < last:
        a, b, c, d = weights[lag], weights[lag + 1], weights[lag + 2], weights[lag + 3]
        one, two, three = exposure[1:], exposure[2:], exposure[3:]
        out[lag] += a * exposure[0]
        out[lag + 1] += a * exposure[1] + b * exposure[0]
        out[lag + 2] += a * exposure[2] + b * exposure[1] + c * exposure[0]
        late = out[lag + 3 :]
        for t in range(periods - lag - 3):
            late[t] += a * three[t] + b * two[t] + c * one[t] + d * exposure[t]
        lag += 4
    for rest in range(lag, last):
        late, weight = out[rest:], weights[rest]
        for t in range(periods - rest):
            late[t] += weight * exposure[t]


@kernel
def add_products(adjoint, series, by_weights):
    """Add to `by_weights` (lag) the sum of `adjoint` times the series that many periods earlier."""
    periods = series.shape[0]
    last = min(by_weights.shape[0], periods)
    lag = 0
    while lag + 3 < last:
        one, two, three, late = series[1:], series[2:], series[3:], adjoint[lag + 3 :]
        a = b = c = d = 0.0
        for t in range(periods - lag - 3):
            pull = late[t]
            a += pull * three[t]
            b += pull * two[t]
            c += pull * one[t]
            d += pull * series[t]
        x, y, z = adjoint[lag], adjoint[lag + 1], adjoint[lag + 2]
        by_weights[lag] += a + x * series[0] + y * series[1] + z * series[2]
        by_weights[lag + 1] += b + y * series[0] + z * series[1]
        by_weights[lag + 2] += c + z * series[0]
        by_weights[lag + 3] += d
        lag += 4
    for rest in range(lag, last):
        late, total = adjoint[rest:], 0.0
        for t in range(periods - rest):
            total += late[t] * series[t]
        by_weights[rest] += total


@kernel
def respond(kind, carried, half, slope, out, spare):
    """Fill `out` with the response, between 0 and 1 (unbounded for `none`); `spare` is overwritten."""
    response_of(kind, carried, half, slope, out, spare)


@kernel
def saturate(kind, carried, half, slope, out, elasticity, log_ratio):
    """Fill `out` with the response, `elasticity` with a * d response / d a, `log_ratio` with
    (d response / d log slope) / elasticity."""
    elasticity_of(kind, carried, half, slope, out, elasticity, log_ratio)


@kernel
def pull_back(exposure, carried, elasticity, log_ratio, adjoint, by_weights):
    """Carry a gradient by the response back: adds to `by_weights` (lag), returns those by log half,
    log slope.
    """
    periods = exposure.shape[0]
    by_half = by_slope = 0.0
    slope_of = np.empty(periods)
    for t in range(periods):
        moved = adjoint[t] * elasticity[t]
        by_half -= moved
        by_slope += moved * log_ratio[t]
        slope_of[t] = moved / max(carried[t], TINY)
    add_products(slope_of, exposure, by_weights)
    return by_half, by_slope


@kernel
def answer(kind, often, exposure, frequency, weights, half, slope, carried, response, spare):
    """Fill `response` (period) with what an exposure, or a reach with its frequency where `often`, brings
    about; `carried` and `spare` are overwritten."""
    if often:
        response_of(kind, frequency, half, slope, carried, spare)
        for t in range(exposure.shape[0]):
            carried[t] *= exposure[t]
        carry(carried, weights, response)
    else:
        carry(exposure, weights, carried)
        response_of(kind, carried, half, slope, response, spare)


@kernel
def answer_with_slopes(
    kind, often, exposure, frequency, weights, half, slope, carried, response, elasticity, log_ratio
):
    """The same with what `pull_back_answer` needs: where `often`, `carried` holds what the reach is worth
    before it is carried over, and `elasticity` that times the elasticity of saturation."""
    if often:
        elasticity_of(kind, frequency, half, slope, carried, elasticity, log_ratio)
        for t in range(exposure.shape[0]):
            carried[t] *= exposure[t]
            elasticity[t] *= exposure[t]
        carry(carried, weights, response)
    else:
        carry(exposure, weights, carried)
        elasticity_of(kind, carried, half, slope, response, elasticity, log_ratio)


@kernel
def pull_back_answer(often, exposure, weights, carried, elasticity, log_ratio, adjoint, by_weights):
    """Carry a gradient by the response back: adds to `by_weights` (lag), returns those by log half,
    log slope.
    """
    if not often:
        return pull_back(exposure, carried, elasticity, log_ratio, adjoint, by_weights)
    periods = exposure.shape[0]
    lags = min(by_weights.shape[0], periods)
    by_worth = np.empty(periods)
    for t in range(periods):
        by_worth[t] = weights[0] * adjoint[t]
    add_products(adjoint, carried, by_weights)
    for lag in range(1, lags):
        weight, late = weights[lag], adjoint[lag:]
        for t in range(periods - lag):
            by_worth[t] += weight * late[t]
    by_half = by_slope = 0.0
    for t in range(periods):
        moved = by_worth[t] * elasticity[t]
        by_half -= moved
        by_slope += moved * log_ratio[t]
    return by_half, by_slope


@kernel
def _fill_turning_points(kinds, half, slope, turns):
    for s in range(half.shape[0]):
        for c in range(half.shape[1]):
            turns[s, c], _ = turning_point_of(kinds[c], half[s, c], slope[s, c])


def turning_points(kinds: NDArray[np.int64], half: Floats, slope: Floats) -> Floats:
    """(draw, channel) carried exposure at which a curve turns from convex to concave; 0 where it never is
    convex. `kinds` (channel,) are codes, `half` and `slope` (draw, channel)."""
    turns = np.empty(half.shape)
    _fill_turning_points(kinds, np.ascontiguousarray(half), np.ascontiguousarray(slope), turns)
    return turns


def adstock_weights(kind: Adstock, first: float, second: float, lags: int) -> Floats:
    """(lag,) weights that sum to 1; parameters as in `fill_weights`, a decay of 0 keeps all at lag 0."""
    weights, spare = np.zeros(lags), np.zeros((2, lags))
    if kind == Adstock.GEOMETRIC and first <= 0:
        weights[0] = 1.0
        return weights
    fill_weights(ADSTOCK_CODES[kind], float(first), float(second), weights, spare[0], spare[1])
    return weights


def adstock(exposure: Floats, weights: Floats) -> Floats:
    """The carried exposure of one series (period,)."""
    out = np.empty(len(exposure))
    carry(np.ascontiguousarray(exposure, dtype=float), weights, out)
    return out


def saturation(kind: Saturation, carried: Floats, half: float, slope: float = 1.0) -> Floats:
    """The response to carried exposures of any shape."""
    flat = np.ascontiguousarray(carried, dtype=float).ravel()
    out, spare = np.empty_like(flat), np.empty((2, flat.size))
    saturate(SATURATION_CODES[kind], flat, float(half), float(slope), out, spare[0], spare[1])
    return out.reshape(np.shape(carried))
