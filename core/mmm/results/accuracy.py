"""How well a predictive distribution meets what happened."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
