"""What a spend scenario promises: frozen results that turn into JSON for a saved scenario and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.mmm.arrays import Floats
from core.mmm.planning.answers import Beyond, ChannelAnswer, PlanDraws
from core.mmm.results.evidence import Estimate


@dataclass(frozen=True)
class ForecastPoint:
    """The whole KPI of one future period: as planned and as recent, with its interval."""

    date: str
    plan: Estimate
    recent: Estimate
    baseline: float


@dataclass(frozen=True)
class DriverOutcome:
    """What a changed price, promotion or control adds to the KPI over the horizon.

    `beyond_seen`: the plan asks for values outside those of the data.
    """

    column: str
    kpi: Estimate
    beyond_seen: bool = False


@dataclass(frozen=True)
class WhatIfAnswer(ChannelAnswer):
    """The outcome of a spend scenario; `kpi` and `kpi_after` as in `BudgetAnswer`, against recent spend.

    `whole_kpi` is the KPI of the horizon with everything, `recent_whole` that of recent spend; `difference`
    counts media (carry-over after the horizon included) and changed drivers. `forecast` is empty where the
    model cannot forecast the baseline; `assumptions` say what it takes for granted. `recent_draws` and
    `driver_draws` are the totals of each draw for recent spend and for changed drivers (empty: none).
    """

    kpi: Estimate
    kpi_after: Estimate
    recent_kpi: Estimate
    roas: Estimate | None
    difference: Estimate
    probability_better: float
    forecast: tuple[ForecastPoint, ...]
    whole_kpi: Estimate | None
    start_on: str
    end_on: str
    draws: PlanDraws
    assumptions: tuple[str, ...] = ()
    recent_whole: Estimate | None = None
    recent_draws: tuple[float, ...] = ()
    drivers: tuple[DriverOutcome, ...] = ()
    driver_draws: tuple[float, ...] = ()
    beyond: tuple[Beyond, ...] = ()

    @property
    def total_draws(self) -> Floats:
        """(draw,) KPI that media cause, window and after, with what changed drivers add."""
        total = self.draws.total
        return total + np.asarray(self.driver_draws) if self.driver_draws else total
