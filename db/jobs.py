"""The jobs area: what people see of background work. The queue itself is Procrastinate's own tables."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, by_value


class ProcessingStatus(StrEnum):
    """Where a processing job stands, in the words of the documents."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DataProcessingJob(Created, Base):
    """One piece of background work on a project's files, or on the installation (backup, retention).

    `job_id` is its public name, `queue_id` its number in the queue. `run_by` and `attempt` together are the
    token of the one process that may write to the row.
    """

    __tablename__ = "data_processing_jobs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    job_id: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    status: Mapped[ProcessingStatus] = mapped_column(
        by_value(ProcessingStatus, "status"), default=ProcessingStatus.QUEUED, index=True
    )
    files_queued: Mapped[int] = mapped_column(default=0, server_default="0")
    files_processed: Mapped[int] = mapped_column(default=0, server_default="0")
    records_processed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    errors: Mapped[int] = mapped_column(default=0, server_default="0")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    result: Mapped[dict[str, Any] | None]
    message: Mapped[str | None] = mapped_column("error_message")
    error_reference: Mapped[str | None]
    queue_id: Mapped[int | None] = mapped_column(BigInteger)
    run_by: Mapped[str | None]
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    cancel_requested: Mapped[bool] = mapped_column(default=False, server_default="false")
    stage: Mapped[str | None]
    progress_done: Mapped[int] = mapped_column(default=0, server_default="0")
    progress_total: Mapped[int] = mapped_column(default=0, server_default="0")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    started_at: Mapped[dt.datetime | None]
    stage_started_at: Mapped[dt.datetime | None]
    heartbeat_at: Mapped[dt.datetime | None]
    completed_at: Mapped[dt.datetime | None]
