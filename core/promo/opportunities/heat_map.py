"""Departments side by side in a month: who is short of target, whose season it is, who has room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.promo.baseline import Baseline
from core.promo.days import Cell, Floats, Place
from core.promo.opportunities.gap import part_of, sales_in
from core.promo.opportunities.values import month_span, targets_of
from core.promo.regression import Regression
from core.promo.scenarios.kpis import Breakdown, PromoKpis
from core.promo.scenarios.period import period_of
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.starting_points import allowed_pct
from core.promo.uplift import Uplift

USUAL_PCT = 10.0  # the discount at which responses are compared
COLUMNS = (
    "department", "expected_sales_value", "target_sales_value", "gap_sales_value", "gap_pct", "season_share",
    "response_pct", "headroom_pct", "taken_pct",
)  # fmt: skip


SEASONAL = ("month", "season")
YEAR_DAYS = 365


def season_shares(regression: Regression, month: str) -> Floats:
    """(cell,) the level of a month against the year's mean, weekday and trend left out; 1 is average."""
    year = int(month[:4])
    dates = pd.date_range(dt.date(year, 1, 1), dt.date(year, 12, 31), freq="D")
    design, places = regression.calendar_design(dates)
    seasonal = np.array([regression.names[place][0] in SEASONAL for place in places])
    logs = design[:, np.flatnonzero(seasonal)] @ regression.mean[places[seasonal]]
    level = np.exp(logs.reshape(len(regression.days.cells), len(dates)))
    return np.asarray(level[:, dates.month == int(month[5:7])].mean(axis=1) / level.mean(axis=1))


def used_pct(uplift: Uplift, place: Place) -> float:
    """The usual discount of a department and sales channel in its last year with promotions: the mean over
    promo days, 0 without any."""
    days = uplift.days
    at = [k for k, cell in enumerate(days.cells) if cell.place == place]
    recent = slice(max(len(days.dates) - YEAR_DAYS, 0), None)
    promo = days.promo[at, recent] & (days.discount_pct[at, recent] > 0)
    return float(days.discount_pct[at, recent][promo].mean()) if promo.any() else 0.0


def headroom_pct(uplift: Uplift, place: Place, settings: PromoSettings) -> float:
    """Points of discount that are allowed and not usually used."""
    return max(allowed_pct(place, settings, uplift) - used_pct(uplift, place), 0.0)


def places_of(cells: tuple[Cell, ...]) -> list[Place]:
    """Every department and sales channel once, in order."""
    return sorted({cell.place for cell in cells})


def heat_map(
    sales: pd.DataFrame,
    targets: pd.DataFrame | None,
    month: str,
    geo: str,
    baseline: Baseline,
    uplift: Uplift,
    settings: PromoSettings,
    *,
    planned: Sequence[PromoKpis] = (),
    forecast: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a department, the largest first.

    `expected_sales_value` of the whole month; `target_sales_value` the geo's target shared out by what is
    usual in this month (level of the last year times season; NaN without a target), `gap_sales_value`,
    `gap_pct` of it; `season_share` against the average month; `response_pct` uplift of its sales at a
    discount of 10 %; `headroom_pct` allowed and not usually used; `taken_pct` the most that a promotion of it
    takes from another department's sales.
    """
    expected = _expected(sales, month, geo, baseline, planned, forecast)
    cells = uplift.days.cells
    season = pd.Series(season_shares(uplift.regression, month), [cell.department for cell in cells])
    shares = season.groupby(level=0).mean().reindex(expected.index)
    usual = _year(sales_in(sales, geo)).reindex(expected.index).fillna(0.0) * shares
    goal = targets_of(targets, month, geo, {cell.geo for cell in cells}).sales_value
    target = usual / usual.sum() * goal if goal is not None and usual.sum() > 0 else usual * np.nan
    frame = pd.DataFrame(
        {
            "expected_sales_value": expected, "target_sales_value": target,
            "gap_sales_value": expected - target, "gap_pct": 100 * (expected / target - 1),
            "season_share": shares,
        }
    )  # fmt: skip
    for name, values in _promotions(uplift, settings).items():
        frame[name] = pd.Series(values).reindex(frame.index)
    frame = frame.sort_values("expected_sales_value", ascending=False)
    return frame.rename_axis("department").reset_index()[list(COLUMNS)]


def _expected(
    sales: pd.DataFrame,
    month: str,
    geo: str,
    baseline: Baseline,
    planned: Sequence[PromoKpis],
    forecast: pd.DataFrame | None,
) -> pd.Series:
    """Sales of the month by department: as they were, then the baseline's, then what is planned."""
    first, last = (pd.Timestamp(day) for day in month_span(month))
    rows = sales_in(sales, geo)
    dates = pd.to_datetime(rows["date"])
    inside = rows[(dates >= first) & (dates <= last)]
    found = inside.groupby(inside["department"].astype(str))["sales_value"].sum().astype(float)
    begin = max(first, dates.max().normalize() + pd.Timedelta(days=1))
    if begin > last:
        return found
    period = period_of(begin.date(), last.date(), geo, baseline, forecast)
    ahead = pd.Series(period.base[0], [cell.department for cell in period.cells]).groupby(level=0).sum()
    found = found.add(ahead, fill_value=0.0)
    for kpis in planned:
        part, rows_of = part_of(kpis, begin.date(), last.date()), kpis.breakdown[Breakdown.DEPARTMENT]
        moved = {str(row["department"]): part * float(row["sales_value_delta"]) for row in rows_of}
        found = found.add(pd.Series(moved), fill_value=0.0)
    return found


def _year(rows: pd.DataFrame) -> pd.Series:
    """Sales by department over the last year of the facts."""
    dates = pd.to_datetime(rows["date"])
    recent = rows[dates > dates.max() - pd.Timedelta(days=365)]
    return recent.groupby(recent["department"].astype(str))["sales_value"].sum().astype(float)


def _promotions(uplift: Uplift, settings: PromoSettings) -> dict[str, dict[str, float]]:
    """What past promotions say of each department, means over its sales channels."""
    places = places_of(uplift.days.cells)
    names = sorted({name for name, _ in places})
    mean = uplift.regression.mean
    taken = {
        name: [
            -100 * float(np.expm1(mean[at]))
            for at, term in enumerate(uplift.regression.names)
            if term[:2] == ("rival", name)
        ]
        for name in names
    }
    return {
        "response_pct": {name: _response(uplift, name) for name in names},
        "headroom_pct": {
            name: float(
                np.mean([headroom_pct(uplift, place, settings) for place in places if place[0] == name])
            )
            for name in names
        },
        "taken_pct": {name: max([0.0, *taken[name]]) for name in names},
    }


def _response(uplift: Uplift, name: str) -> float:
    gains = [
        float(uplift.draws(cell.department, cell.channel, USUAL_PCT, cell.geo).mean())
        for cell in uplift.days.cells
        if cell.department == name
    ]
    return 100 * float(np.mean(gains))
