"""XLSX and XLSB: one sheet read twice, typed and as text, so that no cell is lost in silence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.headers import Header, find_header
from core.data.limits import ReadLimits
from core.data.package import uses_1904
from core.data.problems import FileProblem, name_some
from core.data.table import Grid

SAMPLE_ROWS = 80
# Each thread of the reader reserves address space, which the limit on memory counts: a machine with many
# cores would exceed it before the file is opened.
FEW_THREADS = {
    **{"RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"},
    **{"POLARS_MAX_THREADS": "2", "ARROW_IO_THREADS": "2"},
}


@dataclass(frozen=True)
class SheetInfo:
    """One sheet of a workbook: its size, whether a person sees it, and whether a table was found in it."""

    name: str
    rows: int
    columns: int
    visible: bool
    has_table: bool


@dataclass(frozen=True)
class _Sheet:
    info: SheetInfo
    header: Header | None


def list_workbook(path: Path, name: str, limits: ReadLimits) -> tuple[SheetInfo, ...]:
    """The sheets in the workbook's order; raises FileProblem where it cannot be opened."""
    return tuple(listed.info for listed in _list_sheets(path, name, limits)[0])


def read_workbook(
    path: Path, name: str, sheet: str | None, limits: ReadLimits
) -> tuple[Grid, str, tuple[str, ...]]:
    """The chosen sheet's records, its name, and all names; without a choice the largest visible table."""
    sheets, reader = _list_sheets(path, name, limits)
    chosen = _choose_sheet(sheets, sheet, name)
    grid = _grid(path, name, chosen, reader, limits)
    names = tuple(listed.info.name for listed in sheets)
    notes = [*grid.notes]
    if sheet is None and len(names) > 1:
        others = [other for other in names if other != chosen.info.name]
        notes.append(f"Sheet {chosen.info.name} was read; not read: {name_some(others)}.")
    if reader == "pyxlsb":
        notes.append("The workbook is unusual; the second reader read it, which sees dates as day numbers.")
    return replace(grid, notes=tuple(notes)), chosen.info.name, names


@dataclass(frozen=True)
class MatchingSheets:
    """Sheets of one table as they were read, and the headers of the tables that were `left`, by sheet."""

    grids: tuple[tuple[str, Grid], ...]
    left: dict[str, tuple[str, ...]]


def read_matching_sheets(
    path: Path, name: str, limits: ReadLimits, wanted: Collection[str] = ()
) -> MatchingSheets:
    """The largest visible table and all visible sheets with the same headers, in the workbook's order; where
    `wanted` headers are given, the largest that has them all. Raises FileProblem."""
    sheets, reader = _list_sheets(path, name, limits)
    fitting = [s for s in sheets if wanted and s.header and set(wanted) <= set(s.header.names)]
    chosen = _choose_sheet(fitting or sheets, None, name)
    headers = set(_checked_header(chosen, name, limits).names)
    tables = [sheet for sheet in sheets if sheet.info.visible and sheet.info.has_table and sheet.header]
    read = [s for s in sheets if s is chosen or (s in tables and s.header and set(s.header.names) == headers)]
    grids = tuple((sheet.info.name, _grid(path, name, sheet, reader, limits)) for sheet in read)
    left = {s.info.name: s.header.names if s.header and s in tables else () for s in sheets if s not in read}
    return MatchingSheets(grids, left)


def _grid(path: Path, name: str, sheet: _Sheet, reader: str, limits: ReadLimits) -> Grid:
    header = _checked_header(sheet, name, limits)
    frame, rows = _records(path, name, sheet, reader, limits)
    if len(frame) == 0:
        raise FileProblem(f"Sheet {sheet.info.name} of {name} has a header row but no rows below it.")
    return Grid(frame, header, rows, header.problems, header.notes, date1904=uses_1904(path))


def _checked_header(chosen: _Sheet, name: str, limits: ReadLimits) -> Header:
    """The sheet's header; raises FileProblem where it is empty or larger than the limits."""
    info, place = chosen.info, f"Sheet {chosen.info.name} of {name}"
    if info.rows > limits.max_rows:
        raise FileProblem(f"{place} has {info.rows:,} rows; at most {limits.max_rows:,} can be read.")
    if chosen.header is None:
        raise FileProblem(f"{place} is empty.")
    if info.columns > limits.max_columns:
        raise FileProblem(
            f"{place} has {info.columns:,} columns; at most {limits.max_columns:,} can be read."
        )
    return chosen.header


def _list_sheets(path: Path, name: str, limits: ReadLimits) -> tuple[list[_Sheet], str]:
    task = {"task": "list", "sample": SAMPLE_ROWS, "max_sheets": limits.max_sheets}
    answer, reader = _ask(path, name, task, limits), "calamine"
    if _refused(answer) and path.suffix == ".xlsb":
        second = _ask(path, name, task | {"reader": "pyxlsb"}, limits)
        if not _refused(second) and any(sheet["rows"] for sheet in second["sheets"]):
            answer, reader = second, "pyxlsb"
    if _refused(answer):
        raise FileProblem(
            f"{name} is a damaged or incomplete workbook. Open it in Excel, save it again and upload the "
            "new file."
        )
    sheets = []
    for sheet in answer["sheets"]:
        header = find_header(sheet["rows_shown"]) if sheet["rows_shown"] else None
        records = sheet["rows"] - (header.first_row - 1) if header else 0
        has_table = header is not None and records > 0 and len(header.names) > 1
        info = SheetInfo(sheet["name"], sheet["rows"], sheet.get("columns", 0), sheet["visible"], has_table)
        sheets.append(_Sheet(info, header))
    return sheets, reader


