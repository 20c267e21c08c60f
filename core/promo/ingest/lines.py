"""The lines of one file, whatever its kind: batches of cells with the row a person sees in the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from core.data.files import recognise
from core.data.limits import MIB, ReadLimits, say_size
from core.data.numbers import NumberFormat
from core.data.problems import DataProblem, FileProblem
from core.data.table import FileKind

# A file on the server may be larger than what a browser uploads: it is read in batches, never as a whole.
FILE_LIMITS = ReadLimits(max_bytes=8 * 1024 * MIB, max_rows=200_000_000)
BATCH_ROWS = 131_072
Source = bytes | str | Path


@dataclass(frozen=True, eq=False)
class Batch:
    """Some lines of one sheet: `rows` their rows in the file, `cells` one array for every column.

    `broken` holds the places of lines that are no lines of this table, with the reason.
    """

    sheet: str | None
    rows: NDArray[np.int64]
    cells: dict[str, pa.Array]
    broken: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Lines:
    """A file that can be walked through more than once.

    `walk()` gives its batches in order; `expected` says about how many lines there are, for progress.
    `plain_is_number`: texts like 1.234 come from number cells and are exact. `others` opens the tables of a
    workbook that were not read, by sheet.
    """

    name: str
    kind: FileKind
    checksum: str
    headers: tuple[str, ...]
    sheets: tuple[str, ...]
    walk: Callable[[], Iterator[Batch]]
    expected: int
    problems: tuple[DataProblem, ...] = ()
    notes: tuple[str, ...] = ()
    number_hint: NumberFormat | None = None
    date1904: bool = False
    plain_is_number: bool = False
    others: Mapping[str, Callable[[], Lines]] = field(default_factory=dict)


def check_size(path: Path, name: str, limits: ReadLimits) -> None:
    """FileProblem where the file is not there, empty or too large."""
    if not path.is_file():
        raise FileProblem(f"{name} is not there: it is no file that can be opened.")
    size = path.stat().st_size
    if size == 0:
        raise FileProblem(f"{name} is empty.")
    if size > limits.max_bytes:
        raise FileProblem(
            f"{name} has {say_size(size)}; at most {say_size(limits.max_bytes)} can be read here."
        )


def open_lines(
    path: Path,
    name: str,
    sheet: str | None = None,
    limits: ReadLimits | None = None,
    wanted: Collection[str] = (),
) -> Lines:
    """The lines of a CSV, XLSX, XLSB or Parquet file, told apart by content; raises FileProblem.

    In a workbook the sheet that is named, else the largest table that has the `wanted` headers.
    """
    from core.promo.ingest.parquet_lines import parquet_lines
    from core.promo.ingest.text_lines import text_lines
    from core.promo.ingest.workbook_lines import sheet_lines

    limits = limits or FILE_LIMITS
    check_size(path, name, limits)
    kind = recognise(path, name)
    if kind in (FileKind.XLSX, FileKind.XLSB):
        return sheet_lines(path, name, kind, sheet, limits, wanted)
    if kind is FileKind.PARQUET:
        return parquet_lines(path, name, limits)
    return text_lines(path, name, limits)


def checksum_of(path: Path) -> str:
    """SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def arrow_cells(frame: pd.DataFrame) -> dict[str, pa.Array]:
    """A frame's columns as Arrow arrays; what is neither number, date nor flag becomes text."""
    return {str(name): _array(frame[name]) for name in frame.columns}


def _array(column: pd.Series[Any]) -> pa.Array:
    if column.dtype == object:
        column = column.astype("str")
    array = pa.array(column, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    wide = pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type)
    return array.cast(pa.string()) if wide else array
