"""The kinds of jobs, one row each: where a job is stored, how it queues, and what is special about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, true, update
from sqlalchemy.orm import Session

from core.access import Permission
from core.queue.job import JobKind, Progress
from core.queue.queue import PROCESSING, TRAINING, JobQueue
from db.tables import (
    DataProcessingJob,
    JobStatus,
    Model,
    ModelValidation,
    Project,
    SalesFile,
    SalesFileStatus,
    ValidationSlice,
)

Row = Model | ValidationSlice | DataProcessingJob
PATIENCE_SECONDS = 60.0  # a job that people wait for lets trainings of its worker go first, but no longer
NOW = func.clock_timestamp()


@dataclass(frozen=True)
class KindRow:
    """What the state machine needs to know of one kind of job.

    `project` and `living` are SQL over the table: the project of a job, and whether what it works for was
    not deleted; `which` picks the kind where a table holds several. `counters` are the columns of progress
    that only this kind has. `wait_reason` says why a job has to wait although its project has room, `on_end`
    writes what the end of a job means for other rows. `retry_killed`: a job whose process was killed is tried
    once more.
    """

    table: Any
    queue: JobQueue
    noun: str
    title: str
    permission: Permission
    project: Any
    living: ColumnElement[bool]
    counters: Callable[[Progress], dict[str, Any]]
    again: str
    gave_up: str
    which: ColumnElement[bool] = field(default_factory=true)
    priority: int = 0
    tries: int = 2  # a job whose machine vanished is tried once more, then given up
    retry_killed: bool = False
    wait_reason: Callable[[Session, Any, str], str | None] = lambda s, row, run_by: None
    on_end: Callable[[Session, Any], None] = lambda s, row: None


def _divergences(progress: Progress) -> dict[str, Any]:
    return {"divergences": progress.divergences}


def _files_and_records(progress: Progress) -> dict[str, Any]:
    """Never less than before: a job that begins anew has loaded some of its files already."""
    job = DataProcessingJob
    return {
        "files_processed": func.greatest(job.files_processed, progress.files),
        "records_processed": func.greatest(job.records_processed, progress.records),
    }


def _wait_reason(s: Session, row: DataProcessingJob, run_by: str) -> str | None:
    """Jobs of a project run in the order they were asked for, learning last; trainings of the same worker go
    first for a while."""
    job = DataProcessingJob
    ahead = (job.status == JobStatus.QUEUED) & (job.created_at < row.created_at)
    if row.kind == JobKind.SALES:  # learning that waits has the more to learn from
        ahead = ahead & (job.kind == JobKind.SALES.value)
    if s.scalar(select(exists().where(job.project_id == row.project_id, job.id != row.id, ahead))):
        return f"Project {row.project_id} does another job first."
    patience = float(row.details.get("patience_seconds", PATIENCE_SECONDS))
    if s.scalar(select(func.extract("epoch", NOW - job.created_at) > patience).where(job.id == row.id)):
        return None
    running = (Model.status == JobStatus.RUNNING) & (Model.run_by == run_by)
    waiting = (Model.status == JobStatus.QUEUED) & Model.deleted_at.is_(None)
    return "A training goes first." if s.scalar(select(exists().where(running | waiting))) else None


def _fail_unread_files(s: Session, row: DataProcessingJob) -> None:
    """Files that wait for the job wait no longer."""
    unread = (SalesFileStatus.QUEUED, SalesFileStatus.PROCESSING)
    sentence = {"sentence": row.message or "The job ended before this file was read."}
    waiting = update(SalesFile).where(SalesFile.job_id == row.id, SalesFile.status.in_(unread))
    s.execute(waiting.values(status=SalesFileStatus.FAILED, report=sentence))


_TRAINING = KindRow(
    table=Model,
    queue=TRAINING,
    noun="training",
    title="Training of model",
    permission=Permission.MODEL_TRAIN,
    project=Model.project_id,
    living=Model.deleted_at.is_(None),
    counters=_divergences,
    again="The worker went away during the training; it starts again from the beginning.",
    gave_up=(
        "The training process was killed twice, most likely because the machine ran out of memory or was "
        "restarted. Nothing else was lost; it can be run again."
    ),
)
_UPLIFT = KindRow(
    table=DataProcessingJob,
    queue=PROCESSING,
    noun="job",
    title="Learning of promotions",
    permission=Permission.MODEL_TRAIN,
    project=DataProcessingJob.project_id,
    living=true(),
    counters=_files_and_records,
    again="The job was interrupted; it starts again.",
    gave_up=(
        "The job was interrupted twice, most likely because the machine ran out of memory or was restarted. "
        "Nothing was half done; it can be started again."
    ),
    which=DataProcessingJob.kind == JobKind.UPLIFT.value,
    retry_killed=True,
    wait_reason=_wait_reason,
)

KINDS: dict[JobKind, KindRow] = {
    JobKind.TRAINING: _TRAINING,
    JobKind.VALIDATION: replace(
        _TRAINING,
        table=ValidationSlice,
        title="Validation fold",
        project=select(ModelValidation.project_id)
        .where(ModelValidation.id == ValidationSlice.validation_id)
        .correlate(ValidationSlice)
        .scalar_subquery(),
        living=exists()
        .where(ModelValidation.id == ValidationSlice.validation_id)
        .where(Model.id == ModelValidation.model_id, Model.deleted_at.is_(None))
        .correlate(ValidationSlice),
        priority=-1,  # folds are many and nobody looks at a single one: a training that waits goes first
    ),
    JobKind.SALES: replace(
        _UPLIFT,
        title="Reading of sales",
        permission=Permission.DATASET_UPLOAD,
        which=DataProcessingJob.kind == JobKind.SALES.value,
        priority=1,  # reading files is a matter of seconds and somebody waits for it: it goes before learning
        on_end=_fail_unread_files,
    ),
    JobKind.UPLIFT: _UPLIFT,
}


def kind_of(row: Row) -> JobKind:
    """The kind of the job in a row."""
    if isinstance(row, DataProcessingJob):
        return JobKind(row.kind)
    return JobKind.TRAINING if isinstance(row, Model) else JobKind.VALIDATION


def rows_of(kind: JobKind, *statuses: JobStatus) -> Any:
    """A query for the rows of a kind, those in one of `statuses` where any is given."""
    row = KINDS[kind]
    query = select(row.table).where(row.which)
    return query.where(row.table.status.in_(statuses)) if statuses else query


def is_living(s: Session, row: Row) -> bool:
    """Whether neither what the job works for nor its project was deleted."""
    kind = KINDS[kind_of(row)]
    project = exists().where(Project.id == kind.project, Project.deleted_at.is_(None))
    return bool(
        s.scalar(select(kind.living & project).select_from(kind.table).where(kind.table.id == row.id))
    )
