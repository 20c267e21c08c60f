"""Keeps the opportunities of a month as they were found last; what somebody dismissed stays dismissed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.access import NotFound, Permission, Person
from core.access.store import record, require
from core.json_values import from_json, to_json
from core.promo.opportunities.values import Opportunity, SavedOpportunity
from db import tables
from db.tables import Project, ProjectMember

Row = tables.OpportunityRow
KEY = ("project_id", "month", "geo", "kind", "department", "channel")
NO_LONGER_FOUND = 0  # the rank of a row that is kept only for the promotion that began with it


def save_opportunities(
    s: Session, person: Person, project_id: int, month: str, geo: str, found: Sequence[Opportunity]
) -> tuple[SavedOpportunity, ...]:
    """What was found for the month and geo, in place of what was found before, with ids; the same opportunity
    keeps its id. ValueError for one of another month or geo."""
    require(s, person, project_id, Permission.PLAN_EDIT)
    if any((one.month, one.geo) != (month, geo) for one in found):
        raise ValueError(f"Opportunities of {month}, {geo} are kept together, no others among them.")
    # Of two who look at the same month at once, one waits for the other.
    s.execute(select(Project.id).where(Project.id == project_id).with_for_update(key_share=True))
    before = _keys(s, project_id, month, geo)
    s.execute(update(Row).where(*_of(project_id, month, geo)).values(rank=NO_LONGER_FOUND))
    for one in {_key(one): one for one in reversed(found)}.values():
        columns = _columns(one)
        statement = insert(Row).values(project_id=project_id, **columns)
        s.execute(statement.on_conflict_do_update(index_elements=KEY, set_=columns))
    begun = exists().where(tables.PromoScenarioRow.source_opportunity_id == Row.id)
    gone = delete(Row).where(
        *_of(project_id, month, geo), Row.rank == NO_LONGER_FOUND, Row.dismissed_at.is_(None), ~begun
    )
    s.execute(gone.execution_options(synchronize_session=False))
    if _keys(s, project_id, month, geo) != before:
        record(
            s, person, project_id, "opportunities:find", name=f"{month}, {geo}", details={"rows": len(found)}
        )
    return opportunities(s, person, project_id, month=month, geo=geo)


def opportunities(
    s: Session,
    person: Person,
    project_id: int,
    *,
    month: str | None = None,
    geo: str | None = None,
    dismissed: bool = False,
) -> tuple[SavedOpportunity, ...]:
    """The opportunities of the project, the best of each month first; with `dismissed` all of them."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = _described().where(Row.project_id == project_id, Row.rank > NO_LONGER_FOUND)
    if month is not None:
        query = query.where(Row.month == month)
    if geo is not None:
        query = query.where(Row.geo == geo)
    if not dismissed:
        query = query.where(Row.dismissed_at.is_(None))
    rows = s.execute(query.order_by(Row.month, Row.geo, Row.rank, Row.id))
    return tuple(_kept(row) for row in rows)


def opportunity(s: Session, person: Person, opportunity_id: uuid.UUID) -> SavedOpportunity:
    """One opportunity, also one no longer found or set aside. Raises NotFound."""
    query = (
        _described()
        .join(ProjectMember, ProjectMember.project_id == Row.project_id)
        .join(Project, Project.id == Row.project_id)
        .where(Row.id == opportunity_id, ProjectMember.user_id == person.id, Project.deleted_at.is_(None))
    )
    row = s.execute(query).one_or_none()
    if row is None:
        raise NotFound("This opportunity was not found. It may have been removed.")
    require(s, person, row[0].project_id, Permission.PROJECT_VIEW)
    return _kept(row)


def dismiss(s: Session, person: Person, opportunity_id: uuid.UUID) -> None:
    """Sets the opportunity aside; it stays so when it is found again. Twice changes nothing."""
    _set_aside(s, person, opportunity_id, aside=True)


def undismiss(s: Session, person: Person, opportunity_id: uuid.UUID) -> None:
    """Takes the opportunity back among the others."""
    _set_aside(s, person, opportunity_id, aside=False)


def _set_aside(s: Session, person: Person, opportunity_id: uuid.UUID, *, aside: bool) -> None:
    known = opportunity(s, person, opportunity_id)
    require(s, person, known.project_id, Permission.PLAN_EDIT)
    if known.dismissed is aside:
        return
    row = s.get_one(Row, opportunity_id, with_for_update=True)
    row.dismissed_at = s.scalar(select(func.now())) if aside else None
    row.dismissed_by = person.id if aside else None
    action = "dismiss" if aside else "undismiss"
    words = ", ".join(part for part in (row.department, row.channel, row.month) if part)
    record(s, person, row.project_id, f"opportunity:{action}", opportunity_id, words)


def _of(project_id: int, month: str, geo: str) -> tuple[Any, ...]:
    return Row.project_id == project_id, Row.month == month, Row.geo == geo


def _key(one: Opportunity) -> tuple[str, str, str]:
    return one.kind.value, one.department, one.channel


def _keys(s: Session, project_id: int, month: str, geo: str) -> set[tuple[Any, ...]]:
    query = select(Row.kind, Row.department, Row.channel)
    living = query.where(*_of(project_id, month, geo), Row.rank > NO_LONGER_FOUND)
    return {tuple(row) for row in s.execute(living)}


def _columns(one: Opportunity) -> dict[str, Any]:
    whole = to_json(one)
    names = ("sales_value_gain", "margin_value_gain", "ebit_gain", "intervals", "confidence")
    return {
        "month": one.month,
        "geo": one.geo,
        "kind": one.kind.value,
        "department": one.department,
        "channel": one.channel,
        "rank": one.rank,
        "score": one.score,
        "gap": {"gap_closed_share": one.gap_closed_share},
        "suggested": whole["suggested"],
        "expected": {name: whole[name] for name in names},
        "details": whole,
    }


def _described() -> Select[Any]:
    promo = tables.PromoScenarioRow
    planned = (
        select(func.count())
        .where(promo.source_opportunity_id == Row.id, promo.deleted_at.is_(None))
        .scalar_subquery()
    )
    return select(Row, planned).execution_options(populate_existing=True)


def _kept(row: Any) -> SavedOpportunity:
    kept, planned = row
    return SavedOpportunity(
        id=kept.id,
        project_id=kept.project_id,
        opportunity=from_json(Opportunity, kept.details),
        dismissed=kept.dismissed_at is not None,
        planned=planned,
        created_at=kept.created_at,
    )
