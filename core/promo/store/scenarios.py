"""Saves promotions: the scenario, the figures it was expected to bring, and the verdict on it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Select, delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.access import NotFound, Permission, Person
from core.access.store import require
from core.json_values import from_json, to_json
from core.lifecycle import store as lifecycle
from core.lifecycle.names import StaleWrite, clean_name, copy_name
from core.promo.scenarios.kpis import Kpi, PromoKpis
from core.promo.scenarios.scenario import PromoScenario, ScenarioType
from core.promo.scenarios.verdict import Verdict, VerdictStatus
from core.promo.store.project_copies import copy_promo, latest_kpi
from db import tables

NOT_FOUND = "This promotion was not found. It may have been deleted."
Row = tables.PromoScenarioRow
KpiRow = tables.ScenarioKpi

_COMPARISON = text(
    "SELECT * FROM scenario_comparison_view WHERE project_id = :project AND scenario_id = ANY(:ids)"
)


@dataclass(frozen=True)
class PromoInfo:
    """A saved promotion in a list. `totals` and `deltas` are those of the figures saved last (sales_value,
    margin_value, margin_pct of the totals, ebit, units), empty without any; so are `status` and
    `overall_score` None without a verdict. `reviewed` and `briefed`: whether it has a post-mortem, a brief.
    """

    id: uuid.UUID
    project_id: int
    label: str
    scenario_type: ScenarioType
    start: dt.date
    end: dt.date
    geo: str
    departments: tuple[str, ...]
    totals: Mapping[str, float]
    deltas: Mapping[str, float]
    kpi_id: uuid.UUID | None
    model_version: str | None
    status: VerdictStatus | None
    overall_score: int | None
    opportunity_id: uuid.UUID | None
    created_by: str
    created_at: dt.datetime
    updated_at: dt.datetime
    archived: bool
    deleted: bool
    reviewed: bool
    briefed: bool

    @property
    def name(self) -> str:
        """Its label, under the name that the life cycle asks for."""
        return self.label


@dataclass(frozen=True)
class SavedPromo:
    """A saved promotion as a whole; figures and verdict are None where none were saved."""

    info: PromoInfo
    scenario: PromoScenario
    kpis: PromoKpis | None
    verdict: Verdict | None
    kpi_id: uuid.UUID | None


def scenario_columns(scenario: PromoScenario) -> dict[str, Any]:
    """The columns of `promo_scenarios` that say what is planned."""
    return {
        "date_range_start": scenario.start,
        "date_range_end": scenario.end,
        "scenario_type": scenario.scenario_type.value,
        "mechanics": [to_json(line) for line in scenario.mechanics],
        "geo": scenario.geo,
        "legal_text": scenario.legal_text,
    }


def kpi_columns(kpis: PromoKpis) -> dict[str, Any]:
    """The columns of `scenario_kpis`: the documents' summary, and the whole answer in `details`."""
    whole = to_json(kpis)
    totals, deltas = kpis.totals, kpis.deltas
    return {
        "period_start": kpis.period_start,
        "period_end": kpis.period_end,
        "total_sales_value": totals[Kpi.SALES],
        "total_margin_value": totals[Kpi.MARGIN],
        "total_margin_pct": totals[Kpi.MARGIN_PCT],
        "total_ebit": totals[Kpi.EBIT],
        "total_units": round(totals[Kpi.UNITS]),
        "sales_value_delta": deltas[Kpi.SALES],
        "margin_value_delta": deltas[Kpi.MARGIN],
        "ebit_delta": deltas[Kpi.EBIT],
        "units_delta": round(deltas[Kpi.UNITS]),
        "kpi_breakdown": whole["breakdown"],
        "intervals": whole["intervals"],
        "details": whole,
        "model_version": kpis.model_version or None,
    }


