"""The mean of past days of the same weekday: the simplest baseline, and days on which nothing is sold."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.promo.days import CellDays
from core.promo.events import shadows_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
CLOSED_WEEKS = 8


def usable_days(days: CellDays) -> Flags:
    """(cell, day) days that show the baseline: no promotion, no dip after one, and sales known."""
    shadows = shadows_of(days)
    return ~days.promo & ~shadows.near & ~shadows.far & ~np.isnan(days.sales)


def weekday_means(days: CellDays, values: Floats, dates: pd.DatetimeIndex) -> Floats:
    """(cell, day) mean of `values` (cell, day) over usable days of the same weekday; the cell's mean where a
    weekday has none, 0 where the weekday is closed, and 0 for a cell without usable days."""
    used, weekday = usable_days(days), days.dates.weekday.to_numpy()
    known = np.where(used, np.nan_to_num(values), 0.0)
    whole = known.sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    table = np.tile(whole[:, None], (1, 7))
    for k in range(7):
        count = used[:, weekday == k].sum(axis=1)
        mean = known[:, weekday == k].sum(axis=1) / np.maximum(count, 1)
        table[:, k] = np.where(count > 0, mean, whole)
    return np.where(closed_weekdays(days, dates), 0.0, table[:, dates.weekday.to_numpy()])


def closed_weekdays(days: CellDays, dates: pd.DatetimeIndex) -> Flags:
    """(cell, day) whether the weekday brought nothing in the last eight weeks, in a cell that was sold before
    these; what was not sold at all in them is closed altogether."""
    weekday, recent = days.dates.weekday.to_numpy(), slice(max(len(days.dates) - 7 * CLOSED_WEEKS, 0), None)
    begun = np.where(days.sold.any(axis=1), days.sold.argmax(axis=1), len(days.dates))
    enough = len(days.dates) - begun >= 7 * CLOSED_WEEKS
    table = np.zeros((len(days.cells), 7), bool)
    for k in range(7):
        on = weekday[recent] == k
        table[:, k] = enough & ~days.sold[:, recent][:, on].any(axis=1)
    return table[:, dates.weekday.to_numpy()]
