"""What is shown of a saved promotion."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import PromoScenario, ScenarioType
from core.promo.scenarios.verdict import Verdict, VerdictStatus


@dataclass(frozen=True)
class PromoInfo:
    """A saved promotion in a list. `totals` and `deltas` are those of the figures kept last (sales_value,
    margin_value, margin_pct of the totals, ebit, units), empty without any; so are `status` and
    `overall_score` None without a verdict. `reviewed` and `briefed`: whether it has a post-mortem, a brief.
    """

    id: uuid.UUID
    project_id: int
    label: str
    scenario_type: ScenarioType
    start: dt.date
    end: dt.date
    geo: str
    departments: tuple[str, ...]
    totals: Mapping[str, float]
    deltas: Mapping[str, float]
    kpi_id: uuid.UUID | None
    model_version: str | None
    status: VerdictStatus | None
    overall_score: int | None
    opportunity_id: uuid.UUID | None
    created_by: str
    created_at: dt.datetime
    updated_at: dt.datetime
    archived: bool
    deleted: bool
    reviewed: bool
    briefed: bool

    @property
    def name(self) -> str:
        """Its label, by the word that everything on the shelf knows."""
        return self.label


@dataclass(frozen=True)
class SavedPromo:
    """A saved promotion as a whole; figures and verdict are None where none were kept."""

    info: PromoInfo
    scenario: PromoScenario
    kpis: PromoKpis | None
    verdict: Verdict | None
    kpi_id: uuid.UUID | None
