"""Calendars of dated rows: their granularity, the gapless calendar they lie on, and the dates that follow."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

DAYS_PER_YEAR = 365.25


class Granularity(StrEnum):
    """Spacing of the periods."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def periods_per_year(self) -> float:
        """Mean number of periods in a year."""
        return {"daily": DAYS_PER_YEAR, "weekly": DAYS_PER_YEAR / 7, "monthly": 12.0}[self.value]

    @property
    def periods_per_week(self) -> float:
        """Mean number of periods in a week (about 0.23 for months)."""
        return self.periods_per_year * 7 / DAYS_PER_YEAR

    @property
    def default_max_lag(self) -> int:
        """Length of the carry-over window: eight weeks, or three months."""
        return {"daily": 56, "weekly": 8, "monthly": 3}[self.value]

    @property
    def noun(self) -> str:
        """The word for one period in a sentence."""
        return {"daily": "day", "weekly": "week", "monthly": "month"}[self.value]


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
