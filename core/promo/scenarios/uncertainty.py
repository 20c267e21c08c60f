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
from scipy.sparse import csr_array, lil_array, vstack

from core.promo.baseline import RECENT_DAYS, Baseline
from core.promo.days import Cell, CellDays, Floats, Measure
from core.promo.regression import Regression
from core.promo.scenarios.period import PromoPeriod
from core.promo.scenarios.response import Exposure, Factors, Response, same_market
from core.promo.uplift import Uplift

TermName = tuple[str, ...]
Combination = Mapping[TermName, float]  # weights of the regression's terms
Part = tuple[str, int]  # what, and the place of the cell
NEAR_WEEK, LATE_WEEK, TAKEN = "near", "late", "pull"
SEED = 20
WEEK = 7
LEAST_WEEKS = 3
JITTER = 1e-12


@dataclass(frozen=True)
class JointDraws(Factors):
    """Draws of the factors, and `near`, `late` (draw, cell) factors of the two weeks after."""

    near: Floats
    late: Floats


def joint_draws(
    response: Response, exposure: Exposure, period: PromoPeriod, baseline: Baseline, uplift: Uplift
) -> JointDraws:
    """Joint draws for the exposed cells, as many as the uplift has."""
    cells, draws, days = period.cells, len(uplift.curves.scatter), len(period.dates)
    rng = np.random.default_rng(SEED)
    single, margin, points, units = (rng.standard_normal((draws, len(cells))) for _ in range(4))
    at = np.array([uplift.place(cell) for cell in cells])
    wanted = _combinations(cells, exposure.promoted)
    logs = log_draws(period, baseline, uplift.regression, list(wanted.values()), draws, rng)
    part = dict(zip(wanted, logs.parts.T, strict=True))

    def of_cells(what: str) -> Floats:
        return np.stack([part.get((what, k), np.zeros(draws)) for k in range(len(cells))], axis=1)

    curves = [
        uplift.curves.at(int(at[cell]), discount / 100)
        for cell, discount in zip(exposure.cell, exposure.discount_pct, strict=True)
    ]
    scatter = around(uplift.curves.scatter[:, None] * single, np.ones(len(cells)))
    slope = uplift.margin.mean[at] + points * uplift.margin.sd[at]
    return JointDraws(
        level=around(logs.level, np.ones(len(cells))),
        rate=response.rates[0] + margin * rate_sd(baseline.days, cells, days, Measure.MARGIN),
        per=response.rates[1] + units * rate_sd(baseline.days, cells, days, Measure.UNITS),
        kept=around(of_cells(TAKEN), np.exp(exposure.promoted @ response.rival)),
        uplift=np.stack(curves, axis=1) if curves else np.zeros((draws, 0)),
        slope=slope[:, exposure.cell],
        scatter=scatter[:, exposure.cell],
        near=np.exp(of_cells(NEAR_WEEK)),
        late=np.exp(of_cells(LATE_WEEK)),
    )


def _combinations(cells: tuple[Cell, ...], promoted: Floats) -> dict[Part, Combination]:
    """The sums of the regression's terms that promotions need, by what and by cell: what others take from it,
    and the dips of promoted cells; all weighed by the share of revenue that is promoted."""
    found: dict[Part, dict[TermName, float]] = {}
    for by in map(int, np.flatnonzero(promoted)):
        name, weight = cells[by].department, float(promoted[by])
        found[NEAR_WEEK, by] = {("dip",): weight, ("dip", name): weight}
        found[LATE_WEEK, by] = {("late dip",): weight}
        for on, cell in enumerate(cells):
            if same_market(cells[by], cell):
                found.setdefault((TAKEN, on), {})["rival", name, cell.department] = weight
    return {part: found[part] for part in sorted(found)}


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
    parts, unseen = _term_weights(combinations, regression)
    rows = vstack([_calendar_rows(period, regression), parts]).tocsr()
    spread = np.asarray((rows @ (rows @ regression.covariance).T).T)
    # What the calendar's coefficients do not hold: the days' own noise, and what past forecasts of the whole
    # shop missed beyond both.
    known = spread[:cells, :cells] + regression.noise_sd**2 * np.diag((period.weights**2).sum(axis=1))
    money = period.base[0]
    part = money / money.sum() if money.sum() > 0 else np.full(cells, 1 / cells)
    spread[:cells, :cells] = known + max(baseline.missed_sd**2 - float(part @ known @ part), 0.0)
    spread[cells:, cells:] += unseen
    turn = np.linalg.cholesky(spread + JITTER * np.eye(len(spread)))
    # The cells' own normals come first, so that the baseline's draws do not depend on what is promoted.
    normal = np.concatenate([rng.standard_normal((draws, n)) for n in (cells, len(combinations))], axis=1)
    logs = normal @ turn.T
    return LogDraws(logs[:, :cells], logs[:, cells:] + parts @ regression.mean)


def _term_weights(combinations: Sequence[Combination], regression: Regression) -> tuple[csr_array, Floats]:
    """(combination, term) weights, and the (combination, combination) variance of terms that were not seen,
    each pair of which is independent."""
    place = {name: at for at, name in enumerate(regression.names)}
    rows = lil_array((len(combinations), len(regression.names)))
    unseen: dict[TermName, Floats] = {}
    for at, combination in enumerate(combinations):
        for name, weight in combination.items():
            if name in place:
                rows[at, place[name]] = weight
            else:
                unseen.setdefault(name, np.zeros(len(combinations)))[at] = weight
    variance = np.zeros((len(combinations), len(combinations)))
    for weights in unseen.values():
        variance += regression.widths.rival**2 * np.outer(weights, weights)
    return rows.tocsr(), variance


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
