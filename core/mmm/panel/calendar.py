"""Calendars: frequency of the periods, gaps, season, trend knots, holidays."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.choices import Granularity

Floats = NDArray[np.float64]
DAYS_PER_YEAR = 365.25
_STEPS = {"D": Granularity.DAILY, "W": Granularity.WEEKLY, "M": Granularity.MONTHLY}


def detect_frequency(dates: pd.DatetimeIndex) -> Granularity | None:
    """The frequency most steps between consecutive dates agree on; None where they agree on none."""
    steps = np.diff(np.unique(dates.values)).astype("timedelta64[D]").astype(int)
    if not len(steps):
        return None
    usual = int(np.median(steps))
    if usual == 1:
        return Granularity.DAILY
    if usual == 7:
        return Granularity.WEEKLY
    return Granularity.MONTHLY if 28 <= usual <= 31 else None


def expected_dates(dates: pd.DatetimeIndex, frequency: Granularity) -> pd.DatetimeIndex:
    """The gapless calendar from the first to the last date."""
    first, last = dates.min(), dates.max()
    if frequency == Granularity.MONTHLY:
        return continue_dates_between(first, last)
    step = "D" if frequency == Granularity.DAILY else "7D"
    return pd.date_range(first, last, freq=step)


def continue_dates_between(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """One date a month on the day of `first` (month ends stay month ends), up to `last`."""
    months = pd.period_range(first, last, freq="M")
    return pd.DatetimeIndex([_same_day(first, month) for month in months])


def _same_day(first: pd.Timestamp, month: pd.Period) -> pd.Timestamp:
    if first.is_month_end:
        return month.end_time.normalize()
    return pd.Timestamp(month.year, month.month, min(first.day, month.days_in_month))


def following_dates(last: pd.Timestamp, frequency: Granularity, periods: int) -> pd.DatetimeIndex:
    """The next `periods` dates after `last` on its calendar."""
    if frequency == Granularity.DAILY:
        return pd.date_range(last, periods=periods + 1, freq="D")[1:]
    if frequency == Granularity.WEEKLY:
        return pd.date_range(last, periods=periods + 1, freq="7D")[1:]
    months = pd.period_range(last, periods=periods + 1, freq="M")[1:]
    return pd.DatetimeIndex([_same_day(last, month) for month in months])


def years_since(dates: pd.DatetimeIndex, origin: pd.Timestamp) -> Floats:
    """Time in years from `origin`."""
    return np.asarray((dates - origin).days, dtype=float) / DAYS_PER_YEAR


def season_terms(dates: pd.DatetimeIndex, pairs: int) -> tuple[Floats, list[str]]:
    """(period, 2 x pairs) sines and cosines of the day of the year, and their names."""
    angle = 2 * np.pi * (dates.dayofyear.to_numpy(dtype=float) - 1) / DAYS_PER_YEAR
    columns = [f(k * angle) for k in range(1, pairs + 1) for f in (np.sin, np.cos)]
    names = [f"season_{f}{k}" for k in range(1, pairs + 1) for f in ("sin", "cos")]
    return (np.column_stack(columns) if columns else np.empty((len(dates), 0))), names


def weekday_terms(dates: pd.DatetimeIndex) -> tuple[Floats, list[str]]:
    """(period, 7) deviations of each weekday from the mean of a week, and their names."""
    shown = (dates.dayofweek.to_numpy()[:, None] == np.arange(7)).astype(float) - 1 / 7
    return shown, [f"weekday_{day}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]


def trend_knots(dates: pd.DatetimeIndex, frequency: Granularity, knot_weeks: int) -> pd.DatetimeIndex:
    """Dates at which the slope may change: every `knot_weeks` inside the data, given at least 78 weeks."""
    step = pd.Timedelta(weeks=knot_weeks)
    first, last = dates[0], dates[-1]
    if (last - first).days < 3 * 26 * 7 - 31:
        return pd.DatetimeIndex([])
    # No knot in the last half step: a slope nobody has seen yet would steer every forecast.
    return pd.date_range(first + step, last - step / 2, freq=step)


def hinge_terms(dates: pd.DatetimeIndex, knots: pd.DatetimeIndex) -> Floats:
    """(period, knot) years since each knot, 0 before it."""
    columns = [np.maximum(years_since(dates, knot), 0) for knot in knots]
    return np.column_stack(columns) if columns else np.empty((len(dates), 0))


def holiday_terms(dates: pd.DatetimeIndex, frequency: Granularity, country: str) -> tuple[Floats, list[str]]:
    """(period, holiday) public holidays of `country` falling into each period, and their names.

    A weekly period covers its date and the six days after it; a monthly one its calendar month.
    """
    import holidays

    first, last = dates[0] - pd.Timedelta(days=31), dates[-1] + pd.Timedelta(days=31)
    days = holidays.country_holidays(country, years=range(first.year, last.year + 1))
    names = sorted({name for joined in days.values() for name in joined.split("; ")})
    count = np.zeros((len(dates), len(names)))
    for day, joined in days.items():
        period = _period_of(day, dates, frequency)
        for name in joined.split("; ") if period is not None else ():
            count[period, names.index(name)] += 1
    # A holiday that falls into no period, or into every one, tells the model nothing.
    useful = [k for k in range(len(names)) if np.ptp(count[:, k]) > 0]
    return count[:, useful], [names[k] for k in useful]


def _period_of(day: dt.date, dates: pd.DatetimeIndex, frequency: Granularity) -> int | None:
    stamp = pd.Timestamp(day)
    if frequency == Granularity.MONTHLY:
        hits = np.flatnonzero((dates.year == stamp.year) & (dates.month == stamp.month))
        return int(hits[0]) if len(hits) else None
    length = 1 if frequency == Granularity.DAILY else 7
    place = int(dates.searchsorted(stamp, side="right")) - 1
    return place if place >= 0 and (stamp - dates[place]).days < length else None
