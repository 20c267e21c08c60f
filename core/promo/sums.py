"""How far sums of the baseline may be off: over cells and days, on the log scale, with their correlations.

For sums S_g of baseline sales B[c,t] with weights w = B / S_g, to first order

    cov(log S_g, log S_h) = w_g' X C X' w_h + sigma^2 w_g'w_h + tau^2 sum_k w_gk w_hk + common^2

with the calendar's design X and posterior covariance C of the regression, its daily noise sigma, what
each week k has of its own in all cells (tau), and what past forecasts of the method missed by in total beyond
that (`common`, from the rolling backtest).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.promo.baseline import Baseline, Past

Floats = NDArray[np.float64]


def log_covariance(past: Past, dates: pd.DatetimeIndex, parts: Floats, missed_sd: float) -> Floats:
    """(sum, sum) covariance of the logs of sums of daily sales; `parts` (sum, cell, day) the baseline's sales
    that each holds, `missed_sd` as `missed_before` gives it."""
    flat = parts.reshape(len(parts), -1)
    weights = flat / np.maximum(flat.sum(axis=1, keepdims=True), 1e-12)
    found = past.regression
    design, places = found.calendar_design(dates)
    whole = flat.sum(axis=0, keepdims=True) / np.maximum(flat.sum(), 1e-12)
    week = np.tile(np.arange(len(dates)) // 7, parts.shape[1])
    by_week = week[:, None] == np.arange(week[-1] + 1)

    def known(rows: Floats) -> Floats:
        terms, weeks = rows @ design, rows @ by_week
        calendar = terms @ found.covariance[np.ix_(places, places)] @ terms.T
        return np.asarray(calendar + found.noise_sd**2 * rows @ rows.T + found.week_sd**2 * weeks @ weeks.T)

    return np.asarray(known(weights) + max(missed_sd**2 - float(known(whole)[0, 0]), 0.0))


def missed_before(baseline: Baseline) -> float:
    """Root mean square of what the method in force missed in total, as a share, in the rolling backtest; 0
    where none was possible."""
    tested = baseline.backtest
    own = tested.loc[tested["method"] == baseline.method.value, "bias"]
    return float(np.sqrt((own**2).mean())) if len(own) else 0.0
