"""The queue as the rest of the application sees it: enqueueing, cancelling, and how long it is."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core.jobs.line import WorkerState
from core.jobs.queue import TRAIN_TASK, TRAINING, desk
from db.tables import Model, ModelStatus

UNFINISHED = (ModelStatus.PENDING, ModelStatus.RUNNING)
SILENT_AFTER = dt.timedelta(seconds=30)  # workers write a sign of life every ten seconds


def enqueue_training(s: Session, model_id: int) -> int:
    """The number of a new job that trains the model; it exists once the caller's transaction is committed."""
    connection = s.connection().connection.driver_connection
    job_id: int = desk.configure_task(TRAIN_TASK, queue=TRAINING, connection=connection).defer(
        model_id=model_id
    )
    s.execute(update(Model).where(Model.id == model_id).values(job_id=job_id))
    return job_id


def cancel_training(s: Session, model: Model) -> bool:
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
    """Cancels every training of the project that waits or runs."""
    unfinished = select(Model).where(Model.project_id == project_id, Model.status.in_(UNFINISHED))
    for model in s.scalars(unfinished.with_for_update()):
        cancel_training(s, model)


def answers(s: Session) -> bool:
    """True when the database answers; raises its error when it does not."""
    return s.scalar(select(1)) == 1


def worker_state(s: Session) -> WorkerState:
    """Whether any worker is alive, when one was last heard of, and how many trainings wait and run."""
    seen = text("SELECT max(last_heartbeat), now() FROM procrastinate_workers")
    last_seen_at, now = s.execute(seen).one()
    counted = select(Model.status, func.count()).where(Model.status.in_(UNFINISHED)).group_by(Model.status)
    trainings: dict[ModelStatus, int] = dict(s.execute(counted).tuples().all())
    alive = last_seen_at is not None and now - last_seen_at < SILENT_AFTER
    waiting, running = (trainings.get(status, 0) for status in UNFINISHED)
    return WorkerState(alive, last_seen_at, waiting, running)
