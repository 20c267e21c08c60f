"""What a spend scenario promises: frozen results that turn into JSON for a saved scenario and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.mmm.arrays import Floats
from core.mmm.planning.answers import (
    Beyond,
    ChannelAnswer,
    PlanDraws,
    read_draws,
    read_estimate,
    read_outcome,
)
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

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> WhatIfAnswer:
        """The answer kept by `to_json`."""
        values = dict(raw)
        for name in ("kpi", "kpi_after", "recent_kpi", "difference"):
            values[name] = Estimate(**raw[name])
        values["roas"], values["whole_kpi"] = read_estimate(raw.get("roas")), read_estimate(raw["whole_kpi"])
        values["channels"] = tuple(read_outcome(row) for row in raw["channels"])
        values["forecast"] = tuple(
            ForecastPoint(row["date"], Estimate(**row["plan"]), Estimate(**row["recent"]), row["baseline"])
            for row in raw["forecast"]
        )
        for name in ("assumptions", "recent_draws", "driver_draws"):
            values[name] = tuple(raw.get(name, ()))
        values["recent_whole"] = read_estimate(raw.get("recent_whole"))
        values["beyond"] = tuple(Beyond(**row) for row in raw.get("beyond", ()))
        values["drivers"] = tuple(
            DriverOutcome(row["column"], Estimate(**row["kpi"]), row["beyond_seen"])
            for row in raw.get("drivers", ())
        )
        return cls(**{**values, "draws": read_draws(raw["draws"])})
