"""Joint draws of what the regression of daily sales leaves open, for the days of a promotion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from core.promo.baseline import Baseline
from core.promo.regression import Regression
from core.promo.scenarios.period import Period

Floats = NDArray[np.float64]
Name = tuple[str, ...]
JITTER = 1e-12


@dataclass(frozen=True)
class LogDraws:
    """`level` (draw, cell) log factors on the baseline of the period, `terms` (draw,) by the name of a term
    of promotions, its own mean included."""

    level: Floats
    terms: Mapping[Name, Floats]


def log_draws(
    period: Period,
    baseline: Baseline,
    regression: Regression,
    names: Sequence[Name],
    draws: int,
    rng: np.random.Generator,
) -> LogDraws:
    """`draws` joint draws of the period's level and of terms of promotions.

    A term that the sales say nothing about has mean 0 and its prior's width.
    """
    cells = len(period.cells)
    place = {name: at for at, name in enumerate(regression.names)}
    rows = np.zeros((cells + len(names), len(regression.names)))
    calendar, columns = _calendar_rows(period, regression)
    rows[:cells, columns] = calendar
    for at, name in enumerate(names):
        if name in place:
            rows[cells + at, place[name]] = 1.0
    spread = rows @ regression.covariance @ rows.T
    unseen = [cells + at for at, name in enumerate(names) if name not in place]
    spread[unseen, unseen] = regression.widths.rival**2
    spread[:cells, :cells] += _noise(period, baseline, regression, spread[:cells, :cells])
    turn = np.linalg.cholesky(spread + JITTER * np.eye(len(spread)))
    # The cells' own normals come first, so that the baseline's draws do not depend on what is promoted.
    normal = np.concatenate([rng.standard_normal((draws, n)) for n in (cells, len(names))], axis=1)
    logs = normal @ turn.T
    means = [regression.mean[place[name]] if name in place else 0.0 for name in names]
    return LogDraws(
        logs[:, :cells],
        {name: mean + logs[:, cells + at] for at, (name, mean) in enumerate(zip(names, means, strict=True))},
    )


def _calendar_rows(period: Period, regression: Regression) -> tuple[Floats, NDArray[np.int64]]:
    """(cell, calendar term) the design averaged over the days as they weigh in the cell's sales, and the
    places of the terms."""
    design, columns = regression.calendar_design(period.dates)
    days, cells = len(period.dates), len(period.cells)
    at = np.array([regression.days.cells.index(cell) for cell in period.cells])
    picked = (at[:, None] * days + np.arange(days)).ravel()
    by_cell = np.repeat(np.arange(cells), days)
    averages = csr_array((period.weights.ravel(), (by_cell, picked)), shape=(cells, design.shape[0]))
    return (averages @ design).toarray(), columns


def _noise(period: Period, baseline: Baseline, regression: Regression, known: Floats) -> Floats:
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
