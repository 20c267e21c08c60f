"""The columns of work that a worker's process does in attempts: its job, its token, its progress, its end."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column


class Attempted:
    """`run_by` and `attempt` together are the token of the one process that may write to the row."""

    job_id: Mapped[int | None] = mapped_column(BigInteger)
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    run_by: Mapped[str | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False, server_default="false")
    stage: Mapped[str | None]
    progress_done: Mapped[int] = mapped_column(default=0, server_default="0")
    progress_total: Mapped[int] = mapped_column(default=0, server_default="0")
    divergences: Mapped[int] = mapped_column(default=0, server_default="0")
    message: Mapped[str | None]
    error_reference: Mapped[str | None]
    started_at: Mapped[dt.datetime | None]
    stage_started_at: Mapped[dt.datetime | None]
    heartbeat_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
