"""The sums of files and the facts made of them: every change of a file and of its facts is one transaction.

`sales_file_facts` holds what each file says; `sales_aggregated` is the sum over the files that are current.
Whatever changes, the facts of the keys concerned are computed anew from the files, so that doing it twice, or
in another order, gives the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.json_values import from_json, to_json
from core.promo.ingest.file_info import FileToRead
from core.promo.ingest.mapping import SalesMapping
from core.promo.ingest.report import FACTS, FileFacts
from core.queue.job import Attempt
from core.queue.store.state import owned_by
from db.months import ensure_months
from db.tables import SalesFile, SalesFileFact, SalesFileStatus

YEARS_BACK, YEARS_AHEAD = 15, 2  # in which months get partitions of their own
FACTS_LOCK = 7304  # first half of the advisory lock under which a project's facts change

_KEEP = text(
    f"""
    INSERT INTO sales_file_facts (file_id, {", ".join(FACTS)})
    SELECT CAST(:file AS uuid), {", ".join(FACTS)} FROM arriving
    """  # noqa: S608  (our own column names)
)
_CONCERNED = text(
    """
    CREATE TEMP TABLE concerned ON COMMIT DROP AS
    SELECT DISTINCT date, channel, department, geo, promo_flag
    FROM sales_file_facts WHERE file_id = ANY(CAST(:files AS uuid[]))
    """
)
_SUMS = text(
    """
    INSERT INTO sales_aggregated AS known
      (project_id, date, channel, department, geo, promo_flag, discount_pct, sales_value, margin_value, units)
    SELECT :project, date, channel, department, geo, promo_flag,
           CASE WHEN sum(fact.discount_sales) > 0
                THEN sum(fact.discount_weight) / sum(fact.discount_sales) END,
           sum(fact.sales_value), sum(fact.margin_value), sum(fact.units)
    FROM concerned
    JOIN sales_file_facts fact USING (date, channel, department, geo, promo_flag)
    JOIN sales_files file ON file.id = fact.file_id
    WHERE file.project_id = :project AND file.id <> ALL(CAST(:leaving AS uuid[]))
      AND (file.status = 'current' OR file.id = CAST(:arriving AS uuid))
    GROUP BY date, channel, department, geo, promo_flag
    ON CONFLICT (project_id, date, channel, department, geo, promo_flag) DO UPDATE
    SET discount_pct = excluded.discount_pct, sales_value = excluded.sales_value,
        margin_value = excluded.margin_value, units = excluded.units, updated_at = now()
    WHERE (known.discount_pct, known.sales_value, known.margin_value, known.units)
          IS DISTINCT FROM
          (excluded.discount_pct, excluded.sales_value, excluded.margin_value, excluded.units)
    """
)
_GONE = text(
    """
    DELETE FROM sales_aggregated known USING concerned
    WHERE known.project_id = :project
      AND (known.date, known.channel, known.department, known.geo, known.promo_flag)
          = (concerned.date, concerned.channel, concerned.department, concerned.geo, concerned.promo_flag)
      AND NOT EXISTS (
        SELECT 1 FROM sales_file_facts fact JOIN sales_files file ON file.id = fact.file_id
        WHERE file.project_id = :project AND file.id <> ALL(CAST(:leaving AS uuid[]))
          AND (file.status = 'current' OR file.id = CAST(:arriving AS uuid))
          AND (fact.date, fact.channel, fact.department, fact.geo, fact.promo_flag)
              = (known.date, known.channel, known.department, known.geo, known.promo_flag))
    """
)


def lock_facts(s: Session, project_id: int) -> None:
    """From here to the end of the transaction nobody else changes the project's files and facts."""
    lock = text("SELECT pg_advisory_xact_lock(:area, :project)")
    s.execute(lock, {"area": FACTS_LOCK, "project": project_id})


