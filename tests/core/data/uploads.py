"""Files that people really upload, made on the spot."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

FOLDER = Path(__file__).parents[2] / "data" / "uploads"
SAMPLE = Path(__file__).parents[3] / "sample_data" / "robyn_weekly.csv"
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(12)]
ROWS = [["date", "tv_spend", "revenue"], *[[day, 10.5 * n, 100 + n] for n, day in enumerate(DAYS)]]


def xlsx(
    sheets: dict[str, Sequence[Sequence[Any]]] | Sequence[Sequence[Any]] = ROWS, **settings: Any
) -> bytes:
    """A workbook as Excel would save it; `epoch1904`, `hidden` (sheet names), `errors` ({cell: text})."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    if settings.get("epoch1904"):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for name, rows in (sheets if isinstance(sheets, dict) else {"Data": sheets}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in settings.get("hidden", ()):
            sheet.sheet_state = "hidden"
        for cell, text in settings.get("errors", {}).items():
            sheet[cell].value, sheet[cell].data_type = text, "e"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(workbook: bytes, part: str, content: bytes) -> bytes:
    """The workbook with one of its parts replaced."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return stream.getvalue()
