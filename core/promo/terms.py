"""The terms of the log regression of daily sales: calendar by cell, and what promotions do besides uplift.

For cell c and day t with sales S > 0

    log S[c,t] = level_c + weekday + month + season(t) + trend(t)          (shared, plus the cell's own)
                 + week_w                                                   for every week of the history
                 + event_e                                                  for t in event e of c
                 + dip(weeks since the promo) + sum_d rival[d, dept(c)]     for promos of department d
                 + Normal(0, sigma)

Every term but the events has a Normal prior of fixed width, on the log scale: shared ones wide, a cell's or a
department's own deviations narrow, so that a cell with little history borrows from the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.promo.days import CellDays, Floats
from core.promo.events import dip_days, rivals_of

HARMONICS = 4
YEAR_DAYS, SHORT_TREND = 360, 0.2
KNOT_YEARS = 0.25
WEEK = "week"


@dataclass(frozen=True)
class Widths:
    """Prior standard deviations on the log scale, that of `level` about the cell's own mean; that of `week`
    is where its search begins, for it is estimated from the data like the noise."""

    level: float = 0.5
    weekday: float = 1.0
    own_weekday: float = 0.1
    month: float = 0.2
    own_month: float = 0.08
    season: float = 0.1
    trend: float = 0.1
    own_trend: float = 0.05
    bend: float = 0.02
    week: float = 0.03
    dip: float = 0.2
    late_dip: float = 0.1
    own_dip: float = 0.05
    rival: float = 0.04


@dataclass(frozen=True)
class Term:
    """One column: its name, its values (cell, day), and the width of its prior."""

    name: tuple[str, ...]
    values: Floats
    width: float


def calendar_terms(days: CellDays, dates: pd.DatetimeIndex, widths: Widths) -> Iterator[Term]:
    """Level, weekday, month, season and trend at `dates`, which may lie beyond the data: a trend's last slope
    goes on there."""
    cells, own = len(days.cells), np.eye(len(days.cells))
    departments = {name: _members(days, name) for name in days.departments}
    for c in range(cells):
        yield Term(("level", str(days.cells[c])), np.outer(own[c], np.ones(len(dates))), widths.level)
    weekday, month = dates.weekday.to_numpy(), dates.month.to_numpy()
    for k in range(7):
        on = (weekday == k).astype(float)
        yield Term(("weekday", str(k)), np.tile(on, (cells, 1)), widths.weekday)
        for c in range(cells):
            yield Term(("weekday", str(k), str(days.cells[c])), np.outer(own[c], on), widths.own_weekday)
    for k in range(1, 13):
        on = (month == k).astype(float)
        yield Term(("month", str(k)), np.tile(on, (cells, 1)), widths.month)
        for name, members in departments.items():
            yield Term(("month", str(k), name), np.outer(members, on), widths.own_month)
    yield from _smooth(days, dates, widths)


def _smooth(days: CellDays, dates: pd.DatetimeIndex, widths: Widths) -> Iterator[Term]:
    cells, own = len(days.cells), np.eye(len(days.cells))
    turn = 2 * np.pi * np.asarray(dates.dayofyear, dtype=float) / 365.25
    # In part of a year nobody can tell growth from season: waves and a steep trend fitted to it would run on
    # wildly into the months that were never seen.
    whole = len(days.dates) >= YEAR_DAYS
    steep = 1.0 if whole else SHORT_TREND
    for k in range(1, HARMONICS + 1) if whole else ():
        for name, wave in (("sin", np.sin(k * turn)), ("cos", np.cos(k * turn))):
            yield Term(("season", f"{name} {k}"), np.tile(wave, (cells, 1)), widths.season)
    years = np.asarray((dates - days.dates[0]).days, dtype=float) / 365.25
    yield Term(("trend",), np.tile(years, (cells, 1)), steep * widths.trend)
    for c in range(cells):
        yield Term(("trend", str(days.cells[c])), np.outer(own[c], years), steep * widths.own_trend)
    last = float((days.dates[-1] - days.dates[0]).days) / 365.25
    for knot in np.arange(KNOT_YEARS, last, KNOT_YEARS):
        yield Term(("bend", f"{knot:g}"), np.tile(np.maximum(years - knot, 0), (cells, 1)), widths.bend)


def week_terms(days: CellDays, widths: Widths) -> Iterator[Term]:
    """What every week of the history had of its own in all cells: weather, pay days, feasts. Without these, a
    good month would be taken for a trend that goes on. Weeks to come have none."""
    week = np.asarray((days.dates - days.dates[0]).days) // 7
    for k in range(int(week[-1]) + 1):
        on = (week == k).astype(float)
        yield Term((WEEK, str(k)), np.tile(on, (len(days.cells), 1)), widths.week)


def promo_terms(days: CellDays, widths: Widths) -> Iterator[Term]:
    """The dip after promotions, and what they take from other departments of the same channel and geo."""
    shadows, names = dip_days(days), days.departments
    near, far = shadows.near.astype(float), shadows.far.astype(float)
    yield Term(("dip",), near, widths.dip)
    yield Term(("late dip",), far, widths.late_dip)
    for name in names:
        yield Term(("dip", name), near * _members(days, name)[:, None], widths.own_dip)
    for rival in names:
        promoted = rivals_of(days, rival).astype(float)
        for name in names:
            if name != rival and promoted.any():
                values = promoted * _members(days, name)[:, None]
                yield Term(("rival", rival, name), values, widths.rival)


def _members(days: CellDays, department: str) -> Floats:
    return np.array([float(cell.department == department) for cell in days.cells])
