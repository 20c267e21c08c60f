"""Pareto smoothed importance sampling for many cases at once.

Vehtari, Simpson, Gelman, Yao, Gabry (2024), "Pareto smoothed importance sampling"; the tail's shape by Zhang
and Stephens (2009), "A new and efficient estimation method for the generalized Pareto distribution".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

Floats = NDArray[np.float64]
PRIOR_SCALE, PRIOR_SHAPE, PRIOR_DRAWS = 3.0, 0.5, 10.0
FEWEST_IN_TAIL = 5


def smoothed_weights(log_ratios: Floats) -> tuple[Floats, Floats]:
    """(case, draw) normalised log weights and (case,) Pareto shapes k of raw `log_ratios` (case, draw).

    The largest ratios give way to expected order statistics of the generalised Pareto distribution fitted to
    them. k is infinite, and nothing smoothed, where the tail is too short or has no spread.
    """
    weights = log_ratios - log_ratios.max(axis=1, keepdims=True)
    draws = weights.shape[1]
    length = int(np.ceil(min(draws / 5, 3 * np.sqrt(draws))))
    shape = np.full(len(weights), np.inf)
    if length >= FEWEST_IN_TAIL:
        shape = _smooth(weights, length)
    return weights - logsumexp(weights, axis=1, keepdims=True), shape


def _smooth(weights: Floats, length: int) -> Floats:
    """Smooths the `length` largest weights of each case in place; the shapes."""
    places = np.argpartition(weights, -length - 1, axis=1)[:, -length - 1 :]
    order = np.argsort(np.take_along_axis(weights, places, axis=1), axis=1)
    places = np.take_along_axis(places, order, axis=1)
    top = np.take_along_axis(weights, places, axis=1)
    cutoff = np.exp(top[:, :1])
    tail = np.exp(top[:, 1:]) - cutoff
    shape = np.full(len(weights), np.inf)
    usable = tail[:, _quartile(length)] > 0
    found, scale = fit_tail(tail[usable])
    chance = (np.arange(length) + 0.5) / length
    expected = _quantiles(chance, found[:, None], scale[:, None]) + cutoff[usable]
    # Draws that hardly overlap with the case leave a tail which nothing can be fitted to.
    fitted = np.isfinite(found) & (expected > 0).all(axis=1)
    usable[usable] = fitted
    shape[usable] = found[fitted]
    top[usable, 1:] = np.minimum(np.log(expected[fitted]), 0)
    np.put_along_axis(weights, places, top, axis=1)
    return shape


def _quartile(length: int) -> int:
    return int(length / 4 + 0.5) - 1


def fit_tail(tail: Floats) -> tuple[Floats, Floats]:
    """(case,) shape and scale of the generalised Pareto distribution of each row of sorted exceedances.

    The shape is drawn towards 0.5 by as much as ten further draws would.
    """
    length = tail.shape[1]
    count = 30 + int(np.sqrt(length))
    steps = 1 - np.sqrt(count / (np.arange(1, count + 1) - 0.5))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rate = steps / (PRIOR_SCALE * tail[:, [_quartile(length)]]) + 1 / tail[:, -1:]
        shape = np.log1p(-rate[:, :, None] * tail[:, None, :]).mean(axis=2)
        level = length * (np.log(-rate / shape) - shape - 1)
        weight = np.exp(level - logsumexp(level, axis=1, keepdims=True))
        rate_mean = (rate * weight).sum(axis=1)
        found = np.log1p(-rate_mean[:, None] * tail).mean(axis=1)
        scale = -found / rate_mean
    return (length * found + PRIOR_DRAWS * PRIOR_SHAPE) / (length + PRIOR_DRAWS), scale


def _quantiles(chance: Floats, shape: Floats, scale: Floats) -> Floats:
    """Quantiles of the generalised Pareto distribution from 0 on."""
    log_rest = np.log1p(-chance)
    shape, scale = np.nan_to_num(shape), np.nan_to_num(scale)
    near_zero = np.abs(shape) < np.finfo(float).eps
    safe = np.where(near_zero, 1.0, shape)
    return np.asarray(scale * np.where(near_zero, -log_rest, np.expm1(-safe * log_rest) / safe))
