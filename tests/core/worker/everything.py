"""A row in every table, made from the tables' own description, and the passing of time."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from db.tables import Base

# Where a CHECK wants a certain word or number.
WANTED: dict[str, Any] = {
    "month": "2026-03",
    "channel": "online",
    "scenario_type": "balanced",
    "discount_sensitivity": "low",
    "confidence": 0.5,
    "overall_score": 50,
}


def fill_every_table(s: Session, person_id: int, project_id: int) -> dict[str, dict[str, Any]]:
    """{table: the row that was added}, each naming rows of the tables it refers to."""
    rows: dict[str, dict[str, Any]] = {"users": {"id": person_id}, "projects": {"id": project_id}}
    for table in Base.metadata.sorted_tables:
        if table.name in (*rows, "roles", "permissions", "role_permissions", "project_members"):
            continue
        values = {
            column.name: _value(column, rows, project_id) for column in table.columns if _is_given(column)
        }
        rows[table.name] = dict(s.execute(sa.insert(table).values(values).returning(table)).mappings().one())
    return rows


def pass_time(s: Session, age: dt.timedelta) -> None:
    """Every time in every table lies `age` back."""
    for table in Base.metadata.sorted_tables:
        times = [c.name for c in table.columns if isinstance(c.type, sa.DateTime)]
        if times:
            then = {name: sa.func.now() - age for name in times}
            s.execute(sa.update(table).values({**then, **_unset(table)}))
    s.expire_all()


def counts(s: Session) -> dict[str, int]:
    """{table: rows}."""
    return {
        table.name: s.scalars(sa.select(sa.func.count()).select_from(table)).one()
        for table in Base.metadata.sorted_tables
    }


def _unset(table: sa.Table) -> dict[str, Any]:
    """The project itself is never deleted by time alone."""
    return {"deleted_at": None} if table.name == "projects" else {}


def _is_given(column: sa.Column[Any]) -> bool:
    if column.computed is not None or column.identity is not None:
        return False
    if isinstance(column.type, sa.DateTime) and column.server_default is not None:
        return False
    return bool(column.foreign_keys) or not column.nullable


def _value(column: sa.Column[Any], rows: dict[str, dict[str, Any]], project_id: int) -> Any:
    for key in column.foreign_keys:
        target = key.column.table.name
        if target == column.table.name:
            return None
        if target == "roles":
            return "viewer"
        if target in rows and (column.name != "project_id" or target == "projects"):
            return rows[target][key.column.name]
    if column.name == "project_id":
        return project_id
    if column.name in WANTED:
        return WANTED[column.name]
    return _of_type(column)


def _of_type(column: sa.Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.Enum):
        return kind.enums[0] if column.table.name == "sales_files" else kind.enums[-1]
    if isinstance(kind, JSONB):
        return {}
    if isinstance(kind, ARRAY | sa.ARRAY):
        return []
    if isinstance(kind, sa.Uuid):
        return uuid.uuid4()
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.DateTime):
        return sa.func.now()
    if isinstance(kind, sa.Date):
        return dt.date(2026, 3, 2)
    if isinstance(kind, sa.LargeBinary):
        return b"x"
    if isinstance(kind, sa.String):
        return "PASS" if column.name == "status" else f"{column.table.name}/{column.name}"[:20]
    return 1
