"""How a delimited text is laid out, told from its first lines: delimiter, header, where the records begin."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TextIO

from core.data.headers import Header, find_header
from core.data.limits import ReadLimits, size_text
from core.data.problems import FileProblem

DELIMITERS = ",;\t|"
SAMPLE_LINES = 80


@dataclass(frozen=True)
class TextLayout:
    """How a delimited text is laid out; `start` is the byte at which its records begin."""

    delimiter: str
    header: Header
    start: int


def text_layout(body: bytes, name: str, limits: ReadLimits) -> TextLayout:
    """Delimiter, header and start of the records, found from the first lines of a text in UTF-8.

    Raises FileProblem where there is no table in it.
    """
    head = body[: SAMPLE_LINES * 4096 + limits.max_line_bytes]
    head_lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", head)[:SAMPLE_LINES]
    if any(len(each) >= limits.max_line_bytes for each in head_lines):
        raise FileProblem(
            f"{name} has a line of more than {size_text(limits.max_line_bytes)}: it is not a table of rows "
            "and columns."
        )
    lines = [each.decode("utf-8", errors="replace") for each in head_lines if each]
    stated = re.match(r"sep=(.)\s*$", lines[0], re.IGNORECASE) if lines else None
    skipped = 1 if stated else 0
    delimiter = stated.group(1) if stated else _best_delimiter(lines)
    rows: list[list[str]] = [[]] * skipped
    after: list[int] = [1] * skipped
    reader = csv.reader(lines[skipped:], delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            after.append(reader.line_num + skipped)
    except csv.Error as error:
        raise FileProblem(f"{name} cannot be read as a table: {error}.") from error
    header = find_header(_with_row_names(rows), own_width=True)
    if header is None:
        raise FileProblem(f"{name} is empty: it holds no cells.")
    if len(header.names) > limits.max_columns:
        raise FileProblem(
            f"{name} has {len(header.names):,} columns; at most {limits.max_columns:,} can be read."
        )
    above = header.first + header.depth
    # The byte at which the physical line of the first record begins.
    start, line_end = 0, re.compile(rb"\r\n|\n|\r")
    for _ in range(after[above - 1] if above else skipped):
        match = line_end.search(body, start)
        start = match.end() if match else len(body)
    return TextLayout(delimiter, header, start)


def _with_row_names(rows: list[list[str]]) -> list[list[str]]:
    """Some programs write row names without a header cell above them: the header is one cell short then."""
    filled = [index for index, row in enumerate(rows) if any(cell.strip() for cell in row)]
    if len(filled) < 3:
        return rows
    first, body = filled[0], [rows[index] for index in filled[1:]]
    if not all(len(row) == len(rows[first]) + 1 and row[-1].strip() for row in body):
        return rows
    return [["", *row] if index == first else row for index, row in enumerate(rows)]


def _best_delimiter(lines: list[str]) -> str:
    """The delimiter that splits most lines into the same number of cells, more cells first."""

    def agreement(delimiter: str) -> tuple[float, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row))
        except csv.Error:
            return 0.0, 0
        width, count = max(
            ((w, c) for w, c in widths.items() if w > 1), key=lambda pair: pair[1], default=(1, 0)
        )
        return count / max(1, sum(widths.values())), width

    return max(DELIMITERS, key=agreement)


def open_quote_row(text: TextIO, delimiter: str, first_row: int) -> int | None:
    """The row in which a quotation mark is opened and never closed, of records that begin in `first_row`."""
    row = first_row - 1
    try:
        for row, _cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), first_row):  # noqa: B007
            pass  # the row reached is needed after the loop
    except csv.Error as error:
        if "unexpected end" in str(error) or "field larger" in str(error):
            return row + 1
    return None
