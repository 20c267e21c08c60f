"""The versions of a project's promotion model: learned by jobs, listed, loaded."""

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
from core.promo.choices import BaselineMethod
from core.promo.model_info import PromoModelInfo
from core.promo.store.facts import facts_key_of
from core.promo.store.fits import enqueue_learning, why_not
from db.tables import PromoModelRow as Row
from db.tables import UpliftCoefficient, User

if TYPE_CHECKING:
    from core.promo.fitted import PromoModel

COEFFICIENTS = (
    *("department", "channel", "discount_band", "uplift_sales_pct", "uplift_units_pct"),
    *("margin_impact_pct", "confidence", "sample_size", "model_version"),
)
LONGEST_NOTE = 500


def learn(
    s: Session, person: Person, project_id: int, *, method: str = BaselineMethod.AUTO, note: str = ""
) -> uuid.UUID:
    """The job that learns a new version from the present facts.

    UserError when there is too little history, for an unknown method or a note that is too long.
    """
    require(s, person, project_id, Permission.MODEL_TRAIN)
    if method not in set(BaselineMethod):
        raise UserError(f"The method must be one of {', '.join(BaselineMethod)}; it is {method!r}.")
    if len(note) > LONGEST_NOTE:
        raise UserError(f"A note has at most {LONGEST_NOTE} characters; this one has {len(note)}.")
    reason = why_not(s, project_id)
    if reason is not None:
        raise UserError(reason)
    job_id = enqueue_learning(s, project_id, person.id, method=str(method), note=note.strip(), asked=True)
    record(
        s, person, project_id, "promo_model:learn", name=note.strip() or None, details={"job": str(job_id)}
    )
    return job_id


def promo_models(s: Session, person: Person, project_id: int) -> tuple[PromoModelInfo, ...]:
    """Every version that was learned, the newest first."""
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
    from core.promo.fitted import PromoModel

    return PromoModel.load(artifacts.local_folder(info.artifacts_path))
