"""A kept promotion model as lists and screens see it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PromoModelInfo:
    """One version of what was learned from the facts. `summary` holds backtest, notes, warnings, dip,
    cannibalisation, convergence, cells and what the facts covered; `facts_changed` whether the project has
    other facts by now."""

    id: uuid.UUID
    project_id: int
    version: int
    created_at: dt.datetime
    created_by: str
    method: str
    seed: int
    facts_key: str
    summary: Mapping[str, Any]
    artifacts_path: str
    artifacts_checksum: str
    note: str
    job_id: uuid.UUID | None
    facts_changed: bool

    @property
    def cache_key(self) -> str:
        """What a page caches the loaded model under: a version never changes."""
        return str(self.id)

    @property
    def model_version(self) -> str:
        """The version as coefficients and KPIs name it."""
        return str(self.version)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be known before relying on it, in sentences."""
        return tuple(self.summary.get("warnings", ()))


@dataclass(frozen=True)
class EstimatedModel:
    """What a learning job writes down besides the files it has kept under `artifacts_path`."""

    version: int
    method: str
    seed: int
    facts_key: str
    summary: Mapping[str, Any]
    coefficients: tuple[Mapping[str, Any], ...]
    artifacts_path: str
    artifacts_checksum: str
    note: str
