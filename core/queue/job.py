"""A job: one piece of background work, the state it is in, and the one attempt that may write to its row."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from db.jobs import JobStatus

__all__ = ["ACTIVE", "Attempt", "JobInfo", "JobKind", "JobStatus", "Progress", "ProjectBusy", "Stopped"]

ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)
JobId = int | uuid.UUID


class JobKind(StrEnum):
    """What a job does; what each kind needs is a row of `core.queue.store.kinds.KINDS`."""

    TRAINING = "training"
    VALIDATION = "validation"
    SALES = "sales"
    UPLIFT = "uplift"


class ProjectBusy(Exception):
    """The job has to wait a little longer, for other jobs of its project or of its worker."""


class Stopped(Exception):
    """The job was asked to stop, and did."""


@dataclass(frozen=True)
class Attempt:
    """The one attempt that may write to the job's row: `run_by` and `number` together are its token.

    Whoever lost the row to a later attempt finds that its token no longer fits, and stops. `noun` says what
    is done in sentences for people, `title` in the log.
    """

    kind: JobKind
    job_id: JobId
    project_id: int
    run_by: str
    number: int
    noun: str
    title: str
    details: Mapping[str, Any] = field(default_factory=dict)
    asked_by: int | None = None


@dataclass(frozen=True)
class Progress:
    """How far a job is: `done` of `total` steps of a stage; total 0 where it cannot be counted.

    `divergences` counts those of a sampler, `files` and `records` what has been read so far.
    """

    stage: str = "starting"
    done: int = 0
    total: int = 0
    divergences: int = 0
    files: int = 0
    records: int = 0


@dataclass(frozen=True)
class JobInfo:
    """A job on sales as people see it. `result` is what it found once it ended, `message` a sentence on how
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
    finished_at: dt.datetime | None

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in ACTIVE
