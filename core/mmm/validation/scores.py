"""The score of a forecast as sums, so that slices add up and every ratio is taken once, at the end."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.data.calendar import Granularity
from core.mmm.results.accuracy import crps

Floats = NDArray[np.float64]
LEVEL = 0.9


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


@dataclass(frozen=True)
class Scores:
    """Sums over `cases` (one a geo and period) of a forecast against what happened, in KPI units.

    `inside` counts the cases inside the 90 % interval. Scores of several slices are added.
    """

    cases: float = 0.0
    crps_sum: float = 0.0
    absolute_error: float = 0.0
    absolute_actual: float = 0.0
    squared_error: float = 0.0
    actual: float = 0.0
    squared_actual: float = 0.0
    inside: float = 0.0

    def __add__(self, other: Scores) -> Scores:
        mine, theirs = asdict(self), asdict(other)
        return Scores(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def crps(self) -> float:
        """Mean continuous ranked probability score in KPI units; lower is better."""
        return _ratio(self.crps_sum, self.cases)

    @property
    def wmape(self) -> float:
        """Sum of absolute errors of the mean over the sum of the KPI (0..1)."""
        return _ratio(self.absolute_error, self.absolute_actual)

    @property
    def coverage(self) -> float:
        """Share of cases inside the 90 % interval; 0.9 is right."""
        return _ratio(self.inside, self.cases)

    @property
    def r2(self) -> float:
        """1 - squared errors over squared deviations from the mean of what happened; NaN without any."""
        spread = self.squared_actual - _ratio(self.actual**2, self.cases)
        # What rounding leaves of equal values is no variation.
        return 1 - self.squared_error / spread if spread > 1e-9 * self.squared_actual else float("nan")


def score(actual: Floats, draws: Floats) -> Scores:
    """The score of `draws` (draw, ...) of a predictive distribution against `actual` (...)."""
    flat, cases = actual.ravel(), draws.reshape(len(draws), -1)
    error = flat - cases.mean(axis=0)
    lower, upper = np.quantile(cases, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return Scores(
        cases=float(flat.size),
        crps_sum=float(crps(flat, cases).sum()),
        absolute_error=float(np.abs(error).sum()),
        absolute_actual=float(np.abs(flat).sum()),
        squared_error=float((error**2).sum()),
        actual=float(flat.sum()),
        squared_actual=float((flat**2).sum()),
        inside=float(((flat >= lower) & (flat <= upper)).sum()),
    )


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")
