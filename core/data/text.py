"""CSV and its relatives read as text, cell by cell, with the row a person sees in the file."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from core.data.headers import Header
from core.data.limits import ReadLimits, size_text
from core.data.numbers import NumberFormat
from core.data.problems import (
    MOST_ROWS_DROPPED,
    DataProblem,
    FileProblem,
    ProblemCode,
    Repair,
    RepairCode,
    Severity,
    name_some,
)
from core.data.table import Grid
from core.data.text_layout import SAMPLE_LINES, open_quote_row, text_layout

_MARKS = (
    (codecs.BOM_UTF8, "UTF-8-SIG"),
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


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
            raise FileProblem(
                f"{name} has a line of more than {size_text(limits.max_line_bytes)}: it is not a table of "
                "rows and columns."
            )
        yield line


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
            rows=tuple(long[:200]),
            count=len(long),
            repair=repair if len(long) <= MOST_ROWS_DROPPED else None,
        )
    ]
