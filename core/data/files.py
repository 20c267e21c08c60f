"""A file of any origin turned into one table: its content decides what it is, never its name."""

from __future__ import annotations

import hashlib
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from core.data.limits import ReadLimits, check_size
from core.data.package import check_inflated, member_names
from core.data.parquet import read_parquet
from core.data.problems import ROWS_LISTED, DataProblem, FileProblem, ProblemCode, Severity, at_place
from core.data.table import FileKind, Grid, RawTable
from core.data.text import read_text
from core.data.workbook import SheetInfo, list_workbook, read_workbook

Source = bytes | str | Path
WANTED = "Upload a CSV, XLSX, XLSB or Parquet file."

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a compressed file (gzip); unpack it first"),
    (b"BZh", "a compressed file (bzip2); unpack it first"),
    (b"\xfd7zXZ", "a compressed file (xz); unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ARROW1", "a Feather/Arrow file; save it as Parquet"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def read_table(
    source: Source, name: str, sheet: str | None = None, limits: ReadLimits | None = None
) -> RawTable:
    """The table in an uploaded file, given as bytes or as a path; `name` is what the person calls it.

    In a workbook the sheet with the largest table is taken unless `sheet` names one. Raises FileProblem,
    whose sentences name what is wrong with the file; smaller faults come back as `problems` with their place.
    """
    limits = limits or ReadLimits()
    check_size(_size(source), name, limits)
    kind = recognise(source, name)
    chosen: str | None = None
    sheets: tuple[str, ...] = ()
    if kind in (FileKind.XLSX, FileKind.XLSB):
        check_inflated(source if isinstance(source, bytes) else Path(source), name, limits)
        with _as_path(source, kind) as path:
            grid, chosen, sheets = read_workbook(path, name, sheet, limits)
    elif kind is FileKind.PARQUET:
        grid = read_parquet(source, name, limits)
    else:
        grid = read_text(source if isinstance(source, bytes) else Path(source).read_bytes(), name, limits)
    return _table(grid, name, kind, checksum_of(source), chosen, sheets)


def list_sheets(source: Source, name: str, limits: ReadLimits | None = None) -> tuple[SheetInfo, ...]:
    """The sheets of a workbook in its order; () for CSV and Parquet. Raises FileProblem as `read_table`."""
    limits = limits or ReadLimits()
    check_size(_size(source), name, limits)
    kind = recognise(source, name)
    if kind not in (FileKind.XLSX, FileKind.XLSB):
        return ()
    check_inflated(source if isinstance(source, bytes) else Path(source), name, limits)
    with _as_path(source, kind) as path:
        return list_workbook(path, name, limits)


def recognise(source: Source, name: str) -> FileKind:
    """What the bytes are; for what is no table, FileProblem says what it is instead."""
    with BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file:
        head = file.read(65536)
        file.seek(max(0, _size(source) - 16))
        tail = file.read(16)
    if not head.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise FileProblem(f"{name} is empty.")
    if head.startswith(b"PK"):
        return _packaged(source, name)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise FileProblem(_old_office(source, name))
    if head.startswith(b"PAR1"):
        if not tail.endswith(b"PAR1"):
            raise FileProblem(
                f"{name} is a Parquet file that breaks off; it was not written or uploaded completely."
            )
        return FileKind.PARQUET
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise FileProblem(f"{name} is {what}. {WANTED}")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2048].lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<style", b"<meta")):
        raise FileProblem(
            f"{name} is a web page (HTML), whatever its name says. Open it in Excel and save it as XLSX or "
            "CSV."
        )
    if text.startswith(b"<?xml") or text.startswith(b"<workbook"):
        raise FileProblem(f"{name} is an XML file. Open it in Excel and save it as XLSX or CSV.")
    if text.startswith((b'{"', b"{\n", b"{ ", b"{\r", b"[{", b"[\n", b"[[")):
        raise FileProblem(f"{name} is a JSON file. {WANTED}")
    if _is_binary(head):
        raise FileProblem(f"{name} is not a table: its content is neither text nor a workbook. {WANTED}")
    return FileKind.CSV


def _size(source: Source) -> int:
    return len(source) if isinstance(source, bytes) else Path(source).stat().st_size


