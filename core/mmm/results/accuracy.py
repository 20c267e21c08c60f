"""How well a predictive distribution meets what happened: errors, CRPS and leave-one-out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

Floats = NDArray[np.float64]
BAD_K = 0.7
CHUNK = 500  # cases at a time, so that a long panel needs no more memory than a short one


def fit_metrics(actual: Floats, draws: Floats) -> dict[str, float]:
    """r2, mape, wmape (shares, 0..1) of the mean prediction, crps in KPI units.

    `actual` (case,), `draws` (draw, case) of the predictive distribution. MAPE leaves out cases of 0; NaN
    where nothing is left or the actual does not vary.
    """
    mean = draws.mean(axis=0)
    error = np.abs(actual - mean)
    usable = actual != 0
    spread = ((actual - actual.mean()) ** 2).sum()
    size = np.abs(actual).sum()
    return {
        "r2": float(1 - (error**2).sum() / spread) if spread > 0 else float("nan"),
        "mape": float((error[usable] / np.abs(actual[usable])).mean()) if usable.any() else float("nan"),
        "wmape": float(error.sum() / size) if size > 0 else float("nan"),
        "crps": float(crps(actual, draws).mean()),
    }


def crps(actual: Floats, draws: Floats) -> Floats:
    """(case,) continuous ranked probability score, mean |X - y| - mean |X - X'| / 2; lower is better.

    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".
    """
    ordered = np.sort(draws, axis=0)
    count = len(ordered)
    rank = np.arange(1, count + 1).reshape(-1, *([1] * (ordered.ndim - 1)))
    spread = (ordered * (2 * rank - count - 1)).sum(axis=0) / count**2
    return np.asarray(np.abs(ordered - actual).mean(axis=0) - spread)


def leave_one_out(actual: Floats, expected: Floats, sd: Floats) -> dict[str, float]:
    """loo (sum of log densities, higher is better), loo_se, and loo_bad_share (0..1) of the cases whose
    estimate is unreliable: Pareto k over 0.7.

    `actual` (case,), `expected` and `sd` (draw, case) in KPI units.
    """
    each, shape = pointwise_loo(actual, expected, sd)
    return {
        "loo": float(each.sum()),
        "loo_se": float(math.sqrt(each.size * each.var())),
        "loo_bad_share": float((shape > BAD_K).mean()),
    }


def pointwise_loo(actual: Floats, expected: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """(case,) log density of each case given all others, and (case,) Pareto shape k of its estimate.

    The likelihood is conditional on the baseline's coefficients, drawn jointly with the media; the marginal
    one of the sampler has no separate cases to leave out. Vehtari, Gelman, Gabry (2017), "Practical Bayesian
    model evaluation using leave-one-out cross-validation". A time series leaks through its neighbours: where
    this disagrees with the CRPS of a holdout, the holdout decides.
    """
    parts = []
    for at in range(0, actual.size, CHUNK):
        own = slice(at, at + CHUNK)
        error = (actual[own] - expected[:, own]) / sd[:, own]
        density = (-0.5 * error**2 - np.log(sd[:, own]) - 0.5 * math.log(2 * math.pi)).T
        weights, shape = smoothed_weights(-density)
        parts.append((logsumexp(weights + density, axis=1), shape))
    return np.concatenate([each for each, _ in parts]), np.concatenate([shape for _, shape in parts])


def smoothed_weights(log_ratios: Floats) -> tuple[Floats, Floats]:
    """(case, draw) normalised log weights and (case,) Pareto shapes k of raw `log_ratios` (case, draw).

    Pareto smoothed importance sampling by arviz-stats; Vehtari et al. (2024). k is infinite, and nothing
    smoothed, where the tail is too short, has no spread, or no distribution can be fitted to it.
    """
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    psislw: Any = array_stats.psislw  # takes log likelihoods

    weights = log_ratios - logsumexp(log_ratios, axis=1, keepdims=True)
    shape = np.full(len(weights), np.inf)
    for case, own in enumerate(log_ratios):
        try:
            with np.errstate(all="ignore"):
                smoothed, k = psislw(-own)
        except ValueError:  # raised for a tail that is too short or all alike
            continue
        if np.isfinite(k) and np.isfinite(smoothed).all():
            weights[case], shape[case] = smoothed, k
    return weights, shape
