"""The state machine of every job: queued, running, then completed, failed or cancelled.

Only the holder of an attempt's token changes a running row; whoever lost it finds that nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text, update
from sqlalchemy.orm import Session

from core.queue.job import ACTIVE, Attempt, JobId, JobKind, JobStatus, Progress, ProjectBusy
from core.queue.queue import client
from core.queue.store.kinds import KINDS, NOW, Row, is_living, kind_of, rows_of

CANCELLED = "Cancelled."


def put_in_queue(s: Session, row: Row) -> None:
    """The job waits in its queue once the caller's transaction is committed."""
    kind = kind_of(row)
    queue, priority = KINDS[kind].queue, KINDS[kind].priority
    connection = s.connection().connection.driver_connection
    task = client.configure_task(queue.task, queue=queue.name, connection=connection, priority=priority)
    row.queue_id = task.defer(kind=kind.value, job_id=str(row.id))
    s.flush()


def claim(s: Session, kind: JobKind, job_id: JobId | str, run_by: str) -> Attempt | None:
    """The attempt that may now do the job; None when it no longer waits (cancelled, deleted, done).

    Raises ProjectBusy when its project runs enough jobs of the same queue, or another job goes first.
    """
    described = KINDS[kind]
    key = described.table.id.type.python_type(str(job_id))
    waiting = rows_of(kind, JobStatus.QUEUED).where(described.table.id == key)
    row = s.scalar(waiting.with_for_update(of=described.table))
    if row is None:
        return None
    if not is_living(s, row):
        end(s, row, JobStatus.CANCELLED, CANCELLED)
        return None
    project_id = s.scalars(select(described.project).where(described.table.id == row.id)).one()
    _refuse_when_full(s, kind, project_id)
    if reason := described.wait_reason(s, row, run_by):
        raise ProjectBusy(reason)
    row.status, row.run_by, row.attempt = JobStatus.RUNNING, run_by, row.attempt + 1
    row.cancel_requested, row.stage, row.progress_done, row.progress_total = False, Progress().stage, 0, 0
    for name, value in described.counters(Progress()).items():
        setattr(row, name, value)
    row.message = row.error_reference = row.finished_at = None
    row.started_at = row.stage_started_at = row.heartbeat_at = s.scalars(select(NOW)).one()
    s.flush()
    return Attempt(
        kind=kind,
        job_id=row.id,
        project_id=project_id,
        run_by=run_by,
        number=row.attempt,
        noun=described.noun,
        title=f"{described.title} {row.id}",
        details=dict(getattr(row, "details", {})),
        asked_by=getattr(row, "created_by", None),
    )


def _refuse_when_full(s: Session, kind: JobKind, project_id: int) -> None:
    """Raises ProjectBusy when the project runs as many jobs of the kind's queue as it may."""
    queue = KINDS[kind].queue
    lock = text("SELECT pg_advisory_xact_lock(:area, :project)")
    s.execute(lock, {"area": queue.lock, "project": project_id})
    running = sum(
        s.scalar(
            select(func.count())
            .select_from(row.table)
            .where(row.which, row.table.status == JobStatus.RUNNING, row.project == project_id)
        )
        or 0
        for row in KINDS.values()
        if row.queue is queue
    )
    if running >= queue.jobs_per_project:
        raise ProjectBusy(f"Project {project_id} already runs {running} jobs of the queue {queue.name}.")


def beat(s: Session, attempt: Attempt, progress: Progress) -> bool:
    """Writes a sign of life and the progress; False when the job shall stop (cancelled, deleted, lost).

    `stage_started_at` is when the present stage began, or the present count where stages share one.
    """
    kind = KINDS[attempt.kind]
    table = kind.table
    same_count = and_(table.progress_total == progress.total, table.progress_total > 0)
    same_stage = or_(table.stage == progress.stage, same_count)
    written = (
        update(table)
        .where(*_token(attempt))
        .values(
            heartbeat_at=NOW,
            stage_started_at=case((same_stage, table.stage_started_at), else_=NOW),
            stage=progress.stage,
            progress_done=progress.done,
            progress_total=progress.total,
            **kind.counters(progress),
        )
        .returning(table.cancel_requested)
        .execution_options(synchronize_session=False)
    )
    return s.execute(written).scalar_one_or_none() is False


def _token(attempt: Attempt) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which the row is still this attempt's."""
    table = KINDS[attempt.kind].table
    return (
        table.id == attempt.job_id,
        table.status == JobStatus.RUNNING,
        table.run_by == attempt.run_by,
        table.attempt == attempt.number,
    )


def owned_by(s: Session, attempt: Attempt) -> Any:
    """The row of the attempt, locked, if it still may write to it; else None."""
    row = select(KINDS[attempt.kind].table).where(*_token(attempt)).with_for_update()
    return s.scalar(row.execution_options(populate_existing=True))


