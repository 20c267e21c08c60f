"""What is not known of a promotion, as joint draws: every figure's interval comes from these.

Each draw holds together
- the baseline of every cell over the period, Normal on the log scale: what the regression does not know of
  calendar and trend (joint over cells, with cannibalisation and dip, from one posterior), the days' own
  noise, and a part common to all cells where past forecasts (the baseline's backtest) missed by more;
- the uplift curve (a draw of its posterior) and what makes single promotions differ, once for each cell;
- margin and units per money without promotion (as they moved from week to week), and the points of margin
  that a discount costs;
- what promotions take from other departments, and the dip after them.
Factors have the mean that is shown, so that draws scatter around the expectation. The seed is fixed and the
order of lines plays no part: the same promotion always has the same interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, lil_array, vstack

from core.promo.baseline import RECENT_DAYS, Baseline
from core.promo.days import Cell, CellDays, Floats, Measure
from core.promo.regression import Regression
from core.promo.scenarios.period import PromoPeriod
from core.promo.scenarios.response import Exposure, Response, exposed_share, same_market
from core.promo.uplift import Uplift

Places = NDArray[np.int64]
Part = tuple[str, int]  # what, and the place of the cell
NEAR_WEEK, LATE_WEEK, PULL = "near", "late", "pull"
SEED = 20
WEEK = 7
LEAST_WEEKS = 3


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


@dataclass(frozen=True)
class JointDraws:
    """Draws: `level` (draw, cell) factor on the baseline, `rate`, `per` (draw, cell) margin and units per
    money of sales without promotion, `kept` (draw, cell) factor that other departments' promotions leave,
    `uplift`, `slope`, `scatter` (draw, aim), `near`, `late` (draw, cell) factors of the two weeks after."""

    level: Floats
    rate: Floats
    per: Floats
    kept: Floats
    uplift: Floats
    slope: Floats
    scatter: Floats
    near: Floats
    late: Floats


def joint_draws(
    response: Response, aims: Exposure, period: PromoPeriod, baseline: Baseline, uplift: Uplift
) -> JointDraws:
    """Joint draws for the lines' aims, as many as the uplift has."""
    cells, draws, days = period.cells, len(uplift.curves.scatter), len(period.dates)
    rng = np.random.default_rng(SEED)
    single, margin, points, units = (rng.standard_normal((draws, len(cells))) for _ in range(4))
    at = np.array([uplift.place(cell.department, cell.channel, cell.geo) for cell in cells])
    wanted = _combinations(response, aims)
    logs = log_draws(period, baseline, uplift.regression, list(wanted.values()), draws, rng)
    part = dict(zip(wanted, logs.parts.T, strict=True))
    scatter = uplift.curves.scatter[:, None] * single
    return JointDraws(
        level=around(logs.level, np.ones(len(cells))),
        rate=response.rates[0] + margin * rate_sd(baseline.days, cells, days, Measure.MARGIN),
        per=response.rates[1] + units * rate_sd(baseline.days, cells, days, Measure.UNITS),
        kept=_kept(response, aims, part, draws),
        uplift=_uplifts(aims, at, uplift),
        slope=(uplift.margin.mean[at] + points * uplift.margin.sd[at])[:, aims.cell],
        scatter=around(scatter, np.ones(len(cells)))[:, aims.cell],
        near=_dip(cells, part, draws, NEAR_WEEK),
        late=_dip(cells, part, draws, LATE_WEEK),
    )


def _combinations(response: Response, aims: Exposure) -> dict[Part, Combination]:
    """The sums of the regression's terms that these promotions call upon, by what and by cell: what others
    take from it, and the dips of promoted cells; all weighed by the share of revenue that is promoted."""
    share, cells = exposed_share(aims, len(response.cells)), response.cells
    found: dict[Part, dict[Name, float]] = {}
    for by in map(int, np.flatnonzero(share)):
        name, weight = cells[by].department, float(share[by])
        found[NEAR_WEEK, by] = {("dip",): weight, ("dip", name): weight}
        found[LATE_WEEK, by] = {("late dip",): weight}
        for on, cell in enumerate(cells):
            if same_market(cells[by], cell):
                found.setdefault((PULL, on), {})["rival", name, cell.department] = weight
    return {part: found[part] for part in sorted(found)}


def _uplifts(aims: Exposure, at: Places, uplift: Uplift) -> Floats:
    drawn = [uplift.curves.at(int(at[c]), d / 100) for c, d in zip(aims.cell, aims.discount_pct, strict=True)]
    return np.stack(drawn, axis=1) if drawn else np.zeros((len(uplift.curves.scatter), 0))


def _kept(response: Response, aims: Exposure, part: Mapping[Part, Floats], draws: int) -> Floats:
    share, pull = exposed_share(aims, len(response.cells)), np.zeros((draws, len(response.cells)))
    for on in range(len(response.cells)):
        pull[:, on] = part.get((PULL, on), 0.0)
    return around(pull, np.exp(share @ response.rival))


def _dip(cells: tuple[Cell, ...], part: Mapping[Part, Floats], draws: int, week: str) -> Floats:
    logs = np.zeros((draws, len(cells)))
    for at in range(len(cells)):
        logs[:, at] = part.get((week, at), 0.0)
    return np.asarray(np.exp(logs))


def around(logs: Floats, mean: Floats) -> Floats:
    """Factors (draw, cell) whose mean over the draws is `mean` (cell,)."""
    factor = np.exp(logs)
    return np.asarray(factor * (mean / factor.mean(axis=0)))


def rate_sd(days: CellDays, cells: tuple[Cell, ...], length: int, measure: Measure) -> Floats:
    """(cell,) sd of margin or units per money of sales over `length` days without promotion, from how it
    moved between the last twelve weeks; a cell with too few of them takes the others' mean."""
    at = [days.cells.index(cell) for cell in cells]
    weeks = min(RECENT_DAYS, len(days.dates) // WEEK * WEEK) // WEEK
    recent = slice(len(days.dates) - weeks * WEEK, None)
    plain = (days.sold & ~days.promo)[at, recent]
    sales, other = (
        np.where(plain, np.nan_to_num(part[at, recent]), 0.0).reshape(len(at), weeks, WEEK).sum(axis=2)
        for part in (days.sales, days.margin if measure == Measure.MARGIN else days.units)
    )
    known = sales > 0
    rate = np.where(known, other / np.where(known, sales, 1.0), np.nan)
    count = known.sum(axis=1)
    enough = count >= LEAST_WEEKS
    if not enough.any():
        return np.zeros(len(at))
    sd = np.full(len(at), np.nan)
    sd[enough] = np.nanstd(rate[enough], axis=1, ddof=1)
    sd = np.where(enough, sd, np.nanmean(sd))
    return np.asarray(sd * np.sqrt(1 / max(length / WEEK, 1.0) + 1 / np.maximum(count, 1)))