def _packaged(source: Source, name: str) -> FileKind:
    parts = member_names(source if isinstance(source, bytes) else Path(source), name)
    if "xl/workbook.bin" in parts:
        return FileKind.XLSB
    if any(part.startswith("xl/workbook") and part.endswith(".xml") for part in parts):
        return FileKind.XLSX
    if "content.xml" in parts:
        raise FileProblem(f"{name} is an OpenDocument file. Save it as XLSX or CSV and upload that.")
    if any(part.startswith(("word/", "ppt/")) for part in parts):
        raise FileProblem(f"{name} is a Word or PowerPoint document. {WANTED}")
    if any(part.startswith("Index/") for part in parts):
        raise FileProblem(f"{name} is an Apple Numbers file. Export it as XLSX or CSV and upload that.")
    raise FileProblem(f"{name} is a ZIP archive, not a workbook. Unpack it and upload the files in it.")


def _old_office(source: Source, name: str) -> str:
    """A sentence for an OLE container: with a password, an old workbook, or something else."""
    import msoffcrypto

    with BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file:
        try:
            office = msoffcrypto.OfficeFile(file)
            locked = office.is_encrypted()
        except (msoffcrypto.exceptions.FileFormatError, OSError, ValueError, KeyError, struct.error):
            return f"{name} is a very old or damaged Office file. Save it as XLSX in Excel and upload that."
    if locked:
        return (
            f"{name} is protected with a password. Remove the password in Excel (File, Info, Protect "
            "Workbook), save it as XLSX and upload that."
        )
    if office.format == "xls97":
        return f"{name} is a workbook of the old Excel format (.xls). Save it as XLSX and upload that."
    return f"{name} is an Office document without a table. {WANTED}"


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    zeros = head.count(0)
    if zeros:
        # UTF-16 without a mark has its zero bytes on one side of each pair.
        sides = (head[::2].count(0), head[1::2].count(0))
        return min(sides) > 0.02 * max(sides) or max(sides) < 0.2 * len(head)
    control = sum(head.count(code) for code in (*range(1, 9), *range(14, 32)))
    return control > 0.01 * len(head)


@contextmanager
def _as_path(source: Source, kind: FileKind) -> Iterator[Path]:
    """The workbook as a file whose suffix tells the truth, for readers that go by the suffix."""
    suffix = f".{kind.value}"
    if not isinstance(source, bytes) and Path(source).suffix.lower() == suffix:
        yield Path(source)
        return
    with tempfile.TemporaryDirectory(prefix="mixwright-upload-") as folder:
        path = Path(folder) / f"workbook{suffix}"
        path.write_bytes(source if isinstance(source, bytes) else Path(source).read_bytes())
        yield path


def checksum_of(source: Source) -> str:
    """SHA-256 of the file's bytes."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with Path(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _table(
    grid: Grid, name: str, kind: FileKind, checksum: str, sheet: str | None, sheets: tuple[str, ...]
) -> RawTable:
    """The table; rows that repeat the header (files pasted one below the other) are left out and reported."""
    frame, rows, problems = grid.frame, grid.file_rows, [*grid.problems]
    names = [str(column) for column in frame.columns]
    texts = [column for column in names if frame[column].dtype == "str"]
    if texts and names[0] in texts:
        same = (frame[names[0]] == names[0]).to_numpy(dtype=bool)
        for column in texts[1:] if same.any() else ():
            same = same & (frame[column].fillna("").str.strip() == column).to_numpy(dtype=bool)
        if same.any():
            places = [int(row) for row in rows[same]]
            message = (
                f"The header is repeated in {len(places)} row(s), first in row {places[0]}; these rows were "
                "left out."
            )
            info, code, shown = Severity.INFO, ProblemCode.REPEATED_HEADER, tuple(places[:ROWS_LISTED])
            problems.append(DataProblem(info, code, message, row=places[0], rows=shown, count=len(places)))
            frame, rows = frame.loc[~same].reset_index(drop=True), rows[~same]
    return RawTable(
        name=name,
        kind=kind,
        frame=frame,
        first_row=grid.header.first_row,
        checksum=checksum,
        sheet=sheet,
        sheets=sheets,
        problems=at_place(problems, name, sheet),
        notes=grid.notes,
        number_hint=grid.number_hint,
        date1904=grid.date1904,
        row_numbers=rows,
    )
