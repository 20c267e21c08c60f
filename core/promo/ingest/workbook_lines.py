"""Workbooks: the sheets that hold the same table, read by the confined reader of `core.data`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from core.data.limits import ReadLimits
from core.data.package import check_inflated, uncalculated
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity, at_place, name_some
from core.data.table import FileKind, Grid
from core.data.workbook import read_matching_sheets, read_workbook
from core.promo.ingest.lines import BATCH_ROWS, Batch, Lines, arrow_cells, checksum_of

Sheets = Sequence[tuple[str, Grid]]


def sheet_lines(
    path: Path,
    name: str,
    kind: FileKind,
    sheet: str | None,
    limits: ReadLimits,
    wanted: Collection[str] = (),
) -> Lines:
    """The lines of one sheet, or of all visible sheets with the same headers as the largest one.

    A workbook with a sheet for each month is one table; a sheet that repeats another one cell by cell is left
    out, and what was read is said. Raises FileProblem.
    """
    check_inflated(path, name, limits)
    with tempfile.TemporaryDirectory(prefix="mixwright-sales-") as folder:
        honest = Path(folder) / f"workbook.{kind.value}"
        honest.symlink_to(path.resolve(strict=True))
        sheets, notes, left = _sheets(honest, name, sheet, limits, wanted)
        _refuse_uncalculated(honest, name, sheets)
    reopen = partial(sheet_lines, path, name, kind, None, limits)
    others = {title: partial(reopen, headers) for title, headers in left.items() if headers}
    return _lines(path, name, kind, sheets, notes, others)


def _lines(
    path: Path,
    name: str,
    kind: FileKind,
    sheets: Sheets,
    notes: tuple[DataProblem, ...],
    others: Mapping[str, Callable[[], Lines]],
) -> Lines:
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


def _refuse_uncalculated(path: Path, name: str, sheets: Sheets) -> None:
    """FileProblem where formulas stand without a result: they would be read as empty cells."""
    for title, grid in sheets:
        count, first = uncalculated(path, title, grid.header.first_row)
        if count:
            many = f"{count:,} formulas" if count > 1 else "a formula"
            raise FileProblem(
                f"Sheet {title} of {name} has {many} without a stored result ({first}"
                f"{' first' if count > 1 else ''}): let Excel calculate it, save it and upload that."
            )


def _walk(sheets: Sheets) -> Iterator[Batch]:
    for title, grid in sheets:
        first = grid.header.first_row
        rows = (
            grid.rows if grid.rows is not None else np.arange(first, first + len(grid.frame), dtype=np.int64)
        )
        cells = arrow_cells(grid.frame)
        for start in range(0, len(rows), BATCH_ROWS):
            part = slice(start, start + BATCH_ROWS)
            yield Batch(title, rows[part], {column: array[part] for column, array in cells.items()})


def _sheets(
    path: Path, name: str, sheet: str | None, limits: ReadLimits, wanted: Collection[str]
) -> tuple[Sheets, tuple[DataProblem, ...], dict[str, tuple[str, ...]]]:
    """What is read, what is said about it, and the headers of what is left."""
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
    return read, _said(name, [title for title, _grid in read], list(found.left), repeats), found.left


def _said(name: str, read: list[str], left: list[str], repeats: list[str]) -> tuple[DataProblem, ...]:
    """What was read and what not, so that no sheet is passed over in silence."""
    sentences = []
    if len(read) > 1:
        sentences.append(f"Sheets {name_some(read, 20)} have the same headers and were read as one table.")
    if left:
        sentences.append(f"Not read, as they hold no table with these headers: {name_some(left, 20)}.")
    if repeats:
        sentences.append(f"Left out, as they repeat another sheet: {name_some(repeats, 20)}.")
    if not sentences:
        return ()
    return (DataProblem(Severity.INFO, ProblemCode.JOIN_GAPS, " ".join(sentences), file=name, sheet=read[0]),)