def _refused(answer: dict[str, Any]) -> bool:
    return "failed" in answer or all("failed" in sheet for sheet in answer["sheets"])


def _choose_sheet(sheets: list[_Sheet], wanted: str | None, name: str) -> _Sheet:
    if wanted is not None:
        found = next((listed for listed in sheets if listed.info.name == wanted), None)
        if found is None:
            raise FileProblem(
                f"{name} has no sheet {wanted}; it has "
                f"{name_some([listed.info.name for listed in sheets], 20)}."
            )
        return found
    tables = [listed for listed in sheets if listed.info.has_table]
    visible = [listed for listed in tables if listed.info.visible] or tables
    if not visible:
        filled = [listed for listed in sheets if listed.header is not None]
        if not filled:
            raise FileProblem(f"{name} is an empty workbook: no sheet holds a table.")
        return filled[0]
    return max(visible, key=lambda listed: listed.info.rows * listed.info.columns)


def _records(
    path: Path, name: str, chosen: _Sheet, reader: str, limits: ReadLimits
) -> tuple[pd.DataFrame, npt.NDArray[np.int64] | None]:
    header = chosen.header
    assert header is not None
    with tempfile.TemporaryDirectory(prefix="mixwright-read-") as folder:
        skip = header.first_row - 1
        if chosen.info.rows <= skip:
            return pd.DataFrame(columns=list(header.names)), None
        task = {"task": "read", "sheet": chosen.info.name, "skip": skip, "folder": folder, "reader": reader}
        answer = _ask(path, name, task, limits)
        if "failed" in answer and path.suffix == ".xlsb":
            answer = _ask(path, name, task | {"reader": "pyxlsb"}, limits)
        if "failed" in answer:
            raise FileProblem(
                f"Sheet {chosen.info.name} of {name} cannot be read: the workbook is damaged or incomplete."
            )
        text, typed = _load(folder, "text"), _load(folder, "typed")
    return _merged(text, typed, answer["errors"], header)


def _load(folder: str, name: str) -> pa.Table:
    with pa.OSFile(f"{folder}/{name}.arrow", "rb") as source:
        return pa.ipc.open_file(source).read_all()


def _merged(
    text: pa.Table, typed: pa.Table, errors: list[list[Any]], header: Header
) -> tuple[pd.DataFrame, npt.NDArray[np.int64] | None]:
    """Typed columns where typing lost nothing, else text with errors written out; no blank rows."""
    by_column: dict[int, list[tuple[int, str]]] = {}
    for row, column, value in errors:
        by_column.setdefault(column, []).append((row, value))
    columns = {}
    for index, column in enumerate(header.names):
        if index >= text.num_columns:
            columns[column] = pd.Series([None] * text.num_rows, dtype="str")
        elif index in by_column or _lost(text.column(index), typed.column(index)):
            cells: pd.Series[Any] = text.column(index).to_pandas().astype("str")
            for row, value in by_column.get(index, []):
                cells.iloc[row] = value
            columns[column] = cells
        else:
            columns[column] = typed.column(index).to_pandas()
    frame = pd.DataFrame(columns)
    blank = frame.isna().all(axis=1) if len(frame) else pd.Series(dtype=bool)
    if not blank.any():
        return frame, None
    rows = np.flatnonzero(~blank.to_numpy()) + header.first_row
    return frame.loc[~blank].reset_index(drop=True), rows.astype(np.int64)


def _lost(text: pa.ChunkedArray, typed: pa.ChunkedArray) -> bool:
    """True where a cell is blank when typed but not as text, or a flag would turn into a number."""
    if len(typed) != len(text):
        return True
    if pa.types.is_string(typed.type) or pa.types.is_null(typed.type):
        return not pa.types.is_string(typed.type)
    vanished = pc.any(pc.and_(pc.is_null(typed), pc.is_valid(text))).as_py()
    if pa.types.is_boolean(typed.type):
        return bool(vanished)
    flags = pc.any(pc.is_in(text, pa.array(["true", "false"]))).as_py()
    return bool(vanished or flags)


def _ask(path: Path, name: str, task: dict[str, Any], limits: ReadLimits) -> dict[str, Any]:
    """The answer of the reading process; raises FileProblem when the file makes it die or run too long."""
    request = {
        "reader": "calamine",
        "path": str(path),
        "max_bytes": limits.max_reader_bytes,
        "max_seconds": limits.max_reader_seconds,
    } | task
    program = Path(__file__).with_name("workbook_process.py")
    too_big = FileProblem(
        f"{name} cannot be opened within the limits of memory and time: cells far apart or very much "
        "content. Copy the table alone into a new workbook, or save it as CSV."
    )
    try:
        run = subprocess.run(
            [sys.executable, "-I", str(program)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=2 * limits.max_reader_seconds,
            env={**os.environ, **FEW_THREADS},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise too_big from error
    if run.returncode != 0 or not run.stdout:
        raise too_big
    answer: dict[str, Any] = json.loads(run.stdout)
    if "memory" in str(answer.get("failed", "")).lower():
        raise too_big
    return answer
