"""What the worker and its training processes write to the rows of models and of validations' slices."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, func, null, or_, select, text, update
from sqlalchemy.orm import Session

from core.queue.attempt import LIVE_TRAININGS_A_PROJECT, Progress, ProjectBusy, Run, TrainingResults
from core.queue.store.queue import enqueue
from db.tables import (
    Dataset,
    FeatureImportance,
    Model,
    ModelMetric,
    ModelResult,
    ModelStatus,
    ModelValidation,
    ValidationSlice,
)

Work = Model | ValidationSlice

PROJECT_LOCK = 7301  # first half of the advisory lock under which a project's running trainings are counted

NOW = func.clock_timestamp()


def _counted_in(s: Session, project_id: int) -> int:
    s.execute(
        text("SELECT pg_advisory_xact_lock(:area, :project)"), {"area": PROJECT_LOCK, "project": project_id}
    )
    models = select(func.count()).where(Model.project_id == project_id, Model.status == ModelStatus.RUNNING)
    slices = (
        select(func.count())
        .select_from(ValidationSlice)
        .join(ModelValidation, ModelValidation.id == ValidationSlice.validation_id)
        .where(ModelValidation.project_id == project_id, ValidationSlice.status == ModelStatus.RUNNING)
    )
    return s.scalars(models).one() + s.scalars(slices).one()


def refuse_when_busy(s: Session, project_id: int) -> None:
    """Raises ProjectBusy when the project already runs LIVE_TRAININGS_A_PROJECT trainings and slices."""
    if _counted_in(s, project_id) >= LIVE_TRAININGS_A_PROJECT:
        raise ProjectBusy(f"Project {project_id} already runs {LIVE_TRAININGS_A_PROJECT} trainings.")


def claim(s: Session, model_id: int, run_by: str) -> Run | None:
    """The attempt that may now train the model; None when it no longer waits (cancelled, deleted, done).

    Raises ProjectBusy when the project already runs LIVE_TRAININGS_A_PROJECT trainings.
    """
    waiting = select(Model).where(
        Model.id == model_id, Model.status == ModelStatus.PENDING, Model.deleted_at.is_(None)
    )
    model = s.scalar(waiting.with_for_update())
    if model is None:
        return None
    refuse_when_busy(s, model.project_id)
    mark_running(s, model, run_by)
    return _run_of(model, s.get_one(Dataset, model.dataset_id), _earlier_path(s, model))


def _earlier_path(s: Session, model: Model) -> str | None:
    """Where the results lie of the model that this one trains again on other data; None without any."""
    path = (
        select(ModelResult.artifacts_path)
        .join(Model, Model.id == ModelResult.model_id)
        .where(Model.id == model.rerun_of_id, Model.dataset_id != model.dataset_id)
    )
    return s.scalar(path)


def mark_running(s: Session, model: Work, run_by: str) -> None:
    """The row is now in the hands of `run_by`, whose attempt begins."""
    now = s.scalars(select(NOW)).one()
    model.status, model.run_by, model.attempt = ModelStatus.RUNNING, run_by, model.attempt + 1
    model.cancel_requested, model.divergences = False, 0
    model.stage, model.progress_done, model.progress_total = Progress().stage, 0, 0
    model.message = model.error_reference = model.finished_at = None
    model.started_at = model.stage_started_at = model.heartbeat_at = now
    s.flush()


def _run_of(model: Model, data: Dataset, earlier_path: str | None) -> Run:
    assert model.run_by is not None
    return Run(
        model_id=model.id,
        project_id=model.project_id,
        run_by=model.run_by,
        attempt=model.attempt,
        config=dict(model.config),
        sampling=dict(model.sampling),
        frame_path=data.frame_path,
        dataset_id=data.id,
        dataset_version=data.version,
        dataset_checksum=data.frame_checksum,
        earlier_path=earlier_path,
    )


def beat(s: Session, run: Run, progress: Progress) -> bool:
    """Writes a sign of life and the progress; False when the training shall stop (cancelled, deleted, lost).

    `stage_started_at` is when the present stage began, or the present count where stages share one.
    """
    work = _table(run)
    same_count = and_(work.progress_total == progress.total, work.progress_total > 0)
    same_stage = or_(work.stage == progress.stage, same_count)
    written = (
        update(work)
        .where(*_token(run))
        .values(
            heartbeat_at=NOW,
            stage_started_at=case((same_stage, work.stage_started_at), else_=NOW),
            stage=progress.stage,
            progress_done=progress.done,
            progress_total=progress.total,
            divergences=progress.divergences,
        )
        .returning(work.cancel_requested, Model.deleted_at if work is Model else null())
        .execution_options(synchronize_session=False)
    )
    row = s.execute(written).one_or_none()
    return row is not None and not row[0] and row[1] is None


def _table(run: Run) -> type[Work]:
    return Model if run.slice_id is None else ValidationSlice


def _token(run: Run) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which the row is still this attempt's."""
    work = _table(run)
    return (
        work.id == (run.model_id if run.slice_id is None else run.slice_id),
        work.status == ModelStatus.RUNNING,
        work.run_by == run.run_by,
        work.attempt == run.attempt,
    )


