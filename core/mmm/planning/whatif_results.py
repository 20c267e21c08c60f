"""What a spend scenario promises: frozen results that turn into JSON for a saved scenario and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from core.mmm.answers.evidence import Estimate
from core.mmm.planning.answers import (
    ChannelOutcome,
    PlanDraws,
    outcome_frame,
    plain_row,
    read_draws,
    read_estimate,
    read_outcome,
)


@dataclass(frozen=True)
class ForecastPoint:
    """The whole KPI of one future period: as planned and as recent, with its interval."""

    date: str
    plan: Estimate
    recent: Estimate
    baseline: float


@dataclass(frozen=True)
class WhatIfAnswer:
    """The outcome of a spend scenario; `kpi` and `kpi_after` as in `BudgetAnswer`, against recent spend.

    `forecast` is empty where the model cannot forecast the baseline; `assumptions` say what it takes for
    granted.
    """

    channels: tuple[ChannelOutcome, ...]
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

    @property
    def total_value(self) -> float:
        """Money of the scenario, to the cent."""
        return round(sum(outcome.after_value for outcome in self.channels), 2)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per channel, for charts and exports."""
        return outcome_frame(self.channels)

    def to_json(self) -> dict[str, Any]:
        """The answer as plain JSON values; `from_json` gives an equal answer back."""
        return plain_row(asdict(self))

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
        values["assumptions"] = tuple(raw.get("assumptions", ()))
        return cls(**{**values, "draws": read_draws(raw["draws"])})
