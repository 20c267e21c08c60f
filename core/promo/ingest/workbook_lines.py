"""Workbooks: the sheets that hold the same table, read by the confined reader of `core.data`."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from core.data.files import checksum_of
from core.data.limits import ReadLimits
from core.data.package import check_inflated, uncalculated
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity, at_place, name_some
from core.data.table import FileKind, Grid
from core.data.workbook import read_matching_sheets, read_workbook
from core.promo.ingest.lines import BATCH_ROWS, Batch, Lines

Sheets = Sequence[tuple[str, Grid]]


def workbook_lines(
    path: Path,
    name: str,
    kind: FileKind,
    sheet: str | None,
    limits: ReadLimits,
    wanted: Collection[str] = (),
) -> Lines:
    """The lines of one sheet, or of all visible sheets with the same headers as the largest one.

    A workbook with a sheet for each month is one table; a sheet that repeats another one cell by cell is left
    out, and what was read is reported. Raises FileProblem.
    """
    check_inflated(path, name, limits)
    with tempfile.TemporaryDirectory(prefix="mixwright-sales-") as folder:
        honest = Path(folder) / f"workbook.{kind.value}"
        honest.symlink_to(path.resolve(strict=True))
        sheets, notes, left = _sheets(honest, name, sheet, limits, wanted)
        for title, grid in sheets:
            # Formulas without a result would be read as empty cells.
            count, cell = uncalculated(honest, title, grid.header.first_row)
            if count:
                many = f"{count:,} formulas" if count > 1 else "a formula"
                raise FileProblem(
                    f"Sheet {title} of {name} has {many} without a stored result ({cell}"
                    f"{' first' if count > 1 else ''}): let Excel calculate it, save it and upload that."
                )
    reopen = partial(workbook_lines, path, name, kind, None, limits)
    others = {title: partial(reopen, headers) for title, headers in left.items() if headers}
    first = sheets[0][1]
    return Lines(
        name=name,
        kind=kind,
        checksum=checksum_of(path),
        headers=first.header.names,
        sheets=tuple(title for title, _grid in sheets),
        walk=lambda: _walk(sheets),
        expected=sum(len(grid.frame) for _title, grid in sheets),
        problems=tuple(p for title, grid in sheets for p in at_place(grid.problems, name, title)) + notes,
        notes=tuple(note for _title, grid in sheets for note in grid.notes),
        date1904=first.date1904,
        plain_is_number=True,
        others=others,
    )


def _walk(sheets: Sheets) -> Iterator[Batch]:
    for title, grid in sheets:
        rows, cells = grid.file_rows, {str(name): _array(grid.frame[name]) for name in grid.frame}
        for start in range(0, len(rows), BATCH_ROWS):
            part = slice(start, start + BATCH_ROWS)
            yield Batch(title, rows[part], {column: array[part] for column, array in cells.items()})


def _array(column: pd.Series[Any]) -> pa.Array:
    """A column as an Arrow array; what is neither number, date nor flag becomes text."""
    if column.dtype == object:
        column = column.astype("str")
    array = pa.array(column, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    wide = pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type)
    return array.cast(pa.string()) if wide else array


def _sheets(
    path: Path, name: str, sheet: str | None, limits: ReadLimits, wanted: Collection[str]
) -> tuple[Sheets, tuple[DataProblem, ...], dict[str, tuple[str, ...]]]:
    """What is read, what is reported about it, and the headers of what is left."""
    if sheet is not None:
        grid, chosen, _names = read_workbook(path, name, sheet, limits)
        return [(chosen, grid)], (), {}
    found = read_matching_sheets(path, name, limits, wanted)
    read: list[tuple[str, Grid]] = []
    repeats = []
    for title, grid in found.grids:
        if any(grid.frame.equals(known.frame) for _title, known in read):
            repeats.append(title)
        else:
            read.append((title, grid))
    # What was read and what not is reported, so that no sheet is left out unnoticed.
    titles, sentences = [title for title, _grid in read], []
    if len(titles) > 1:
        sentences.append(f"Sheets {name_some(titles, 20)} have the same headers and were read as one table.")
    if found.left:
        left = name_some(list(found.left), 20)
        sentences.append(f"Not read, as they hold no table with these headers: {left}.")
    if repeats:
        sentences.append(f"Left out, as they repeat another sheet: {name_some(repeats, 20)}.")
    if not sentences:
        return read, (), found.left
    message = " ".join(sentences)
    note = DataProblem(Severity.INFO, ProblemCode.JOIN_GAPS, message, file=name, sheet=titles[0])
    return read, (note,), found.left
