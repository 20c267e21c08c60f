"""Putting an upload and its table into the artifact store, before any row names them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import PurePath
from typing import Any, TypeAlias

import pandas as pd

from core import artifacts
from core.data.prepared import Prepared
from core.errors import UserError
from core.json_values import to_json

Upload: TypeAlias = tuple[str, bytes]  # (file name, content)

SAME_DATE = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive, so that checksums compare


def bundle_files(files: Sequence[Upload]) -> Upload:
    """One file as it is, several as one ZIP that holds them in order; names lose their folders.

    Raises UserError when there is no file at all.
    """
    if not files:
        raise UserError("There is no file to save.")
    if len(files) == 1:
        name, content = files[0]
        return PurePath(name).name or "upload", content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files, start=1):
            entry = zipfile.ZipInfo(f"{number:02d}_{PurePath(name).name}", SAME_DATE)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return f"{PurePath(files[0][0]).stem}_and_{len(files) - 1}_more.zip", buffer.getvalue()


@dataclass(frozen=True)
class SavedVersion:
    """What a row says of one version of a data set whose files are in the artifact store."""

    file_path: str
    file_name: str
    file_bytes: int
    checksum: str
    frame_path: str
    frame_checksum: str
    rows: int
    config: dict[str, Any]
    problems: list[Any]
    repairs: list[Any]

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of all fields; the columns of a data set's row are called the same."""
        return tuple(field.name for field in fields(cls))

    def columns(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def _save_once(project_id: int, content: bytes, last: str) -> tuple[str, str]:
    """Path and checksum of `content`, stored under its checksum: the same file once a project."""
    digest = hashlib.sha256(content).hexdigest()
    path, checksum = artifacts.save_bytes(f"projects/{project_id}/datasets/{digest}/{last}", content)
    return path, checksum


def save_files(
    project_id: int, files: Sequence[Upload], prepared: Prepared, source: Mapping[str, Any] | None
) -> SavedVersion:
    """The upload and its table, written to the artifact store and described.

    Raises UserError, one sentence a problem, when the table still has errors.
    """
    if not prepared.ready:
        raise UserError([problem.message for problem in prepared.errors])
    file_name, content = bundle_files(files)
    file_path, checksum = _save_once(project_id, content, "file")
    buffer = io.BytesIO()
    prepared.frame.to_parquet(buffer, index=False)
    frame_path, frame_checksum = _save_once(project_id, buffer.getvalue(), "table.parquet")
    column = prepared.mapping.date_column
    if not column or prepared.frame.empty:
        start, end = None, None
    else:
        days = pd.to_datetime(prepared.frame[column])
        start, end = days.min().date().isoformat(), days.max().date().isoformat()
    return SavedVersion(
        file_path=file_path,
        file_name=file_name,
        file_bytes=len(content),
        checksum=checksum,
        frame_path=frame_path,
        frame_checksum=frame_checksum,
        rows=len(prepared.frame),
        config={
            "mapping": to_json(prepared.mapping),
            "columns": prepared.frame.shape[1],
            "start_on": start,
            "end_on": end,
            "source": dict(source or {}),
        },
        problems=[to_json(problem) for problem in prepared.problems],
        repairs=[to_json(repair) for repair in prepared.repairs_applied],
    )


def read_saved_table(path: str) -> pd.DataFrame:
    """The table stored under `path`, one row a date (and geo)."""
    return pd.read_parquet(io.BytesIO(artifacts.open_bytes(path)))
