"""Finds the jobs that a death left behind (of a process, a worker, a whole machine) and lets them go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Text, cast, column, or_, select, table, text
from sqlalchemy.orm import Session

from core.queue.job import JobId, JobKind, JobStatus
from core.queue.store.kinds import KINDS, NOW, Row, rows_of
from core.queue.store.state import put_in_queue, retry_or_give_up

STALE_AFTER = dt.timedelta(seconds=60)  # without a sign of life on a machine that cannot be asked
HUNG_AFTER = dt.timedelta(minutes=15)  # without a sign of life although the worker lives

QUEUED_JOBS = table("procrastinate_jobs", column("id"), column("status"))

# Jobs taken up by workers that are gone would count as running for ever.
END_LOST_JOBS = text(
    """
    SELECT procrastinate_finish_job_v1(job.id, 'failed', false)
    FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :seconds))
    """
)


def recover(s: Session, lives: Callable[[str], bool | None]) -> dict[JobKind, tuple[JobId, ...]]:
    """The jobs of each kind that go on: in the queue again, or failed at the second loss.

    `lives` tells whether the worker of that name lives (None: cannot tell; then silence decides).
    """
    s.execute(END_LOST_JOBS, {"seconds": STALE_AFTER.total_seconds()})
    found = {kind: (*_recover_lost(s, kind, lives), *_queue_waiting(s, kind)) for kind in KINDS}
    return {kind: numbers for kind, numbers in found.items() if numbers}


def _recover_lost(s: Session, kind: JobKind, lives: Callable[[str], bool | None]) -> list[JobId]:
    """Jobs that count as running and that nobody runs any more."""
    now = s.scalars(select(NOW)).one()
    running = rows_of(kind, JobStatus.RUNNING).with_for_update(skip_locked=True)
    lost = [row for row in s.scalars(running).all() if _is_lost(row, now, lives)]
    for row in lost:
        retry_or_give_up(s, row)
    return [row.id for row in lost]


def _is_lost(row: Row, now: dt.datetime, lives: Callable[[str], bool | None]) -> bool:
    alive = lives(row.run_by) if row.run_by else None
    heard_at = row.heartbeat_at or row.started_at
    return alive is False or heard_at is None or now - heard_at > (HUNG_AFTER if alive else STALE_AFTER)


def _queue_waiting(s: Session, kind: JobKind) -> list[JobId]:
    """Jobs that wait without a place in the queue: it was lost between the two transactions of an end."""
    row = KINDS[kind].table
    missing = or_(QUEUED_JOBS.c.id.is_(None), cast(QUEUED_JOBS.c.status, Text).not_in(("todo", "doing")))
    waiting = (
        rows_of(kind, JobStatus.QUEUED)
        .outerjoin(QUEUED_JOBS, QUEUED_JOBS.c.id == row.queue_id)
        .where(KINDS[kind].living, missing)
        .with_for_update(of=row, skip_locked=True)
    )
    rows = s.scalars(waiting).all()
    for waiting_row in rows:
        put_in_queue(s, waiting_row)
    return [waiting_row.id for waiting_row in rows]
