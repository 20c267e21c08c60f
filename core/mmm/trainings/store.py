"""How many trainings a person may know of are under way or have just ended, in one cheap query."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from core.access import Person
from db.tables import Model, ModelStatus, Project, ProjectMember

ACTIVE = (ModelStatus.PENDING, ModelStatus.RUNNING)


@dataclass(frozen=True)
class Pulse:
    """`active`: trainings that wait or run; `ended`: trainings that came to an end after the moment asked."""

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


def pulse(s: Session, person: Person, since: dt.datetime) -> Pulse:
    """The trainings under way, and those that ended after `since` (UTC), in all projects of the person."""
    active, ended = s.execute(_COUNTS, {"person": person.id, "since": since}).one()
    return Pulse(active, ended)