def facts_key_of(s: Session, project_id: int) -> str:
    """A word that is the same as long as the facts are: made of the files that are current."""
    current = select(SalesFile.id).where(
        SalesFile.project_id == project_id, SalesFile.status == SalesFileStatus.CURRENT
    )
    names = sorted(str(number) for number in s.scalars(current))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def recompute(
    s: Session,
    project_id: int,
    files: Sequence[uuid.UUID],
    *,
    arriving: uuid.UUID | None = None,
    leaving: Sequence[uuid.UUID] = (),
) -> None:
    """Facts again equal the sum over current files, for every key that one of `files` speaks of.

    The file `arriving` counts as current already, those `leaving` no longer: the caller sets this in their
    rows before the transaction ends.
    """
    if s.scalar(select(SalesFileFact.date).where(SalesFileFact.file_id.in_(files)).limit(1)) is None:
        return
    s.execute(text("DROP TABLE IF EXISTS concerned"))
    s.execute(_CONCERNED, {"files": [str(number) for number in files]})
    s.execute(text("ANALYZE concerned"))
    counted = {
        "project": project_id,
        "arriving": str(arriving) if arriving else None,
        "leaving": [str(number) for number in leaving],
    }
    s.execute(_SUMS, counted)
    s.execute(_GONE, counted)


def files_to_read(s: Session, attempt: Attempt) -> tuple[FileToRead, ...]:
    """The files of the job that are not yet read, in the order they were handed in."""
    waiting = (SalesFileStatus.QUEUED, SalesFileStatus.PROCESSING)
    query = select(SalesFile).where(SalesFile.job_id == attempt.job_id, SalesFile.status.in_(waiting))
    return tuple(
        FileToRead(
            row.id, row.file_name, row.file_path, from_json(SalesMapping, row.mapping), row.created_at.date()
        )
        for row in s.scalars(query.order_by(SalesFile.created_at, SalesFile.file_name, SalesFile.id))
    )


def done_before(s: Session, attempt: Attempt) -> dict[str, Any]:
    """What earlier attempts at the job have read: files, records, rejected, told, refused."""
    waiting = (SalesFileStatus.QUEUED, SalesFileStatus.PROCESSING)
    query = select(SalesFile).where(SalesFile.job_id == attempt.job_id, SalesFile.status.not_in(waiting))
    rows = s.scalars(query.order_by(SalesFile.file_name)).all()
    told = [
        {
            "file": row.file_name,
            "loaded": row.status != SalesFileStatus.FAILED,
            "sentence": row.report.get("sentence", ""),
        }
        for row in rows
    ]
    loaded = [row for row in rows if row.status != SalesFileStatus.FAILED]
    return {
        "files": len(rows),
        "records": sum(row.rows_read for row in loaded),
        "rejected": sum(row.rows_rejected for row in loaded),
        "told": told,
        "refused": [file["sentence"] for file in told if not file["loaded"]],
    }


def begin_file(s: Session, attempt: Attempt, file_id: uuid.UUID) -> None:
    """The file is being read now."""
    if owned_by(s, attempt) is not None:
        s.get_one(SalesFile, file_id).status = SalesFileStatus.PROCESSING


def load_file(
    s: Session, attempt: Attempt, file_id: uuid.UUID, found: FileFacts, rejected_path: str | None
) -> bool:
    """Puts the file's sums among the facts and makes it current, the file it replaces no longer; False when
    the job was stopped or taken over meanwhile. Calling it again changes nothing.

    The job's row is locked at the very end, so that signs of life and the wish to cancel need not wait.
    """
    _notice_death(s)
    lock_facts(s, attempt.project_id)
    file = s.get_one(SalesFile, file_id, populate_existing=True)
    if file.status == SalesFileStatus.CURRENT and file.job_id == attempt.job_id:
        return True
    old = _replaced(s, file)
    with s.begin_nested() as loading:
        _copy(s, file_id, found.facts)
        leaving = [old.id] if old else []
        recompute(s, attempt.project_id, [file_id, *leaving], arriving=file_id, leaving=leaving)
        row = owned_by(s, attempt)
        if row is None or row.cancel_requested:
            loading.rollback()
            return False
        _settle(s, file, old, found, rejected_path)
    return True


