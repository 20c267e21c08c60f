"""Putting right what a death left behind: of a training, of a worker, of the whole machine."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.queue.attempt import TRIES
from core.queue.store import processing
from core.queue.store.queue import enqueue_slice, enqueue_training
from core.queue.store.runs import Work, back_in_queue, is_unwanted
from db.tables import DataProcessingJob, Model, ModelStatus, ProcessingStatus, ValidationSlice

STALE_AFTER = dt.timedelta(seconds=60)  # without a sign of life on a machine that cannot be asked
HUNG_AFTER = dt.timedelta(minutes=15)  # without a sign of life although the worker lives

GAVE_UP = (
    "The training process was killed twice, most likely because the machine ran out of memory or was "
    "restarted. Nothing else was lost; it can be run again."
)
JOB_GAVE_UP = (
    "The job was interrupted twice, most likely because the machine ran out of memory or was restarted. "
    "Nothing was half done; it can be started again."
)
TRY_AGAIN = "The worker went away during the training; it starts again from the beginning."

# Jobs taken up by workers that are gone would count as running for ever.
END_LOST_JOBS = text(
    """
    SELECT procrastinate_finish_job_v1(job.id, 'failed', false)
    FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :seconds))
    """
)
# A job that ended while its model still waits was lost between the two transactions.
WAITING_WITHOUT_JOB = text(
    """
    SELECT model.id FROM models model LEFT JOIN procrastinate_jobs job ON job.id = model.job_id
    WHERE model.status = 'pending' AND model.deleted_at IS NULL
      AND (job.id IS NULL OR job.status NOT IN ('todo', 'doing'))
    FOR UPDATE OF model SKIP LOCKED
    """
)
# A slice whose model was deleted is left alone: nobody would take it up.
SLICE_WITHOUT_JOB = text(
    """
    SELECT slice.id FROM validation_slices slice
    JOIN model_validations validation ON validation.id = slice.validation_id
    JOIN models model ON model.id = validation.model_id
    LEFT JOIN procrastinate_jobs job ON job.id = slice.job_id
    WHERE slice.status = 'pending' AND model.deleted_at IS NULL
      AND (job.id IS NULL OR job.status NOT IN ('todo', 'doing'))
    FOR UPDATE OF slice SKIP LOCKED
    """
)
PROCESSING_WITHOUT_JOB = text(
    """
    SELECT processing.id FROM data_processing_jobs processing
    LEFT JOIN procrastinate_jobs job ON job.id = processing.queue_id
    WHERE processing.status = 'queued' AND (job.id IS NULL OR job.status NOT IN ('todo', 'doing'))
    FOR UPDATE OF processing SKIP LOCKED
    """
)


def _is_lost(model: Work | DataProcessingJob, now: dt.datetime, lives: Callable[[str], bool | None]) -> bool:
    alive = lives(model.run_by) if model.run_by else None
    heard = model.heartbeat_at or model.started_at
    return alive is False or heard is None or now - heard > (HUNG_AFTER if alive else STALE_AFTER)


def _put_right(s: Session, model: Work) -> None:
    now = s.scalars(select(func.clock_timestamp())).one()
    if is_unwanted(model):
        model.status, model.message, model.finished_at = ModelStatus.CANCELLED, "Cancelled.", now
    elif model.attempt >= TRIES:
        model.status, model.message, model.finished_at = ModelStatus.FAILED, GAVE_UP, now
    else:
        return back_in_queue(s, model, TRY_AGAIN)
    model.stage = None
    s.flush()


def recover(s: Session, lives: Callable[[str], bool | None]) -> tuple[int, ...]:
    """The numbers of the models that were put right: into the queue again, or failed at the second loss.

    `lives` tells whether the worker of that name lives (None: cannot tell; then silence decides).
    """
    s.execute(END_LOST_JOBS, {"seconds": STALE_AFTER.total_seconds()})
    now = s.scalars(select(func.clock_timestamp())).one()
    running = select(Model).where(Model.status == ModelStatus.RUNNING).with_for_update(skip_locked=True)
    lost = [model for model in s.scalars(running).all() if _is_lost(model, now, lives)]
    for model in lost:
        _put_right(s, model)
    waiting = [row.id for row in s.execute(WAITING_WITHOUT_JOB)]
    for model_id in waiting:
        enqueue_training(s, model_id)
    return tuple(model.id for model in lost) + tuple(waiting)


def recover_slices(s: Session, lives: Callable[[str], bool | None]) -> tuple[int, ...]:
    """The same for the slices of validations; call it after `recover`, which ends the lost jobs."""
    now = s.scalars(select(func.clock_timestamp())).one()
    running = (
        select(ValidationSlice)
        .where(ValidationSlice.status == ModelStatus.RUNNING)
        .with_for_update(skip_locked=True)
    )
    lost = [part for part in s.scalars(running).all() if _is_lost(part, now, lives)]
    for part in lost:
        _put_right(s, part)
    waiting = [row.id for row in s.execute(SLICE_WITHOUT_JOB)]
    for slice_id in waiting:
        enqueue_slice(s, slice_id)
    return tuple(part.id for part in lost) + tuple(waiting)


def recover_jobs(s: Session, lives: Callable[[str], bool | None]) -> tuple[uuid.UUID, ...]:
    """The same for processing jobs; call it after `recover`, which ends the lost jobs of the queue."""
    now = s.scalars(select(func.clock_timestamp())).one()
    running = (
        select(DataProcessingJob)
        .where(DataProcessingJob.status == ProcessingStatus.PROCESSING)
        .with_for_update(skip_locked=True)
    )
    lost = [row for row in s.scalars(running).all() if _is_lost(row, now, lives)]
    for row in lost:
        processing.put_right(s, row, JOB_GAVE_UP)
    waiting = [row.id for row in s.execute(PROCESSING_WITHOUT_JOB)]
    for job_id in waiting:
        processing.put_in_queue(s, s.get_one(DataProcessingJob, job_id))
    return tuple(row.id for row in lost) + tuple(waiting)
