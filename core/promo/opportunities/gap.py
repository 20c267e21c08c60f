"""A month against its target: what is sold, what is still expected, what is planned, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import UserError
from core.promo.baseline import Baseline
from core.promo.days import ALL_GEOS, Floats, Measure
from core.promo.opportunities.values import Gap, GapFigure, Targets, month_span, month_words, targets_of
from core.promo.scenarios.kpis import Kpi, PromoKpis, interval
from core.promo.scenarios.period import PromoPeriod, in_geo, period_of
from core.promo.scenarios.uncertainty import around, log_draws, rate_sd

DRAWS = 1000
SEED = 21
WIDTHS = 2 * 1.645  # standard deviations in a 90 % interval
COUNTED = (Kpi.SALES, Kpi.MARGIN, Kpi.UNITS)
STILL_SELLING = pd.Timedelta(weeks=8)
CLOSED_FOR = pd.Timedelta(days=2)


@dataclass(frozen=True)
class _Parts:
    """Sales, margin and units (3,) of each part of the month; `ahead` and `planned` also drawn (3, draw)."""

    actual: Floats
    forecast: Floats
    planned: Floats
    ahead_draws: Floats
    planned_draws: Floats

    @property
    def expected(self) -> Floats:
        return self.actual + self.forecast + self.planned

    @property
    def draws(self) -> Floats:
        return self.actual[:, None] + self.ahead_draws + self.planned_draws


def gap(
    sales: pd.DataFrame,
    targets: pd.DataFrame | None,
    month: str,
    geo: str,
    baseline: Baseline,
    planned: Sequence[PromoKpis] = (),
    forecast: pd.DataFrame | None = None,
) -> Gap:
    """The gap of a month (YYYY-MM) and geo.

    Days with sales count as they were; the rest is the baseline's forecast (`forecast` may hand it over) with
    the changes of `planned` promotions, each by the share of its days that lie there. Intervals hold what the
    baseline does not know and the promotions' own. UserError for a month without any sales before it.
    """
    first, last = month_span(month)
    rows = sales_in(sales, geo)
    days = pd.to_datetime(rows["date"])
    if not len(rows) or days.min().date() > last:
        raise UserError(f"There are no sales before or in {month_words(month)}.")
    covered = _covered(days, first, last)
    begin = covered + dt.timedelta(days=1) if covered else first
    ahead = begin <= last
    here = rows[(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))]
    period = period_of(begin, last, geo, baseline, forecast) if ahead else None
    parts = _parts(here, period, baseline, [(kpis, part_of(kpis, begin, last)) for kpis in planned])
    goal = targets_of(targets, month, geo, set(_geos(sales)))
    return Gap(
        month, geo, _sum(0, parts, goal.sales_value), _rate(parts, goal.margin_pct),
        _sum(2, parts, goal.units), covered, begin if ahead else None, last if ahead else None,
        tuple(_notes(goal, month, geo, sales, parts)),
    )  # fmt: skip


def sales_in(sales: pd.DataFrame, geo: str) -> pd.DataFrame:
    """The facts of a geo, as far as all its sales channels reach. Sales that know no geos are one whole,
    whatever the shop calls it."""
    geos = sales["geo"].astype(str) if "geo" in sales else pd.Series(ALL_GEOS, sales.index)
    rows = sales[in_geo(geos, geo)]
    # A file still to come must not count as nothing sold: rows count up to the last day that every sales
    # channel and geo still selling reaches. One that stays closed for a day or two is not waited for.
    if not len(rows):
        return rows
    days = pd.to_datetime(rows["date"]).dt.normalize()
    keys = [rows["channel"].astype(str), *([rows["geo"].astype(str)] if "geo" in rows else [])]
    last, end = days.groupby(keys).max(), days.max()
    late = last[(last > end - STILL_SELLING) & (last < end - CLOSED_FOR)]
    return rows[days <= late.min()] if len(late) else rows


def _geos(sales: pd.DataFrame) -> list[str]:
    return sorted(set(sales["geo"].astype(str))) if "geo" in sales else [ALL_GEOS]


def _covered(days: pd.Series, first: dt.date, last: dt.date) -> dt.date | None:
    """The last day of the month that the sales reach."""
    until = min(days.max().date(), last)
    return until if until >= first else None


def part_of(kpis: PromoKpis, begin: dt.date, last: dt.date) -> float:
    """The share of a promotion's days that lies between two days."""
    inside = (min(kpis.period_end, last) - max(kpis.period_start, begin)).days + 1
    return max(inside, 0) / ((kpis.period_end - kpis.period_start).days + 1)


