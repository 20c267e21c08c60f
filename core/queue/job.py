"""One attempt at a processing job: what it is about, and what is seen of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# A job that handed-in files wait for lets trainings of its worker go first, but no longer than this.
PATIENCE_SECONDS = 60.0


class JobKind(StrEnum):
    """What a processing job does."""

    SALES = "sales"
    UPLIFT = "uplift"

    @property
    def words(self) -> str:
        """The work in words."""
        return {"sales": "Reading of sales", "uplift": "Learning of promotions"}[self.value]


class JobStatus(StrEnum):
    """Where a processing job stands."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Errand:
    """The one attempt that may write to the job's row: `run_by` and `attempt` together are its token."""

    job_id: uuid.UUID
    project_id: int
    kind: JobKind
    run_by: str
    attempt: int
    details: Mapping[str, Any]
    asked_by: int | None = None

    @property
    def noun(self) -> str:
        """What is done, for sentences."""
        return "job"

    @property
    def title(self) -> str:
        """What is done, for the log."""
        return f"{self.kind.words}, job {self.job_id}"


@dataclass(frozen=True)
class JobInfo:
    """A processing job as people see it. `result` is what it found once it ended, `message` a sentence on how
    it ended or why it waits; `errors` counts files that could not be read."""

    id: uuid.UUID
    project_id: int
    kind: JobKind
    status: JobStatus
    stage: str | None
    progress_done: int
    progress_total: int
    files_queued: int
    files_processed: int
    records_processed: int
    errors: int
    result: Mapping[str, Any]
    details: Mapping[str, Any]
    message: str | None
    error_reference: str | None
    attempt: int
    cancel_requested: bool
    created_by: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    heartbeat_at: dt.datetime | None
    completed_at: dt.datetime | None

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in (JobStatus.QUEUED, JobStatus.PROCESSING)
