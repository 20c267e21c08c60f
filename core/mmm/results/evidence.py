"""What a reading of a fitted model rests on: estimates with intervals, totals, and odds counted in draws."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.results.judgement import Judgement

Floats = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True)
class Estimate:
    """A posterior mean with the ends of its interval."""

    mean: float
    lower: float
    upper: float

    @property
    def known(self) -> bool:
        """Whether there is a value at all (a return needs spend)."""
        return bool(np.isfinite(self.mean))

    @classmethod
    def none(cls) -> Estimate:
        """The estimate of something that does not exist."""
        return cls(NAN, NAN, NAN)

    @classmethod
    def of(cls, draws: Floats, level: float) -> Estimate:
        """Mean and central interval of draws; none where there are no draws or they are not finite."""
        if draws.size == 0 or not np.isfinite(draws).all():
            return cls.none()
        lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
        return cls(float(draws.mean()), float(lower), float(upper))


@dataclass(frozen=True)
class Totals:
    """One range of dates in four figures; `media` in KPI units, `media_share` 0..1, `spend` in money.

    `roas` is the effect of paid media over their spend, none where nothing was spent.
    """

    start: dt.date
    end: dt.date
    kpi: float
    spend: float
    media: Estimate
    media_share: Estimate
    roas: Estimate


@dataclass(frozen=True)
class Evidence:
    """Everything the findings may speak of.

    `channels`: the channel summary of the range (channel, spend, contribution, roas, mroas, with intervals).
    `mroas_draws`: draws by channel with spend. `judgement`: how far the fit can be trusted. `share_rose`:
    probability that the media share is above that of the range a year before.
    """

    totals: Totals
    channels: pd.DataFrame
    mroas_draws: pd.DataFrame
    judgement: Judgement
    level: float = 0.9
    before: Totals | None = None
    share_rose: float | None = None

    def estimate(self, channel: str, column: str) -> Estimate:
        """One figure of one channel with its interval."""
        row = self.channels.loc[self.channels["channel"] == channel].iloc[0]
        return Estimate(float(row[column]), float(row[f"{column}_lower"]), float(row[f"{column}_upper"]))

    def odds(self) -> pd.DataFrame:
        """channel, mroas, best, worst: mean marginal return and the shares of draws in which it is extreme.

        Sorted by mean, best first; empty where nothing was spent.
        """
        draws = self.mroas_draws
        if draws.empty or draws.shape[1] == 0:
            return pd.DataFrame(columns=["channel", "mroas", "best", "worst"])
        top, bottom = draws.idxmax(axis=1), draws.idxmin(axis=1)
        frame = pd.DataFrame(
            {
                "channel": draws.columns,
                "mroas": draws.mean().to_numpy(float),
                "best": [float((top == name).mean()) for name in draws.columns],
                "worst": [float((bottom == name).mean()) for name in draws.columns],
            }
        )
        return frame.sort_values("mroas", ascending=False, ignore_index=True)

    def probability_above(self, channel: str, other: str) -> float:
        """Share of draws in which the next money in `channel` returns more than in `other`."""
        return float((self.mroas_draws[channel] > self.mroas_draws[other]).mean())

    def probability_pays(self, channel: str) -> float:
        """Share of draws in which the next unit of money brings back more than itself."""
        return float((self.mroas_draws[channel] > 1).mean())
