"""Writes small but complete XLSB workbooks, so that tests decide every byte of what the readers see.

The records are those of [MS-XLSB]: a kind and a length in 7-bit groups, then the body. Written are a workbook
part with one or more sheets, shared strings, styles with a date and a date-time format, and cells of every
sort:
shared and inline strings, integers and doubles packed as RK, doubles, flags, error values, blanks.
"""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

EPOCH = dt.datetime(1899, 12, 30)
OFFSET_1904 = 1462
GENERAL, DAY, MOMENT = 0, 1, 2  # the three cell styles of `_styles`
ERRORS = {
    "#NULL!": 0x00,
    "#DIV/0!": 0x07,
    "#VALUE!": 0x0F,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
}

_ROW, _BLANK, _RK, _ERROR, _BOOL, _REAL, _INLINE, _SHARED = range(8)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_EXCEL = "application/vnd.ms-excel"


class Error(str):
    """A formula's error value, such as Error("#DIV/0!")."""


class Inline(str):
    """A text kept in the cell itself instead of among the shared strings."""


class DayNumber(int):
    """A whole number that is meant as a date but carries no date format."""


def xlsb_bytes(
    sheets: Mapping[str, Sequence[Sequence[Any]]] | Sequence[Sequence[Any]],
    date1904: bool = False,
    integer_dates: bool = False,
    styles: bool = True,
) -> bytes:
    """A workbook of one sheet (rows) or several ({name: rows}).

    `integer_dates` packs dates as RK integers, as some programs do, where Excel packs the double;
    `styles=False` leaves the styles part out, which some readers do not forgive.
    """
    named = sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}
    shared: dict[str, int] = {}
    bodies = [_sheet(rows, shared, date1904, integer_dates) for rows in named.values()]
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _content_types(len(bodies), styles))
        package.writestr("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.bin")]))
        package.writestr("xl/workbook.bin", _workbook(list(named), date1904))
        package.writestr("xl/_rels/workbook.bin.rels", _workbook_relations(len(bodies), styles))
        for number, body in enumerate(bodies, start=1):
            package.writestr(f"xl/worksheets/sheet{number}.bin", body)
        package.writestr("xl/sharedStrings.bin", _shared_strings(shared))
        if styles:
            package.writestr("xl/styles.bin", _styles())
    return stream.getvalue()


