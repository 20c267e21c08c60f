"""The jobs area: what people see of background work. The queue itself is Procrastinate's own tables."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, by_value


class JobStatus(StrEnum):
    """The state of a job of any kind; some tables store another word for a state."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Attempted:
    """A job that is done in attempts: `run_by` and `attempt` together are the token of the one process that
    may write to the row. Each table has a `status` in its own stored words and its own counters."""

    if TYPE_CHECKING:
        status: Mapped[JobStatus]

    queue_id: Mapped[int | None] = mapped_column("job_id", BigInteger)
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    run_by: Mapped[str | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False, server_default="false")
    stage: Mapped[str | None]
    progress_done: Mapped[int] = mapped_column(default=0, server_default="0")
    progress_total: Mapped[int] = mapped_column(default=0, server_default="0")
    message: Mapped[str | None]
    error_reference: Mapped[str | None]
    started_at: Mapped[dt.datetime | None]
    stage_started_at: Mapped[dt.datetime | None]
    heartbeat_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]


class DataProcessingJob(Created, Attempted, Base):
    """One piece of background work on a project's files, or on the installation (backup, retention).

    `job_id` is its public name, `queue_id` its number in the queue.
    """

    __tablename__ = "data_processing_jobs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    job_id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    status: Mapped[JobStatus] = mapped_column(
        by_value(JobStatus, "status", {JobStatus.RUNNING: "processing"}), default=JobStatus.QUEUED, index=True
    )
    files_queued: Mapped[int] = mapped_column(default=0, server_default="0")
    files_processed: Mapped[int] = mapped_column(default=0, server_default="0")
    records_processed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    errors: Mapped[int] = mapped_column(default=0, server_default="0")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    result: Mapped[dict[str, Any] | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    queue_id: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str | None] = mapped_column("error_message")
    finished_at: Mapped[dt.datetime | None] = mapped_column("completed_at")
