"""What a plan starts from: the horizon after the data, recent spend, and the most that was ever spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from core.data.calendar import Granularity, following_dates
from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.cents import to_cents

FIRST_PERIODS = {Granularity.DAILY: 28, Granularity.WEEKLY: 13, Granularity.MONTHLY: 3}
MOST_PERIODS = {Granularity.DAILY: 364, Granularity.WEEKLY: 104, Granularity.MONTHLY: 24}


@dataclass(frozen=True)
class PlanBasis:
    """The recent past of a model's paid channels and the horizon that begins right after it.

    `recent`: money by channel over the last `periods` periods; `seen`: the most over as many consecutive
    ones; `usual`: recent money, or where there is none the average over as many periods.
    `most_periods` is the longest horizon that means anything.
    `dates` are those of the horizon, `actual` the KPI by date. All geos together.
    `history`: money by date and channel; `peak`: the most in any one period; `seen_total`: the most over as
    many periods on all channels together. `by_geo`: the same basis of each geo of a panel; `geo_shares`: each
    geo's present share of a channel's money (geo x channel).
    """

    channels: tuple[str, ...]
    frequency: Granularity
    periods: int
    dates: pd.DatetimeIndex
    recent: Mapping[str, float]
    seen: Mapping[str, float]
    usual: Mapping[str, float]
    most_periods: int
    actual: pd.Series = field(compare=False)
    history: pd.DataFrame = field(compare=False)
    by_geo: Mapping[str, PlanBasis] = field(default_factory=dict, compare=False)
    geo_shares: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False)

    @property
    def geos(self) -> tuple[str, ...]:
        """Geos of a panel; none for national data."""
        return tuple(self.by_geo)

    def of(self, geo: str) -> PlanBasis:
        """The basis of one geo, or this one where no geo is named."""
        return self.by_geo[geo] if geo else self

    @cached_property
    def peak(self) -> Mapping[str, float]:
        """The most money in any one period, by channel."""
        return {name: to_cents(self.history[name].max()) for name in self.channels}

    @cached_property
    def seen_total(self) -> float:
        """The most money of all channels together over as many consecutive periods."""
        whole = self.history.sum(axis=1).to_numpy(float)[:, None]
        return to_cents(_window_sums(whole, self.periods).max())

    def recent_series(self, channel: str) -> tuple[float, ...]:
        """Money of the last periods, one amount per period of the horizon."""
        return tuple(self.history[channel].to_numpy(float)[-self.periods :])

    def last_year(self, channel: str) -> tuple[float, ...] | None:
        """Money of the same periods a year before; None where the data are shorter than that."""
        own, year = self.history[channel].to_numpy(float), round(self.frequency.periods_per_year)
        if len(own) < year:
            return None
        return tuple(own[len(own) - year + np.arange(self.periods) % year])

    def following(self, periods: int) -> pd.DatetimeIndex:
        """The dates of a horizon of another length."""
        return following_dates(self.history.index[-1], self.frequency, periods)

    @property
    def period(self) -> str:
        """The word for one period."""
        return self.frequency.noun

    @property
    def start_on(self) -> str:
        """First date of the horizon."""
        return str(self.dates[0].date())

    @property
    def end_on(self) -> str:
        """Last date of the horizon."""
        return str(self.dates[-1].date())

    @property
    def recent_total(self) -> float:
        """Recent money of all channels."""
        return to_cents(sum(self.recent.values()))


def basis_of(spend: pd.DataFrame, actual: pd.Series, frequency: Granularity, periods: int) -> PlanBasis:
    """The basis of a plan over `periods` periods.

    `spend`: money by date (rows) and paid channel, all geos together; `actual`: KPI by date. Raises UserError
    for a horizon that is too long to mean anything, or none.
    """
    most = min(MOST_PERIODS[frequency], len(spend))
    if not 1 <= periods <= most:
        raise UserError(f"The horizon lies between 1 and {most} {frequency.noun}s; it cannot be {periods}.")
    dates = pd.DatetimeIndex(spend.index)
    names = tuple(str(name) for name in spend.columns)
    sums = _window_sums(spend.to_numpy(dtype=float), periods)
    return PlanBasis(
        channels=names,
        frequency=frequency,
        periods=periods,
        dates=following_dates(dates[-1], frequency, periods),
        recent={name: to_cents(sums[-1, i]) for i, name in enumerate(names)},
        seen={name: to_cents(sums[:, i].max()) for i, name in enumerate(names)},
        usual={name: to_cents(sums[-1, i] or sums[:, i].mean()) for i, name in enumerate(names)},
        most_periods=most,
        actual=actual,
        history=spend,
    )


def first_periods(frequency: Granularity, available: int) -> int:
    """The horizon that is offered first: about a quarter, never longer than the data."""
    return min(FIRST_PERIODS[frequency], available)


def _window_sums(spend: Floats, periods: int) -> Floats:
    """(window, channel) money over every run of `periods` consecutive periods."""
    running = np.vstack([np.zeros((1, spend.shape[1])), np.cumsum(spend, axis=0)])
    sums: Floats = running[periods:] - running[:-periods]
    return sums
