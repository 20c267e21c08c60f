"""A saved plan: what is shown of it, who froze it, and the model and data behind it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.charts.formats import Wording
from core.mmm.fitted import FittedMMM
from core.mmm.model_info import ModelInfo


@dataclass(frozen=True)
class Frozen:
    """Labels, currency and KPI label as they were, and the facts about model and data."""

    wording: Wording
    origin: PlanOrigin


@dataclass(frozen=True)
class PlanOrigin:
    """A model and its data as they were when the plan was made.

    `draws` are the posterior draws saved, `rows` those of the data (periods x geos), `trained_at` an ISO
    timestamp in UTC, `config` the model's set-up as JSON values, `checksum` that of the model's files.
    """

    model_id: int
    model_name: str
    trained_at: str
    converged: bool
    draws: int
    seed: int
    dataset_name: str
    dataset_version: int
    rows: int
    start_on: str
    end_on: str
    geos: int
    period: str
    checksum: str
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model_words(self) -> str:
        """'Weekly model (no. 3)'."""
        return f"{self.model_name} (no. {self.model_id})"

    @property
    def trained_on(self) -> str:
        """The day of the training, or the words for a day that is not known."""
        return self.trained_at.partition("T")[0]

    @property
    def data_words(self) -> str:
        """'Weekly sales, version 2: 208 rows, 2021-01-04 to 2024-12-30'."""
        if not self.rows:
            return "no longer known, as the model was deleted"
        where = f" in {self.geos} geographies" if self.geos > 1 else ""
        return (
            f"{self.dataset_name}, version {self.dataset_version}: {self.rows:,} rows{where}, "
            f"{self.start_on} to {self.end_on}"
        )


def origin_of(info: ModelInfo, model: FittedMMM) -> PlanOrigin:
    """The facts about a trained model and the data that it was trained on."""
    return PlanOrigin(
        model_id=info.id,
        model_name=info.name,
        trained_at=(info.finished_at or info.created_at).isoformat(timespec="seconds"),
        converged=bool(info.converged),
        draws=model.posterior.draws,
        seed=model.seed,
        dataset_name=info.dataset_name,
        dataset_version=info.dataset_version,
        rows=int(model.structure.panel.kpi.size),
        start_on=str(model.dates[0].date()),
        end_on=str(model.dates[-1].date()),
        geos=len(model.geos),
        period=model.frequency.noun,
        checksum=info.artifacts_checksum or "",
        config=json.loads(model.config.to_json()),
    )


def lost_origin(model_id: int, model_name: str, period: str) -> PlanOrigin:
    """What is left to say where the model was deleted and the plan was not frozen before."""
    return PlanOrigin(model_id, model_name, "no longer known", True, 0, 0, "", 0, 0, "", "", 1, period, "")


@dataclass(frozen=True)
class ScenarioInfo:
    """A saved plan; `kind` says what it is ("budget", "whatif"), `config` the question, `results` the answer.

    `model_available` is False when its model has been deleted: the answer stays, but cannot be computed anew.
    A frozen plan never changes: `frozen` holds its words and facts, `artifacts_path` its own copy of the
    model. `note` is plain text that anybody who may edit plans can write, on a frozen plan too.
    """

    id: int
    project_id: int
    model_id: int
    model_name: str
    model_available: bool
    name: str
    kind: str
    config: Mapping[str, Any]
    results: Mapping[str, Any] | None
    created_by: str
    created_at: dt.datetime
    updated_at: dt.datetime
    archived: bool
    deleted: bool
    frozen: Frozen | None = None
    frozen_at: dt.datetime | None = None
    frozen_by: str = ""
    artifacts_path: str | None = None
    artifacts_checksum: str | None = None
    note: str = ""
    note_by: str = ""
    note_at: dt.datetime | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether the plan can no longer change."""
        return self.frozen is not None

    @property
    def cache_key(self) -> str:
        """Names the content of a frozen plan's own copy of its model."""
        return f"{self.project_id}/frozen/{self.id}/{self.artifacts_checksum}"


def frozen_text(info: ScenarioInfo) -> str:
    """'Frozen on 21 Nov 2026 by Olga'; empty for a plan that is not."""
    if info.frozen_at is None:
        return ""
    by = f" by {info.frozen_by}" if info.frozen_by else ""
    return f"Frozen on {_day(info.frozen_at)}{by}"


def note_text(info: ScenarioInfo) -> str:
    """'Note by Paul, 21 Nov 2026'; empty where there is none."""
    if not info.note or info.note_at is None:
        return ""
    return f"Note by {info.note_by or 'somebody'}, {_day(info.note_at)}"


def _day(at: dt.datetime) -> str:
    return f"{at.day} {at:%b %Y}"
