"""What is kept of models: their set-up, their training, their results."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from core import artifacts
from core.access import NotFound, Permission, Person
from core.access.store import require
from core.errors import UserError
from core.lifecycle import store as lifecycle
from core.lifecycle.names import clean_name, copy_name
from core.lifecycle.store import copy_model
from core.mmm.config import MMMConfig
from core.mmm.model_info import ModelInfo
from core.mmm.sampling.sampler_settings import SamplingPlan
from core.queue.job import ACTIVE, JobKind, JobStatus
from core.queue.store.state import cancel as cancel_job
from core.queue.store.state import cancel_where, put_in_queue
from core.queue.time_left import TimeLeft, typical_seconds
from db.tables import Dataset, Model, ModelResult, ModelValidation, User, ValidationSlice

if TYPE_CHECKING:
    from core.mmm import FittedMMM

NOT_FOUND = "This model was not found. It may have been deleted."
# Fields of a ModelInfo that are columns of the same name.
AS_KEPT = (
    *("id", "project_id", "dataset_id", "name", "config", "sampling", "rerun_of_id", "created_at"),
    *("started_at", "stage_started_at", "heartbeat_at", "finished_at", "attempt", "cancel_requested"),
    *("stage", "progress_done", "progress_total", "divergences", "message", "error_reference"),
)


@cache
def _shape() -> Select[Any]:
    """A model with all that a ModelInfo shows, for the bound person.

    Made once: putting a statement of this size together costs more than the database needs to answer it.
    """
    used, newer, ahead = aliased(Dataset), aliased(Dataset), aliased(Model)
    latest = (
        select(newer.id)
        .where(newer.root_id == used.root_id, newer.deleted_at.is_(None))
        .order_by(newer.version.desc())
        .limit(1)
        .correlate(used)
        .scalar_subquery()
    )
    position = (
        select(func.count() + 1)
        .where(ahead.status == JobStatus.QUEUED, ahead.queue_id < Model.queue_id)
        .correlate(Model)
        .scalar_subquery()
    )
    query = (
        lifecycle.visible(lifecycle.ANYBODY, Model)
        .join(used, used.id == Model.dataset_id)
        .outerjoin(User, User.id == Model.created_by)
        .outerjoin(ModelResult, ModelResult.model_id == Model.id)
    )
    maker = func.coalesce(User.display_name, User.username, "")
    return query.add_columns(used.name, used.version, latest, maker, ModelResult, position, func.now())


def _described(person: Person) -> Select[Any]:
    return _shape().params({lifecycle.ANYBODY: person.id})


def _info(row: Any, pace: TimeLeft | None = None) -> ModelInfo:
    model, dataset_name, dataset_version, latest, maker, result, position, now = row
    return ModelInfo(
        **{name: getattr(model, name) for name in AS_KEPT},
        dataset_name=dataset_name,
        dataset_version=dataset_version,
        dataset_latest_id=latest,
        status=model.status,
        created_by=maker,
        archived=model.archived_at is not None,
        deleted=model.deleted_at is not None,
        results=dict(result.results_json) if result else None,
        artifacts_path=result.artifacts_path if result else None,
        artifacts_checksum=result.artifacts_checksum if result else None,
        queue_position=position if model.status == JobStatus.QUEUED else None,
        seconds_left=_seconds_left(model, now, pace),
    )


def _seconds_left(model: Model, now: dt.datetime, pace: TimeLeft | None) -> float | None:
    if model.status != JobStatus.RUNNING or not model.stage or not model.stage_started_at:
        return None
    elapsed = max(0.0, (now - model.stage_started_at).total_seconds())
    return (pace or TimeLeft({})).seconds_left(
        model.stage, elapsed, model.progress_done, model.progress_total
    )


def _pace(s: Session) -> TimeLeft:
    """How long each stage took in the latest completed trainings of this installation."""
    recent = (
        select(ModelResult.results_json["run"])
        .join(Model, Model.id == ModelResult.model_id)
        .where(Model.status == JobStatus.COMPLETED)
        .order_by(ModelResult.id.desc())
        .limit(5)
    )
    runs = [run for run in s.scalars(recent) if run]
    return TimeLeft(
        typical_seconds([{stage: run["seconds"][stage] for stage in run["stages"]} for run in runs])
    )


def _infos(s: Session, query: Select[Any]) -> tuple[ModelInfo, ...]:
    rows = s.execute(query).all()
    running = any(row[0].status == JobStatus.RUNNING for row in rows)
    pace = _pace(s) if running else None
    return tuple(_info(row, pace) for row in rows)


def models(
    s: Session,
    person: Person,
    project_id: int,
    *,
    archived: bool = False,
    status: JobStatus | None = None,
) -> tuple[ModelInfo, ...]:
    """The models of a project, newest first; with `status` only those that stand there."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = _described(person).where(
        Model.project_id == project_id,
        Model.archived_at.is_not(None) if archived else Model.archived_at.is_(None),
    )
    if status is not None:
        query = query.where(Model.status == status)
    return _infos(s, query.order_by(Model.created_at.desc(), Model.id.desc()))


def model(s: Session, person: Person, model_id: int) -> ModelInfo:
    """One model, with its place in the queue and the time it will still take. Raises NotFound."""
    found = _infos(s, _described(person).where(Model.id == model_id))
    if not found:
        raise NotFound(NOT_FOUND)
    return found[0]


