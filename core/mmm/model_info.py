"""What is shown of a model: its set-up, how far its training is, and what it found."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.mmm.config import MMMConfig
from core.queue.job import ACTIVE, JobStatus


@dataclass(frozen=True)
class ModelInfo:
    """A model as a member of its project sees it.

    `dataset_latest_id` is the newest version of its data set: another number than `dataset_id` means that
    there are newer data to retrain on. `queue_position` counts from 1 (next) while it waits; `seconds_left`
    is an estimate while it runs. `results` holds what lists and cards need without loading any draws; it is
    None until the training is completed. `message` is a sentence for the person who looks.
    """

    id: int
    project_id: int
    dataset_id: int
    dataset_name: str
    dataset_version: int
    dataset_latest_id: int | None
    name: str
    status: JobStatus
    config: Mapping[str, Any]
    sampling: Mapping[str, Any]
    rerun_of_id: int | None
    created_by: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    stage_started_at: dt.datetime | None
    heartbeat_at: dt.datetime | None
    finished_at: dt.datetime | None
    attempt: int
    cancel_requested: bool
    stage: str | None
    progress_done: int
    progress_total: int
    divergences: int
    message: str | None
    error_reference: str | None
    archived: bool
    deleted: bool
    results: Mapping[str, Any] | None
    artifacts_path: str | None
    artifacts_checksum: str | None
    queue_position: int | None = None
    seconds_left: float | None = None

    @property
    def active(self) -> bool:
        """Whether the training still waits or runs."""
        return self.status in ACTIVE

    @property
    def progress_share(self) -> float:
        """How much of the present stage is done, 0..1; 0 where the stage cannot be counted."""
        return min(1.0, self.progress_done / self.progress_total) if self.progress_total else 0.0

    @property
    def converged(self) -> bool | None:
        """Whether the sampler converged; None until there are results."""
        return bool(self.results["diagnostics"]["converged"]) if self.results else None

    @property
    def mmm_config(self) -> MMMConfig:
        """The set-up as the model's own specification."""
        return MMMConfig.from_json(json.dumps(dict(self.config)))

    @property
    def channel_columns(self) -> tuple[str, ...]:
        """The paid media channels, by column."""
        return tuple(self.config.get("channel_columns", ()))

    def display_name(self, column: str) -> str:
        """The name a reader sees for a column."""
        return str(self.config.get("display_names", {}).get(column, column))

    @property
    def cache_key(self) -> str:
        """Changes with every change of the fit: fit for keying what is computed from it."""
        return f"{self.project_id}/{self.id}/{self.artifacts_checksum}"
