"""How much work is under way: of a person's projects for every screen, of all for the administrator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, func, select, text, union_all
from sqlalchemy.orm import Session

from core.access import Person
from core.queue.job import ACTIVE, JobStatus
from core.queue.store.kinds import KINDS, KindRow
from db.tables import Project, ProjectMember

SILENT_AFTER = dt.timedelta(seconds=30)  # workers write a sign of life every ten seconds


@dataclass(frozen=True)
class ActivityCounts:
    """`active`: jobs that wait or run; `ended`: those that came to an end after the moment asked."""

    active: int
    ended: int


@dataclass(frozen=True)
class WorkerState:
    """Whether a worker is alive, when (UTC) one was last heard of, and how many jobs wait and run."""

    alive: bool
    last_seen_at: dt.datetime | None
    waiting: int
    running: int


def _counts(kind: KindRow) -> Select[int, int]:
    job = kind.table
    return (
        select(
            func.count().filter(job.status.in_(ACTIVE)).label("active"),
            func.count().filter(job.status.not_in(ACTIVE)).label("ended"),
        )
        .select_from(job)
        .join(Project, Project.id == kind.project)
        .join(ProjectMember, ProjectMember.project_id == Project.id)
        .where(
            ProjectMember.user_id == bindparam("person"),
            Project.deleted_at.is_(None),
            kind.living,
            kind.which,
            job.status.in_(ACTIVE) | (job.finished_at > bindparam("since")),
        )
    )


# Made once: every open browser asks this every few seconds, and building a statement of this size costs more
# than the database needs to answer it.
_ALL_COUNTS = union_all(*(_counts(kind) for kind in KINDS.values())).subquery()
_ACTIVITY = select(func.sum(_ALL_COUNTS.c.active), func.sum(_ALL_COUNTS.c.ended))


def activity_counts(s: Session, person: Person, since: dt.datetime) -> ActivityCounts:
    """The jobs under way, and those that ended after `since` (UTC), in all projects of the person."""
    active, ended = s.execute(_ACTIVITY, {"person": person.id, "since": since}).one()
    return ActivityCounts(int(active), int(ended))


def worker_state(s: Session) -> WorkerState:
    """Whether any worker is alive, when one was last heard of, and how many jobs wait and run."""
    last_seen_at, now = s.execute(text("SELECT max(last_heartbeat), now() FROM procrastinate_workers")).one()
    alive = last_seen_at is not None and now - last_seen_at < SILENT_AFTER
    waiting, running = (
        sum(
            s.scalar(select(func.count()).select_from(job.table).where(job.which, job.table.status == status))
            or 0
            for job in KINDS.values()
        )
        for status in (JobStatus.QUEUED, JobStatus.RUNNING)
    )
    return WorkerState(alive, last_seen_at, waiting, running)
