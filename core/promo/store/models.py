"""The versions of a project's promotion model: estimated by jobs, listed, loaded."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import artifacts
from core.access import Permission, Person
from core.access.store import record, require
from core.errors import UserError
from core.promo.days import BaselineMethod
from core.promo.store.facts import facts_key_of
from db.tables import PromoModelRow as Row
from db.tables import UpliftCoefficient, User

if TYPE_CHECKING:
    from core.promo.model_files import PromoModel
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, cast, distinct, update

from core.promo.store.facts import lock_facts
from core.queue.job import Attempt, JobKind, JobStatus
from core.queue.store.jobs import enqueue_job
from core.queue.store.kinds import NOW
from core.queue.store.state import owned_by
from db.tables import DataProcessingJob, PostMortemReport, PromoModelRow, SalesAggregated

COEFFICIENTS = (
    *("department", "channel", "discount_band", "uplift_sales_pct", "uplift_units_pct"),
    *("margin_impact_pct", "confidence", "sample_size", "model_version"),
)
LONGEST_NOTE = 500


LEAST_WEEKS = 8
AUTO = "auto"


def mark_re_estimated(s: Session, project_id: int, version: int, last_on: dt.date) -> None:
    """Writes `version`, estimated from sales until `last_on`, into the project's post-mortems that hold no
    later sales and that no earlier version has estimated from. For the job that estimates: it asks nobody."""
    report = PostMortemReport
    written = update(report).values(learned_version=str(version))
    s.execute(
        written.where(
            report.project_id == project_id,
            report.learned_version.is_(None),
            cast(report.details["covered_until"].astext, Date) <= last_on,
        ).execution_options(synchronize_session=False)
    )


def reason_not_to_estimate(s: Session, project_id: int) -> str | None:
    """Why nothing can be estimated from the project's facts yet, in a sentence; None when it can."""
    facts = SalesAggregated
    promo = facts.promo_flag & (facts.discount_pct > 0)
    span = select(func.min(facts.date), func.max(facts.date), func.count(distinct(facts.date)).filter(promo))
    first, last, promo_days = s.execute(span.where(facts.project_id == project_id)).one()
    if first is None:
        return "There are no sales to learn from yet."
    days = (last - first).days + 1
    if days < 7 * LEAST_WEEKS:
        return (
            f"The sales cover {days} days; at least {LEAST_WEEKS} weeks are needed to learn from promotions."
        )
    if not promo_days:
        return "No day of the sales has a promotion with a discount, so there is no uplift to learn."
    return None


def enqueue_estimation(
    s: Session,
    project_id: int,
    asked_by: int | None,
    *,
    method: str = AUTO,
    note: str = "",
    asked: bool = False,
    patience_seconds: float | None = None,
) -> uuid.UUID:
    """A job that estimates a new version; one that waits already and would do the same is enough.

    Not `asked` for by a person, it ends at once where the latest version was estimated from the same facts.
    """
    details: dict[str, object] = {"method": method, "note": note, "asked": asked}
    if patience_seconds is not None:
        details["patience_seconds"] = patience_seconds
    job = DataProcessingJob
    waiting = select(job.id).where(
        job.project_id == project_id,
        job.kind == JobKind.UPLIFT.value,
        job.status == JobStatus.QUEUED,
        job.details == details,
    )
    known = s.scalars(waiting.limit(1)).first()
    return known or enqueue_job(s, project_id, JobKind.UPLIFT, asked_by=asked_by, details=details)


def latest_facts_key(s: Session, project_id: int) -> str | None:
    """From which facts the latest version was estimated; None without any version."""
    query = select(PromoModelRow.facts_key).where(PromoModelRow.project_id == project_id)
    return s.scalars(query.order_by(PromoModelRow.version.desc()).limit(1)).first()


def estimate_from_new_facts(
    s: Session, project_id: int, asked_by: int | None, patience_seconds: float | None = None
) -> tuple[uuid.UUID | None, str | None]:
    """The job that estimates from facts that changed, or the sentence that says why there is none; both None
    where the latest version was estimated from just these facts."""
    if latest_facts_key(s, project_id) == facts_key_of(s, project_id):
        return None, None
    reason = reason_not_to_estimate(s, project_id)
    if reason is not None:
        return None, reason
    return enqueue_estimation(s, project_id, asked_by, patience_seconds=patience_seconds), None


def facts_to_estimate_from(s: Session, project_id: int) -> tuple[str, int]:
    """The key of the present facts and the number that the next version will have."""
    newest = select(func.coalesce(func.max(PromoModelRow.version), 0)).where(
        PromoModelRow.project_id == project_id
    )
    return facts_key_of(s, project_id), s.scalars(newest).one() + 1


def save_model(s: Session, attempt: Attempt, estimated: EstimatedModel) -> bool:
    """Writes the version and its coefficients; False, and nothing written, when the job was stopped or taken
    over meanwhile. Calling it again after a commit whose answer was lost finds them there, and is True."""
    lock_facts(s, attempt.project_id)
    kept = select(PromoModelRow.id).where(PromoModelRow.artifacts_path == estimated.artifacts_path)
    if s.scalar(kept) is not None:
        return True
    row = owned_by(s, attempt)
    if row is None or row.cancel_requested:
        return False
    model = PromoModelRow(
        project_id=attempt.project_id, version=estimated.version, method=estimated.method,
        seed=estimated.seed, facts_key=estimated.facts_key, summary=dict(estimated.summary),
        artifacts_path=estimated.artifacts_path,
        artifacts_checksum=estimated.artifacts_checksum, job_id=attempt.job_id, created_by=attempt.asked_by,
        note=estimated.note, created_at=s.scalars(select(NOW)).one(),
    )  # fmt: skip
    s.add(model)
    s.add_all(
        UpliftCoefficient(project_id=attempt.project_id, **coefficient)
        for coefficient in estimated.coefficients
    )
    s.flush()
    if last_on := estimated.summary["facts"].get("last_on"):
        mark_re_estimated(s, attempt.project_id, estimated.version, dt.date.fromisoformat(last_on))
    return True


