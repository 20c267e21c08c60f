"""What retention removes from the tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CursorResult, Delete, delete, exists, func, select, text
from sqlalchemy.orm import Session, aliased

from core.jobs.retention.terms import Purged, Terms
from db.tables import (
    AuditEntry,
    DataProcessingJob,
    Dataset,
    Model,
    ModelResult,
    OptimizationScenario,
    Project,
)

END_OLD_JOBS = text(
    """
    DELETE FROM procrastinate_jobs job
    WHERE job.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
      AND NOT EXISTS (SELECT 1 FROM procrastinate_events event
                      WHERE event.job_id = job.id AND event.at >= :before)
    """
)


def _files_named(s: Session) -> set[str]:
    """Every path of the artifact store that a row names."""
    uploads = s.execute(select(Dataset.file_path, Dataset.frame_path))
    fits = s.scalars(select(ModelResult.artifacts_path).where(ModelResult.artifacts_path.is_not(None)))
    return {path for pair in uploads for path in pair} | {path for path in fits if path}


def _removals(before: dt.datetime) -> dict[str, Delete]:
    """What people deleted before that time, each thing only when nothing that is still kept stands on it."""
    scenario, version = OptimizationScenario, aliased(Dataset)
    return {
        "projects": delete(Project).where(Project.deleted_at < before),
        "scenarios": delete(scenario).where(scenario.deleted_at < before),
        "models": delete(Model).where(
            Model.deleted_at < before, ~exists().where(scenario.model_id == Model.id)
        ),
        "data sets": delete(Dataset).where(
            Dataset.deleted_at < before,
            Dataset.root_id.not_in(select(version.root_id).join(Model, Model.dataset_id == version.id)),
        ),
    }


def purge(s: Session, terms: Terms | None = None) -> Purged:
    """What was removed: things deleted longer ago than their undo lasts, and records past their term.

    The files are only named; the caller removes them after the commit.
    """
    kept, now = terms or Terms(), s.scalars(select(func.now())).one()
    before = _files_named(s)
    statements: dict[str, Any] = dict(_removals(now - kept.undo))
    statements["processing jobs"] = delete(DataProcessingJob).where(
        DataProcessingJob.completed_at < now - kept.jobs
    )
    statements["audit entries"] = delete(AuditEntry).where(AuditEntry.at < now - kept.audit)
    rows = {noun: _count(s.execute(statement)) for noun, statement in statements.items()}
    rows["jobs"] = _count(s.execute(END_OLD_JOBS, {"before": now - kept.jobs}))
    return Purged(rows, tuple(sorted(before - _files_named(s))))


def _count(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
