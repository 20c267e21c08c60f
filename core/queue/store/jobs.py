"""Jobs on sales as people meet them: asking for one, looking at those of a project, cancelling one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.access import NotFound, Permission, Person
from core.access.store import record, require
from core.queue.job import ACTIVE, Attempt, JobInfo, JobKind, JobStatus
from core.queue.store.kinds import KINDS
from core.queue.store.state import cancel, complete, put_in_queue
from db.tables import DataProcessingJob, Project, ProjectMember, User

NOT_FOUND = "This job was not found."
_STORED_KINDS = [kind.value for kind, row in KINDS.items() if row.table is DataProcessingJob]
# Fields of a JobInfo that are columns of the same name.
_COLUMNS = (
    *("id", "status", "stage", "progress_done", "progress_total", "files_queued", "files_processed"),
    *("records_processed", "errors", "message", "error_reference", "attempt", "cancel_requested"),
    *("created_at", "started_at", "heartbeat_at", "finished_at"),
)


def enqueue_job(
    s: Session,
    project_id: int,
    kind: JobKind,
    *,
    asked_by: int | None,
    files: int = 0,
    details: Mapping[str, Any] | None = None,
) -> uuid.UUID:
    """The id of a new job that waits in the queue once the caller's transaction is committed.

    `details["patience_seconds"]` is how long it lets trainings go first.
    """
    number = uuid.uuid4()
    row = DataProcessingJob(
        id=number,
        job_id=f"{kind}-{number.hex[:12]}",
        project_id=project_id,
        kind=kind.value,
        files_queued=files,
        details=dict(details or {}),
        created_by=asked_by,
    )
    s.add(row)
    s.flush()
    put_in_queue(s, row)
    return number


def complete_job(
    s: Session,
    attempt: Attempt,
    result: Mapping[str, Any],
    *,
    message: str | None = None,
    files: int = 0,
    records: int = 0,
    errors: int = 0,
    failed: bool = False,
) -> bool:
    """Writes what the job found, as `state.complete`; `failed`: there is nothing to show for it."""

    def write(row: DataProcessingJob) -> None:
        row.result, row.errors = dict(result), errors
        row.files_processed, row.records_processed = files, records

    status = JobStatus.FAILED if failed else JobStatus.COMPLETED
    return complete(s, attempt, write, status=status, message=message)


def _visible(person: Person) -> Select[DataProcessingJob, str]:
    return (
        select(DataProcessingJob, func.coalesce(User.display_name, User.username, ""))
        .join(Project, Project.id == DataProcessingJob.project_id)
        .join(ProjectMember, ProjectMember.project_id == Project.id)
        .outerjoin(User, User.id == DataProcessingJob.created_by)
        .where(
            ProjectMember.user_id == person.id,
            Project.deleted_at.is_(None),
            DataProcessingJob.kind.in_(_STORED_KINDS),
        )
    )


def _infos(s: Session, query: Select[DataProcessingJob, str]) -> tuple[JobInfo, ...]:
    return tuple(
        JobInfo(
            **{name: getattr(row, name) for name in _COLUMNS},
            project_id=row.project_id or 0,
            kind=JobKind(row.kind),
            result=dict(row.result or {}),
            details=dict(row.details),
            created_by=maker,
        )
        for row, maker in s.execute(query).tuples()
    )


def processing_jobs(
    s: Session, person: Person, project_id: int, *, kind: JobKind | None = None, limit: int = 50
) -> tuple[JobInfo, ...]:
    """The latest jobs of a project, the newest first; with `kind` only those."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = _visible(person).where(DataProcessingJob.project_id == project_id)
    if kind is not None:
        query = query.where(DataProcessingJob.kind == kind.value)
    newest = query.order_by(DataProcessingJob.created_at.desc(), DataProcessingJob.queue_id.desc())
    return _infos(s, newest.limit(limit))


def processing_job(s: Session, person: Person, job_id: uuid.UUID) -> JobInfo:
    """One job. Raises NotFound."""
    found = _infos(s, _visible(person).where(DataProcessingJob.id == job_id))
    if not found:
        raise NotFound(NOT_FOUND)
    return found[0]


def active_jobs(s: Session, person: Person) -> tuple[JobInfo, ...]:
    """The jobs that wait or run in any project of the person, in the order they were asked for."""
    active = _visible(person).where(DataProcessingJob.status.in_(ACTIVE))
    return _infos(s, active.order_by(DataProcessingJob.created_at))


def ended_jobs(s: Session, person: Person, since: dt.datetime) -> tuple[JobInfo, ...]:
    """The jobs that ended after `since` (UTC) in any project of the person, the first to end first."""
    row = DataProcessingJob
    ended = _visible(person).where(row.status.not_in(ACTIVE), row.finished_at > since)
    return _infos(s, ended.order_by(row.finished_at))


def cancel_job(s: Session, person: Person, job_id: uuid.UUID) -> bool:
    """Cancels a job that waits and asks one that runs to stop; False when it had ended. Files that it loaded
    before stay."""
    info = processing_job(s, person, job_id)
    kind = KINDS[info.kind]
    require(s, person, info.project_id, kind.permission)
    done = cancel(s, s.get_one(DataProcessingJob, job_id, with_for_update=True, populate_existing=True))
    if done:
        record(s, person, info.project_id, "processing_job:cancel", name=kind.title, subject_id=job_id)
    return done
