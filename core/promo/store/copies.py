"""Copies promotions with what was last computed for them."""

from __future__ import annotations

import uuid

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from core.lifecycle.store.copies import copy_row
from db.tables import PromoScenarioRow, ScenarioKpi, ValidationReport


def latest_kpi(scenario_id: InstrumentedAttribute[uuid.UUID] | uuid.UUID) -> ScalarSelect[uuid.UUID]:
    """The id of the figures that were kept last of a scenario, as `scenario_comparison_view` takes them."""
    known = aliased(ScenarioKpi)
    return (
        select(known.id)
        .where(known.scenario_id == scenario_id)
        .order_by(known.created_at.desc(), known.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def copy_promo(
    s: Session, known: PromoScenarioRow, label: str, project_id: int, maker_id: int
) -> PromoScenarioRow:
    """A promotion with the plan, the last figures and the verdict of `known`, written by `maker_id`.

    Brief and post-mortem stay behind: they are about the one that ran.
    """
    row = copy_row(known, label=label, project_id=project_id, created_by=maker_id, archived_at=None)
    if project_id != known.project_id:
        row.source_opportunity_id = None
    row.updated_at = s.scalars(select(func.clock_timestamp())).one()
    s.add(row)
    s.flush()
    figures = s.scalar(select(ScenarioKpi).where(ScenarioKpi.id == latest_kpi(known.id)))
    verdict = s.scalar(select(ValidationReport).where(ValidationReport.scenario_id == known.id))
    for part in (figures, verdict):
        if part is not None:
            s.add(copy_row(part, scenario_id=row.id, project_id=project_id))
    s.flush()
    return row
