"""Files of sales and the facts made of them: handed in, withdrawn, brought back, read."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session

from core import artifacts
from core.access import NotFound, Permission, Person
from core.access.store import record, require
from core.errors import UserError
from core.json_values import from_json
from core.promo.days import ALL_GEOS
from core.promo.ingest.file_info import FactsSpan, FileStatus, SalesFileInfo
from core.promo.ingest.mapping import SalesMapping
from core.promo.store.facts import facts_key_of, lock_facts, recompute
from core.promo.store.models import estimate_from_new_facts
from core.promo.store.uploads import hand_in
from db.tables import Project, ProjectMember, SalesAggregated, SalesFile, SalesFileStatus, User

__all__ = [
    "facts_key",
    "facts_span",
    "hand_in",
    "rejected",
    "remembered_mappings",
    "restore_file",
    "sales",
    "sales_file",
    "sales_files",
    "sales_of",
    "withdraw_file",
]

NOT_FOUND = "This file of sales was not found. It may have been deleted."
KEYS = ("date", "channel", "department", "geo", "promo_flag")
SALES = (*KEYS, "discount_pct", "sales_value", "margin_value", "units")


def _described(person: Person) -> Select[SalesFile, str]:
    """The files in living projects of the person, with who handed each in."""
    return (
        select(SalesFile, func.coalesce(User.display_name, User.username, ""))
        .join(Project, Project.id == SalesFile.project_id)
        .join(ProjectMember, ProjectMember.project_id == Project.id)
        .outerjoin(User, User.id == SalesFile.uploaded_by)
        .where(ProjectMember.user_id == person.id, Project.deleted_at.is_(None))
    )


def _info(row: SalesFile, uploaded_by: str) -> SalesFileInfo:
    return SalesFileInfo(
        id=row.id,
        project_id=row.project_id,
        name=row.file_name,
        bytes=row.file_bytes,
        checksum=row.checksum,
        status=FileStatus(row.status.value),
        replaces_id=row.replaces_id,
        job_id=row.job_id,
        rows_read=row.rows_read,
        rows_rejected=row.rows_rejected,
        quality_score=row.quality_score,
        report=dict(row.report),
        has_rejected=row.rejected_path is not None,
        mapping=from_json(SalesMapping, row.mapping),
        uploaded_by=uploaded_by,
        created_at=row.created_at,
    )


def sales_files(s: Session, person: Person, project_id: int) -> tuple[SalesFileInfo, ...]:
    """Every file handed in, the latest first, those replaced, withdrawn and refused among them."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = _described(person).where(SalesFile.project_id == project_id)
    rows = s.execute(query.order_by(SalesFile.created_at.desc(), SalesFile.file_name, SalesFile.id))
    return tuple(_info(*row) for row in rows)


def sales_file(s: Session, person: Person, file_id: uuid.UUID) -> SalesFileInfo:
    """One file. Raises NotFound."""
    row = s.execute(_described(person).where(SalesFile.id == file_id)).one_or_none()
    if row is None:
        raise NotFound(NOT_FOUND)
    return _info(*row)


def _to_change(s: Session, person: Person, file_id: uuid.UUID) -> SalesFile:
    """The file, locked together with its project's facts."""
    info = sales_file(s, person, file_id)
    require(s, person, info.project_id, Permission.DATASET_UPLOAD)
    lock_facts(s, info.project_id)
    return s.get_one(SalesFile, file_id, with_for_update=True, populate_existing=True)


def withdraw_file(s: Session, person: Person, file_id: uuid.UUID) -> SalesFileInfo:
    """The file, whose rows have vanished from the facts until `restore_file`. UserError when they do not
    count anyway; withdrawing twice changes nothing."""
    row = _to_change(s, person, file_id)
    if row.status == SalesFileStatus.WITHDRAWN:
        return sales_file(s, person, file_id)
    if row.status != SalesFileStatus.CURRENT:
        raise UserError(f"{row.file_name} is {row.status.value}: only a current file can be withdrawn.")
    row.status, row.deleted_at = SalesFileStatus.WITHDRAWN, s.scalar(select(func.now()))
    _after_change(s, person, row, "withdraw")
    return sales_file(s, person, file_id)


def restore_file(s: Session, person: Person, file_id: uuid.UUID) -> SalesFileInfo:
    """The file, whose rows count again. UserError when one that corrects it, or that it corrects, counts."""
    row = _to_change(s, person, file_id)
    if row.status == SalesFileStatus.CURRENT:
        return sales_file(s, person, file_id)
    if row.status not in (SalesFileStatus.WITHDRAWN, SalesFileStatus.REPLACED):
        raise UserError(f"{row.file_name} is {row.status.value}: there is nothing to bring back.")
    rival = _rival(s, row)
    if rival is not None:
        raise UserError(f"{rival} counts in the place of {row.file_name}: withdraw that one first.")
    row.status, row.deleted_at = SalesFileStatus.CURRENT, None
    _after_change(s, person, row, "restore")
    return sales_file(s, person, file_id)


