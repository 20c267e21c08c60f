"""What a department is worth a promotion in a month: its season, what it was tried at, and what is left."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.promo.days import Cell
from core.promo.regression import Regression
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.starting_points import allowed_pct
from core.promo.uplift import Uplift

Floats = NDArray[np.float64]
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


def used_pct(uplift: Uplift, place: tuple[str, str]) -> float:
    """The usual discount of a department and sales channel in its last year with promotions: the mean over
    promo days, 0 without any."""
    days = uplift.days
    at = [k for k, cell in enumerate(days.cells) if (cell.department, cell.channel) == place]
    recent = slice(max(len(days.dates) - YEAR_DAYS, 0), None)
    promo = days.promo[at, recent] & (days.discount_pct[at, recent] > 0)
    return float(days.discount_pct[at, recent][promo].mean()) if promo.any() else 0.0


def headroom_pct(uplift: Uplift, place: tuple[str, str], settings: PromoSettings) -> float:
    """Points of discount that are allowed and not usually used."""
    return max(allowed_pct(place, settings, uplift) - used_pct(uplift, place), 0.0)


def places_of(cells: tuple[Cell, ...]) -> list[tuple[str, str]]:
    """Every department and sales channel once, in order."""
    return sorted({(cell.department, cell.channel) for cell in cells})
