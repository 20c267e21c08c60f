"""Finding, naming, copying, archiving, deleting and restoring what belongs to a project.

Every query joins the person's memberships, so that what belongs to strangers cannot be told from what is not
there. Each change is written to the audit log in the transaction that makes it. Files in the artifact store
never change, and are removed only when no row names them any more: a copy names the same files and still does
not depend on what it was copied from.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, inspect, select
from sqlalchemy.orm import Session

from core.access import NotFound, Permission, Person
from core.access.store import record, require
from core.lifecycle.names import LONGEST_LABEL, LONGEST_NAME, clean_name
from db.tables import (
    Base,
    Dataset,
    FeatureImportance,
    Model,
    ModelMetric,
    ModelResult,
    OptimizationScenario,
    Project,
    ProjectMember,
    PromoScenarioRow,
)

Thing = TypeVar("Thing", Project, Dataset, Model, OptimizationScenario, PromoScenarioRow)
Row = TypeVar("Row", bound=Base)
Subject = int | uuid.UUID  # what names a thing: promotions have a UUID


@dataclass(frozen=True)
class Kind:
    """What can be archived and deleted: its noun, its subject in the audit log, who may change it, and how
    many characters its name may have."""

    noun: str
    subject: str
    edit: Permission
    delete: Permission
    longest: int = LONGEST_NAME


PROJECT = Kind("project", "project", Permission.PROJECT_EDIT, Permission.PROJECT_DELETE)
DATASET = Kind("data set", "dataset", Permission.DATASET_EDIT, Permission.DATASET_DELETE)
MODEL = Kind("model", "model", Permission.MODEL_EDIT, Permission.MODEL_DELETE)
SCENARIO = Kind("scenario", "scenario", Permission.PLAN_EDIT, Permission.PLAN_DELETE)
PROMO = Kind("promotion", "promo", Permission.PLAN_EDIT, Permission.PLAN_DELETE, LONGEST_LABEL)

KINDS: dict[type[Any], Kind] = {
    Project: PROJECT,
    Dataset: DATASET,
    Model: MODEL,
    OptimizationScenario: SCENARIO,
    PromoScenarioRow: PROMO,
}


def project_of(table: type[Thing]) -> ColumnElement[int]:
    """The column that says to which project a row of `table` belongs."""
    return table.__table__.c["id" if table is Project else "project_id"]


# The name of the parameter that stands for a person in a statement that is made once for all.
ANYBODY = "person_id"


def visible(person: Person | str, table: type[Thing], *, deleted: bool = False) -> Select[Thing]:
    """The rows of `table` in living projects of `person`: those not deleted, or all with `deleted`.

    `person` may be the name of a parameter that is bound later.
    """
    member = bindparam(person, type_=Integer) if isinstance(person, str) else person.id
    query = (
        select(table)
        .join(ProjectMember, ProjectMember.project_id == project_of(table))
        .where(ProjectMember.user_id == member)
    )
    if table is not Project:
        query = query.join(Project, Project.id == project_of(table)).where(Project.deleted_at.is_(None))
    return query if deleted else query.where(table.deleted_at.is_(None))


def find(
    s: Session, person: Person, table: type[Thing], subject_id: Subject, *, deleted: bool = False
) -> Thing:
    """The row with this number. Raises NotFound when it is missing, deleted or a stranger's."""
    row = s.scalar(visible(person, table, deleted=deleted).where(table.id == subject_id))
    if row is None:
        raise NotFound(f"This {KINDS[table].noun} was not found. It may have been deleted.")
    return row


def find_to_change(
    s: Session,
    person: Person,
    table: type[Thing],
    subject_id: Subject,
    permission: Permission,
    *,
    deleted: bool = False,
) -> Thing:
    """The row, locked until the transaction ends. Raises NotFound, or AccessDenied without `permission`."""
    row = find(s, person, table, subject_id, deleted=deleted)
    require(s, person, s.scalars(select(project_of(table)).where(table.id == row.id)).one(), permission)
    s.refresh(row, with_for_update={"of": table})
    if row.deleted_at is not None and not deleted:
        raise NotFound(f"This {KINDS[table].noun} was not found. It may have been deleted.")
    return row


def record_change(s: Session, person: Person, row: Thing, action: str, **details: Any) -> None:
    """One entry of the audit log about `row`: `subject:action`."""
    kind = KINDS[type(row)]
    project_id = row.id if isinstance(row, Project) else row.project_id
    record(s, person, project_id, f"{kind.subject}:{action}", row.id, row.name, details)


def rename(s: Session, person: Person, table: type[Thing], subject_id: Subject, name: str) -> Thing:
    """The row under its new name. Raises UserError for a name that will not do."""
    cleaned = clean_name(name, KINDS[table].noun, KINDS[table].longest)
    row = find_to_change(s, person, table, subject_id, KINDS[table].edit)
    before, row.name = row.name, cleaned
    s.flush()
    record_change(s, person, row, "rename", before=before)
    return row


def archive(s: Session, person: Person, table: type[Thing], subject_id: Subject, *, archived: bool) -> Thing:
    """The row, put among the archived ones or taken back; doing it twice changes nothing."""
    row = find_to_change(s, person, table, subject_id, KINDS[table].edit)
    if (row.archived_at is not None) is not archived:
        row.archived_at = s.scalar(select(func.now())) if archived else None
        s.flush()
        record_change(s, person, row, "archive" if archived else "unarchive")
    return row


def delete(s: Session, person: Person, table: type[Thing], subject_id: Subject) -> Thing:
    """The row, marked as deleted; it stays until retention removes it, so that `restore` can undo it."""
    row = find_to_change(s, person, table, subject_id, KINDS[table].delete)
    row.deleted_at = s.scalar(select(func.now()))
    s.flush()
    record_change(s, person, row, "delete")
    return row


def restore(s: Session, person: Person, table: type[Thing], subject_id: Subject) -> Thing:
    """The row, no longer deleted; restoring what was not deleted changes nothing."""
    row = find_to_change(s, person, table, subject_id, KINDS[table].delete, deleted=True)
    if row.deleted_at is not None:
        row.deleted_at = None
        s.flush()
        record_change(s, person, row, "restore")
    return row


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
