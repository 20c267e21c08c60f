"""The lines of a file of sales, recognised by content: one reader for each kind of file."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.data.files import Source, recognise
from core.data.limits import MIB, ReadLimits, check_size
from core.data.problems import FileProblem
from core.data.table import FileKind
from core.promo.ingest.lines import Lines
from core.promo.ingest.parquet_lines import parquet_lines
from core.promo.ingest.text_lines import text_lines
from core.promo.ingest.workbook_lines import workbook_lines

# A file on the server may be larger than what a browser uploads: it is read in batches, never as a whole.
FILE_LIMITS = ReadLimits(max_bytes=8 * 1024 * MIB, max_rows=200_000_000)
ONE_TABLE = {FileKind.PARQUET: parquet_lines, FileKind.CSV: text_lines}


def open_lines(
    path: Path,
    name: str,
    sheet: str | None = None,
    limits: ReadLimits | None = None,
    wanted: Collection[str] = (),
) -> Lines:
    """The lines of a CSV, XLSX, XLSB or Parquet file; raises FileProblem.

    In a workbook the sheet that is named, else the largest table that has the `wanted` headers.
    """
    limits = limits or FILE_LIMITS
    if not path.is_file():
        raise FileProblem(f"{name} is not there: it is no file that can be opened.")
    check_size(path.stat().st_size, name, limits)
    kind = recognise(path, name)
    if kind in ONE_TABLE:
        return ONE_TABLE[kind](path, name, limits)
    return workbook_lines(path, name, kind, sheet, limits, wanted)


@contextmanager
def as_path(source: Source) -> Iterator[Path]:
    """The file as a path, bytes for as long as the block lasts."""
    if not isinstance(source, bytes):
        yield Path(source)
        return
    with tempfile.TemporaryDirectory(prefix="mixwright-sales-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(source)
        yield path
