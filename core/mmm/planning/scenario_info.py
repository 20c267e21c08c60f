"""What is shown of a saved plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.mmm.planning.frozen import Frozen


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
