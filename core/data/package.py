"""The ZIP package of a workbook before any reader opens it: what is in it, how big it really is."""

from __future__ import annotations

import html
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from core.data.limits import ReadLimits, size_text
from core.data.problems import FileProblem

CHUNK = 1 << 20


SHEET_CHUNK = 4 << 20
LONGEST_CELL = 1 << 16  # bytes of a cell's element that are kept when it lies across two chunks
_CELL = re.compile(
    rb'<(?:\w+:)?c\b(?![^>]*\bt="str")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def uncalculated(path: Path, sheet: str, first_row: int = 1) -> tuple[int, str | None]:
    """How many formulas from `first_row` on have no stored result, and the first one's cell.

    0 for XLSB, which always stores results. A formula that gave an empty text (t="str") has a result.
    """
    count, first, left = 0, None, b""
    with zipfile.ZipFile(path) as package:
        part = _part(package, sheet)
        if part is None:
            return 0, None
        with package.open(part) as stream:
            while chunk := stream.read(SHEET_CHUNK):
                text, end = left + chunk, 0
                for match in _CELL.finditer(text) if b"<f" in text or b":f" in text else ():
                    end, row = match.end(), int(match[2])
                    if row >= first_row:
                        count, first = count + 1, first or f"{match[1].decode()}{row}"
                left = text[max(end, len(text) - LONGEST_CELL) :]
    return count, first


def _part(package: zipfile.ZipFile, sheet: str) -> str | None:
    """The package's part that holds a sheet, by its name."""
    names = set(package.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    listed = _elements(package.read("xl/workbook.xml"), "sheet")
    key = next((e.get("id") for e in listed if e.get("name") == sheet), None)
    targets = _elements(package.read("xl/_rels/workbook.xml.rels"), "Relationship")
    target = next((e.get("Target", "") for e in targets if e.get("Id") == key), "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else None


def _elements(xml: bytes, name: str) -> list[dict[str, str]]:
    """The attributes of every element of a name, without their prefixes."""
    text = xml.decode("utf-8", errors="replace")
    return [
        {key.split(":")[-1]: html.unescape(value) for key, value in re.findall(r'([\w:]+)="([^"]*)"', found)}
        for found in re.findall(rf"<(?:\w+:)?{name}\b([^>]*)>", text)
    ]


def member_names(source: Path | bytes, name: str) -> tuple[str, ...]:
    """The parts of the package; raises FileProblem where its directory is damaged or cut off."""
    try:
        with _opened(source) as file, zipfile.ZipFile(file) as package:
            return tuple(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        raise FileProblem(
            f"{name} is damaged or was not uploaded completely. Open it in Excel, save it again and upload "
            "the new file."
        ) from error


def check_inflated(source: Path | bytes, name: str, limits: ReadLimits) -> int:
    """Bytes that all parts have when inflated, counted by inflating: sizes stated in the package can lie.

    Raises FileProblem as soon as the count passes `limits.max_inflated_bytes`, or for a damaged part.
    """
    with _opened(source) as file, zipfile.ZipFile(file) as package:
        parts = package.infolist()
        if len(parts) > limits.max_parts:
            raise FileProblem(
                f"{name} has {len(parts):,} parts inside; a workbook with a table has far fewer."
            )
        packings = {part.compress_type for part in parts} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        if packings:
            raise FileProblem(f"{name} is packed in a way workbooks are not (method {min(packings)}).")
        if any(part.flag_bits & 1 for part in parts):
            raise FileProblem(f"{name} is protected with a password. Remove it and upload the file again.")
        total = 0
        for part in parts:
            total += _inflated(file, part, name, limits, limits.max_inflated_bytes - total)
    return total


def _opened(source: Path | bytes) -> BinaryIO:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _inflated(file: BinaryIO, part: zipfile.ZipInfo, name: str, limits: ReadLimits, allowed: int) -> int:
    """Bytes of one part; its checksum and its end have to be right: no cell is lost in silence."""
    damaged = FileProblem(
        f"{name} is damaged in its part {part.filename}. Save it again and upload the new file."
    )
    count, checksum, end = 0, 0, b""
    try:
        for chunk in _chunks(file, part):
            count, checksum, end = count + len(chunk), zlib.crc32(chunk, checksum), (end + chunk)[-64:]
            if count > allowed:
                size = size_text(limits.max_inflated_bytes)
                raise FileProblem(
                    f"{name} unpacks to more than {size}: it is refused. Save the table as CSV or Parquet."
                )
    except (zlib.error, EOFError, ValueError, OSError) as error:
        raise damaged from error
    if checksum != part.CRC or (part.filename.endswith(".xml") and not end.rstrip().endswith(b">")):
        raise damaged
    return count


def _chunks(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part inflated piece by piece, up to its real end; EOFError where the file ends first."""
    file.seek(part.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise EOFError
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    if file.read(name_length) != part.orig_filename.encode("utf-8" if part.flag_bits & 0x800 else "cp437"):
        raise EOFError
    file.seek(extra_length, 1)
    inflater = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    left = part.compress_size
    while left > 0:
        packed = file.read(min(CHUNK, left))
        if not packed:
            raise EOFError
        left -= len(packed)
        if inflater is None:
            yield packed
            continue
        while packed:
            yield inflater.decompress(packed, CHUNK)
            packed = inflater.unconsumed_tail
    if inflater is not None:
        yield inflater.flush()


def uses_1904(path: Path) -> bool:
    """Whether the workbook counts its days from 1904 (a setting of old Macs)."""
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        if "xl/workbook.xml" in names:
            head = package.read("xl/workbook.xml")
            return re.search(rb'<(?:\w+:)?workbookPr[^>]*\bdate1904="(?:1|true|on)"', head) is not None
        if "xl/workbook.bin" in names:
            # Bit 0 of record 153 (BrtWbProp, MS-XLSB 2.4.822) is the 1904 date system.
            records = package.read("xl/workbook.bin")
            position = 0
            while position < len(records):
                kind, position = _varying(records, position, 2)
                size, position = _varying(records, position, 4)
                if kind == 153:
                    return bool(records[position : position + 1] and records[position] & 1)
                position += size
            return False
    return False


def _varying(records: bytes, position: int, most: int) -> tuple[int, int]:
    """A number in up to `most` bytes of 7 bits; the record kind keeps its continuation bits."""
    value = 0
    for index in range(most):
        byte = records[position] if position < len(records) else 0
        position += 1
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            break
    return value, position
