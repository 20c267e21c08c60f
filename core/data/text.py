"""CSV and its relatives: layout found in the first lines, cells read as text, each row with its number."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from core.data.headers import Header, find_header
from core.data.limits import ReadLimits, size_text
from core.data.numbers import NumberFormat
from core.data.problems import (
    MOST_ROWS_DROPPED,
    ROWS_LISTED,
    DataProblem,
    FileProblem,
    ProblemCode,
    Repair,
    RepairCode,
    Severity,
    name_some,
)
from core.data.table import Grid

_MARKS = (
    (codecs.BOM_UTF8, "UTF-8-SIG"),
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
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
        raise _long_line(name, limits)
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


def read_text(data: bytes, name: str, limits: ReadLimits) -> Grid:
    """The records of a delimited text file; encoding, delimiter and header row are found from the content.

    Raises FileProblem where there is no table in it, or more of it than `limits` allow.
    """
    body, encoding = to_utf8(data, name)
    layout = text_layout(body, name, limits)
    header = layout.header
    records = body[layout.start :]
    too_many = FileProblem(
        f"{name} has more than {limits.max_rows:,} rows; split it, or sum it up before uploading."
    )
    if b'"' not in records and records.count(b"\n") > limits.max_rows + SAMPLE_LINES:
        raise too_many
    frame, rows, problems = _records(records, layout.delimiter, header, name, limits)
    if len(frame) == 0:
        raise FileProblem(f"{name} has a header row but no rows below it.")
    if len(frame) > limits.max_rows:
        raise too_many
    notes = header.notes + (
        (f"The text was read as {encoding}.",) if encoding not in ("UTF-8", "UTF-8-SIG") else ()
    )
    hint = NumberFormat.COMMA if layout.delimiter == ";" else None
    return Grid(frame, header, rows, (*header.problems, *problems), notes, number_hint=hint)


def to_utf8(data: bytes, name: str = "The file") -> tuple[bytes, str]:
    """The text as UTF-8 without a byte order mark, and the name of the encoding it was in."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding, name).encode(), encoding
    head = data[:4096]
    if head.count(b"\0") > len(head) // 4:
        encoding = "UTF-16-LE" if head[1::2].count(0) > head[::2].count(0) else "UTF-16-BE"
        return _decoded(data, encoding, name).encode(), encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        # UTF-8 with a few damaged bytes where most letters beyond ASCII are valid, else Windows-1252.
        lenient = data.decode("utf-8", errors="replace")
        damaged = lenient.count("\ufffd")
        valid = sum(1 for byte in data[: 4 << 20] if 0xC2 <= byte <= 0xF4) - damaged
        if valid > 10 * damaged:
            return lenient.encode(), f"UTF-8 with {damaged} damaged characters"
        try:
            return data.decode("cp1252").encode(), "Windows-1252"
        except UnicodeDecodeError:
            return data.decode("latin-1").encode(), "Latin-1"
    return data, "UTF-8"


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileProblem(f"{name} begins like {encoding} text but breaks off or is damaged.") from error


def _records(
    records: bytes, delimiter: str, header: Header, name: str, limits: ReadLimits
) -> tuple[pd.DataFrame, np.ndarray | None, list[DataProblem]]:
    records = records.rstrip(b"\r\n \t" if delimiter != "\t" else b"\r\n ")
    if records.count(b'"') % 2:
        text = io.StringIO(records.decode(), newline="")
        row = open_quote_row(text, delimiter, header.first_row)
        if row is not None:
            raise FileProblem(
                f"{name}: a quotation mark is opened in row {row} and never closed, so that the rest of the "
                "file would be one cell. Close it, or leave it out."
            )
    if not records:
        return pd.DataFrame(columns=list(header.names)), None, []
    if not re.search(
        rb"(\n|\r\n?)[ ]*(\n|\r)", records.replace(b"\r\n", b"\n") if b"\r" in records else records
    ):
        fast = _fast(records, delimiter, header.names)
        if fast is not None:
            return fast, None, []
    return _careful(records, delimiter, header, name, limits)


def _fast(records: bytes, delimiter: str, names: tuple[str, ...]) -> pd.DataFrame | None:
    """All cells as text by Arrow, or None where rows differ in length and the careful reader has to look."""
    try:
        table = pacsv.read_csv(
            pa.BufferReader(records),
            read_options=pacsv.ReadOptions(column_names=list(names), block_size=8 << 20),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in records),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _careful(
    records: bytes, delimiter: str, header: Header, name: str, limits: ReadLimits
) -> tuple[pd.DataFrame, np.ndarray, list[DataProblem]]:
    width, kept, rows, long = len(header.names), [], [], []
    number = header.first_row - 1
    try:
        for number, row in enumerate(
            csv.reader(_lines(records, name, limits), delimiter=delimiter), header.first_row
        ):
            if not any(cell.strip() for cell in row):
                continue
            if any(cell.strip() for cell in row[width:]):
                long.append(number)
            kept.append(row[:width] + [""] * (width - len(row)))
            rows.append(number)
    except csv.Error as error:
        raise FileProblem(
            f"{name} cannot be read beyond row {number}: a quotation mark is opened there and never closed "
            f"({error})."
        ) from error
    frame = (
        pd.DataFrame(dict(zip(header.names, zip(*kept, strict=True), strict=True)), dtype="str")
        if kept
        else pd.DataFrame(columns=list(header.names))
    )
    return frame, np.array(rows, dtype=np.int64), _ragged(long, width)


def _lines(records: bytes, name: str, limits: ReadLimits) -> Iterator[str]:
    for line in io.StringIO(records.decode(), newline=""):
        if len(line) > limits.max_line_bytes:
            raise _long_line(name, limits)
        yield line


def _long_line(name: str, limits: ReadLimits) -> FileProblem:
    return FileProblem(
        f"{name} has a line of more than {size_text(limits.max_line_bytes)}: it is not a table of rows and "
        "columns."
    )


def _ragged(long: list[int], width: int) -> list[DataProblem]:
    if not long:
        return []
    message = (
        f"{len(long):,} row{'s have' if len(long) > 1 else ' has'} more than the {width} cells of the header "
        f"(row {name_some(long)}): what stands beyond was left out. A delimiter inside a text needs "
        "quotation marks."
    )
    repair = Repair(RepairCode.DROP_ROWS, "Leave out the rows that are too long", params={"rows": long})
    return [
        DataProblem(
            Severity.ERROR,
            ProblemCode.RAGGED_ROW,
            message,
            row=long[0],
            rows=tuple(long[:ROWS_LISTED]),
            count=len(long),
            repair=repair if len(long) <= MOST_ROWS_DROPPED else None,
        )
    ]
