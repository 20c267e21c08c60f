"""What a job of the mix model works on, and where it writes what it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.mmm.job_results import TrainingInput, TrainingResults
from core.queue.job import Attempt
from core.queue.store.state import complete
from db.tables import (
    Dataset,
    FeatureImportance,
    Model,
    ModelMetric,
    ModelResult,
    ModelValidation,
    ValidationSlice,
)


def training_input(s: Session, attempt: Attempt) -> TrainingInput:
    """What the training works on."""
    model = s.get_one(Model, attempt.job_id)
    previous = (
        select(ModelResult.artifacts_path)
        .join(Model, Model.id == ModelResult.model_id)
        .where(Model.id == model.rerun_of_id, Model.dataset_id != model.dataset_id)
    )
    return _input(s, model, model.sampling, previous_path=s.scalar(previous))


def fold_input(s: Session, attempt: Attempt) -> TrainingInput:
    """What the fold of a validation works on."""
    row = s.get_one(ValidationSlice, attempt.job_id)
    validation = s.get_one(ModelValidation, row.validation_id)
    return _input(s, s.get_one(Model, validation.model_id), validation.sampling, fold=dict(row.slice))


def _input(s: Session, model: Model, sampling: Mapping[str, Any], **given: Any) -> TrainingInput:
    data = s.get_one(Dataset, model.dataset_id)
    return TrainingInput(
        model_id=model.id,
        config=dict(model.config),
        sampling=dict(sampling),
        frame_path=data.frame_path,
        dataset_id=data.id,
        dataset_version=data.version,
        dataset_checksum=data.frame_checksum,
        **given,
    )


def complete_training(s: Session, attempt: Attempt, results: TrainingResults) -> bool:
    """Writes the results and the end of the training; False, and nothing stored, when it was stopped.

    Calling it again after a commit whose answer was lost finds the results there, and is True.
    """

    def write(model: Model) -> None:
        s.add(
            ModelResult(
                model_id=model.id,
                results_json=dict(results.results),
                artifacts_path=results.artifacts_path,
                artifacts_checksum=results.artifacts_checksum,
            )
        )
        for metric in results.metrics:
            s.add(ModelMetric(model_id=model.id, name=metric.name, split=metric.split, value=metric.value))
        for share in results.shares:
            ends = {"importance_share": share.mean, "lower_share": share.lower, "upper_share": share.upper}
            s.add(FeatureImportance(model_id=model.id, feature=share.channel, **ends))

    stored = select(ModelResult.id).where(
        ModelResult.model_id == attempt.job_id, ModelResult.artifacts_path == results.artifacts_path
    )
    return complete(s, attempt, write) and s.scalar(stored) is not None


def complete_fold(s: Session, attempt: Attempt, results: Mapping[str, Any]) -> bool:
    """Writes what the fold found and its end; False, and nothing stored, when it was stopped meanwhile."""

    def write(row: ValidationSlice) -> None:
        row.results = dict(results)

    return complete(s, attempt, write)
