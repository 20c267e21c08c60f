"""Forecasts that anybody can make: what a model has to beat before its score means anything."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.data.calendar import Granularity

Floats = NDArray[np.float64]
LEAST_ERRORS, POINTS = 8, 200


class Naive(StrEnum):
    """What is simply repeated."""

    LAST_YEAR = "last_year"
    LAST_WEEK = "last_week"
    LAST_VALUE = "last_value"

    @property
    def words(self) -> str:
        """How it is called in a sentence."""
        return {
            "last_year": "repeating last year",
            "last_week": "repeating last week",
            "last_value": "repeating the last value",
        }[self.value]


def naive_forecast(past: Floats, periods: int, frequency: Granularity) -> tuple[Naive, Floats]:
    """What was repeated, and its forecast (point, geo, period) as points of equal weight.

    `past` (geo, period). The centre is the same period a year (52 weeks) earlier; where the past is too
    short to know how well that does, the same weekday of the last week for daily data, else the last value.
    Around it lie the errors which that way of forecasting made in the past, taken with both signs so that
    the centre stays. Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 5.2 and 5.5.
    """
    kind, season = _kind(past.shape[1], frequency)
    steps = np.arange(periods)
    if season is None:
        centre = np.repeat(past[:, -1:], periods, axis=1)
        lags = steps + 1
    else:
        centre = past[:, past.shape[1] - season + steps % season]
        lags = season * (1 + steps // season)
    errors = {lag: _errors(past, int(lag)) for lag in np.unique(lags)}
    around = np.stack([errors[lag] for lag in lags], axis=-1)
    return kind, centre + around


def _kind(history: int, frequency: Granularity) -> tuple[Naive, int | None]:
    year = {Granularity.DAILY: 364, Granularity.WEEKLY: 52, Granularity.MONTHLY: 12}[frequency]
    if history >= year + LEAST_ERRORS:
        return Naive.LAST_YEAR, year
    if frequency == Granularity.DAILY and history >= 7 + LEAST_ERRORS:
        return Naive.LAST_WEEK, 7
    return Naive.LAST_VALUE, None


def _errors(past: Floats, lag: int) -> Floats:
    """(point, geo) evenly spaced quantiles of past errors at a lag, both signs; the longest lag there is
    stands in for one that is longer than the past allows."""
    usable = max(1, min(lag, past.shape[1] - LEAST_ERRORS))
    made = past[:, usable:] - past[:, :-usable]
    both = np.concatenate([made, -made], axis=1)
    return np.asarray(np.quantile(both, (np.arange(POINTS) + 0.5) / POINTS, axis=1))
