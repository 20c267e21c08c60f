"""How many trainings a person may know of are under way or have just ended, in two cheap queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from core.access import Person
from db.tables import Model, ModelStatus, ModelValidation, Project, ProjectMember, ValidationSlice

ACTIVE = (ModelStatus.PENDING, ModelStatus.RUNNING)


@dataclass(frozen=True)
class Activity:
    """`active`: trainings and slices of validations that wait or run; `ended`: those that came to an end
    after the moment asked."""

    active: int
    ended: int


# Made once: building a statement of this size costs more than the database needs to answer it.
_COUNTS = (
    select(
        func.count().filter(Model.status.in_(ACTIVE)),
        func.count().filter(Model.status.not_in(ACTIVE)),
    )
    .select_from(Model)
    .join(Project, Project.id == Model.project_id)
    .join(ProjectMember, ProjectMember.project_id == Project.id)
    .where(
        ProjectMember.user_id == bindparam("person"),
        Project.deleted_at.is_(None),
        Model.deleted_at.is_(None),
        Model.status.in_(ACTIVE) | (Model.finished_at > bindparam("since")),
    )
)

_SLICES = (
    select(
        func.count().filter(ValidationSlice.status.in_(ACTIVE)),
        func.count().filter(ValidationSlice.status.not_in(ACTIVE)),
    )
    .select_from(ValidationSlice)
    .join(ModelValidation, ModelValidation.id == ValidationSlice.validation_id)
    .join(Model, Model.id == ModelValidation.model_id)
    .join(Project, Project.id == ModelValidation.project_id)
    .join(ProjectMember, ProjectMember.project_id == Project.id)
    .where(
        ProjectMember.user_id == bindparam("person"),
        Project.deleted_at.is_(None),
        Model.deleted_at.is_(None),
        ValidationSlice.status.in_(ACTIVE) | (ValidationSlice.finished_at > bindparam("since")),
    )
)


def pulse(s: Session, person: Person, since: dt.datetime) -> Activity:
    """What is under way, and what ended after `since` (UTC), in all projects of the person."""
    asked = {"person": person.id, "since": since}
    (active, ended), (slices, forecast) = (s.execute(query, asked).one() for query in (_COUNTS, _SLICES))
    return Activity(active + slices, ended + forecast)
