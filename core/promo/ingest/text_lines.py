"""CSV and its relatives, streamed: a file of any length passes through in blocks, every line counted."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from core.data.files import checksum_of
from core.data.limits import MIB, ReadLimits, size_text
from core.data.numbers import NumberFormat
from core.data.problems import DataProblem, FileProblem, Severity, at_place
from core.data.table import FileKind
from core.data.text import TextLayout, open_quote_row, text_layout
from core.promo.ingest.lines import BATCH_ROWS, Batch, Lines

HEAD_BYTES = 2 * MIB
BLOCK_BYTES = 16 * MIB
LONGEST_LINE = 8 * MIB
ENCODINGS = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}
TOO_LONG = "has more cells than the header: a delimiter inside a text needs quotation marks"
MOST_LINES_IN_CELL = 20  # a note of a few lines is a cell; more lines are rows that were swallowed
BLOCK = 4 * MIB
BYTES_A_LINE = 40  # to guess the number of lines where they are not counted
MOST_DAMAGED_SHARE = 0.1  # of letters beyond ASCII: below, it is UTF-8 with damage and no other encoding
FIRST_LEAD = 0xC0  # bytes from here on begin a letter beyond ASCII in UTF-8
_UNUSED_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_WIDE = (
    *((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
    *((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
)


def text_lines(path: Path, name: str, limits: ReadLimits) -> Lines:
    """The lines of a delimited text; encoding, delimiter and header are found in it. Raises FileProblem."""
    found = encoding_of(path, name)
    # The first lines as UTF-8; in a long file what breaks off at the end of the block is left out.
    with path.open("rb") as file:
        file.seek(found.mark)
        head = file.read(HEAD_BYTES)
    body = head if found.codec == "utf-8" else head.decode(found.codec, errors="ignore").encode()
    layout = text_layout(body, name, limits)
    refuse_open_quote(path, name, found, layout.delimiter)
    if not body[layout.start :].strip() and path.stat().st_size <= HEAD_BYTES:
        raise FileProblem(f"{name} has a header row but no rows below it.")
    if found.lines > limits.max_rows:
        raise FileProblem(f"{name} has more than {limits.max_rows:,} rows; split it before uploading.")
    problems = [*at_place(layout.header.problems, name)]
    if found.codec in ENCODINGS:
        message = f"The text was read as {ENCODINGS[found.codec]}; save it as UTF-8 if letters look wrong."
        problems.append(DataProblem(Severity.INFO, "encoding", message, name))
    return Lines(
        name=name,
        kind=FileKind.CSV,
        checksum=checksum_of(path),
        headers=layout.header.names,
        sheets=(),
        walk=lambda: _walk(path, name, found, layout),
        expected=max(1, found.lines),
        problems=tuple(problems),
        notes=layout.header.notes,
        number_hint=NumberFormat.COMMA if layout.delimiter == ";" else None,
    )


@dataclass
class _RaggedLines:
    """Lines that do not have as many cells as the header, by their number; Arrow hands them over."""

    lines: list[tuple[int, str]] = field(default_factory=list)

    def __call__(self, row: Any) -> str:
        self.lines.append((int(row.number), str(row.text)))
        return "skip"


def _walk(path: Path, name: str, found: TextEncoding, layout: TextLayout) -> Iterator[Batch]:
    ragged, names = _RaggedLines(), list(layout.header.names)
    offset, given = layout.header.first_row - 1, 0
    with path.open("rb") as file:
        stream = _utf8_from(file, found, layout.start)
        reader = _reader(stream, name, layout, found.quotes > 0, ragged)
        while True:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                break
            except (pa.ArrowInvalid, UnicodeError) as error:
                raise _unreadable(name, str(error)) from error
            rows, given = _numbered(batch.num_rows, given, ragged.lines)
            taken = [line for line in ragged.lines if line[0] <= given]
            ragged.lines[:] = ragged.lines[len(taken) :]
            if found.quotes and batch.num_rows:
                refuse_swallowed(name, int(rows[0]) + offset, batch.columns)
            for start in range(0, batch.num_rows, BATCH_ROWS):
                cells = dict(zip(names, batch.slice(start, BATCH_ROWS).columns, strict=True))
                yield Batch(None, rows[start : start + BATCH_ROWS] + offset, cells)
            yield from _ragged_batches(taken, offset, layout)
        yield from _ragged_batches(ragged.lines, offset, layout)


def _utf8_from(file: Any, found: TextEncoding, start: int) -> pa.NativeFile:
    """The records as UTF-8, from the byte at which they begin."""
    if found.codec == "utf-8":
        file.seek(found.mark + start)
        return pa.PythonFile(file, mode="r")
    file.seek(found.mark)
    stream = pa.transcoding_input_stream(pa.PythonFile(file, mode="r"), found.codec, "utf-8")
    while start > 0:
        passed = len(stream.read(min(start, 65536)))
        if not passed:
            break
        start -= passed
    return stream


def _reader(
    stream: pa.NativeFile, name: str, layout: TextLayout, quoted: bool, ragged: _RaggedLines
) -> pacsv.CSVStreamingReader:
    names = list(layout.header.names)
    try:
        return pacsv.open_csv(
            stream,
            pacsv.ReadOptions(column_names=names, block_size=BLOCK_BYTES, use_threads=False),
            pacsv.ParseOptions(
                delimiter=layout.delimiter,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=ragged,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=True
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise FileProblem(f"{name} has a header row but no rows below it.") from error
        raise _unreadable(name, str(error)) from error


def _unreadable(name: str, fault: str) -> FileProblem:
    if "straddl" in fault or "out of sync" in fault:
        return FileProblem(
            f"{name} has a line of more than {size_text(LONGEST_LINE)}, or a quotation mark that is "
            "opened and never closed: it cannot be read as rows and columns."
        )
    return FileProblem(f"{name} cannot be read as a table of rows and columns: it is damaged.")


def _numbered(count: int, given: int, ragged: list[tuple[int, str]]) -> tuple[NDArray[np.int64], int]:
    """Numbers for the next `count` whole lines after line `given`, stepping over the ragged ones."""
    skipped = np.array([number for number, _text in ragged if number > given], dtype=np.int64)
    rows = np.arange(given + 1, given + count + 1, dtype=np.int64)
    if len(skipped):
        # Odd line k (from 0) stands before as many whole lines as its number less those counted before it.
        before = skipped - given - 1 - np.arange(len(skipped))
        rows += np.searchsorted(before, np.arange(count), side="right")
    return rows, int(rows[-1]) if count else given


def _ragged_batches(lines: list[tuple[int, str]], offset: int, layout: TextLayout) -> Iterator[Batch]:
    """Short lines filled up with empty cells; long ones are broken where something stands beyond."""
    names = layout.header.names
    for start in range(0, len(lines), BATCH_ROWS):
        part = lines[start : start + BATCH_ROWS]
        cells = []
        for _number, text in part:
            try:
                cells.append(next(csv.reader([text], delimiter=layout.delimiter), []))
            except csv.Error:
                cells.append(text.split(layout.delimiter))
        broken = [place for place, row in enumerate(cells) if any(cell.strip() for cell in row[len(names) :])]
        columns = {
            name: pa.array([row[at] if at < len(row) else "" for row in cells], pa.string())
            for at, name in enumerate(names)
        }
        rows = np.array([number + offset for number, _text in part], dtype=np.int64)
        yield Batch(None, rows, columns, tuple((place, TOO_LONG) for place in broken))


@dataclass(frozen=True)
class TextEncoding:
    """Codec of a text, length of its byte order mark, how many quotation marks, about how many lines."""

    codec: str
    mark: int
    quotes: int
    lines: int


def encoding_of(path: Path, name: str) -> TextEncoding:
    """UTF-8 unless a byte says otherwise, then Windows-1252 or Latin-1; UTF-16 and UTF-32 by their marks,
    UTF-16 also by its zero bytes.

    Raises FileProblem for UTF-8 with damaged characters: what they were cannot be known.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    about_lines = path.stat().st_size // BYTES_A_LINE
    for mark, codec in _WIDE:
        if head.startswith(mark):
            return TextEncoding(codec, len(mark), quotes=1, lines=about_lines)
    if head.count(0) > len(head) // 4:
        codec = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return TextEncoding(codec, 0, quotes=1, lines=about_lines)
    # Characters that are damaged and letters beyond ASCII, both as UTF-8 would read them.
    quotes = lines = damaged = letters = unused = 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            quotes, lines = quotes + block.count(b'"'), lines + block.count(b"\n")
            text = decoder.decode(block)
            if not text.isascii():
                damaged += text.count("\ufffd")
                letters += int((np.frombuffer(block, np.uint8) >= FIRST_LEAD).sum())
                unused += sum(block.count(byte) for byte in _UNUSED_1252)
    if 0 < damaged < MOST_DAMAGED_SHARE * letters:
        raise FileProblem(
            f"{name} is UTF-8 text with {damaged:,} damaged character(s), and what they were cannot be "
            "known: export it again."
        )
    codec = "utf-8" if not damaged else "latin-1" if unused else "cp1252"
    mark_bytes = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    return TextEncoding(codec, mark_bytes, quotes, lines)


def refuse_open_quote(path: Path, name: str, found: TextEncoding, delimiter: str) -> None:
    """FileProblem where the last quotation mark is never closed; only an odd number of marks can be so."""
    if found.quotes % 2 == 0 or not found.codec.startswith(("utf-8", "cp1252", "latin-1")):
        return
    with path.open("rb") as file:
        file.seek(found.mark)
        text = io.TextIOWrapper(file, encoding=found.codec, errors="replace", newline="")
        row = open_quote_row(text, delimiter, 1)
    if row is not None:
        raise _open(name, row)


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
