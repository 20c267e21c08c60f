"""What retention removes from the tables."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Delete, delete, exists, func, select, text
from sqlalchemy.orm import Session, aliased

from core import artifacts
from core.access.store import purge_access
from core.queue.job import ACTIVE
from db.months import ensure_months
from db.tables import (
    AuditEntry,
    DataProcessingJob,
    Dataset,
    LoginAttempt,
    Model,
    ModelResult,
    OptimizationScenario,
    PostMortemReport,
    Project,
    PromoModelRow,
    PromoScenarioRow,
    SalesFile,
    SalesFileStatus,
    ScenarioKpi,
    WebSession,
)

FIT_FILE = re.compile(r"projects/\d+/models/(?P<model>\d+)/[^/]+/")
FROZEN_FILE = re.compile(r"projects/\d+/frozen/(?P<scenario>\d+)/[^/]+/")
# What a job on sales writes before its row names it.
JOB_FILE = re.compile(r"projects/(?P<project>\d+)/(promo/[^/]+(?=/)|sales_rejected/[^/]+$)")
SALES_FOLDER = re.compile(r"projects/\d+/sales/[0-9a-f]{64}(?=/)")
NO_LONGER_COUNTING = (SalesFileStatus.WITHDRAWN, SalesFileStatus.REPLACED, SalesFileStatus.FAILED)
MONTHS_AHEAD = 3

END_OLD_JOBS = text(
    """
    DELETE FROM procrastinate_jobs job
    WHERE job.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
      AND NOT EXISTS (SELECT 1 FROM procrastinate_events event
                      WHERE event.job_id = job.id AND event.at >= :before)
    """
)


@dataclass(frozen=True)
class Terms:
    """How long things are kept: `undo` for what people deleted, `jobs` and `audit` for records, `kpis` for
    what promotions were expected to bring, `reviews` for what they brought."""

    undo: dt.timedelta = dt.timedelta(days=30)
    jobs: dt.timedelta = dt.timedelta(days=90)
    audit: dt.timedelta = dt.timedelta(days=730)
    kpis: dt.timedelta = dt.timedelta(days=730)
    reviews: dt.timedelta = dt.timedelta(days=1095)

    def __post_init__(self) -> None:
        if min(self.undo, self.jobs, self.audit, self.kpis, self.reviews) <= dt.timedelta(0):
            raise ValueError("Everything is kept for some time at least.")


@dataclass(frozen=True)
class Purged:
    """Rows removed by what they were, and the kept files that no row names any more."""

    rows: Mapping[str, int]
    files: tuple[str, ...]

    def remove_files(self) -> None:
        """Removes the files; called once the rows' removal is committed."""
        for path in self.files:
            artifacts.remove(path)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {noun}" for noun, count in self.rows.items() if count)
        return f"{counts or 'nothing'} and {len(self.files)} files"


def _files_named(s: Session) -> set[str]:
    """Every path of the artifact store that a row names."""
    uploads = s.execute(select(Dataset.file_path, Dataset.frame_path))
    fits = s.scalars(select(ModelResult.artifacts_path).where(ModelResult.artifacts_path.is_not(None)))
    scenario = OptimizationScenario
    frozen = s.scalars(select(scenario.artifacts_path).where(scenario.artifacts_path.is_not(None)))
    sales = s.execute(select(SalesFile.file_path, SalesFile.rejected_path))
    handed_in = {(_folder_of(path), rejected) for path, rejected in sales}
    learnt = s.scalars(select(PromoModelRow.artifacts_path))
    pairs = {path for pair in (*uploads, *handed_in) for path in pair}
    return {path for path in pairs | {*fits, *frozen, *learnt} if path}


def _folder_of(path: str) -> str:
    """What to remove with a file of sales: the folder that was kept for it alone, where there is one."""
    found = SALES_FOLDER.match(path)
    return found[0] if found else path


