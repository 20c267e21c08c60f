"""Taking files of sales in: their bytes into the artifact store, their rows and the job that reads them."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import artifacts
from core.access import Permission, Person
from core.access.store import record, require
from core.errors import UserError
from core.json_values import to_json
from core.promo.ingest.file_info import UploadedFile
from core.promo.store.facts import lock_facts
from core.queue.job import JobKind
from core.queue.store.jobs import enqueue_job
from db.tables import SalesFile, SalesFileStatus

COUNTING = (SalesFileStatus.CURRENT, SalesFileStatus.QUEUED, SalesFileStatus.PROCESSING)
MOST_FILES = 60
CONTENT = "content"  # what every kept file is called: its name is in its row


def hand_in(
    s: Session,
    person: Person,
    project_id: int,
    files: Sequence[UploadedFile],
    *,
    patience_seconds: float | None = None,
) -> uuid.UUID:
    """The job that reads the files, which wait in the queue once the transaction is committed.

    A file whose content was handed in before is left out, with a sentence in the job's `details["notes"]`;
    UserError with these sentences when no other is left, and for a file to replace that does not count.
    """
    require(s, person, project_id, Permission.DATASET_UPLOAD)
    if not 0 < len(files) <= MOST_FILES:
        raise UserError(f"Between 1 and {MOST_FILES} files can be handed in at once, not {len(files)}.")
    lock_facts(s, project_id)
    _refuse_wrong_replacing(s, project_id, files)
    fresh, notes = _fresh(s, project_id, files)
    if not fresh:
        raise UserError(notes)
    details: dict[str, object] = {"notes": notes, "files": [file.name for file in fresh.values()]}
    if patience_seconds is not None:
        details["patience_seconds"] = patience_seconds
    kept = {digest: _keep(project_id, digest, file) for digest, file in fresh.items()}
    job_id = enqueue_job(s, project_id, JobKind.SALES, asked_by=person.id, files=len(fresh), details=details)
    for digest, file in fresh.items():
        _add(s, person, project_id, job_id, digest, file, *kept[digest])
    return job_id


def _add(
    s: Session,
    person: Person,
    project_id: int,
    job_id: uuid.UUID,
    digest: str,
    file: UploadedFile,
    path: str,
    size: int,
) -> None:
    row = SalesFile(
        project_id=project_id, file_name=file.name, file_path=path, file_bytes=size, checksum=digest,
        mapping=to_json(file.mapping), replaces_id=file.replaces, job_id=job_id, uploaded_by=person.id,
    )  # fmt: skip
    s.add(row)
    s.flush()
    details = {"bytes": size} | ({"replaces": str(file.replaces)} if file.replaces else {})
    record(s, person, project_id, "sales_file:hand_in", row.id, file.name, details)


def _refuse_wrong_replacing(s: Session, project_id: int, files: Sequence[UploadedFile]) -> None:
    wanted = {file.replaces for file in files if file.replaces is not None}
    known = select(SalesFile.id).where(
        SalesFile.project_id == project_id, SalesFile.id.in_(wanted), SalesFile.status.in_(COUNTING)
    )
    waiting = select(SalesFile.file_name).where(
        SalesFile.project_id == project_id,
        SalesFile.replaces_id.in_(wanted),
        SalesFile.status.in_((SalesFileStatus.QUEUED, SalesFileStatus.PROCESSING)),
    )
    rivals = sorted(s.scalars(waiting))
    if rivals:
        raise UserError(
            f"{', '.join(rivals)} is being read in the place of that file already: wait until it is there, "
            "then replace that one."
        )
    lost = wanted - set(s.scalars(known))
    if lost:
        raise UserError(
            [
                f"{file.name} should replace a file that does not count any more: hand it in as a new one."
                for file in files
                if file.replaces in lost
            ]
        )


def _fresh(
    s: Session, project_id: int, files: Sequence[UploadedFile]
) -> tuple[dict[str, UploadedFile], list[str]]:
    """The files that are new, by checksum, and a sentence for each of the others."""
    fresh: dict[str, UploadedFile] = {}
    notes: list[str] = []
    for file in files:
        digest = _checksum(file)
        known = s.scalars(
            select(SalesFile).where(
                SalesFile.project_id == project_id,
                SalesFile.checksum == digest,
                SalesFile.status.in_(COUNTING),
            )
        ).first()
        if digest in fresh:
            notes.append(f"{file.name} has the same content as {fresh[digest].name}; it counts once.")
        elif known is None or known.id == file.replaces:
            fresh[digest] = file
        else:
            notes.append(_known_before(file, known))
    return fresh, notes


def _known_before(file: UploadedFile, known: SalesFile) -> str:
    """The answer to content that is there already."""
    name = "" if file.name == known.file_name else f" as {known.file_name}"
    day = f"{known.created_at:%-d %B %Y}"
    if known.status == SalesFileStatus.CURRENT:
        return f"{file.name} was handed in before, on {day}{name}; nothing was changed."
    return f"{file.name} was handed in before{name} and is being read; nothing was changed."


def _checksum(file: UploadedFile) -> str:
    if isinstance(file.content, bytes):
        return hashlib.sha256(file.content).hexdigest()
    try:
        with file.content.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{file.name} cannot be read: {error.strerror}.") from error


def _keep(project_id: int, digest: str, file: UploadedFile) -> tuple[str, int]:
    """Path and size of the file, kept under its own checksum: the same content is kept once a project."""
    key = f"projects/{project_id}/sales/{digest}"
    with tempfile.TemporaryDirectory(prefix="mixwright-sales-") as folder:
        copy = Path(folder) / CONTENT
        if isinstance(file.content, bytes):
            copy.write_bytes(file.content)
        else:
            shutil.copyfile(file.content, copy)
        saved = artifacts.save_folder(Path(folder), key)
    return f"{saved.path}/{CONTENT}", saved.bytes
