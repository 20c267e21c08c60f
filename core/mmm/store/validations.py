"""What is kept of validations: their slices, each a job of its own, and what they found."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from core.access import NotFound, Permission, Person
from core.access.store import require
from core.data.saved_versions import read_saved_table
from core.json_values import from_json, to_json
from core.lifecycle import store as lifecycle
from core.mmm.config import MMMConfig
from core.mmm.sampling.sampler_settings import SamplingPlan
from core.mmm.validation.folds import Fold, time_slices
from core.mmm.validation.result import FoldResult
from core.mmm.validation.summary import FoldInfo, ValidationInfo
from core.queue.job import ACTIVE, JobKind
from core.queue.store.state import cancel_where, put_in_queue
from db.tables import Dataset, Model, ModelValidation, Project, ProjectMember, ValidationSlice

NOT_FOUND = "This check was not found. Its model may have been deleted."
# A slice's score needs fewer draws than a channel's interval: enough for both, and half the time.
MOST_DRAWS = 500


def start(
    s: Session, person: Person, model_id: int, folds: int | None = None, horizon: int | None = None
) -> int:
    """The number of a new validation of the model's set-up, its slices waiting in the queue.

    While an earlier one is under way its number comes back instead, so that asking twice does nothing twice.
    Raises UserError for data that are too short, AccessDenied without the right to train.
    """
    model = lifecycle.find_to_change(s, person, Model, model_id, Permission.MODEL_TRAIN)
    under_way = s.scalar(_of_models([model_id]).where(_has_active()).limit(1))
    if under_way is not None:
        return under_way.id
    data = s.get_one(Dataset, model.dataset_id)
    config = MMMConfig.from_json(json.dumps(dict(model.config)))
    slices = time_slices(read_saved_table(data.frame_path), config, folds, horizon)
    row = ModelValidation(project_id=model.project_id, model_id=model.id, horizon=slices[0].periods)
    row.sampling, row.created_by = _effort(model), person.id
    s.add(row)
    s.flush()
    _queue(s, row, slices)
    lifecycle.record_change(s, person, model, "validate", slices=len(slices), horizon=row.horizon)
    return row.id


def _effort(model: Model) -> dict[str, Any]:
    plan = SamplingPlan.from_json(model.sampling).to_json()
    return dict(plan) | {"draws": min(int(plan["draws"]), MOST_DRAWS)}


def _queue(s: Session, validation: ModelValidation, slices: Sequence[Fold]) -> None:
    rows = [
        ValidationSlice(validation_id=validation.id, fold=part.fold, slice=to_json(part)) for part in slices
    ]
    s.add_all(rows)
    s.flush()
    for row in rows:
        put_in_queue(s, row)


def cancel(s: Session, person: Person, validation_id: int) -> bool:
    """Cancels the slices that wait, asks those that run to stop; False when all had ended already.

    What is completed stays.
    """
    found = validation(s, person, validation_id)
    model = lifecycle.find_to_change(s, person, Model, found.model_id, Permission.MODEL_TRAIN)
    cancelled = cancel_where(s, JobKind.VALIDATION, ValidationSlice.validation_id == validation_id)
    if cancelled:
        lifecycle.record_change(s, person, model, "cancel_validation")
    return cancelled


def validation(s: Session, person: Person, validation_id: int) -> ValidationInfo:
    """One validation. Raises NotFound."""
    found = _infos(s, _visible(person).where(ModelValidation.id == validation_id))
    if not found:
        raise NotFound(NOT_FOUND)
    return found[0]


def latest(
    s: Session, person: Person, project_id: int, model_ids: Sequence[int]
) -> dict[int, ValidationInfo]:
    """{model: its newest validation} for those of the models that have one."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    newest = (
        select(func.max(ModelValidation.id))
        .where(ModelValidation.model_id.in_(model_ids), ModelValidation.project_id == project_id)
        .group_by(ModelValidation.model_id)
    )
    found = _infos(s, _visible(person).where(ModelValidation.id.in_(newest)))
    return {info.model_id: info for info in found}


def active(s: Session, person: Person) -> tuple[ValidationInfo, ...]:
    """The validations under way in any project of the person, the earliest first."""
    return _infos(s, _visible(person).where(_has_active()).order_by(ModelValidation.id))


def finished_since(s: Session, person: Person, at: dt.datetime) -> tuple[ValidationInfo, ...]:
    """The validations whose last slice ended after `at` (UTC) in any project of the person."""
    ended = exists().where(
        ValidationSlice.validation_id == ModelValidation.id, ValidationSlice.finished_at > at
    )
    return _infos(s, _visible(person).where(ended, ~_has_active()).order_by(ModelValidation.id))


def _has_active() -> Any:
    return exists().where(
        ValidationSlice.validation_id == ModelValidation.id, ValidationSlice.status.in_(ACTIVE)
    )


def _of_models(model_ids: Sequence[int]) -> Select[ModelValidation]:
    return select(ModelValidation).where(ModelValidation.model_id.in_(model_ids))


def _visible(person: Person) -> Select[ModelValidation, str]:
    return (
        select(ModelValidation, Model.name)
        .join(Model, Model.id == ModelValidation.model_id)
        .join(Project, Project.id == ModelValidation.project_id)
        .join(ProjectMember, ProjectMember.project_id == Project.id)
        .where(ProjectMember.user_id == person.id, Project.deleted_at.is_(None), Model.deleted_at.is_(None))
    )


def _infos(s: Session, query: Select[ModelValidation, str]) -> tuple[ValidationInfo, ...]:
    rows = s.execute(query).all()
    parts = (
        select(ValidationSlice)
        .where(ValidationSlice.validation_id.in_([row.id for row, _ in rows]))
        .order_by(ValidationSlice.fold)
        .execution_options(populate_existing=True)
    )
    known = list(s.scalars(parts)) if rows else []
    return tuple(
        ValidationInfo(
            id=row.id,
            project_id=row.project_id,
            model_id=row.model_id,
            model_name=name,
            horizon=row.horizon,
            created_at=row.created_at,
            slices=tuple(_slice_info(part) for part in known if part.validation_id == row.id),
        )
        for row, name in rows
    )


def _slice_info(row: ValidationSlice) -> FoldInfo:
    return FoldInfo(
        id=row.id,
        slice=from_json(Fold, row.slice),
        status=row.status,
        stage=row.stage,
        progress_done=row.progress_done,
        progress_total=row.progress_total,
        cancel_requested=row.cancel_requested,
        message=row.message,
        error_reference=row.error_reference,
        finished_at=row.finished_at,
        result=FoldResult.from_json(row.results) if row.results else None,
    )
