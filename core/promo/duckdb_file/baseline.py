"""The baseline of a Mixwright DuckDB file from Python: needs nothing but the package duckdb.

    from baseline import calculate_baseline_forecast
    for day in calculate_baseline_forecast("promotions.duckdb", "2026-03-01", "2026-03-31", department="TV"):
        print(day.date, day.forecasted_sales_value)

It calls the file's macro of the same name: sales without promotions, for each department, sales channel and
geo the mean of past days of the same weekday, without promotion days and the two weeks after one; then
summed. A weekday on which nothing was sold for eight weeks counts as closed, where the cell was sold before.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import duckdb

CALL = """
SELECT * FROM calculate_baseline_forecast(
    $start, $end, channel := $channel, department := $department, geo := $geo)
"""


class DayForecast(NamedTuple):
    """One day without promotions: money in the project's currency."""

    date: dt.date
    forecasted_sales_value: float
    forecasted_margin_value: float
    forecasted_units: float


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
    asked = {
        "start": str(start_date), "end": str(end_date), "channel": channel, "department": department,
        "geo": geo,
    }  # fmt: skip
    return [DayForecast(*row) for row in file.execute(CALL, asked).fetchall()]
