"""Pareto-smoothed importance weights, and the shape k that tells how far they may be trusted.

Vehtari, Simpson, Gelman, Yao, Gabry (2024), "Pareto smoothed importance sampling"; the generalised Pareto
fit is that of Zhang and Stephens (2009), "A new and efficient estimation method for the generalized Pareto
distribution".
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

Floats = NDArray[np.float64]
FEWEST_TAIL = 5


def smoothed_weights(log_ratios: Floats) -> tuple[Floats, float]:
    """Normalised weights (draw,), and Pareto k: below 0.5 excellent, to 0.7 usable, above not to be trusted.

    `log_ratios` are log target minus log proposal, up to a constant; a draw outside the target has -inf.
    k is infinite where too few draws lie inside the target to judge.
    """
    usable = np.isfinite(log_ratios)
    if usable.sum() < 5 * FEWEST_TAIL:
        return usable / max(usable.sum(), 1), math.inf
    ratios = np.where(usable, np.exp(log_ratios - log_ratios[usable].max()), 0.0)
    tail = int(min(0.2 * usable.sum(), 3 * math.sqrt(usable.sum())))
    order = np.argsort(ratios)
    largest, cut = order[-tail:], ratios[order[-tail - 1]]
    excess = ratios[largest] - cut
    if excess[0] <= 0:
        return ratios / ratios.sum(), 0.0 if excess[-1] <= 0 else math.inf
    shape, scale = fit_pareto(excess)
    ranks = (np.arange(tail) + 0.5) / tail
    ratios[largest] = np.minimum(cut + pareto_quantiles(ranks, shape, scale), 1.0)
    return ratios / ratios.sum(), shape


def fit_pareto(excess: Floats) -> tuple[float, float]:
    """Shape k and scale of a generalised Pareto distribution; `excess` is ascending and above 0.

    The shape is pulled towards 1/2 as by ten further observations.
    """
    count = len(excess)
    guesses = 30 + int(math.sqrt(count))
    quarter = excess[int(count / 4 + 0.5) - 1]
    steps = 1 - np.sqrt(guesses / (np.arange(1, guesses + 1) - 0.5))
    rate = steps / (3 * quarter) + 1 / excess[-1]
    shapes = np.log1p(-rate[:, None] * excess).mean(axis=1)
    profile = count * (np.log(-rate / shapes) - shapes - 1)
    weights = softmax(profile)
    best = float((rate * weights).sum())
    shape = float(np.log1p(-best * excess).mean())
    return (shape * count + 10 * 0.5) / (count + 10), -shape / best


def pareto_quantiles(ranks: Floats, shape: float, scale: float) -> Floats:
    """Quantiles of the generalised Pareto distribution that begins at 0."""
    if abs(shape) < 1e-12:
        return np.asarray(-scale * np.log1p(-ranks))
    return np.asarray(scale * np.expm1(-shape * np.log1p(-ranks)) / shape)
