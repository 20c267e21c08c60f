"""Quotation marks that are opened and never closed: everything behind them would be one cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from core.data.problems import FileProblem
from core.promo.ingest.encoding import TextEncoding

MOST_LINES_IN_CELL = 20  # a note of a few lines is a cell; more lines are rows that were swallowed


def refuse_open_quote(path: Path, name: str, found: TextEncoding, delimiter: str) -> None:
    """FileProblem where the last quotation mark is never closed; an odd number of marks makes one look."""
    if found.quotes % 2 == 0 or not found.codec.startswith(("utf-8", "cp1252", "latin-1")):
        return
    number = 0
    with path.open("rb") as file:
        file.seek(found.mark)
        text = io.TextIOWrapper(file, encoding=found.codec, errors="replace", newline="")
        try:
            for number, _row in enumerate(  # noqa: B007 - the row reached is needed after the loop
                csv.reader(text, delimiter=delimiter, strict=True), start=1
            ):
                pass
        except csv.Error as error:
            if "unexpected end" in str(error) or "field larger" in str(error):
                raise _open(name, number + 1) from error


def refuse_swallowed(name: str, row: int, cells: list[pa.Array]) -> None:
    """FileProblem where a cell holds so many lines that rows must have been swallowed; `row` of the first."""
    for array in cells:
        lines = pc.count_substring(array, "\n")
        if (pc.max(lines).as_py() or 0) > MOST_LINES_IN_CELL:
            place = pc.index(pc.greater(lines, MOST_LINES_IN_CELL), True).as_py()
            raise _open(name, row + place)


def _open(name: str, row: int) -> FileProblem:
    return FileProblem(
        f"{name}: a quotation mark is opened in row {row:,} and not closed in it, so that many rows would be "
        "one cell. Close it, or leave it out."
    )