def _removals(before: dt.datetime) -> dict[str, Delete]:
    """What people deleted before that time, each thing only when nothing that is still kept stands on it."""
    scenario, version = OptimizationScenario, aliased(Dataset)
    return {
        "projects": delete(Project).where(Project.deleted_at < before),
        "sales files": delete(SalesFile).where(
            SalesFile.status.in_(NO_LONGER_COUNTING), _given_up_at() < before
        ),
        "promotions": delete(PromoScenarioRow).where(PromoScenarioRow.deleted_at < before),
        "scenarios": delete(scenario).where(scenario.deleted_at < before),
        "models": delete(Model).where(
            Model.deleted_at < before,
            # A frozen scenario owns a copy of its model and does not need it any more.
            ~exists().where(scenario.model_id == Model.id, scenario.frozen_at.is_(None)),
        ),
        "data sets": delete(Dataset).where(
            Dataset.deleted_at < before,
            Dataset.root_id.not_in(select(version.root_id).join(Model, Model.dataset_id == version.id)),
        ),
    }


def _given_up_at() -> ColumnElement[dt.datetime]:
    """When a file of sales ceased to count: withdrawn, replaced by a later one, or else never of use."""
    later = aliased(SalesFile)
    replaced = select(func.max(later.created_at)).where(later.replaces_id == SalesFile.id).scalar_subquery()
    return func.coalesce(SalesFile.deleted_at, replaced, SalesFile.created_at)


def _abandoned(s: Session, files: Iterable[str]) -> set[str]:
    """Kept files of fits and jobs that nobody works on: abandoned, unless a row names them.

    Somebody died between file and row. So the copies of frozen scenarios, as soon as the scenario is gone.
    """
    every = list(files)
    active = {str(number) for number in s.scalars(select(Model.id).where(Model.status.in_(ACTIVE)))}
    living = {str(number) for number in s.scalars(select(OptimizationScenario.id))}
    fits = {file[: match.end() - 1]: match["model"] for file in every if (match := FIT_FILE.match(file))}
    copies = {
        file[: match.end() - 1]: match["scenario"] for file in every if (match := FROZEN_FILE.match(file))
    }
    at_work = {
        str(number)
        for number in s.scalars(
            select(DataProcessingJob.project_id).where(DataProcessingJob.status.in_(ACTIVE))
        )
    }
    written = {match[0]: match["project"] for file in every if (match := JOB_FILE.match(file))}
    left = {path for path, model_id in fits.items() if model_id not in active}
    left |= {path for path, scenario_id in copies.items() if scenario_id not in living}
    left |= {path for path, project_id in written.items() if project_id not in at_work}
    return left


def make_months_ahead(s: Session, today: dt.date) -> tuple[str, ...]:
    """The month partitions of the sales facts that were made for the month of `today` and MONTHS_AHEAD more.
    In a transaction of its own: whoever reads facts waits for its end."""
    last = today.year * 12 + today.month - 1 + MONTHS_AHEAD
    return ensure_months(s.connection(), today, dt.date(last // 12, last % 12 + 1, 1))


def purge(s: Session, terms: Terms | None = None, files: Iterable[str] = ()) -> Purged:
    """What was removed: things deleted longer ago than their undo lasts, and records past their term.

    `files` are those of the artifact store; fits among them that were abandoned are named as well. The files
    are only named; the caller removes them after the commit.
    """
    kept, now = terms or Terms(), s.scalars(select(func.now())).one()
    before = _files_named(s)
    statements: dict[str, Any] = dict(_removals(now - kept.undo))
    statements["processing jobs"] = delete(DataProcessingJob).where(
        DataProcessingJob.finished_at < now - kept.jobs
    )
    statements["scenario KPIs"] = delete(ScenarioKpi).where(ScenarioKpi.created_at < now - kept.kpis)
    statements["post-mortems"] = delete(PostMortemReport).where(
        PostMortemReport.created_at < now - kept.reviews
    )
    statements["audit entries"] = delete(AuditEntry).where(AuditEntry.at < now - kept.audit)
    statements["sign-in attempts"] = delete(LoginAttempt).where(LoginAttempt.at < now - kept.audit)
    statements["sessions"] = delete(WebSession).where(WebSession.expires_at < now - kept.jobs)
    rows = {noun: _count(s.execute(statement)) for noun, statement in statements.items()}
    rows |= purge_access(s, kept.undo, kept.audit)
    rows["jobs"] = _count(s.execute(END_OLD_JOBS, {"before": now - kept.jobs}))
    abandoned = _abandoned(s, files)
    # Asked last: what was at work a moment ago may have named its files by now.
    return Purged(rows, tuple(sorted((before | abandoned) - _files_named(s))))


def _count(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
