"""How a delimited text is laid out, told from its first lines: delimiter, header, where the records begin."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass

from core.data.headers import Header, find_header
from core.data.limits import ReadLimits, size_text
from core.data.problems import FileProblem

DELIMITERS = ",;\t|"
SAMPLE_LINES = 80


@dataclass(frozen=True)
class _Sample:
    delimiter: str
    rows: list[list[str]]
    lines_after: list[int]
    skipped: int


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
    lines = _head_lines(body, name, limits)
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
    sample = _Sample(delimiter, rows, after, skipped)
    header = find_header(_with_row_names(sample.rows), own_width=True)
    if header is None:
        raise FileProblem(f"{name} is empty: it holds no cells.")
    if len(header.names) > limits.max_columns:
        raise FileProblem(
            f"{name} has {len(header.names):,} columns; at most {limits.max_columns:,} can be read."
        )
    above = header.first + header.depth
    start = sample.lines_after[above - 1] if above else sample.skipped
    return TextLayout(sample.delimiter, header, _line_start(body, start))


def _line_start(body: bytes, line: int) -> int:
    """The byte at which physical line number `line` (counted from 0) begins."""
    position = 0
    for _ in range(line):
        match = re.compile(rb"\r\n|\n|\r").search(body, position)
        if match is None:
            return len(body)
        position = match.end()
    return position


def _head_lines(body: bytes, name: str, limits: ReadLimits) -> list[str]:
    head = body[: SAMPLE_LINES * 4096 + limits.max_line_bytes]
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", head)[:SAMPLE_LINES]
    if any(len(line) >= limits.max_line_bytes for line in lines):
        raise FileProblem(
            f"{name} has a line of more than {size_text(limits.max_line_bytes)}: it is not a table of rows "
            "and columns."
        )
    return [line.decode("utf-8", errors="replace") for line in lines if line]


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
