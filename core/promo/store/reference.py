"""Keeps what stands beside the sales: targets, segments, past promotions, and the project's rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from core.access import Permission, Person
from core.access.store import record, require
from core.promo.scenarios.settings import PromoSettings
from core.promo.store.reference_tables import (
    CATALOG,
    SEGMENTS,
    TARGETS,
    catalog_rows,
    segment_rows,
    target_rows,
)
from db.tables import Project, PromoCatalogEntry, SegmentRow, Target

SETTINGS = "promo"  # the key of the project's settings under which its rules for promotions lie


def save_targets(s: Session, person: Person, project_id: int, frame: pd.DataFrame) -> pd.DataFrame:
    """The targets of the project, replaced as a whole: month, geo, sales_value_target, margin_pct_target,
    units_target. UserError with every fault; nothing is kept then."""
    require(s, person, project_id, Permission.PLAN_EDIT)
    rows = target_rows(frame)
    _lock(s, project_id)
    s.execute(delete(Target).where(Target.project_id == project_id))
    _add(s, Target, project_id, rows)
    record(s, person, project_id, "targets:save", details={"rows": len(rows)})
    return targets(s, person, project_id)


def targets(s: Session, person: Person, project_id: int) -> pd.DataFrame:
    """The targets by month and geo."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = _columns(Target, TARGETS).where(Target.project_id == project_id)
    return _frame(s, query.order_by(Target.month, Target.geo), TARGETS).astype(
        {"sales_value_target": float, "margin_pct_target": float, "units_target": float}
    )


def save_segments(s: Session, person: Person, project_id: int, frame: pd.DataFrame) -> pd.DataFrame:
    """The customer segments of the project, replaced as a whole. UserError with every fault."""
    require(s, person, project_id, Permission.DATASET_UPLOAD)
    rows = segment_rows(frame)
    _lock(s, project_id)
    s.execute(delete(SegmentRow).where(SegmentRow.project_id == project_id))
    _add(s, SegmentRow, project_id, rows)
    record(s, person, project_id, "segments:save", details={"rows": len(rows)})
    return segments(s, person, project_id)


def segments(s: Session, person: Person, project_id: int) -> pd.DataFrame:
    """The customer segments, the one with most revenue first; `fav_categories` are lists."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = _columns(SegmentRow, SEGMENTS).where(SegmentRow.project_id == project_id)
    return _frame(s, query.order_by(SegmentRow.share_of_revenue.desc(), SegmentRow.segment_id), SEGMENTS)


def save_catalog(
    s: Session, person: Person, project_id: int, frame: pd.DataFrame, source_file: str
) -> pd.DataFrame:
    """The past promotions of the project; those that came from a file of this name are replaced by these."""
    require(s, person, project_id, Permission.DATASET_UPLOAD)
    rows = [row | {"source_file": source_file} for row in catalog_rows(frame)]
    _lock(s, project_id)
    entry = PromoCatalogEntry
    s.execute(delete(entry).where(entry.project_id == project_id, entry.source_file == source_file))
    _add(s, entry, project_id, rows)
    record(s, person, project_id, "catalog:save", name=source_file, details={"rows": len(rows)})
    return catalog(s, person, project_id)


def remove_catalog(s: Session, person: Person, project_id: int, source_file: str) -> None:
    """Takes the past promotions of one file out of the project."""
    require(s, person, project_id, Permission.DATASET_DELETE)
    entry = PromoCatalogEntry
    gone = delete(entry).where(entry.project_id == project_id, entry.source_file == source_file)
    count = len(s.execute(gone.returning(entry.id)).all())
    record(s, person, project_id, "catalog:remove", name=source_file, details={"rows": count})


def catalog(s: Session, person: Person, project_id: int) -> pd.DataFrame:
    """The past promotions, the latest first, with their `source_file`; dates are datetimes."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    entry, names = PromoCatalogEntry, (*CATALOG, "source_file")
    query = _columns(entry, names).where(entry.project_id == project_id)
    frame = _frame(s, query.order_by(entry.date_start.desc(), entry.promo_name), names)
    days = {name: pd.to_datetime(frame[name]) for name in ("date_start", "date_end")}
    return frame.assign(**days, avg_discount_pct=frame["avg_discount_pct"].astype(float))


def save_promo_settings(
    s: Session, person: Person, project_id: int, settings: PromoSettings
) -> PromoSettings:
    """The project's rules for promotions, replaced; its segments are a table of their own and stay."""
    require(s, person, project_id, Permission.PROJECT_EDIT)
    row = _lock(s, project_id)
    before, after = row.settings.get(SETTINGS, {}), settings.to_json()
    row.settings = row.settings | {SETTINGS: after}
    s.flush()
    changed = [name for name, value in after.items() if before.get(name) != value]
    record(s, person, project_id, "promo_settings:save", details={"changed": changed})
    return promo_settings(s, person, project_id)


def promo_settings(s: Session, person: Person, project_id: int) -> PromoSettings:
    """The project's rules for promotions with its segments; the defaults where nobody set any."""
    known = segments(s, person, project_id)
    raw = s.scalars(select(Project.settings[SETTINGS]).where(Project.id == project_id)).one()
    return PromoSettings.from_json(raw or {}, known if len(known) else None)


def _lock(s: Session, project_id: int) -> Project:
    """The project's row, locked: of two who replace the same table at once, one waits for the other."""
    found = select(Project).where(Project.id == project_id).with_for_update(key_share=True)
    return s.scalars(found.execution_options(populate_existing=True)).one()


def _add(s: Session, table: type[Any], project_id: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        s.execute(insert(table), [row | {"project_id": project_id} for row in rows])
    s.flush()


def _columns(table: type[Any], names: Sequence[str]) -> Select[Any]:
    return select(*(getattr(table, name) for name in names))


def _frame(s: Session, query: Select[Any], names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(s.execute(query).all(), columns=list(names))