def save_promo(
    s: Session,
    person: Person,
    project_id: int,
    scenario: PromoScenario,
    kpis: PromoKpis | None,
    verdict: Verdict | None,
    *,
    promo_id: uuid.UUID | None = None,
    opportunity_id: uuid.UUID | None = None,
    model_version: str | None = None,
    seen_at: dt.datetime | None = None,
) -> PromoInfo:
    """The promotion, saved as a new one or, with `promo_id`, over the one of that number.

    Figures are added as a new row, the verdict replaces the one before. Saved without them, figures and
    verdict of something else than what is planned now are forgotten. With `seen_at`, the `updated_at` one had
    loaded, raises StaleWrite when somebody saved it since. NotFound for what is not in this project; an
    opportunity that is no longer found is left out.
    """
    require(s, person, project_id, Permission.PLAN_EDIT)
    opportunity_id = _opportunity_found(s, project_id, opportunity_id)
    label = clean_name(scenario.label, lifecycle.PROMO.noun, lifecycle.PROMO.longest)
    columns = scenario_columns(scenario)
    if promo_id is None:
        row = Row(project_id=project_id, label=label, created_by=person.id, **columns)
        row.source_opportunity_id = opportunity_id
        s.add(row)
        changed = False
    else:
        row = _to_change(s, person, project_id, promo_id, seen_at)
        changed = any(getattr(row, name) != value for name, value in columns.items())
        for name, value in (columns | {"label": label}).items():
            setattr(row, name, value)
        row.source_opportunity_id = opportunity_id or row.source_opportunity_id
        row.updated_at = s.scalars(select(func.clock_timestamp())).one()
    s.flush()
    _save_results(s, row, kpis, verdict, model_version, forget=changed)
    lifecycle.record_change(s, person, row, "create" if promo_id is None else "update", kpis=kpis is not None)
    return promo(s, person, row.id).info


def promos(s: Session, person: Person, project_id: int, *, archived: bool = False) -> tuple[PromoInfo, ...]:
    """The promotions of a project, the last changed first; the archived ones where asked."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    shelved = Row.archived_at.is_not(None) if archived else Row.archived_at.is_(None)
    query = _described(person).where(Row.project_id == project_id, shelved)
    rows = s.execute(query.order_by(Row.updated_at.desc(), Row.id))
    return tuple(_info(row) for row in rows)


def promo(s: Session, person: Person, promo_id: uuid.UUID) -> SavedPromo:
    """One promotion as a whole. Raises NotFound."""
    row = s.execute(_described(person).where(Row.id == promo_id)).one_or_none()
    if row is None:
        raise NotFound(NOT_FOUND)
    saved, report, info = row[0], row[5], _info(row)
    verdict = report and from_json(
        Verdict, {"status": report.status, "overall_score": report.overall_score, "issues": report.issues}
    )
    details = s.scalar(select(KpiRow.details).where(KpiRow.id == info.kpi_id))
    return SavedPromo(
        info=info,
        scenario=from_json(
            PromoScenario,
            {
                "label": saved.label, "start": saved.date_range_start, "end": saved.date_range_end,
                "scenario_type": saved.scenario_type, "mechanics": saved.mechanics, "geo": saved.geo,
                "legal_text": saved.legal_text,
            }
        ),
        kpis=from_json(PromoKpis, details) if details else None,
        verdict=verdict,
        kpi_id=info.kpi_id,
    )  # fmt: skip


def comparison(s: Session, person: Person, project_id: int, promo_ids: Sequence[uuid.UUID]) -> pd.DataFrame:
    """The rows of `scenario_comparison_view` of these promotions, in their order. NotFound for one that is
    not in the project."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    rows = s.execute(_COMPARISON, {"project": project_id, "ids": list(promo_ids)})
    names = list(rows.keys())
    frame = pd.DataFrame(rows.mappings().all(), columns=names)
    if set(promo_ids) - set(frame["scenario_id"]):
        raise NotFound(NOT_FOUND)
    money = [name for name in names if name.startswith("total_") or name.endswith("_delta")]
    frame[money] = frame[money].astype(float)
    return frame.set_index("scenario_id", drop=False).loc[list(promo_ids)].reset_index(drop=True)


def rename_promo(s: Session, person: Person, promo_id: uuid.UUID, name: str) -> PromoInfo:
    """The promotion under its new name; who had loaded it under the old one does not write over that."""
    row = lifecycle.rename(s, person, Row, promo_id, name)
    row.updated_at = s.scalars(select(func.clock_timestamp())).one()
    s.flush()
    return promo(s, person, promo_id).info


def duplicate_promo(s: Session, person: Person, promo_id: uuid.UUID, name: str | None = None) -> PromoInfo:
    """A promotion of its own with the same plan, its last figures and verdict, without brief and reports."""
    known = lifecycle.find_to_change(s, person, Row, promo_id, Permission.PLAN_EDIT)
    longest = lifecycle.PROMO.longest
    label = (
        clean_name(name, lifecycle.PROMO.noun, longest)
        if name is not None
        else copy_name(known.label, longest)
    )
    row = copy_promo(s, known, label, known.project_id, person.id)
    lifecycle.record_change(s, person, row, "duplicate", copy_of=str(known.id))
    return promo(s, person, row.id).info


def archive_promo(s: Session, person: Person, promo_id: uuid.UUID) -> None:
    """Puts the promotion among the archived ones."""
    lifecycle.archive(s, person, Row, promo_id, archived=True)