def _after_change(s: Session, person: Person, row: SalesFile, action: str) -> None:
    s.flush()
    recompute(s, row.project_id, [row.id])
    record(
        s, person, row.project_id, f"sales_file:{action}", name=row.file_name, details={"file": str(row.id)}
    )
    estimate_from_new_facts(s, row.project_id, person.id)


def _rival(s: Session, row: SalesFile) -> str | None:
    """The name of a file that counts, or is about to, in the place of this one: the same content, or one of
    its chain of corrections."""
    others = select(SalesFile).where(SalesFile.project_id == row.project_id, SalesFile.id != row.id)
    known = s.scalars(others).all()
    family, grown = {row.id, row.replaces_id} - {None}, 0
    while len(family) != grown:
        grown = len(family)
        for other in known:
            if other.id in family or other.replaces_id in family:
                family |= {other.id, other.replaces_id} - {None}
    counting = (SalesFileStatus.CURRENT, SalesFileStatus.QUEUED, SalesFileStatus.PROCESSING)
    for other in known:
        if other.status in counting and (other.id in family or other.checksum == row.checksum):
            return other.file_name
    return None


def sales(s: Session, person: Person, project_id: int) -> pd.DataFrame:
    """The facts: date (datetime64), channel, department, promo_flag (bool), discount_pct (percent, NaN where
    there is no promo), sales_value, margin_value, units, geo where there is more than 'ALL'; by key."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    return sales_of(s, project_id)


def sales_of(s: Session, project_id: int) -> pd.DataFrame:
    """The same for a job, which has no person."""
    raw = s.connection().connection.driver_connection
    assert raw is not None
    query = (
        f"COPY (SELECT {', '.join(SALES)} FROM sales_aggregated WHERE project_id = %s "  # noqa: S608
        f"ORDER BY {', '.join(KEYS)}) TO STDOUT WITH (FORMAT csv)"
    )
    written = io.BytesIO()
    with raw.cursor() as cursor, cursor.copy(query, (project_id,)) as copy:
        for part in copy:
            written.write(part)
    return _frame(written.getvalue())


def _frame(content: bytes) -> pd.DataFrame:
    kinds = dict(zip(SALES, [pa.date32(), *[pa.string()] * 3, pa.bool_(), *[pa.float64()] * 4], strict=True))
    table = (
        _table(content, kinds) if content else pa.table({name: pa.array([], kinds[name]) for name in SALES})
    )
    frame: pd.DataFrame = table.to_pandas()
    frame["date"] = pd.to_datetime(frame["date"])
    return frame.drop(columns="geo") if (frame["geo"] == ALL_GEOS).all() else frame


def _table(content: bytes, kinds: dict[str, Any]) -> Any:
    return pa.csv.read_csv(
        pa.BufferReader(content),
        pa.csv.ReadOptions(column_names=list(SALES)),
        pa.csv.ParseOptions(newlines_in_values=True),
        pa.csv.ConvertOptions(column_types=kinds, true_values=["t"], false_values=["f"], null_values=[""]),
    )


def facts_key(s: Session, person: Person, project_id: int) -> str:
    """A word that changes with the facts: what a page caches them under."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    return facts_key_of(s, project_id)


def facts_span(s: Session, person: Person, project_id: int) -> FactsSpan | None:
    """What the facts cover; None while there are none."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    facts = SalesAggregated
    words = [func.array_agg(distinct(column)) for column in (facts.channel, facts.department, facts.geo)]
    promo_days = func.count(distinct(facts.date)).filter(facts.promo_flag)
    query = select(func.min(facts.date), func.max(facts.date), func.count(), promo_days)
    first, last, rows, promo = s.execute(query.where(facts.project_id == project_id)).one()
    if not rows:
        return None
    found = s.execute(select(*words).where(facts.project_id == project_id)).one()
    return FactsSpan(first, last, rows, promo, *(tuple(sorted(each)) for each in found))


def remembered_mappings(
    s: Session, person: Person, project_id: int, limit: int = 10
) -> tuple[SalesMapping, ...]:
    """How earlier files of the project were read, the latest first, each way once."""
    require(s, person, project_id, Permission.PROJECT_VIEW)
    query = select(SalesFile.mapping).where(
        SalesFile.project_id == project_id, SalesFile.status != SalesFileStatus.FAILED
    )
    found: list[SalesMapping] = []
    for plain in s.scalars(query.order_by(SalesFile.created_at.desc(), SalesFile.id)):
        mapping = from_json(SalesMapping, plain)
        if mapping not in found:
            found.append(mapping)
    return tuple(found[:limit])


def rejected(s: Session, person: Person, file_id: uuid.UUID) -> bytes:
    """The rejected rows of a file with their reasons, as a CSV that is safe to open in a spreadsheet; empty
    where none was rejected."""
    info = sales_file(s, person, file_id)
    require(s, person, info.project_id, Permission.EXPORT_DOWNLOAD)
    path = s.scalars(select(SalesFile.rejected_path).where(SalesFile.id == file_id)).one()
    return artifacts.open_bytes(path) if path else b""
