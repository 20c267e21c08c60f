"""Whether a project's facts allow learning, the job that learns, and the version it writes down."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Date, cast, distinct, func, select
from sqlalchemy.orm import Session

from core.promo.model_info import EstimatedModel
from core.promo.store.facts import facts_key_of, lock_facts
from core.promo.store.re_estimates import note_learning
from core.queue.job import Errand, JobKind
from core.queue.store.processing import NOW, enqueue_job, owned_by
from db.tables import DataProcessingJob, ProcessingStatus, PromoModelRow, SalesAggregated, UpliftCoefficient

LEAST_WEEKS = 8
AUTO = "auto"


def why_not(s: Session, project_id: int) -> str | None:
    """Why nothing can be learned from the project's facts yet, in a sentence; None when it can."""
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


def enqueue_learning(
    s: Session,
    project_id: int,
    asked_by: int | None,
    *,
    method: str = AUTO,
    note: str = "",
    asked: bool = False,
    patience_seconds: float | None = None,
) -> uuid.UUID:
    """A job that learns a new version; one that waits already and would do the same is enough.

    Not `asked` for by a person, it ends at once where the latest version was learned from the same facts.
    """
    details: dict[str, object] = {"method": method, "note": note, "asked": asked}
    if patience_seconds is not None:
        details["patience_seconds"] = patience_seconds
    job = DataProcessingJob
    waiting = select(job.id).where(
        job.project_id == project_id,
        job.kind == JobKind.UPLIFT.value,
        job.status == ProcessingStatus.QUEUED,
        job.details == details,
    )
    known = s.scalars(waiting.limit(1)).first()
    return known or enqueue_job(s, project_id, JobKind.UPLIFT, asked_by=asked_by, details=details)


def latest_facts_key(s: Session, project_id: int) -> str | None:
    """From which facts the latest version was learned; None without any version."""
    query = select(PromoModelRow.facts_key).where(PromoModelRow.project_id == project_id)
    return s.scalars(query.order_by(PromoModelRow.version.desc()).limit(1)).first()


def learn_from_new_facts(
    s: Session, project_id: int, asked_by: int | None, patience_seconds: float | None = None
) -> tuple[uuid.UUID | None, str | None]:
    """The job that learns from facts that changed, or the sentence that says why there is none; both None
    where the latest version was learned from just these facts."""
    if latest_facts_key(s, project_id) == facts_key_of(s, project_id):
        return None, None
    reason = why_not(s, project_id)
    if reason is not None:
        return None, reason
    return enqueue_learning(s, project_id, asked_by, patience_seconds=patience_seconds), None


def facts_to_learn_from(s: Session, project_id: int) -> tuple[str, int]:
    """The key of the present facts and the number that the next version will have."""
    newest = select(func.coalesce(func.max(PromoModelRow.version), 0)).where(
        PromoModelRow.project_id == project_id
    )
    return facts_key_of(s, project_id), s.scalars(newest).one() + 1


def keep_model(s: Session, errand: Errand, learned: EstimatedModel) -> bool:
    """Writes the version and its coefficients; False, and nothing written, when the job was stopped or taken
    over meanwhile. Calling it again after a commit whose answer was lost finds them there, and is True."""
    lock_facts(s, errand.project_id)
    kept = select(PromoModelRow.id).where(PromoModelRow.artifacts_path == learned.artifacts_path)
    if s.scalar(kept) is not None:
        return True
    row = owned_by(s, errand)
    if row is None or row.cancel_requested:
        return False
    model = PromoModelRow(
        project_id=errand.project_id, version=learned.version, method=learned.method, seed=learned.seed,
        facts_key=learned.facts_key, summary=dict(learned.summary), artifacts_path=learned.artifacts_path,
        artifacts_checksum=learned.artifacts_checksum, job_id=errand.job_id, created_by=errand.asked_by,
        note=learned.note, created_at=s.scalars(select(NOW)).one(),
    )  # fmt: skip
    s.add(model)
    s.add_all(
        UpliftCoefficient(project_id=errand.project_id, **coefficient) for coefficient in learned.coefficients
    )
    s.flush()
    if last_on := learned.summary["facts"].get("last_on"):
        note_learning(s, errand.project_id, learned.version, dt.date.fromisoformat(last_on))
    return True


def span_of(s: Session, project_id: int) -> dict[str, str | int]:
    """What the facts cover, for the summary of a version."""
    facts = SalesAggregated
    query = select(cast(func.min(facts.date), Date), cast(func.max(facts.date), Date), func.count())
    first, last, rows = s.execute(query.where(facts.project_id == project_id)).one()
    return {"first_on": first.isoformat(), "last_on": last.isoformat(), "rows": rows} if rows else {"rows": 0}
