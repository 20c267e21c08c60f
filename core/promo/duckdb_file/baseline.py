"""The baseline of a Mixwright DuckDB file in plain Python: needs nothing but the package duckdb.

    from baseline import calculate_baseline_forecast
    for day in calculate_baseline_forecast("promotions.duckdb", "2026-03-01", "2026-03-31", department="TV"):
        print(day.date, day.forecasted_sales_value)

What is forecast is what would be sold without promotions: for each department, sales channel and geo the mean
of past days of the same weekday, without promotion days and the two weeks after a promotion; then summed. A
weekday on which nothing was sold for eight weeks counts as closed, where the cell was sold before these.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

DIP_DAYS = 14
CLOSED_DAYS = 56

FACTS = """
SELECT department, channel, geo, date, bool_or(promo_flag), CAST(sum(sales_value) AS DOUBLE),
       CAST(sum(margin_value) AS DOUBLE), CAST(sum(units) AS DOUBLE)
FROM sales_aggregated
WHERE date < $start
  AND ($channel IS NULL OR channel = $channel)
  AND ($department IS NULL OR department = $department)
  AND ($geo IS NULL OR geo = $geo)
GROUP BY ALL
ORDER BY date
"""


class DayForecast(NamedTuple):
    """One day without promotions: money in the project's currency."""

    date: dt.date
    forecasted_sales_value: float
    forecasted_margin_value: float
    forecasted_units: float


class Day(NamedTuple):
    """One day of one cell: whether it was a promotion's, and sales, margin and units."""

    date: dt.date
    promo: bool
    figures: tuple[float, float, float]


def calculate_baseline_forecast(
    file: str | Path | duckdb.DuckDBPyConnection,
    start_date: str | dt.date,
    end_date: str | dt.date,
    channel: str | None = None,
    department: str | None = None,
    geo: str | None = None,
) -> list[DayForecast]:
    """The forecast for every day from `start_date` to `end_date`, of all cells or those named; nothing where
    nothing is known of them before. Only days before `start_date` are looked at."""
    if isinstance(file, str | Path):
        with duckdb.connect(str(file), read_only=True) as connection:
            return calculate_baseline_forecast(connection, start_date, end_date, channel, department, geo)
    start, end = _day(start_date), _day(end_date)
    last = file.execute("SELECT max(date) FROM sales_aggregated").fetchall()[0][0]
    asked = {"start": start, "channel": channel, "department": department, "geo": geo}
    rows = file.execute(FACTS, asked).fetchall()
    if not rows:
        return []
    cells: dict[tuple[str, ...], list[Day]] = defaultdict(list)
    for *cell, date, promo, sales, margin, units in rows:
        cells[tuple(cell)].append(Day(date, promo, (sales, margin, units)))
    last = min(last, start - dt.timedelta(days=1))
    weeks = [_week(days, last) for days in cells.values()]
    dates = [start + dt.timedelta(days=ahead) for ahead in range((end - start).days + 1)]
    return [DayForecast(date, *_sum([week[date.weekday()] for week in weeks])) for date in dates]


def _week(days: Sequence[Day], last: dt.date) -> list[tuple[float, ...]]:
    """Sales, margin and units to expect on each weekday, Monday first, of one cell."""
    plain = _without_promotions(days)
    sold_on = [day.date for day in days if day.figures[0] > 0]
    open_on = {date.weekday() for date in sold_on if (last - date).days < CLOSED_DAYS}
    known = bool(sold_on) and (last - min(sold_on)).days >= CLOSED_DAYS - 1
    whole = _mean([day.figures for day in plain])
    found = []
    for weekday in range(7):
        same = [day.figures for day in plain if day.date.weekday() == weekday]
        closed = known and weekday not in open_on
        found.append((0.0, 0.0, 0.0) if closed else _mean(same) if same else whole)
    return found


def _without_promotions(days: Sequence[Day]) -> list[Day]:
    """The days that are no promotion's and do not lie in the dip after one."""
    plain, promoted = [], None
    for day in days:
        if day.promo:
            promoted = day.date
        elif promoted is None or (day.date - promoted).days > DIP_DAYS:
            plain.append(day)
    return plain


def _mean(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(part / len(rows) for part in _sum(rows)) if rows else (0.0, 0.0, 0.0)


def _sum(rows: Sequence[Sequence[float]]) -> Any:
    return tuple(sum(parts) for parts in zip(*rows, strict=True))


def _day(value: str | dt.date) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
