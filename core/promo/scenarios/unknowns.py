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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.promo.baseline import RECENT_DAYS, Baseline
from core.promo.choices import Measure
from core.promo.days import Cell, CellDays
from core.promo.scenarios.joint import Combination, Name, log_draws
from core.promo.scenarios.period import PromoPeriod
from core.promo.scenarios.response import Aims, Response, beside, struck
from core.promo.uplift import Uplift

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Part = tuple[str, int]  # what, and the place of the cell
NEAR_WEEK, LATE_WEEK, PULL = "near", "late", "pull"
SEED = 20
WEEK = 7
LEAST_WEEKS = 3


@dataclass(frozen=True)
class Unknowns:
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


def unknowns_of(
    response: Response, aims: Aims, period: PromoPeriod, baseline: Baseline, uplift: Uplift
) -> Unknowns:
    """Joint draws for the lines' aims, as many as the uplift has."""
    cells, draws, days = period.cells, len(uplift.curves.scatter), len(period.dates)
    rng = np.random.default_rng(SEED)
    single, margin, points, units = (rng.standard_normal((draws, len(cells))) for _ in range(4))
    at = np.array([uplift.place(cell.department, cell.channel, cell.geo) for cell in cells])
    wanted = _combinations(response, aims)
    logs = log_draws(period, baseline, uplift.regression, list(wanted.values()), draws, rng)
    part = dict(zip(wanted, logs.parts.T, strict=True))
    scatter = uplift.curves.scatter[:, None] * single
    return Unknowns(
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


def _combinations(response: Response, aims: Aims) -> dict[Part, Combination]:
    """The sums of the regression's terms that these promotions call upon, by what and by cell: what others
    take from it, and the dips of promoted cells; all weighed by the share of revenue that is promoted."""
    share, cells = struck(aims, len(response.cells)), response.cells
    found: dict[Part, dict[Name, float]] = {}
    for by in map(int, np.flatnonzero(share)):
        name, weight = cells[by].department, float(share[by])
        found[NEAR_WEEK, by] = {("dip",): weight, ("dip", name): weight}
        found[LATE_WEEK, by] = {("late dip",): weight}
        for on, cell in enumerate(cells):
            if beside(cells[by], cell):
                found.setdefault((PULL, on), {})["rival", name, cell.department] = weight
    return {part: found[part] for part in sorted(found)}


def _uplifts(aims: Aims, at: Places, uplift: Uplift) -> Floats:
    drawn = [uplift.curves.at(int(at[c]), d / 100) for c, d in zip(aims.cell, aims.discount_pct, strict=True)]
    return np.stack(drawn, axis=1) if drawn else np.zeros((len(uplift.curves.scatter), 0))


def _kept(response: Response, aims: Aims, part: Mapping[Part, Floats], draws: int) -> Floats:
    share, pull = struck(aims, len(response.cells)), np.zeros((draws, len(response.cells)))
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
