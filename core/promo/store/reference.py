"""Keeps what stands beside the sales: targets, segments, past promotions, and the project's rules."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from core.access import Permission, Person
from core.access.store import record, require
from core.errors import UserError
from core.json_values import from_json, to_json
from core.promo.scenarios.scenario import day_of
from core.promo.scenarios.settings import PromoSettings
from db.tables import Project, PromoCatalogEntry, SegmentRow, Target

SETTINGS = "promo"  # the key of the project's settings under which its rules for promotions lie


TARGETS = ("month", "geo", "sales_value_target", "margin_pct_target", "units_target")
SEGMENTS = (
    "segment_id",
    "name",
    "share_of_customers",
    "share_of_revenue",
    "avg_basket_value",
    "fav_categories",
    "discount_sensitivity",
    "purchase_frequency",
    "last_purchase_days_ago",
)
CATALOG = (
    "promo_name",
    "date_start",
    "date_end",
    "departments",
    "channels",
    "avg_discount_pct",
    "mechanics",
)
OPTIONAL = {"units_target", "fav_categories", "purchase_frequency", "last_purchase_days_ago", "mechanics"}
MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
MOST_MONEY = 1e13  # what a column of money holds
MOST_ROWS = 20_000
Row = dict[str, Any]


def target_rows(frame: pd.DataFrame) -> list[Row]:
    """One row a month and geo. UserError with every fault: month, geo, numbers, the same key twice."""
    rows = _rows("targets", frame, TARGETS)
    faults = [fault for place, row in enumerate(rows, 1) for fault in _target_faults(place, row)]
    keys = [f"{row['month']}, {row['geo']}" for row in rows]
    faults += [
        f"The target of {key} is there twice." for key in sorted({k for k in keys if keys.count(k) > 1})
    ]
    _refuse(faults)
    return [row | {"units_target": _whole(row["units_target"])} for row in rows]


def segment_rows(frame: pd.DataFrame) -> list[Row]:
    """One row a segment. UserError with every fault."""
    rows = _rows("segments", frame, SEGMENTS)
    faults = []
    try:
        PromoSettings(segments=pd.DataFrame(rows, columns=list(SEGMENTS)))
    except UserError as error:
        faults += error.faults
    faults += [fault for row in rows for fault in _segment_faults(row)]
    _refuse(faults)
    return [
        row
        | {
            "segment_id": str(row["segment_id"]),
            "name": str(row["name"] or row["segment_id"]),
            "avg_basket_value": row["avg_basket_value"] or 0.0,
            "fav_categories": _words(row["fav_categories"]),
            "discount_sensitivity": str(row["discount_sensitivity"] or "medium").lower(),
            "last_purchase_days_ago": _whole(row["last_purchase_days_ago"]),
        }
        for row in rows
    ]


def catalog_rows(frame: pd.DataFrame) -> list[Row]:
    """One row a past promotion. UserError with every fault."""
    rows = _rows("past promotions", frame, CATALOG)
    days = [(day_of(row["date_start"]), day_of(row["date_end"])) for row in rows]
    _refuse(
        [
            fault
            for row, (start, end) in zip(rows, days, strict=True)
            for fault in _event_faults(row, start, end)
        ]
    )
    return [
        row
        | {
            "date_start": start,
            "date_end": end,
            "departments": _words(row["departments"]),
            "channels": _words(row["channels"]),
        }
        for row, (start, end) in zip(rows, days, strict=True)
    ]


def _rows(what: str, frame: pd.DataFrame, names: Sequence[str]) -> list[Row]:
    missing = [name for name in names if name not in frame and name not in OPTIONAL]
    if missing:
        raise UserError(f"The {what} lack the columns {', '.join(missing)}.")
    if len(frame) > MOST_ROWS:
        raise UserError(f"The {what} have {len(frame):,} rows; the most is {MOST_ROWS:,}.")
    return [
        {name: _plain(row.get(name)) for name in names}
        for row in frame.reset_index(drop=True).to_dict("records")
    ]


def _plain(value: Any) -> Any:
    """Blanks of every kind as None, numbers of numpy as Python's own."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple | dict | str):
        return value
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _number(value: Any, low: float, high: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and low <= value <= high


def _target_faults(place: int, row: Row) -> Iterator[str]:
    name = f"Target {place}"
    if not isinstance(row["month"], str) or not MONTH.fullmatch(row["month"]):
        yield f"{name}: the month must read like 2026-03, not {row['month']!r}."
    if not isinstance(row["geo"], str) or not row["geo"].strip():
        yield f"{name}: the geo is missing."
    if not _number(row["sales_value_target"], 0, MOST_MONEY):
        yield f"{name}: the sales target must be a number from 0, not {row['sales_value_target']!r}."
    if not _number(row["margin_pct_target"], -100, 100):
        yield f"{name}: the margin target lies between -100 and 100 %, not {row['margin_pct_target']!r}."
    if row["units_target"] is not None and not _number(row["units_target"], 0, 1e15):
        yield f"{name}: the units target must be a number from 0, not {row['units_target']!r}."


def _segment_faults(row: Row) -> Iterator[str]:
    name = f"Segment {row['segment_id']}"
    if row["segment_id"] is None or not str(row["segment_id"]).strip():
        yield "A segment has no id."
    limits = {
        "share_of_customers": ("the share of customers", 1.0),
        "avg_basket_value": ("the average basket", MOST_MONEY),
        "purchase_frequency": ("the purchase frequency", 1e6),
        "last_purchase_days_ago": ("the days since the last purchase", 1e6),
    }
    for column, (words, most) in limits.items():
        needed = column == "share_of_customers"
        if (needed or row[column] is not None) and not _number(row[column], 0, most):
            yield f"{name}: {words} must be a number from 0 to {most:g}, not {row[column]!r}."


def _event_faults(row: Row, start: dt.date | None, end: dt.date | None) -> Iterator[str]:
    name = f"The promotion “{row['promo_name'] or 'without a name'}”"
    for word, given, day in (("start", row["date_start"], start), ("end", row["date_end"], end)):
        if day is None:
            yield f"{name}: the {word} must be a date, not {given!r}."
    if start and end and end < start:
        yield f"{name} ends on {end}, before it starts on {start}."
    if row["avg_discount_pct"] is not None and not _number(row["avg_discount_pct"], 0, 100):
        yield f"{name}: the discount lies between 0 and 100 %, not {row['avg_discount_pct']!r}."


def _words(value: Any) -> list[str]:
    if value is None:
        return []
    parts = value.split(";") if isinstance(value, str) else list(value)
    return [str(part).strip() for part in parts if str(part).strip()]


def _whole(value: Any) -> int | None:
    return None if value is None else round(value)


def _refuse(faults: list[str]) -> None:
    if faults:
        raise UserError(faults)


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
    before, after = row.settings.get(SETTINGS, {}), to_json(settings)
    row.settings = row.settings | {SETTINGS: after}
    s.flush()
    changed = [name for name, value in after.items() if before.get(name) != value]
    record(s, person, project_id, "promo_settings:save", details={"changed": changed})
    return promo_settings(s, person, project_id)


def promo_settings(s: Session, person: Person, project_id: int) -> PromoSettings:
    """The project's rules for promotions with its segments; the defaults where nobody set any."""
    known = segments(s, person, project_id)
    raw = s.scalars(select(Project.settings[SETTINGS]).where(Project.id == project_id)).one()
    return replace(from_json(PromoSettings, raw or {}), segments=known if len(known) else None)


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
