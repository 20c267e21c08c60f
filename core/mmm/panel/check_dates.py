"""Problems of the calendar: unreadable dates, duplicates, gaps, mixed frequencies, uneven geos, shortness."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.data.calendar import DAYS_PER_YEAR, Granularity, detect_frequency, expected_dates
from core.mmm.config import MMMConfig
from core.mmm.panel.reading import needed_columns, read_dates, read_geos
from core.mmm.problem import Problem, RepairKind, Thresholds, listed


def date_problems(frame: pd.DataFrame, config: MMMConfig, limits: Thresholds) -> list[Problem]:
    """Every calendar problem; columns of date and geo are present."""
    data = frame.reset_index(drop=True)
    dates, geos = read_dates(data[config.date_column]), read_geos(data, config)
    problems = _unreadable(data, dates, config)
    good = dates.notna()
    if not good.any():
        return problems
    problems += _duplicates(data, dates, geos, config)
    problems += _calendar(dates[good], geos[good], config, limits)
    return problems


def _unreadable(data: pd.DataFrame, dates: pd.Series, config: MMMConfig) -> list[Problem]:
    bad = np.flatnonzero(dates.isna())
    if not len(bad):
        return []
    column, row = config.date_column, int(bad[0]) + 1
    text = (
        f"Column '{column}' has {len(bad)} cells that are no date, first "
        f"'{data[column].iloc[bad[0]]}' in row "
        f"{row}: write dates as 2024-12-31."
    )
    repair = RepairKind.DROP_ROWS if data[column].iloc[bad].isna().all() else None
    return [Problem("error", "bad_date", text, column, row, repair)]


def _duplicates(data: pd.DataFrame, dates: pd.Series, geos: pd.Series, config: MMMConfig) -> list[Problem]:
    keys = pd.DataFrame({"date": dates, "geo": geos})
    twice = keys.duplicated(keep="first") & dates.notna()
    if not twice.any():
        return []
    row = int(twice.to_numpy().argmax())
    columns = [c for c in needed_columns(config) if c in data]
    same = data[columns].duplicated(keep="first")[twice].all()
    place = f"{dates.iloc[row].date()}" + (f", {geos.iloc[row]}" if config.geo_column else "")
    what = "identical rows" if same else "rows that differ"
    text = (
        f"{int(twice.sum())} rows repeat a date{' and geo' if config.geo_column else ''} that is "
        "already there "
        f"({what}), first in row {row + 1} ({place}): each period may occur once."
    )
    repair = RepairKind.DROP_DUPLICATES if same else RepairKind.SUM_DUPLICATES
    return [Problem("error", "duplicate", text, config.date_column, row + 1, repair)]


def _calendar(dates: pd.Series, geos: pd.Series, config: MMMConfig, limits: Thresholds) -> list[Problem]:
    every = pd.DatetimeIndex(np.unique(dates.to_numpy()))
    frequency = detect_frequency(every)
    problems = _too_short(every, frequency, config, limits)
    if frequency is None:
        text = f"The dates in '{config.date_column}' are neither daily, weekly nor monthly."
        return [*problems, Problem("error", "mixed_frequency", text, config.date_column)]
    expected = expected_dates(every, frequency)
    problems += _off_calendar(dates, every, expected, frequency, config)
    missing = expected.difference(every)
    if len(missing) and not any(p.code == "mixed_frequency" for p in problems):
        days = listed([day.date() for day in missing])
        text = (
            f"{len(missing)} {frequency.noun}s are missing between {every[0].date()} and "
            f"{every[-1].date()}: {days}."
        )
        problems.append(Problem("error", "missing_period", text, config.date_column))
    return problems + _uneven_geos(dates, geos, every, config)


def _off_calendar(
    dates: pd.Series,
    every: pd.DatetimeIndex,
    expected: pd.DatetimeIndex,
    frequency: Granularity,
    config: MMMConfig,
) -> list[Problem]:
    off = every.difference(expected)
    if not len(off):
        return []
    row = int(dates.index[dates.isin(off)][0]) + 1
    text = (
        f"The dates mix frequencies: most are {frequency.value}, but {len(off)} do not fit that "
        "calendar, first "
        f"{off[0].date()} in row {row}."
    )
    return [Problem("error", "mixed_frequency", text, config.date_column, row)]


def _too_short(
    every: pd.DatetimeIndex, frequency: Granularity | None, config: MMMConfig, limits: Thresholds
) -> list[Problem]:
    usual = (frequency or Granularity.WEEKLY).periods_per_year
    kept = len(every) - config.holdout
    years = min((every[-1] - every[0]).days / DAYS_PER_YEAR + 1 / usual, kept / usual)
    # Half a period of grace, so that 26 weeks and 6 months count as half a year.
    grace = 0.5 / usual
    tail = " outside the holdout" if config.holdout else ""
    if years + grace < limits.error_years:
        text = f"The data cover {kept} periods{tail}: a model needs at least half a year."
        return [Problem("error", "too_short", text, config.date_column)]
    if years + grace < limits.warning_years:
        text = f"The data cover {kept} periods{tail}, under a year: season and trend cannot be told apart."
        return [Problem("warning", "short", text, config.date_column)]
    return []


def _uneven_geos(
    dates: pd.Series, geos: pd.Series, every: pd.DatetimeIndex, config: MMMConfig
) -> list[Problem]:
    if not config.geo_column:
        return []
    count = dates.groupby(geos).nunique()
    uneven = count[count < len(every)]
    if uneven.empty:
        return []
    shown = listed(f"{geo} has {n} of {len(every)}" for geo, n in uneven.items())
    text = f"The geos have unequal calendars: {shown} periods."
    return [Problem("error", "uneven_geos", text, config.geo_column, repair=RepairKind.COMMON_CALENDAR)]