def end(s: Session, row: Row, status: JobStatus, message: str | None, reference: str | None = None) -> None:
    """Writes how the job ended."""
    row.status, row.message, row.error_reference = status, message, reference
    row.stage, row.finished_at = None, s.scalars(select(NOW)).one()
    s.flush()
    KINDS[kind_of(row)].on_end(s, row)


def complete(
    s: Session,
    attempt: Attempt,
    write: Callable[[Any], None],
    *,
    status: JobStatus = JobStatus.COMPLETED,
    message: str | None = None,
) -> bool:
    """Ends the job with what `write` writes of its results; False, and nothing written, when it was stopped
    or taken over meanwhile.

    `status` is FAILED when the job came to its end with nothing to show for it. Calling it again after a
    commit whose answer was lost finds the job ended by this attempt, and is True.
    """
    row = owned_by(s, attempt)
    if row is None:
        ended = s.get(KINDS[attempt.kind].table, attempt.job_id, populate_existing=True)
        token = (ended.run_by, ended.attempt, ended.status) if ended else None
        return token == (attempt.run_by, attempt.number, status)
    if row.cancel_requested:
        return False
    write(row)
    end(s, row, status, message)
    return True


def fail(s: Session, attempt: Attempt, message: str, reference: str | None = None) -> bool:
    """Ends the job as failed, or cancelled where that was asked for; False when it had ended before."""
    row = owned_by(s, attempt)
    if row is not None:
        _end_unless_cancelled(s, row, lambda: end(s, row, JobStatus.FAILED, message, reference))
    return row is not None


def stop(s: Session, attempt: Attempt) -> bool:
    """Ends the job as cancelled; False when it had ended before."""
    row = owned_by(s, attempt)
    if row is not None:
        end(s, row, JobStatus.CANCELLED, CANCELLED)
    return row is not None


def release(s: Session, attempt: Attempt) -> bool:
    """Puts the job back into the queue as if it had not been begun; False when it had ended before."""

    def put_back() -> None:
        back_in_queue(s, row, "Waits for the worker to start again.")
        row.attempt -= 1
        s.flush()

    row = owned_by(s, attempt)
    if row is not None:
        _end_unless_cancelled(s, row, put_back)
    return row is not None


def killed(s: Session, attempt: Attempt, message: str) -> bool:
    """What becomes of a job whose process was killed: failed with `message`, or tried once more where its
    kind says so; False when it had ended before."""
    if not KINDS[attempt.kind].retry_killed:
        return fail(s, attempt, message)
    row = owned_by(s, attempt)
    if row is not None:
        retry_or_give_up(s, row, message)
    return row is not None


def retry_or_give_up(s: Session, row: Row, message: str | None = None) -> None:
    """A job that nobody does any more: cancelled where that was asked for, tried once more, or failed with
    `message` (else the sentence of its kind)."""
    kind = KINDS[kind_of(row)]
    if row.attempt >= kind.tries:
        _end_unless_cancelled(s, row, lambda: end(s, row, JobStatus.FAILED, message or kind.gave_up))
    else:
        _end_unless_cancelled(s, row, lambda: back_in_queue(s, row, kind.again))


def _end_unless_cancelled(s: Session, row: Row, otherwise: Callable[[], None]) -> None:
    if row.cancel_requested:
        end(s, row, JobStatus.CANCELLED, CANCELLED)
    else:
        otherwise()


def back_in_queue(s: Session, row: Row, message: str) -> None:
    """The job waits again, with a new place in the queue."""
    row.status, row.run_by, row.message = JobStatus.QUEUED, None, message
    row.stage = row.heartbeat_at = row.error_reference = None
    put_in_queue(s, row)


def cancel(s: Session, row: Row) -> bool:
    """Cancels a job that waits at once and asks one that runs to stop; False when it had ended."""
    if row.status not in ACTIVE:
        return False
    if row.status == JobStatus.RUNNING:
        row.cancel_requested = True
        s.flush()
    else:
        end(s, row, JobStatus.CANCELLED, "Cancelled before it began.")
        s.execute(text("SELECT procrastinate_cancel_job_v1(:job, false, false)"), {"job": row.queue_id})
    return True


def cancel_where(s: Session, kind: JobKind, condition: ColumnElement[bool]) -> bool:
    """Cancels the jobs of a kind that wait or run under `condition`; whether there were any."""
    table = KINDS[kind].table
    active = rows_of(kind, *ACTIVE).where(condition).order_by(table.id).with_for_update(of=table)
    cancelled = [cancel(s, row) for row in s.scalars(active).all()]
    return any(cancelled)


def cancel_jobs_of_project(s: Session, project_id: int) -> None:
    """Cancels every job of the project that waits or runs."""
    for kind, row in KINDS.items():
        cancel_where(s, kind, row.project == project_id)
