"""What is shown of a saved plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.mmm.planning.origin import Frozen


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
