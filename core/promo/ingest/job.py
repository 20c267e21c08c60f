"""Reading files of sales in the job's own process: each file's facts arrive whole, or not at all."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from core import artifacts
from core.errors import UserError
from core.json_values import to_json
from core.promo.ingest.aggregation import ADDING, aggregate_file
from core.promo.ingest.file_info import FileToRead
from core.promo.ingest.rejected import rejected_csv
from core.promo.ingest.report import FileFacts, RefusedSales, SalesReport
from core.promo.store import facts as loading
from core.promo.store.models import estimate_from_new_facts
from core.queue.job import Attempt, Progress, Stopped
from core.queue.reporter import Reporter
from core.queue.retry import in_transaction
from core.queue.store.jobs import complete_job
from core.queue.store.state import owned_by, stop

LOADING = "loading"


@dataclass
class ReadCounts:
    """What the job has done so far; `told` has a sentence for each file, `refused` for those not loaded."""

    files: int = 0
    records: int = 0
    rejected: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def read_files(attempt: Attempt, reporter: Reporter) -> None:
    """Reads every file of the job that is not yet read, and writes how that ended.

    A file that cannot be read is reported and the others go on; the job has failed only when none could be
    read.
    """

    def state_of_files(s: Session) -> tuple[list[FileToRead], ReadCounts]:
        return list(loading.files_to_read(s, attempt)), ReadCounts(**loading.done_before(s, attempt))

    waiting, counts = in_transaction(state_of_files)
    for file in waiting:
        in_transaction(partial(loading.begin_file, attempt=attempt, file_id=file.id))
        try:
            found = _aggregated(file, reporter, counts)
        except UserError as error:
            _refuse(attempt, file, counts, error)
        else:
            _load(attempt, reporter, counts, file, found)
        counts.files += 1
    reporter.close()
    in_transaction(lambda s: _finish(s, attempt, counts))


def _report(reporter: Reporter, counts: ReadCounts, stage: str, done: int, total: int) -> None:
    """Progress of one file as progress of the job; raises Stopped when somebody cancelled it."""
    records = counts.records + (done if stage == ADDING else 0)
    if not reporter.note(Progress(stage, done, total, files=counts.files, records=records)):
        raise Stopped


def _aggregated(file: FileToRead, reporter: Reporter, counts: ReadCounts) -> FileFacts:
    """The file's facts, read where it is stored; only its row knows its name."""
    folder, _, content = file.path.rpartition("/")
    source = artifacts.local_folder(folder) / content
    progress = partial(_report, reporter, counts)
    progress("reading", 0, 0)
    found = aggregate_file(source, file.name, file.mapping, progress=progress, today=file.handed_in_on)
    for name in ("department", "geo"):
        padded = found.facts[name].astype(str).str.contains("\0", regex=False)
        if padded.any():
            word = str(found.facts.loc[padded, name].iloc[0]).replace("\0", "")
            raise UserError(
                f"{file.name}: names in the column of the {name} hold characters that are no text (NUL), as "
                f"beside “{word}”. Save the file as UTF-8 text without padding."
            )
    return found


def _load(
    attempt: Attempt, reporter: Reporter, counts: ReadCounts, file: FileToRead, found: FileFacts
) -> None:
    _report(reporter, counts, LOADING, 0, 0)
    rejected_path = _save_rejected(attempt, file, found.report)
    # Months are made in a transaction of their own: it locks the facts, and shall be over in a moment.
    in_transaction(lambda s: loading.make_months(s, found))
    if not in_transaction(lambda s: loading.load_file(s, attempt, file.id, found, rejected_path)):
        raise Stopped
    counts.records += found.report.rows_read
    counts.rejected += found.report.rows_rejected
    counts.told.append({"file": file.name, "loaded": True, "sentence": found.report.sentence})


def _refuse(attempt: Attempt, file: FileToRead, counts: ReadCounts, error: UserError) -> None:
    report = error.report if isinstance(error, RefusedSales) else None
    rejected_path, plain = _save_rejected(attempt, file, report), to_json(report) if report else None
    sentence = str(error)
    in_transaction(lambda s: loading.refuse_file(s, attempt, file.id, sentence, plain, rejected_path))
    counts.refused.append(sentence)
    counts.told.append({"file": file.name, "loaded": False, "sentence": sentence})


def _save_rejected(attempt: Attempt, file: FileToRead, report: SalesReport | None) -> str | None:
    if report is None or not len(report.rejected):
        return None
    name = f"{file.id}-{attempt.number}-{secrets.token_hex(4)}.csv"
    key = f"projects/{attempt.project_id}/sales_rejected/{name}"
    return artifacts.save_bytes(key, rejected_csv(report.rejected)).path


def _finish(s: Session, attempt: Attempt, counts: ReadCounts) -> None:
    """The job's result, and the job that learns from what arrived, in one transaction."""
    loaded = counts.files - len(counts.refused)
    result: dict[str, Any] = {"files": counts.told, "rejected": counts.rejected}
    if loaded and owned_by(s, attempt) is not None:
        patience = attempt.details.get("patience_seconds")
        job_id, reason = estimate_from_new_facts(s, attempt.project_id, attempt.asked_by, patience)
        result |= {"learning": str(job_id) if job_id else None, "not_learned": reason}
    done = complete_job(
        s,
        attempt,
        result,
        message="\n".join(counts.refused) or None,
        files=counts.files,
        records=counts.records,
        errors=len(counts.refused),
        failed=not loaded,
    )
    if not done:
        stop(s, attempt)
