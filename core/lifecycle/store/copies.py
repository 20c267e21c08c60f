"""Copying rows with everything that belongs to them.

Files in the artifact store never change, and are removed only when no row names them any more: a copy names
the same files and still does not depend on what it was copied from.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from db.tables import Base, FeatureImportance, Model, ModelMetric, ModelResult, OptimizationScenario

Row = TypeVar("Row", bound=Base)


def copy_row(row: Row, **changed: Any) -> Row:
    """A new row with the values of `row` except its number, birth and deletion, and what is `changed`."""
    names = {column.key for column in inspect(type(row)).column_attrs} - {"id", "created_at", "deleted_at"}
    return type(row)(**({name: getattr(row, name) for name in names} | changed))


def copy_model(s: Session, known: Model, name: str, project_id: int, dataset_id: int, maker_id: int) -> Model:
    """A model with the set-up, the state and the results of `known`, written by `maker_id`."""
    row = copy_row(
        known,
        name=name,
        project_id=project_id,
        dataset_id=dataset_id,
        created_by=maker_id,
        queue_id=None,
        run_by=None,
        archived_at=None,
    )
    s.add(row)
    s.flush()
    for table in (ModelResult, ModelMetric, FeatureImportance):
        for part in s.scalars(select(table).where(table.model_id == known.id)):
            s.add(copy_row(part, model_id=row.id))
    s.flush()
    return row


def copy_scenario(
    s: Session,
    known: OptimizationScenario,
    name: str,
    project_id: int,
    model_id: int | None,
    maker_id: int,
    *,
    frozen: bool = True,
) -> OptimizationScenario:
    """A scenario with the set-up, the results and the note of `known`, written by `maker_id`.

    It is frozen where `known` is, unless `frozen` is False.
    """
    row = copy_row(
        known, name=name, project_id=project_id, model_id=model_id, created_by=maker_id, archived_at=None
    )
    if not frozen:
        row.frozen = row.frozen_at = row.frozen_by = row.artifacts_path = row.artifacts_checksum = None
    s.add(row)
    s.flush()
    return row
