"""The processing jobs of a project, and cancelling one."""

from __future__ import annotations

import uuid

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.access import NotFound, Permission, Person
from core.access.store import record, require
from core.queue.job import JobInfo, JobKind, JobStatus
from core.queue.store.processing import UNFINISHED, cancel
from db.tables import DataProcessingJob, Project, ProjectMember, User

NOT_FOUND = "This job was not found."
AS_KEPT = (
    *("id", "stage", "progress_done", "progress_total", "files_queued", "files_processed"),
    *("records_processed", "errors", "message", "error_reference", "attempt", "cancel_requested"),
    *("created_at", "started_at", "heartbeat_at", "completed_at"),
)
NEEDED = {JobKind.SALES: Permission.DATASET_UPLOAD, JobKind.UPLIFT: Permission.MODEL_TRAIN}


def _described(person: Person) -> Select[DataProcessingJob, str]:
    return (
        select(DataProcessingJob, func.coalesce(User.display_name, User.username, ""))
        .join(Project, Project.id == DataProcessingJob.project_id)
        .join(ProjectMember, ProjectMember.project_id == Project.id)
        .outerjoin(User, User.id == DataProcessingJob.created_by)
        .where(
            ProjectMember.user_id == person.id,
            Project.deleted_at.is_(None),
            DataProcessingJob.kind.in_([kind.value for kind in JobKind]),
        )
    )


def _info(row: DataProcessingJob, maker: str) -> JobInfo:
    assert row.project_id is not None
    return JobInfo(
        **{name: getattr(row, name) for name in AS_KEPT},
        project_id=row.project_id,
        kind=JobKind(row.kind),
        status=JobStatus(row.status.value),
        result=dict(row.result or {}),
        details=dict(row.details),
        created_by=maker,
    )


def processing_jobs(
    s: Session, person: Person, project_id: int, *, kind: JobKind | None = None, limit: int = 50
) -> tuple[JobInfo, ...]:
    """The latest jobs of a project, the newest first; with `kind` only those."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = _described(person).where(DataProcessingJob.project_id == project_id)
    if kind is not None:
        query = query.where(DataProcessingJob.kind == kind.value)
    newest = query.order_by(DataProcessingJob.created_at.desc(), DataProcessingJob.queue_id.desc())
    return tuple(_info(*row) for row in s.execute(newest.limit(limit)))


def processing_job(s: Session, person: Person, job_id: uuid.UUID) -> JobInfo:
    """One job. Raises NotFound."""
    row = s.execute(_described(person).where(DataProcessingJob.id == job_id)).one_or_none()
    if row is None:
        raise NotFound(NOT_FOUND)
    return _info(*row)


def active_jobs(s: Session, person: Person) -> tuple[JobInfo, ...]:
    """The jobs that wait or run in any project of the person, in the order they were asked for."""
    query = _described(person).where(DataProcessingJob.status.in_(UNFINISHED))
    return tuple(_info(*row) for row in s.execute(query.order_by(DataProcessingJob.created_at)))


def cancel_job(s: Session, person: Person, job_id: uuid.UUID) -> bool:
    """Cancels a job that waits and asks one that runs to stop; False when it had ended. Files that it loaded
    before stay."""
    info = processing_job(s, person, job_id)
    require(s, person, info.project_id, NEEDED[info.kind])
    row = s.get_one(DataProcessingJob, job_id, with_for_update=True, populate_existing=True)
    done = cancel(s, row)
    if done:
        record(s, person, info.project_id, "processing_job:cancel", name=info.kind.words, subject_id=job_id)
    return done