def owned_by(s: Session, run: Run) -> Work | None:
    """The row of the run, locked, if this attempt still may write to it."""
    row = select(_table(run)).where(*_token(run)).with_for_update()
    found = s.scalar(row.execution_options(populate_existing=True))
    assert found is None or isinstance(found, Model | ValidationSlice)
    return found


def is_unwanted(row: Work) -> bool:
    """Whether somebody asked it to stop, or deleted what it works for."""
    return row.cancel_requested or (isinstance(row, Model) and row.deleted_at is not None)


def end(s: Session, model: Work, status: ModelStatus, message: str | None, reference: str | None) -> None:
    """Writes how the work of the row ended."""
    model.status, model.message, model.error_reference = status, message, reference
    model.stage, model.finished_at = None, s.scalars(select(NOW)).one()
    s.flush()


def _write_down(s: Session, model_id: int, findings: TrainingResults) -> None:
    path, checksum = findings.artifacts_path, findings.artifacts_checksum
    results = dict(findings.results)
    s.add(
        ModelResult(model_id=model_id, results_json=results, artifacts_path=path, artifacts_checksum=checksum)
    )
    for metric in findings.metrics:
        s.add(ModelMetric(model_id=model_id, name=metric.name, split=metric.split, value=metric.value))
    for share in findings.shares:
        ends = {"importance_share": share.mean, "lower_share": share.lower, "upper_share": share.upper}
        s.add(FeatureImportance(model_id=model_id, feature=share.channel, **ends))


def complete(s: Session, run: Run, findings: TrainingResults) -> bool:
    """Writes the results and the end of the training; False, and nothing kept, when it was stopped meanwhile.

    Calling it again after a commit whose answer was lost finds the results there, and is True.
    """
    model = owned_by(s, run)
    if model is None:
        path = ModelResult.artifacts_path == findings.artifacts_path
        return s.scalar(select(ModelResult.id).where(ModelResult.model_id == run.model_id, path)) is not None
    if is_unwanted(model):
        return False
    _write_down(s, model.id, findings)
    end(s, model, ModelStatus.COMPLETED, None, None)
    return True


def fail(s: Session, run: Run, message: str, reference: str | None = None) -> bool:
    """Ends the training as failed, or cancelled where that was asked for; False when it had ended before."""
    model = owned_by(s, run)
    if model is None:
        return False
    if is_unwanted(model):
        end(s, model, ModelStatus.CANCELLED, "Cancelled.", None)
    else:
        end(s, model, ModelStatus.FAILED, message, reference)
    return True


def stop(s: Session, run: Run) -> bool:
    """Ends the training as cancelled; False when it had ended before."""
    model = owned_by(s, run)
    if model is None:
        return False
    end(s, model, ModelStatus.CANCELLED, "Cancelled.", None)
    return True


def release(s: Session, run: Run) -> bool:
    """Puts the training back into the queue as if it had not been begun; False when it had ended before."""
    model = owned_by(s, run)
    if model is None:
        return False
    if is_unwanted(model):
        end(s, model, ModelStatus.CANCELLED, "Cancelled.", None)
        return True
    back_in_queue(s, model, "Waits for the worker to start again.")
    model.attempt -= 1
    s.flush()
    return True


def back_in_queue(s: Session, model: Work, message: str) -> None:
    """The work waits again, with a job of its own."""
    model.status, model.run_by, model.message = ModelStatus.PENDING, None, message
    model.stage, model.heartbeat_at, model.error_reference = None, None, None
    s.flush()
    enqueue(s, model)
    s.refresh(model)
