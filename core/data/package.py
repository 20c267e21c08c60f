"""The ZIP package of a workbook looked at before any reader opens it: what is in it and how big it really
is."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from core.data.limits import ReadLimits, say_size
from core.data.problems import FileProblem

CHUNK = 1 << 20


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
        total = 0
        for part in parts:
            total += _inflated(file, part, name, limits, limits.max_inflated_bytes - total)
    return total


def _opened(source: Path | bytes) -> BinaryIO:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _inflated(file: BinaryIO, part: zipfile.ZipInfo, name: str, limits: ReadLimits, allowed: int) -> int:
    damaged = FileProblem(
        f"{name} is damaged: its part {part.filename} cannot be unpacked. Save it again and upload the new "
        "file."
    )
    file.seek(part.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise damaged
    file.seek(part.header_offset + 30 + sum(struct.unpack("<HH", head[26:30])))
    if part.compress_type == zipfile.ZIP_STORED:
        return part.compress_size
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise FileProblem(f"{name} is packed in a way workbooks are not (method {part.compress_type}).")
    count, left, inflater = 0, part.compress_size, zlib.decompressobj(-15)
    while left > 0 and not inflater.eof:
        packed = file.read(min(CHUNK, left))
        if not packed:
            raise damaged
        left -= len(packed)
        while packed:
            try:
                count += len(inflater.decompress(packed, CHUNK))
            except zlib.error as error:
                raise damaged from error
            if count > allowed:
                size = say_size(limits.max_inflated_bytes)
                raise FileProblem(
                    f"{name} unpacks to more than {size}: it is refused. Save the table as CSV or Parquet."
                )
            packed = inflater.unconsumed_tail
    return count


def uses_1904(path: Path) -> bool:
    """Whether the workbook counts its days from 1904 (a setting of old Macs)."""
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        if "xl/workbook.xml" in names:
            head = package.read("xl/workbook.xml")
            return re.search(rb'<(?:\w+:)?workbookPr[^>]*\bdate1904="(?:1|true|on)"', head) is not None
        if "xl/workbook.bin" in names:
            return _binary_1904(package.read("xl/workbook.bin"))
    return False


def _binary_1904(records: bytes) -> bool:
    """Bit 0 of record 153 (BrtWbProp, MS-XLSB 2.4.822) is the 1904 date system."""
    position = 0
    while position < len(records):
        kind, position = _varying(records, position, 2)
        size, position = _varying(records, position, 4)
        if kind == 153:
            return bool(records[position : position + 1] and records[position] & 1)
        position += size
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
