"""The rows of processing jobs: put into the queue, taken up, reported on, ended."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, select, text, update
from sqlalchemy.orm import Session

from core.queue.attempt import TRIES, Progress, ProjectBusy
from core.queue.job import PATIENCE_SECONDS, Errand, JobKind
from core.queue.queue import PROCESS_TASK, PROCESSING, READING_PRIORITY, desk
from db.tables import (
    DataProcessingJob,
    Model,
    ModelStatus,
    ProcessingStatus,
    Project,
    SalesFile,
    SalesFileStatus,
)

Job = DataProcessingJob
UNFINISHED = (ProcessingStatus.QUEUED, ProcessingStatus.PROCESSING)
NOW = func.clock_timestamp()
CANCELLED = "Cancelled."
JOBS_LOCK = 7303  # first half of the advisory lock under which a project's jobs are taken up


def enqueue_job(
    s: Session,
    project_id: int,
    kind: JobKind,
    *,
    asked_by: int | None,
    files: int = 0,
    details: Mapping[str, Any] | None = None,
) -> uuid.UUID:
    """The id of a new job that waits in the queue once the caller's transaction is committed.

    `details["patience_seconds"]` is how long it lets trainings go first.
    """
    number = uuid.uuid4()
    row = Job(
        id=number, job_id=f"{kind}-{number.hex[:12]}", project_id=project_id, kind=kind.value,
        status=ProcessingStatus.QUEUED, files_queued=files, details=dict(details or {}), created_by=asked_by,
    )  # fmt: skip
    s.add(row)
    s.flush()
    put_in_queue(s, row)
    return number


def put_in_queue(s: Session, row: Job) -> None:
    """A job of the queue for the row, in the caller's transaction."""
    connection = s.connection().connection.driver_connection
    priority = READING_PRIORITY if row.kind == JobKind.SALES else 0
    task = desk.configure_task(PROCESS_TASK, queue=PROCESSING, connection=connection, priority=priority)
    row.queue_id = task.defer(job_id=str(row.id))
    s.flush()


def claim_job(s: Session, job_id: str, run_by: str) -> Errand | None:
    """The attempt that may now do the job; None when it no longer waits.

    Raises ProjectBusy while a job of the project runs or one ahead of it waits (jobs of a project are done
    one after another, files in the order they were handed in and learning last), and for a while when this
    worker trains.
    """
    waiting = select(Job).where(Job.id == uuid.UUID(job_id), Job.status == ProcessingStatus.QUEUED)
    row = s.scalar(waiting.with_for_update())
    if row is None or row.project_id is None:
        return None
    if s.scalar(select(Project.deleted_at).where(Project.id == row.project_id)) is not None:
        _end(s, row, ProcessingStatus.CANCELLED, CANCELLED)
        return None
    _refuse_when_busy(s, row, run_by)
    _take_up(s, row, run_by)
    return Errand(
        row.id, row.project_id, JobKind(row.kind), run_by, row.attempt, dict(row.details), row.created_by
    )


def _refuse_when_busy(s: Session, row: Job, run_by: str) -> None:
    lock = text("SELECT pg_advisory_xact_lock(:area, :project)")
    s.execute(lock, {"area": JOBS_LOCK, "project": row.project_id})
    running = Job.status == ProcessingStatus.PROCESSING
    ahead = (Job.status == ProcessingStatus.QUEUED) & (Job.created_at < row.created_at)
    if row.kind == JobKind.SALES:  # learning that waits has the more to learn from
        ahead = ahead & (Job.kind == JobKind.SALES.value)
    first = exists().where(Job.project_id == row.project_id, Job.id != row.id, running | ahead)
    if s.scalar(select(first)):
        raise ProjectBusy(f"Project {row.project_id} does another job first.")
    if _trainings_go_first(s, row, run_by):
        raise ProjectBusy("A training goes first.")


def _trainings_go_first(s: Session, row: Job, run_by: str) -> bool:
    patience = float(row.details.get("patience_seconds", PATIENCE_SECONDS))
    waited = select(func.extract("epoch", NOW - Job.created_at) > patience).where(Job.id == row.id)
    if s.scalar(waited):
        return False
    here = (Model.status == ModelStatus.RUNNING) & (Model.run_by == run_by)
    soon = (Model.status == ModelStatus.PENDING) & Model.deleted_at.is_(None)
    return bool(s.scalar(select(exists().where(here | soon))))


def _take_up(s: Session, row: Job, run_by: str) -> None:
    now = s.scalars(select(NOW)).one()
    row.status, row.run_by, row.attempt = ProcessingStatus.PROCESSING, run_by, row.attempt + 1
    row.cancel_requested, row.stage, row.progress_done, row.progress_total = False, Progress().stage, 0, 0
    row.message = row.error_reference = row.completed_at = None
    row.started_at = row.stage_started_at = row.heartbeat_at = now
    s.flush()


def _token(errand: Errand) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which the row is still this attempt's."""
    return (
        Job.id == errand.job_id,
        Job.status == ProcessingStatus.PROCESSING,
        Job.run_by == errand.run_by,
        Job.attempt == errand.attempt,
    )


def owned_by(s: Session, errand: Errand) -> Job | None:
    """The row of the errand, locked, if this attempt still may write to it."""
    row = select(Job).where(*_token(errand)).with_for_update()
    return s.scalar(row.execution_options(populate_existing=True))


