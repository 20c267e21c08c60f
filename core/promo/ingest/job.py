"""Reading files of sales in the job's own process: each file's facts arrive whole, or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core import artifacts
from core.database import session
from core.errors import UserError
from core.json_values import to_json
from core.promo.ingest.aggregation import ADDING, aggregate_file
from core.promo.ingest.job_plan import FileToRead
from core.promo.ingest.rejected import rejected_csv
from core.promo.ingest.report import FileFacts, RefusedSales, SalesReport
from core.promo.store import facts as loading
from core.promo.store.models import estimate_from_new_facts
from core.queue.attempt import Progress, Stopped
from core.queue.job import Errand
from core.queue.reporter import Reporter
from core.queue.retry import with_retries
from core.queue.store import processing

LOADING = "loading"


@dataclass
class ReadCounts:
    """What the job has done so far."""

    files: int = 0
    records: int = 0
    rejected: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def read_files(errand: Errand, reporter: Reporter) -> None:
    """Reads every file of the job that is not yet read, and writes how that ended.

    A file that cannot be read is told and the others go on; the job has failed only when none could be read.
    """
    with session() as s:
        waiting, tally = loading.files_to_read(s, errand), ReadCounts(**loading.done_before(s, errand))
    for file in waiting:
        _read(errand, reporter, tally, file)
        tally.files += 1
    reporter.close()
    with_retries(lambda: _finish(errand, tally))


def _read(errand: Errand, reporter: Reporter, tally: ReadCounts, file: FileToRead) -> None:
    with session() as s:
        loading.begin_file(s, errand, file.id)
    try:
        found = _aggregated(file, _told(reporter, tally))
    except UserError as error:
        _refused(errand, file, tally, error)
        return
    _load(errand, reporter, tally, file, found)


def _told(reporter: Reporter, tally: ReadCounts) -> Callable[[str, int, int], None]:
    """Progress of one file as progress of the job; raises Stopped when somebody cancelled it."""

    def tell(stage: str, done: int, total: int) -> None:
        records = tally.records + (done if stage == ADDING else 0)
        progress = Progress(stage, done, total, files=tally.files, records=records)
        if not reporter.note(progress):
            raise Stopped

    return tell


def _aggregated(file: FileToRead, tell: Callable[[str, int, int], None]) -> FileFacts:
    """The file's facts, read where it is kept; only its row knows its name."""
    folder, _, content = file.path.rpartition("/")
    source = artifacts.local_folder(folder) / content
    tell("reading", 0, 0)
    found = aggregate_file(source, file.name, file.mapping, progress=tell, today=file.handed_in_on)
    for name in ("department", "geo"):
        padded = found.facts[name].astype(str).str.contains("\0", regex=False)
        if padded.any():
            word = str(found.facts.loc[padded, name].iloc[0]).replace("\0", "")
            raise UserError(
                f"{file.name}: names in the column of the {name} hold characters that are no text (NUL), as "
                f"beside “{word}”. Save the file as UTF-8 text without padding."
            )
    return found


def _load(errand: Errand, reporter: Reporter, tally: ReadCounts, file: FileToRead, found: FileFacts) -> None:
    _told(reporter, tally)(LOADING, 0, 0)
    rejected_path = _keep_rejected(errand, file, found.report)
    with_retries(lambda: _months(found))

    def once() -> bool:
        with session() as s:
            return loading.load_file(s, errand, file.id, found, rejected_path)

    if not with_retries(once):
        raise Stopped
    tally.records += found.report.rows_read
    tally.rejected += found.report.rows_rejected
    tally.told.append({"file": file.name, "loaded": True, "sentence": found.report.sentence})


def _months(found: FileFacts) -> None:
    """Months are made in a transaction of their own: it locks the facts, and shall be over in a moment."""
    with session() as s:
        loading.make_months(s, found)


def _keep_rejected(errand: Errand, file: FileToRead, report: SalesReport | None) -> str | None:
    if report is None or not len(report.rejected):
        return None
    key = f"projects/{errand.project_id}/sales_rejected/{file.id}-{errand.attempt}-{secrets.token_hex(4)}.csv"
    return artifacts.save_bytes(key, rejected_csv(report.rejected)).path


def _refused(errand: Errand, file: FileToRead, tally: ReadCounts, error: UserError) -> None:
    report = error.report if isinstance(error, RefusedSales) else None
    rejected_path, plain = _keep_rejected(errand, file, report), to_json(report) if report else None

    def once() -> None:
        with session() as s:
            loading.refuse_file(s, errand, file.id, str(error), plain, rejected_path)

    with_retries(once)
    tally.refused.append(str(error))
    tally.told.append({"file": file.name, "loaded": False, "sentence": str(error)})


def _finish(errand: Errand, tally: ReadCounts) -> None:
    """The job's result, and the job that learns from what arrived, in one transaction."""
    loaded = tally.files - len(tally.refused)
    with session() as s:
        result: dict[str, Any] = {"files": tally.told, "rejected": tally.rejected}
        if loaded and processing.owned_by(s, errand) is not None:
            patience = errand.details.get("patience_seconds")
            job_id, reason = estimate_from_new_facts(s, errand.project_id, errand.asked_by, patience)
            result |= {"learning": str(job_id) if job_id else None, "not_learned": reason}
        done = processing.complete(
            s,
            errand,
            result,
            message="\n".join(tally.refused) or None,
            files=tally.files,
            records=tally.records,
            errors=len(tally.refused),
            failed=not loaded,
        )
        if not done:
            processing.stop(s, errand)
