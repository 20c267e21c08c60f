"""What is shown of a saved plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ScenarioInfo:
    """A saved plan; `kind` says what it is ("budget", "whatif"), `config` the question, `results` the answer.

    `model_available` is False when its model has been deleted: the answer stays, but cannot be computed anew.
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