def unarchive_promo(s: Session, person: Person, promo_id: uuid.UUID) -> None:
    """Takes the promotion back into use."""
    lifecycle.archive(s, person, Row, promo_id, archived=False)


def delete_promo(s: Session, person: Person, promo_id: uuid.UUID) -> None:
    """Deletes the promotion with undo."""
    lifecycle.delete(s, person, Row, promo_id)


def restore_promo(s: Session, person: Person, promo_id: uuid.UUID) -> PromoInfo:
    """Undoes the deletion of a promotion."""
    lifecycle.restore(s, person, Row, promo_id)
    return promo(s, person, promo_id).info


def _opportunity_found(s: Session, project_id: int, opportunity_id: uuid.UUID | None) -> uuid.UUID | None:
    """The opportunity; None where it is no longer found: that is no reason to keep nothing of the promotion.
    Locked, so that it does not go between this look and the writing. NotFound for another project's."""
    if opportunity_id is None:
        return None
    known = select(tables.OpportunityRow.project_id).where(tables.OpportunityRow.id == opportunity_id)
    owner = s.scalar(known.with_for_update(read=True, key_share=True))
    if owner not in (None, project_id):
        raise NotFound("This opportunity was not found. It may have been removed.")
    return opportunity_id if owner is not None else None


def _to_change(
    s: Session, person: Person, project_id: int, promo_id: uuid.UUID, seen_at: dt.datetime | None
) -> Row:
    row = lifecycle.find_to_change(s, person, Row, promo_id, Permission.PLAN_EDIT)
    if row.project_id != project_id:
        raise NotFound(NOT_FOUND)
    if seen_at is not None and row.updated_at > seen_at:
        raise StaleWrite(
            f"The promotion “{row.label}” was saved by somebody else in the meantime. "
            "Open it again to see the change, or save yours under another name."
        )
    return row


def _save_results(
    s: Session,
    row: Row,
    kpis: PromoKpis | None,
    verdict: Verdict | None,
    model_version: str | None,
    *,
    forget: bool,
) -> None:
    """Adds what was computed; where there is nothing, `forget` takes away what was for something else."""
    mine = {"scenario_id": row.id, "project_id": row.project_id}
    report = tables.ValidationReport
    if kpis is not None:
        columns = kpi_columns(kpis) | ({"model_version": model_version} if model_version else {})
        s.add(KpiRow(**mine, **columns))
    elif forget:
        s.execute(delete(KpiRow).where(KpiRow.scenario_id == row.id))
    if verdict is not None:
        written = to_json(verdict)
        statement = insert(report).values(**mine, **written)
        s.execute(
            statement.on_conflict_do_update(
                index_elements=["scenario_id"], set_=written | {"created_at": func.clock_timestamp()}
            )
        )
    elif forget:
        s.execute(delete(report).where(report.scenario_id == row.id))
    s.flush()


def _described(person: Person) -> Select[Any]:
    """Of the figures only what a list shows: the whole of them is long."""
    report, user = tables.ValidationReport, tables.User
    review, brief = tables.PostMortemReport, tables.CreativeBriefRow
    return (
        lifecycle.visible(person, Row)
        .outerjoin(KpiRow, KpiRow.id == latest_kpi(Row.id))
        .outerjoin(report, report.scenario_id == Row.id)
        .outerjoin(user, user.id == Row.created_by)
        .add_columns(
            KpiRow.id,
            KpiRow.model_version,
            KpiRow.details["totals"],
            KpiRow.details["deltas"],
            report,
            func.coalesce(user.display_name, user.username, ""),
            exists().where(review.scenario_id == Row.id),
            exists().where(brief.scenario_id == Row.id),
        )
        .execution_options(populate_existing=True)
    )


def _info(row: Any) -> PromoInfo:
    saved, kpi_id, model_version, totals, deltas, report, maker, reviewed, briefed = row
    return PromoInfo(
        id=saved.id,
        project_id=saved.project_id,
        label=saved.label,
        scenario_type=ScenarioType(saved.scenario_type),
        start=saved.date_range_start,
        end=saved.date_range_end,
        geo=saved.geo,
        departments=tuple(dict.fromkeys(line["department"] for line in saved.mechanics)),
        totals=totals or {},
        deltas=deltas or {},
        kpi_id=kpi_id,
        model_version=model_version,
        status=VerdictStatus(report.status) if report else None,
        overall_score=report.overall_score if report else None,
        opportunity_id=saved.source_opportunity_id,
        created_by=maker,
        created_at=saved.created_at,
        updated_at=saved.updated_at,
        archived=saved.archived_at is not None,
        deleted=saved.deleted_at is not None,
        reviewed=reviewed,
        briefed=briefed,
    )