def span_of(s: Session, project_id: int) -> dict[str, str | int]:
    """What the facts cover, for the summary of a version."""
    facts = SalesAggregated
    query = select(cast(func.min(facts.date), Date), cast(func.max(facts.date), Date), func.count())
    first, last, rows = s.execute(query.where(facts.project_id == project_id)).one()
    return {"first_on": first.isoformat(), "last_on": last.isoformat(), "rows": rows} if rows else {"rows": 0}


@dataclass(frozen=True)
class PromoModelInfo:
    """One version of what was estimated from the facts. `summary` holds backtest, notes, warnings, dip,
    cannibalisation, convergence, cells and what the facts covered; `facts_changed` whether the project has
    other facts by now."""

    id: uuid.UUID
    project_id: int
    version: int
    created_at: dt.datetime
    created_by: str
    method: str
    seed: int
    facts_key: str
    summary: Mapping[str, Any]
    artifacts_path: str
    artifacts_checksum: str
    note: str
    job_id: uuid.UUID | None
    facts_changed: bool

    @property
    def cache_key(self) -> str:
        """What a page caches the loaded model under: a version never changes."""
        return str(self.id)

    @property
    def model_version(self) -> str:
        """The version as coefficients and KPIs name it."""
        return str(self.version)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be known before relying on it, in sentences."""
        return tuple(self.summary.get("warnings", ()))


@dataclass(frozen=True)
class EstimatedModel:
    """What a learning job writes down besides the files it has kept under `artifacts_path`."""

    version: int
    method: str
    seed: int
    facts_key: str
    summary: Mapping[str, Any]
    coefficients: tuple[Mapping[str, Any], ...]
    artifacts_path: str
    artifacts_checksum: str
    note: str


def estimate(
    s: Session, person: Person, project_id: int, *, method: str = BaselineMethod.AUTO, note: str = ""
) -> uuid.UUID:
    """The job that estimates a new version from the present facts.

    UserError when there is too little history, for an unknown method or a note that is too long.
    """
    require(s, person, project_id, Permission.MODEL_TRAIN)
    if method not in set(BaselineMethod):
        raise UserError(f"The method must be one of {', '.join(BaselineMethod)}; it is {method!r}.")
    if len(note) > LONGEST_NOTE:
        raise UserError(f"A note has at most {LONGEST_NOTE} characters; this one has {len(note)}.")
    reason = reason_not_to_estimate(s, project_id)
    if reason is not None:
        raise UserError(reason)
    job_id = enqueue_estimation(s, project_id, person.id, method=str(method), note=note.strip(), asked=True)
    record(
        s, person, project_id, "promo_model:learn", name=note.strip() or None, details={"job": str(job_id)}
    )
    return job_id


def promo_models(s: Session, person: Person, project_id: int) -> tuple[PromoModelInfo, ...]:
    """Every version that was estimated, the newest first."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = (
        select(Row, func.coalesce(User.display_name, User.username, ""))
        .outerjoin(User, User.id == Row.created_by)
        .where(Row.project_id == project_id, Row.artifacts_path.is_not(None))
        .order_by(Row.version.desc())
    )
    present = facts_key_of(s, project_id)
    return tuple(_info(row, maker, present) for row, maker in s.execute(query))


def _info(row: Row, maker: str, present: str) -> PromoModelInfo:
    return PromoModelInfo(
        id=row.id,
        project_id=row.project_id,
        version=row.version,
        created_at=row.created_at,
        created_by=maker,
        method=row.method,
        seed=row.seed,
        facts_key=row.facts_key,
        summary=dict(row.summary),
        artifacts_path=row.artifacts_path or "",
        artifacts_checksum=row.artifacts_checksum or "",
        note=row.note,
        job_id=row.job_id,
        facts_changed=row.facts_key != present,
    )


def coefficients(
    s: Session, person: Person, project_id: int, version: int | str | None = None
) -> pd.DataFrame:
    """Frame of `uplift_coefficients`: COEFFICIENTS, of one version or, without it, of the latest."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    table = UpliftCoefficient
    if version is None:
        version = s.scalar(select(func.max(Row.version)).where(Row.project_id == project_id))
    query = (
        select(*(getattr(table, name) for name in COEFFICIENTS))
        .where(table.project_id == project_id, table.model_version == str(version))
        .order_by(table.department, table.channel, table.discount_band)
    )
    return pd.DataFrame(s.execute(query).all(), columns=list(COEFFICIENTS))


def load(info: PromoModelInfo) -> PromoModel:
    """The model of a version, from the artifact store; nothing is fitted again.

    ArtifactError or UserError when its files are missing or damaged.
    """
    from core.promo.model_files import PromoModel

    return PromoModel.load(artifacts.local_folder(info.artifacts_path))