def _replaced(s: Session, file: SalesFile) -> SalesFile | None:
    """The file that this one corrects, while it counts: somebody may have withdrawn it meanwhile."""
    old = s.get(SalesFile, file.replaces_id, populate_existing=True) if file.replaces_id else None
    return old if old is not None and old.status == SalesFileStatus.CURRENT else None


def _settle(
    s: Session, file: SalesFile, old: SalesFile | None, found: FileFacts, rejected_path: str | None
) -> None:
    """What became of the two files. The old one goes first: the same content is current once."""
    if old is not None:
        old.status = SalesFileStatus.REPLACED
        s.flush()
    file.status, file.deleted_at = SalesFileStatus.CURRENT, None
    file.rows_read, file.rows_rejected = found.report.rows_read, found.report.rows_rejected
    file.quality_score, file.report = found.report.quality_score, to_json(found.report)
    file.rejected_path = rejected_path
    s.flush()


def _notice_death(s: Session) -> None:
    """The server ends this transaction a second after its client was killed, even in the midst of a query, so
    that the next attempt need not wait for it. A server that cannot do that does it at the query's end."""
    with contextlib.suppress(DBAPIError), s.begin_nested():
        s.execute(text("SET LOCAL client_connection_check_interval = '1s'"))


def make_months(s: Session, found: FileFacts) -> None:
    """The partitions for the months that the file holds rows of, in a transaction of their own: making them
    locks the facts. Rows of years far off, mostly slips of a till's clock, wait in the default partition:
    every partition costs every query of every project."""
    today = s.scalars(select(func.current_date())).one()
    for month in sorted(set(pd.to_datetime(found.facts["date"]).dt.to_period("M"))):
        if today.year - YEARS_BACK <= month.year <= today.year + YEARS_AHEAD:
            first = month.start_time.date()
            ensure_months(s.connection(), first, first)


def _copy(s: Session, file_id: uuid.UUID, facts: pd.DataFrame) -> None:
    s.execute(text("DROP TABLE IF EXISTS arriving"))
    s.execute(
        text("CREATE TEMP TABLE arriving ON COMMIT DROP AS SELECT * FROM sales_file_facts WITH NO DATA")
    )
    raw = s.connection().connection.driver_connection
    assert raw is not None
    names = ", ".join(FACTS)
    with raw.cursor() as cursor, cursor.copy(f"COPY arriving ({names}) FROM STDIN WITH (FORMAT csv)") as copy:
        copy.write(_csv(facts))
    s.execute(
        text("DELETE FROM sales_file_facts WHERE file_id = CAST(:file AS uuid)"), {"file": str(file_id)}
    )
    s.execute(_KEEP, {"file": str(file_id)})


def _csv(facts: pd.DataFrame) -> bytes:
    frame = facts.loc[:, list(FACTS)].copy()
    frame["date"] = pd.to_datetime(frame["date"]).dt.strftime("%Y-%m-%d")
    frame["units"] = frame["units"].round().astype("int64")
    written = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pa.csv.write_csv(table, written, pa.csv.WriteOptions(include_header=False))
    return written.getvalue()


def refuse_file(
    s: Session,
    attempt: Attempt,
    file_id: uuid.UUID,
    sentence: str,
    report: Mapping[str, Any] | None = None,
    rejected_path: str | None = None,
) -> None:
    """The file could not be read, and why; the file it should replace stays current."""
    row, file = owned_by(s, attempt), s.get_one(SalesFile, file_id, populate_existing=True)
    if row is None or file.status == SalesFileStatus.CURRENT:
        return
    file.status, file.rejected_path = SalesFileStatus.FAILED, rejected_path
    file.report = {**(report or {}), "sentence": sentence}
    file.rows_read = int((report or {}).get("rows_read", 0))
    file.rows_rejected = int((report or {}).get("rows_rejected", 0))
    file.quality_score = (report or {}).get("quality_score")
    s.flush()