def beat(s: Session, errand: Errand, progress: Progress) -> bool:
    """Writes a sign of life and the progress; False when the job shall stop."""
    same_stage = Job.stage == progress.stage
    written = (
        update(Job)
        .where(*_token(errand))
        .values(
            heartbeat_at=NOW,
            stage_started_at=case((same_stage, Job.stage_started_at), else_=NOW),
            stage=progress.stage,
            progress_done=progress.done,
            progress_total=progress.total,
            files_processed=func.greatest(Job.files_processed, progress.files),
            records_processed=func.greatest(Job.records_processed, progress.records),
        )
        .returning(Job.cancel_requested)
        .execution_options(synchronize_session=False)
    )
    cancelled = s.execute(written).scalar_one_or_none()
    return cancelled is False


def _end(
    s: Session, row: Job, status: ProcessingStatus, message: str | None, reference: str | None = None
) -> None:
    """Writes how the job ended. Files that wait for it wait no longer."""
    row.status, row.message, row.error_reference = status, message, reference
    row.stage, row.completed_at = None, s.scalars(select(NOW)).one()
    s.flush()
    left = (SalesFileStatus.QUEUED, SalesFileStatus.PROCESSING)
    words = {"sentence": message or "The job ended before this file was read."}
    waiting = update(SalesFile).where(SalesFile.job_id == row.id, SalesFile.status.in_(left))
    s.execute(waiting.values(status=SalesFileStatus.FAILED, report=words))


def complete(
    s: Session,
    errand: Errand,
    result: Mapping[str, Any],
    *,
    message: str | None = None,
    files: int = 0,
    records: int = 0,
    errors: int = 0,
    failed: bool = False,
) -> bool:
    """Writes what the job found; False, and nothing written, when it was stopped or taken over meanwhile.

    `failed`: it came to its end and there is nothing to show for it. Calling it again after a commit whose
    answer was lost finds the result there, and is True.
    """
    row = owned_by(s, errand)
    if row is None:
        found = s.get(Job, errand.job_id)
        same = found is not None and (found.run_by, found.attempt) == (errand.run_by, errand.attempt)
        return same and found is not None and found.result is not None
    if row.cancel_requested:
        return False
    row.result, row.errors = dict(result), errors
    row.files_processed, row.records_processed = files, records
    _end(s, row, ProcessingStatus.FAILED if failed else ProcessingStatus.COMPLETED, message)
    return True


def fail(s: Session, errand: Errand, message: str, reference: str | None = None) -> bool:
    """Ends the job as failed, or cancelled where that was asked for; False when it had ended before."""
    row = owned_by(s, errand)
    if row is None:
        return False
    if row.cancel_requested:
        _end(s, row, ProcessingStatus.CANCELLED, CANCELLED)
    else:
        _end(s, row, ProcessingStatus.FAILED, message, reference)
    return True


def stop(s: Session, errand: Errand) -> bool:
    """Ends the job as cancelled; False when it had ended before."""
    row = owned_by(s, errand)
    if row is None:
        return False
    _end(s, row, ProcessingStatus.CANCELLED, CANCELLED)
    return True


def release(s: Session, errand: Errand) -> bool:
    """Puts the job back into the queue as if it had not been begun; False when it had ended before."""
    row = owned_by(s, errand)
    if row is None:
        return False
    if row.cancel_requested:
        _end(s, row, ProcessingStatus.CANCELLED, CANCELLED)
        return True
    back_in_queue(s, row, "Waits for the worker to start again.")
    row.attempt -= 1
    s.flush()
    return True


def killed(s: Session, errand: Errand, message: str) -> bool:
    """Tries a job whose process was killed once more; the second time it has failed with `message`."""
    row = owned_by(s, errand)
    return row is not None and put_right(s, row, message)


def put_right(s: Session, row: Job, message: str) -> bool:
    """A job that nobody does any more: cancelled where that was asked for, tried once more, or failed."""
    if row.cancel_requested:
        _end(s, row, ProcessingStatus.CANCELLED, CANCELLED)
    elif row.attempt >= TRIES:
        _end(s, row, ProcessingStatus.FAILED, message)
    else:
        back_in_queue(s, row, "The job was interrupted; it starts again.")
    return True


def back_in_queue(s: Session, row: Job, message: str) -> None:
    """The job waits again."""
    row.status, row.run_by, row.message = ProcessingStatus.QUEUED, None, message
    row.stage = row.heartbeat_at = row.error_reference = None
    s.flush()
    put_in_queue(s, row)


def cancel(s: Session, row: Job) -> bool:
    """Cancels a job that waits at once and asks one that runs to stop; False when it had ended."""
    if row.status == ProcessingStatus.PROCESSING:
        row.cancel_requested = True
    elif row.status == ProcessingStatus.QUEUED:
        _end(s, row, ProcessingStatus.CANCELLED, "Cancelled before it began.")
        s.execute(text("SELECT procrastinate_cancel_job_v1(:job, false, false)"), {"job": row.queue_id})
    else:
        return False
    s.flush()
    return True


def cancel_jobs_of(s: Session, project_id: int) -> None:
    """Cancels every job of the project that waits or runs."""
    unfinished = select(Job).where(Job.project_id == project_id, Job.status.in_(UNFINISHED))
    for row in s.scalars(unfinished.with_for_update()).all():
        cancel(s, row)
