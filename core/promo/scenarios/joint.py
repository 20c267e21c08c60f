"""Joint draws of what the regression of daily sales leaves open, for the days of a promotion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, lil_array, vstack

from core.promo.baseline import Baseline
from core.promo.regression import Regression
from core.promo.scenarios.period import PromoPeriod

Floats = NDArray[np.float64]
Name = tuple[str, ...]
Combination = Mapping[Name, float]  # weights of terms
JITTER = 1e-12


@dataclass(frozen=True)
class LogDraws:
    """`level` (draw, cell) log factors on the baseline of the period, `parts` (draw, combination) of terms of
    promotions, their means included."""

    level: Floats
    parts: Floats


def log_draws(
    period: PromoPeriod,
    baseline: Baseline,
    regression: Regression,
    combinations: Sequence[Combination],
    draws: int,
    rng: np.random.Generator,
) -> LogDraws:
    """`draws` joint draws of the period's level and of weighted sums of the regression's terms.

    A term that the sales say nothing about has mean 0 and its prior's width.
    """
    cells = len(period.cells)
    calendar = _calendar_rows(period, regression)
    parts, unseen = _combined(combinations, regression)
    rows = vstack([calendar, parts]).tocsr()
    spread = np.asarray((rows @ (rows @ regression.covariance).T).T)
    spread[:cells, :cells] += _noise(period, baseline, regression, spread[:cells, :cells])
    spread[cells:, cells:] += unseen
    turn = np.linalg.cholesky(spread + JITTER * np.eye(len(spread)))
    # The cells' own normals come first, so that the baseline's draws do not depend on what is promoted.
    normal = np.concatenate([rng.standard_normal((draws, n)) for n in (cells, len(combinations))], axis=1)
    logs = normal @ turn.T
    return LogDraws(logs[:, :cells], logs[:, cells:] + parts @ regression.mean)


def _combined(combinations: Sequence[Combination], regression: Regression) -> tuple[csr_array, Floats]:
    """(combination, term) weights, and the (combination, combination) variance of terms that were not seen,
    each pair of which is independent."""
    place = {name: at for at, name in enumerate(regression.names)}
    rows = lil_array((len(combinations), len(regression.names)))
    extra: dict[Name, Floats] = {}
    for at, combination in enumerate(combinations):
        for name, weight in combination.items():
            if name in place:
                rows[at, place[name]] = weight
            else:
                extra.setdefault(name, np.zeros(len(combinations)))[at] = weight
    apart = np.zeros((len(combinations), len(combinations)))
    for weights in extra.values():
        apart += regression.widths.rival**2 * np.outer(weights, weights)
    return rows.tocsr(), apart


def _calendar_rows(period: PromoPeriod, regression: Regression) -> csr_array:
    """(cell, term) the design averaged over the days as they weigh in the cell's sales."""
    design, columns = regression.calendar_design(period.dates)
    days, cells = len(period.dates), len(period.cells)
    at = np.array([regression.days.cells.index(cell) for cell in period.cells])
    picked = (at[:, None] * days + np.arange(days)).ravel()
    by_cell = np.repeat(np.arange(cells), days)
    averages = csr_array((period.weights.ravel(), (by_cell, picked)), shape=(cells, design.shape[0]))
    found = (averages @ design).tocoo()
    shape = (cells, len(regression.names))
    return csr_array((found.data, (found.row, columns[found.col])), shape=shape)


def _noise(period: PromoPeriod, baseline: Baseline, regression: Regression, known: Floats) -> Floats:
    """(cell, cell) variance that the calendar's coefficients do not hold: the days' own noise, and what past
    forecasts of the whole shop missed beyond both."""
    own = regression.noise_sd**2 * np.diag((period.weights**2).sum(axis=1))
    money = period.base[0]
    part = money / money.sum() if money.sum() > 0 else np.full(len(money), 1 / len(money))
    common = max(past_miss(baseline) ** 2 - float(part @ (known + own) @ part), 0.0)
    return np.asarray(own + common)


def past_miss(baseline: Baseline) -> float:
    """Root mean square of the backtest's relative misses of four weeks' sales; 0 where none was possible."""
    frame: pd.DataFrame = baseline.tested.frame
    rows = frame.loc[frame["method"] == baseline.method.value] if len(frame) else frame
    return float(np.sqrt(np.mean(rows["bias"].to_numpy(float) ** 2))) if len(rows) else 0.0