def _parts(
    here: pd.DataFrame, period: PromoPeriod | None, baseline: Baseline, planned: list[tuple[PromoKpis, float]]
) -> _Parts:
    rng = np.random.default_rng(SEED)
    actual = here[[kpi.value for kpi in COUNTED]].astype(float).sum().to_numpy()
    none = np.zeros(len(COUNTED))
    if period is None:
        flat = np.zeros((len(COUNTED), DRAWS))
        return _Parts(actual, none, none, flat, flat)
    ahead = _ahead(period, baseline, rng)
    change, drawn = none, np.zeros((len(COUNTED), DRAWS))
    for kpis, part in planned:
        single = rng.standard_normal(DRAWS)
        for at, kpi in enumerate(COUNTED):
            low, high = kpis.intervals[f"{kpi}_delta"]
            drawn[at] += part * (kpis.deltas[kpi] + single * (high - low) / WIDTHS)
        change = change + part * np.array([kpis.deltas[kpi] for kpi in COUNTED])
    return _Parts(actual, period.base.sum(axis=1), change, ahead, drawn)


def _ahead(period: PromoPeriod, baseline: Baseline, rng: np.random.Generator) -> Floats:
    """(3, draw) sales, margin and units of the days ahead without promotions."""
    cells, base = len(period.cells), period.base
    logs = log_draws(period, baseline, baseline.regression, (), DRAWS, rng).level
    sales = base[0] * around(logs, np.ones(cells))
    money = np.where(base[0] > 0, base[0], 1.0)
    parts = [sales]
    for at, measure in ((1, Measure.MARGIN), (2, Measure.UNITS)):
        spread = rate_sd(baseline.days, period.cells, len(period.dates), measure)
        parts.append(sales * (base[at] / money + rng.standard_normal((DRAWS, cells)) * spread))
    return np.stack([part.sum(axis=1) for part in parts])


def _sum(at: int, parts: _Parts, target: float | None) -> GapFigure:
    actual, ahead, planned = (float(part[at]) for part in (parts.actual, parts.forecast, parts.planned))
    return _figure(actual, ahead, planned, actual + ahead + planned, parts.draws[at], target)


def _rate(parts: _Parts, target: float | None) -> GapFigure:
    """Margin in percent; what is planned in points that it moves the whole."""
    whole = _pct(parts.expected)
    moved = whole - _pct(parts.actual + parts.forecast)
    draws = 100 * parts.draws[1] / np.maximum(parts.draws[0], 1e-9)
    return _figure(_pct(parts.actual), _pct(parts.forecast), moved, whole, draws, target)


def _pct(sums: Floats) -> float:
    return 100 * float(sums[1] / sums[0]) if sums[0] > 0 else 0.0


def _figure(
    actual: float, forecast: float, planned: float, expected: float, draws: Floats, target: float | None
) -> GapFigure:
    lower, upper = interval(draws)
    missing = (None, None, None) if target is None else (expected - target, lower - target, upper - target)
    return GapFigure(actual, forecast, planned, expected, lower, upper, target, *missing)


def _notes(goal: Targets, month: str, geo: str, sales: pd.DataFrame, parts: _Parts) -> Iterator[str]:
    if goal.sales_value is None:
        where = "" if geo == ALL_GEOS else f" and {geo}"
        yield f"No target is set for {month_words(month)}{where}."
    elif _geos(sales) == [ALL_GEOS] and len(goal.geos) > 1:
        names = ", ".join(goal.geos)
        yield f"The sales are not told apart by geo: the targets of {names} are added up."
    if parts.forecast[0] > 0:
        yield "What is still to come is the baseline: sales without promotions other than those planned."
