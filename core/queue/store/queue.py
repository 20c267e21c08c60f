"""The queue as the rest of the application sees it: enqueueing, cancelling, and how long it is."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.queue.queue import SLICE_PRIORITY, TRAIN_TASK, TRAINING, VALIDATE_TASK, desk
from core.queue.queue_status import WorkerState
from db.tables import (
    DataProcessingJob,
    Model,
    ModelStatus,
    ModelValidation,
    ProcessingStatus,
    ValidationSlice,
)

UNFINISHED = (ModelStatus.PENDING, ModelStatus.RUNNING)
JOBS_UNFINISHED = (ProcessingStatus.QUEUED, ProcessingStatus.PROCESSING)
SILENT_AFTER = dt.timedelta(seconds=30)  # workers write a sign of life every ten seconds


def enqueue_training(s: Session, model_id: int) -> int:
    """The number of a new job that trains the model; it exists once the caller's transaction is committed."""
    connection = s.connection().connection.driver_connection
    job_id: int = desk.configure_task(TRAIN_TASK, queue=TRAINING, connection=connection).defer(
        model_id=model_id
    )
    s.execute(update(Model).where(Model.id == model_id).values(job_id=job_id))
    return job_id


def enqueue_slice(s: Session, slice_id: int) -> int:
    """The number of a new job that forecasts one slice of a validation, as `enqueue_training`."""
    connection = s.connection().connection.driver_connection
    task = desk.configure_task(VALIDATE_TASK, queue=TRAINING, connection=connection, priority=SLICE_PRIORITY)
    job_id: int = task.defer(slice_id=slice_id)
    s.execute(update(ValidationSlice).where(ValidationSlice.id == slice_id).values(job_id=job_id))
    return job_id


def enqueue(s: Session, row: Model | ValidationSlice) -> int:
    """The number of a new job for the row, whichever work it is."""
    return enqueue_training(s, row.id) if isinstance(row, Model) else enqueue_slice(s, row.id)


def cancel_training(s: Session, model: Model | ValidationSlice) -> bool:
    """Cancels what waits at once and asks what runs to stop; False when there was nothing to cancel."""
    if model.status == ModelStatus.RUNNING:
        model.cancel_requested = True
    elif model.status == ModelStatus.PENDING:
        model.status, model.finished_at = ModelStatus.CANCELLED, s.scalar(select(func.clock_timestamp()))
        model.message = "Cancelled before it began."
        s.execute(text("SELECT procrastinate_cancel_job_v1(:job, false, false)"), {"job": model.job_id})
    else:
        return False
    s.flush()
    return True


def cancel_trainings_of(s: Session, project_id: int) -> None:
    """Cancels every training and every slice of the project that waits or runs."""
    unfinished = select(Model).where(Model.project_id == project_id, Model.status.in_(UNFINISHED))
    for model in s.scalars(unfinished.with_for_update()):
        cancel_training(s, model)
    _cancel_slices(s, ModelValidation.project_id == project_id)


def cancel_validations_of(s: Session, model_id: int) -> None:
    """Cancels every slice of the model's validations that waits or runs."""
    _cancel_slices(s, ModelValidation.model_id == model_id)


def _cancel_slices(s: Session, which: ColumnElement[bool]) -> None:
    unfinished = (
        select(ValidationSlice)
        .join(ModelValidation, ModelValidation.id == ValidationSlice.validation_id)
        .where(which, ValidationSlice.status.in_(UNFINISHED))
        .order_by(ValidationSlice.id)
        .with_for_update(of=ValidationSlice)
    )
    for part in s.scalars(unfinished).all():
        cancel_training(s, part)


def answers(s: Session) -> bool:
    """True when the database answers; raises its error when it does not."""
    return s.scalar(select(1)) == 1


def worker_state(s: Session) -> WorkerState:
    """Whether any worker is alive, when one was last heard of, and how much work waits and runs: trainings,
    slices of validations and processing jobs."""
    seen = text("SELECT max(last_heartbeat), now() FROM procrastinate_workers")
    last_seen_at, now = s.execute(seen).one()
    counts = [_counts(s, Model.status), _counts(s, ValidationSlice.status)]
    alive = last_seen_at is not None and now - last_seen_at < SILENT_AFTER
    waiting, running = (sum(count.get(status, 0) for count in counts) for status in UNFINISHED)
    queued, processing = (_jobs(s, status) for status in JOBS_UNFINISHED)
    return WorkerState(alive, last_seen_at, waiting + queued, running + processing)


def _jobs(s: Session, status: ProcessingStatus) -> int:
    return s.scalars(select(func.count()).where(DataProcessingJob.status == status)).one()


def _counts(s: Session, status: InstrumentedAttribute[ModelStatus]) -> dict[ModelStatus, int]:
    counted = select(status, func.count()).where(status.in_(UNFINISHED)).group_by(status)
    return dict(s.execute(counted).tuples().all())
