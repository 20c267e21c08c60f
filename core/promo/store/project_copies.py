"""Copies all that a project knows of promotions into a new one: sales, models, plans, papers.

Files in the artifact store are named by both projects; retention removes them when the last row is gone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, insert, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from core.lifecycle.store import copy_row
from core.promo.store.facts import facts_key_of, lock_facts
from db.tables import (
    Base,
    CreativeBriefRow,
    OpportunityRow,
    PostMortemReport,
    PromoCatalogEntry,
    PromoModelRow,
    PromoScenarioRow,
    SalesAggregated,
    SalesFile,
    SalesFileFact,
    SalesFileStatus,
    ScenarioKpi,
    SegmentRow,
    Target,
    UpliftCoefficient,
    ValidationReport,
)

Ids = Mapping[uuid.UUID, uuid.UUID]
AT_REST = (SalesFileStatus.CURRENT, SalesFileStatus.REPLACED, SalesFileStatus.WITHDRAWN)
UNRELATED = (SegmentRow, Target, PromoCatalogEntry, UpliftCoefficient, SalesAggregated)


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


def copy_promotions(s: Session, source_id: int, target_id: int, maker_id: int) -> None:
    """Copies everything but jobs, files that are still being read, and deleted promotions, written by
    `maker_id`. The target knows nothing of promotions before; no permission is asked here."""
    lock_facts(s, source_id)
    for table in UNRELATED:
        _copy_rows(s, table, table.project_id == source_id, {"project_id": target_id})
    _copy_files(s, source_id, target_id, maker_id)
    _copy_models(s, source_id, target_id, maker_id)
    known = _copy_each(s, select(OpportunityRow).where(OpportunityRow.project_id == source_id), target_id)
    living = select(PromoScenarioRow).where(
        PromoScenarioRow.project_id == source_id, PromoScenarioRow.deleted_at.is_(None)
    )
    for promo in s.scalars(living.order_by(PromoScenarioRow.updated_at)).all():
        _copy_plan(s, promo, target_id, maker_id, known)
    s.flush()


def _copy_rows(s: Session, table: type[Base], which: ColumnElement[bool], changed: dict[str, Any]) -> None:
    """The rows as they are but for what is `changed`; ids and computed columns are the database's."""
    columns = table.metadata.tables[table.__tablename__].columns
    names = [column.name for column in columns if column.name != "id" and column.computed is None]
    values = [literal(changed[n], columns[n].type) if n in changed else columns[n] for n in names]
    s.execute(insert(table).from_select(names, select(*values).where(which), include_defaults=False))


def _copy_each(s: Session, query: Any, target_id: int, **changed: Any) -> dict[uuid.UUID, uuid.UUID]:
    """Copies the rows of the query; {id there: id here}."""
    made = {row.id: copy_row(row, project_id=target_id, **changed) for row in s.scalars(query).all()}
    s.add_all(made.values())
    s.flush()
    return {there: row.id for there, row in made.items()}


def _copy_files(s: Session, source_id: int, target_id: int, maker_id: int) -> None:
    """The files with what each of them says; a correction still names what it corrects."""
    wanted = select(SalesFile).where(SalesFile.project_id == source_id, SalesFile.status.in_(AT_REST))
    made: dict[uuid.UUID, SalesFile] = {}
    for known in s.scalars(wanted).all():
        times = {"created_at": known.created_at, "deleted_at": known.deleted_at}
        changed = {"project_id": target_id, "job_id": None, "uploaded_by": maker_id, "replaces_id": None}
        made[known.id] = copy_row(known, **times, **changed)
    s.add_all(made.values())
    s.flush()
    for known in s.scalars(wanted).all():
        if known.replaces_id in made:
            made[known.id].replaces_id = made[known.replaces_id].id
        _copy_rows(s, SalesFileFact, SalesFileFact.file_id == known.id, {"file_id": made[known.id].id})


def _copy_models(s: Session, source_id: int, target_id: int, maker_id: int) -> None:
    """The versions; one that estimated from the facts as they are has estimated from the copied facts too."""
    learnt = select(PromoModelRow).where(PromoModelRow.project_id == source_id)
    _copy_each(s, learnt, target_id, job_id=None, created_by=maker_id)
    here, there = (facts_key_of(s, project_id) for project_id in (target_id, source_id))
    same = (PromoModelRow.project_id == target_id, PromoModelRow.facts_key == there)
    s.execute(update(PromoModelRow).where(*same).values(facts_key=here))


def _copy_plan(s: Session, promo: PromoScenarioRow, target_id: int, maker_id: int, known: Ids) -> None:
    """The promotion with its last figures, its verdict, its brief and its post-mortems."""
    row = copy_promo(s, promo, promo.label, target_id, maker_id)
    row.archived_at = promo.archived_at
    row.source_opportunity_id = known.get(promo.source_opportunity_id or uuid.UUID(int=0))
    briefs = select(CreativeBriefRow).where(CreativeBriefRow.scenario_id == promo.id)
    _copy_each(s, briefs, target_id, scenario_id=row.id)
    latest = s.scalar(select(latest_kpi(promo.id)))
    here = s.scalar(select(ScenarioKpi.id).where(ScenarioKpi.scenario_id == row.id))
    for report in s.scalars(select(PostMortemReport).where(PostMortemReport.scenario_id == promo.id)).all():
        held_against = here if latest and report.forecast_kpi_id == latest else None
        links = {"project_id": target_id, "scenario_id": row.id, "forecast_kpi_id": held_against}
        s.add(copy_row(report, created_at=report.created_at, **links))
    s.flush()
