"""How many processing jobs a person may know of are under way or have just ended, in one cheap query."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from core.access import Person
from core.queue.job import JobInfo, JobKind
from core.queue.store.processing import UNFINISHED
from core.queue.store.watching import processing_job
from db.tables import DataProcessingJob, Project, ProjectMember

Job = DataProcessingJob
KINDS = [kind.value for kind in JobKind]


# Made once: every open browser asks this every few seconds.
_COUNTS = (
    select(
        func.count().filter(Job.status.in_(UNFINISHED)), func.count().filter(Job.status.not_in(UNFINISHED))
    )
    .select_from(Job)
    .join(Project, Project.id == Job.project_id)
    .join(ProjectMember, ProjectMember.project_id == Project.id)
    .where(
        ProjectMember.user_id == bindparam("person"),
        Project.deleted_at.is_(None),
        Job.kind.in_(KINDS),
        Job.status.in_(UNFINISHED) | (Job.completed_at > bindparam("since")),
    )
)


def job_pulse(s: Session, person: Person, since: dt.datetime) -> tuple[int, int]:
    """(jobs that wait or run, jobs that ended after `since` (UTC)), in all projects of the person."""
    active, ended = s.execute(_COUNTS, {"person": person.id, "since": since}).one()
    return int(active), int(ended)


def ended_jobs(s: Session, person: Person, since: dt.datetime) -> tuple[JobInfo, ...]:
    """The jobs that ended after `since` (UTC) in any project of the person, the first to end first."""
    ended = (
        select(Job.id)
        .join(ProjectMember, ProjectMember.project_id == Job.project_id)
        .join(Project, Project.id == Job.project_id)
        .where(
            ProjectMember.user_id == person.id,
            Project.deleted_at.is_(None),
            Job.kind.in_(KINDS),
            Job.status.not_in(UNFINISHED),
            Job.completed_at > since,
        )
        .order_by(Job.completed_at)
    )
    return tuple(processing_job(s, person, number) for number in s.scalars(ended).all())