def _record(kind: int, body: bytes = b"") -> bytes:
    """A kind below 128 takes one byte, others two; the length takes as many groups of 7 bits as it needs."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + _length(len(body)) + body


def _length(count: int) -> bytes:
    groups = bytearray()
    while True:
        group, count = count & 0x7F, count >> 7
        groups.append(group | (0x80 if count else 0))
        if not count:
            return bytes(groups)


def _text(text: str) -> bytes:
    """XLWideString: a count of UTF-16 units, then the units."""
    units = text.encode("utf-16-le")
    return struct.pack("<I", len(units) // 2) + units


def _cell(column: int, value: Any, shared: dict[str, int], date1904: bool, integer_dates: bool) -> bytes:
    if value is None:
        return b""
    if isinstance(value, Error):
        return _record(_ERROR, struct.pack("<IIB", column, GENERAL, ERRORS[value]))
    if isinstance(value, Inline):
        return _record(_INLINE, struct.pack("<II", column, GENERAL) + _text(value))
    if isinstance(value, str):
        return _record(_SHARED, struct.pack("<III", column, GENERAL, shared.setdefault(value, len(shared))))
    if isinstance(value, bool):
        return _record(_BOOL, struct.pack("<IIB", column, GENERAL, value))
    if isinstance(value, dt.date):
        return _dated(column, value, date1904, integer_dates)
    return _number(column, value)


def _dated(column: int, value: dt.date, date1904: bool, integer_dates: bool) -> bytes:
    moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    number = (moment - EPOCH) / dt.timedelta(days=1) - (OFFSET_1904 if date1904 else 0)
    if isinstance(value, dt.datetime):
        return _record(_REAL, struct.pack("<IId", column, MOMENT, number))
    if integer_dates:
        return _record(_RK, struct.pack("<III", column, DAY, int(number) << 2 & 0xFFFFFFFF | 2))
    return _record(_RK, struct.pack("<III", column, DAY, _high_half(number)))


def _high_half(number: float) -> int:
    """RK of a double whose lower 34 bits are 0: the upper half with its last two bits cleared."""
    return int(struct.unpack("<Q", struct.pack("<d", number))[0]) >> 32 & 0xFFFFFFFC


def _number(column: int, value: float) -> bytes:
    """As Excel packs them: integers and hundredths of integers of 30 bits as RK, everything else as a
    double."""
    small = range(-(2**29), 2**29)
    if int(value) == value and int(value) in small:
        return _record(_RK, struct.pack("<III", column, GENERAL, int(value) << 2 & 0xFFFFFFFF | 2))
    hundredths = round(value * 100)
    if hundredths in small and hundredths / 100 == value:
        return _record(_RK, struct.pack("<III", column, GENERAL, hundredths << 2 & 0xFFFFFFFF | 3))
    return _record(_REAL, struct.pack("<IId", column, GENERAL, float(value)))


def _sheet(
    rows: Sequence[Sequence[Any]], shared: dict[str, int], date1904: bool, integer_dates: bool
) -> bytes:
    width = max((len(row) for row in rows), default=1)
    body = []
    for number, row in enumerate(rows):
        span = struct.pack("<III", 1, 0, max(0, len(row) - 1))
        body.append(_record(_ROW, struct.pack("<IIHBBB", number, 0, 300, 0, 0, 0) + span))
        body += [_cell(index, value, shared, date1904, integer_dates) for index, value in enumerate(row)]
    properties = bytes([0xC9, 4, 2, 0, 0x40, 0, 0, 0, 0, 0, 0, *[0xFF] * 8, 0, 0, 0, 0])
    used = struct.pack("<IIII", 0, max(0, len(rows) - 1), 0, width - 1)
    head = _record(129) + _record(147, properties) + _record(148, used)
    return head + _record(145) + b"".join(body) + _record(146) + _record(130)


def _workbook(names: Iterable[str], date1904: bool) -> bytes:
    properties = _record(153, struct.pack("<II", 0x10020 | int(date1904), 0) + _text(""))
    sheets = [
        _record(156, struct.pack("<II", 0, number) + _text(f"rId{number}") + _text(name))
        for number, name in enumerate(names, start=1)
    ]
    return _record(131) + properties + _record(143) + b"".join(sheets) + _record(144) + _record(132)


def _shared_strings(shared: Mapping[str, int]) -> bytes:
    items = b"".join(_record(19, b"\0" + _text(text)) for text in shared)
    return _record(159, struct.pack("<II", len(shared), len(shared))) + items + _record(160)


def _styles() -> bytes:
    """Three cell formats: General, the built-in short date (14) and a date with time (164)."""
    none = bytes([5, 0, 0, 0, 0, 0, 0, 0xFF])

    def cell_format(parent: int, number_format: int) -> bytes:
        flags = 1 if number_format else 0
        return _record(47, struct.pack("<HHHHHBBHH", parent, number_format, 0, 0, 0, 0, 0, 0x1010, flags))

    font = (
        struct.pack("<HHHHBBBB", 220, 0, 400, 0, 0, 2, 0, 0)
        + bytes([7, 1, 0, 0, 0, 0, 0, 0xFF, 2])
        + _text("Calibri")
    )
    colours = bytes([1, 64, 0, 0, 0, 0, 0, 0xFF, 1, 65, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]) + bytes(48)
    fills = b"".join(_record(45, struct.pack("<I", pattern) + colours) for pattern in (0, 17))
    border = b"\0" + (b"\0\0" + none) * 5
    moment = struct.pack("<H", 164) + _text("yyyy\\-mm\\-dd\\ hh:mm:ss")
    parts = [
        _record(278),
        _record(615, struct.pack("<I", 1)) + _record(44, moment) + _record(616),
        _record(611, struct.pack("<I", 1)) + _record(43, font) + _record(612),
        _record(603, struct.pack("<I", 2)) + fills + _record(604),
        _record(613, struct.pack("<I", 1)) + _record(46, border) + _record(614),
        _record(626, struct.pack("<I", 1)) + cell_format(0xFFFF, 0) + _record(627),
        _record(617, struct.pack("<I", 3))
        + b"".join(cell_format(0, kind) for kind in (0, 14, 164))
        + _record(618),
        _record(619, struct.pack("<I", 1))
        + _record(48, struct.pack("<IHBB", 0, 1, 0, 0) + _text("Normal"))
        + _record(620),
        _record(279),
    ]
    return b"".join(parts)


def _content_types(sheets: int, styles: bool) -> str:
    parts = [(f"/xl/worksheets/sheet{number}.bin", f"{_EXCEL}.worksheet") for number in range(1, sheets + 1)]
    parts.append(("/xl/sharedStrings.bin", f"{_EXCEL}.sharedStrings"))
    parts += [("/xl/styles.bin", f"{_EXCEL}.styles")] if styles else []
    overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in parts)
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="bin" ContentType="{_EXCEL}.sheet.binary.macroEnabled.main"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>"
    )


def _workbook_relations(sheets: int, styles: bool) -> str:
    targets = [
        (f"rId{number}", "worksheet", f"worksheets/sheet{number}.bin") for number in range(1, sheets + 1)
    ]
    targets.append((f"rId{sheets + 1}", "sharedStrings", "sharedStrings.bin"))
    return _relations(targets + ([(f"rId{sheets + 2}", "styles", "styles.bin")] if styles else []))


def _relations(targets: Iterable[tuple[str, str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="{i}" Type="{_RELATIONS}/{kind}" Target="{to}"/>' for i, kind, to in targets
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'