def active_models(s: Session, person: Person) -> tuple[ModelInfo, ...]:
    """The trainings that wait or run in any project of the person, in the order of the queue."""
    return _infos(s, _described(person).where(Model.status.in_(ACTIVE)).order_by(Model.queue_id))


def finished_since(s: Session, person: Person, at: dt.datetime) -> tuple[ModelInfo, ...]:
    """The trainings that ended after `at` (UTC) in any project of the person, the first to end first."""
    ended = _described(person).where(Model.status.not_in(ACTIVE), Model.finished_at > at)
    return _infos(s, ended.order_by(Model.finished_at))


def _set_up(config: MMMConfig | Mapping[str, Any]) -> dict[str, Any]:
    """The configuration as JSON, refused when it is not one. Raises UserError."""
    known = config if isinstance(config, MMMConfig) else MMMConfig.from_json(json.dumps(dict(config)))
    return dict(json.loads(known.to_json()))


def train(
    s: Session,
    person: Person,
    dataset_id: int,
    name: str,
    config: MMMConfig | Mapping[str, Any],
    sampling: Mapping[str, Any] | None = None,
    *,
    rerun_of: int | None = None,
) -> int:
    """The number of a new model whose training waits in the queue, once the transaction is committed.

    Raises UserError for a set-up or a name that will not do, AccessDenied without the right to train.
    """
    data = lifecycle.find(s, person, Dataset, dataset_id)
    require(s, person, data.project_id, Permission.MODEL_TRAIN)
    cleaned, set_up = clean_name(name, "model"), _set_up(config)
    plan = SamplingPlan.from_json(sampling, seeded_by=f"{data.frame_checksum}{cleaned}").to_json()
    row = Model(project_id=data.project_id, dataset_id=data.id, name=cleaned, config=set_up, sampling=plan)
    row.rerun_of_id, row.created_by = rerun_of, person.id
    s.add(row)
    s.flush()
    put_in_queue(s, row)
    lifecycle.record_change(s, person, row, "train", dataset=data.id, rerun_of=rerun_of)
    return row.id


def run_again(s: Session, person: Person, model_id: int) -> int:
    """The number of a new model with the same data and set-up, put into the queue."""
    known = lifecycle.find(s, person, Model, model_id)
    return train(s, person, known.dataset_id, known.name, known.config, known.sampling, rerun_of=known.id)


def retrain_on(
    s: Session,
    person: Person,
    model_id: int,
    dataset_id: int,
    config: MMMConfig | Mapping[str, Any] | None = None,
) -> int:
    """The number of a new model with the same set-up on other data of the project, put into the queue."""
    known, data = lifecycle.find(s, person, Model, model_id), lifecycle.find(s, person, Dataset, dataset_id)
    if data.project_id != known.project_id:
        raise UserError("The data set belongs to another project than the model.")
    return train(s, person, data.id, known.name, config or known.config, known.sampling, rerun_of=known.id)


def cancel(s: Session, person: Person, model_id: int) -> bool:
    """Cancels a training that waits, asks one that runs to stop; False when it had ended already."""
    row = lifecycle.find_to_change(s, person, Model, model_id, Permission.MODEL_TRAIN)
    cancelled = cancel_job(s, row)
    if cancelled:
        lifecycle.record_change(s, person, row, "cancel")
    return cancelled


def fitted(info: ModelInfo) -> FittedMMM:
    """The fitted model itself, read from the artifact store. Raises UserError when it has no results."""
    from core.mmm import FittedMMM

    if not info.artifacts_path:
        raise UserError(f"The model “{info.name}” has no results yet.")
    return FittedMMM.load(artifacts.local_folder(info.artifacts_path))


def rename_model(s: Session, person: Person, model_id: int, name: str) -> ModelInfo:
    """The model under its new name."""
    lifecycle.rename(s, person, Model, model_id, name)
    return model(s, person, model_id)


def duplicate_model(s: Session, person: Person, model_id: int, name: str | None = None) -> ModelInfo:
    """A model of its own with the same set-up and results. Raises UserError while it still trains."""
    known = lifecycle.find_to_change(s, person, Model, model_id, Permission.MODEL_TRAIN)
    if known.status in ACTIVE:
        raise UserError("This model is still being trained; it can be duplicated when it has ended.")
    chosen = clean_name(name, "model") if name is not None else copy_name(known.name)
    row = copy_model(s, known, chosen, known.project_id, known.dataset_id, person.id)
    lifecycle.record_change(s, person, row, "duplicate", copy_of=known.id)
    return model(s, person, row.id)


def archive_model(s: Session, person: Person, model_id: int) -> None:
    """Puts the model among the archived ones; a training goes on."""
    lifecycle.archive(s, person, Model, model_id, archived=True)


def unarchive_model(s: Session, person: Person, model_id: int) -> None:
    """Takes the model back into use."""
    lifecycle.archive(s, person, Model, model_id, archived=False)


def delete_model(s: Session, person: Person, model_id: int) -> None:
    """Deletes the model with undo; its training, if it waits or runs, is cancelled. Its scenarios stay."""
    cancel_job(s, lifecycle.delete(s, person, Model, model_id))
    validations = select(ModelValidation.id).where(ModelValidation.model_id == model_id)
    cancel_where(s, JobKind.VALIDATION, ValidationSlice.validation_id.in_(validations))


def restore_model(s: Session, person: Person, model_id: int) -> ModelInfo:
    """Undoes the deletion of a model; a training that was cancelled by it stays so and can be run again."""
    lifecycle.restore(s, person, Model, model_id)
    return model(s, person, model_id)
