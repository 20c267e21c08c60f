"""Keeps what comes of a promotion on paper: the brief before it, the post-mortem after it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.access import Permission, Person
from core.access.store import require
from core.json_values import from_json, to_json
from core.lifecycle import store as lifecycle
from core.lifecycle.names import StaleWrite
from core.promo.brief.values import CreativeBrief
from core.promo.post_mortem.values import PostMortem, SavedPostMortem
from core.promo.store.project_copies import latest_kpi
from db import tables
from db.tables import PromoScenarioRow, User

Report = tables.PostMortemReport
Brief = tables.CreativeBriefRow


def save_post_mortem(
    s: Session, person: Person, promo_id: uuid.UUID, report: PostMortem, learned_version: str | None = None
) -> SavedPostMortem:
    """The post-mortem, kept as the promotion's latest; earlier ones stay. The forecast is copied into it."""
    promo = lifecycle.find_to_change(s, person, PromoScenarioRow, promo_id, Permission.PLAN_EDIT)
    kpi_id = s.scalar(select(latest_kpi(promo.id)))
    row = Report(
        scenario_id=promo.id,
        project_id=promo.project_id,
        forecast_kpi_id=kpi_id,
        learned_version=learned_version,
        created_by=person.id,
        **_columns(report),
    )
    s.add(row)
    s.flush()
    lifecycle.record_change(s, person, promo, "review", report=str(row.id), learned_version=learned_version)
    kept = post_mortem(s, person, promo_id)
    assert kept is not None
    return kept


def post_mortems(s: Session, person: Person, project_id: int) -> tuple[SavedPostMortem, ...]:
    """The latest post-mortem of each promotion of the project, the newest first."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    latest = select(Report.id).where(Report.project_id == project_id).distinct(Report.scenario_id)
    latest = latest.order_by(Report.scenario_id, Report.created_at.desc(), Report.id.desc())
    query = _described(person).where(Report.id.in_(latest)).order_by(Report.created_at.desc(), Report.id)
    return tuple(_kept(row) for row in s.execute(query))


def post_mortem(s: Session, person: Person, promo_id: uuid.UUID) -> SavedPostMortem | None:
    """The latest post-mortem of a promotion, None without one. Raises NotFound for strangers."""
    lifecycle.find(s, person, PromoScenarioRow, promo_id)
    query = _described(person).where(Report.scenario_id == promo_id)
    row = s.execute(query.order_by(Report.created_at.desc(), Report.id.desc()).limit(1)).one_or_none()
    return _kept(row) if row else None


def save_brief(
    s: Session,
    person: Person,
    promo_id: uuid.UUID,
    brief: CreativeBrief,
    *,
    seen_at: dt.datetime | None = None,
) -> CreativeBrief:
    """The brief, kept in place of the promotion's brief before. With `seen_at`, the `brief_saved_at` of the
    one that was loaded, raises StaleWrite when somebody saved another since."""
    promo = lifecycle.find_to_change(s, person, PromoScenarioRow, promo_id, Permission.PLAN_EDIT)
    saved_at = brief_saved_at(s, person, promo_id)
    if seen_at is not None and saved_at is not None and saved_at > seen_at:
        raise StaleWrite(
            f"The brief of “{promo.label}” was saved by somebody else in the meantime. "
            "Open it again to see the change."
        )
    written: dict[str, Any] = {"brief": brief.brief_json(), "assets": brief.assets_json()}
    written["updated_at"] = func.clock_timestamp()
    statement = insert(Brief).values(scenario_id=promo.id, project_id=promo.project_id, **written)
    s.execute(statement.on_conflict_do_update(index_elements=["scenario_id"], set_=written))
    lifecycle.record_change(s, person, promo, "brief", assets=len(brief.assets))
    return brief


def brief_saved_at(s: Session, person: Person, promo_id: uuid.UUID) -> dt.datetime | None:
    """When the brief of a promotion was saved last, None without one. Raises NotFound for strangers."""
    lifecycle.find(s, person, PromoScenarioRow, promo_id)
    return s.scalar(select(Brief.updated_at).where(Brief.scenario_id == promo_id))


def brief(s: Session, person: Person, promo_id: uuid.UUID) -> CreativeBrief | None:
    """The brief of a promotion, None without one. Raises NotFound for strangers."""
    lifecycle.find(s, person, PromoScenarioRow, promo_id)
    row = s.execute(select(Brief.brief, Brief.assets).where(Brief.scenario_id == promo_id)).one_or_none()
    return CreativeBrief.from_json(row[0], row[1]) if row else None


def _columns(report: PostMortem) -> dict[str, Any]:
    whole, actual = to_json(report), report.actual
    return {
        "period_start": report.period_start,
        "period_end": report.period_end,
        "forecast": {"figures": whole["forecast"], "intervals": whole["intervals"]},
        "actual_sales_value": actual["sales_value"],
        "actual_margin_value": actual["margin_value"],
        "actual_margin_pct": actual["margin_pct"],
        "actual_ebit": actual["ebit"],
        "actual_units": round(actual["units"]),
        "sales_value_error_pct": report.errors["sales_value"],
        "margin_value_error_pct": report.errors["margin_value"],
        "ebit_error_pct": report.errors["ebit"],
        "units_error_pct": report.errors["units"],
        "post_promo_dip": whole["post_promo_dip"],
        "cannibalization_signals": whole["cannibalization_signals"],
        "insights": list(report.insights),
        "learning_points": list(report.learning_points),
        "details": whole,
    }


def _described(person: Person) -> Select[Report, str, str]:
    name = func.coalesce(User.display_name, User.username, "")
    return (
        lifecycle.visible(person, PromoScenarioRow)
        .join(Report, Report.scenario_id == PromoScenarioRow.id)
        .outerjoin(User, User.id == Report.created_by)
        .with_only_columns(Report, PromoScenarioRow.label, name)
        .execution_options(populate_existing=True)
    )


def _kept(row: Any) -> SavedPostMortem:
    kept, label, maker = row
    return SavedPostMortem(
        id=kept.id,
        promo_id=kept.scenario_id,
        label=label,
        report=from_json(PostMortem, kept.details),
        learned_version=kept.learned_version,
        forecast_kpi_id=kept.forecast_kpi_id,
        created_by=maker,
        created_at=kept.created_at,
    )
