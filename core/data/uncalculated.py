"""Formulas of an XLSX sheet that no program has calculated yet: readers see empty cells where they stand."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

CHUNK = 4 << 20
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
    count, first = 0, None
    with zipfile.ZipFile(path) as package:
        part = _part(package, sheet)
        if part is None:
            return 0, None
        for column, row in _formulas(package, part):
            if int(row) >= first_row:
                count, first = count + 1, first or f"{column.decode()}{int(row)}"
    return count, first


def _formulas(package: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    left = b""
    with package.open(part) as stream:
        while chunk := stream.read(CHUNK):
            text = left + chunk
            end = 0
            if b"<f" in text or b":f" in text:
                for match in _CELL.finditer(text):
                    end = match.end()
                    yield match.group(1), match.group(2)
            left = text[max(end, len(text) - LONGEST_CELL) :]


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
