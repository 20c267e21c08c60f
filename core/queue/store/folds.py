"""Taking up a slice of a validation, and keeping what it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.queue.attempt import Run
from core.queue.store.runs import end, is_unwanted, mark_running, owned_by, refuse_when_busy
from db.tables import Dataset, Model, ModelStatus, ModelValidation, ValidationSlice


def claim_slice(s: Session, slice_id: int, run_by: str) -> Run | None:
    """The attempt that may now work on the slice; None when it no longer waits or its model was deleted.

    Raises ProjectBusy when the project runs enough trainings and slices already.
    """
    waiting = select(ValidationSlice).where(
        ValidationSlice.id == slice_id, ValidationSlice.status == ModelStatus.PENDING
    )
    part = s.scalar(waiting.with_for_update())
    if part is None:
        return None
    validation = s.get_one(ModelValidation, part.validation_id)
    model = s.get_one(Model, validation.model_id)
    if model.deleted_at is not None:
        return None
    refuse_when_busy(s, validation.project_id)
    mark_running(s, part, run_by)
    return _run_of(part, validation, model, s.get_one(Dataset, model.dataset_id))


def _run_of(part: ValidationSlice, validation: ModelValidation, model: Model, data: Dataset) -> Run:
    assert part.run_by is not None
    return Run(
        model_id=model.id,
        project_id=validation.project_id,
        run_by=part.run_by,
        attempt=part.attempt,
        config=dict(model.config),
        sampling=dict(validation.sampling),
        frame_path=data.frame_path,
        dataset_id=data.id,
        dataset_version=data.version,
        dataset_checksum=data.frame_checksum,
        slice_id=part.id,
        slice=dict(part.slice),
    )


def complete_slice(s: Session, run: Run, results: Mapping[str, Any]) -> bool:
    """Writes what the slice found; False, and nothing kept, when it was stopped or taken over meanwhile.

    Calling it again after a commit whose answer was lost finds the results there, and is True.
    """
    part = owned_by(s, run)
    if not isinstance(part, ValidationSlice):
        kept = select(ValidationSlice.id).where(
            ValidationSlice.id == run.slice_id,
            ValidationSlice.status == ModelStatus.COMPLETED,
            ValidationSlice.attempt == run.attempt,
            ValidationSlice.run_by == run.run_by,
        )
        return s.scalar(kept) is not None
    if is_unwanted(part):
        return False
    part.results = dict(results)
    end(s, part, ModelStatus.COMPLETED, None, None)
    return True
