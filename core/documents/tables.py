"""Tables written for spreadsheets, so that no cell of ours is run as a formula of theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from io import BytesIO
from typing import Any

import pandas as pd

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SHEET_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_NUMBER = re.compile(r"[+-]?\d[\d.,' ]*(e[+-]?\d+)?%?", re.IGNORECASE)


def safe_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy in which texts and headers that a spreadsheet would run as a formula begin with an apostrophe.

    Numbers, dates and flags are as they were, and so are texts that are only a number (-5).
    """
    safe = frame.copy()
    for position in range(safe.shape[1]):
        column = safe.iloc[:, position]
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype):
            safe.isetitem(position, column.astype(object).map(_safe, na_action="ignore").array)
    safe.columns = pd.Index([_safe(name) for name in safe.columns], name=safe.columns.name)
    return safe


def _safe(value: Any) -> Any:
    if not isinstance(value, str) or not value.lstrip(" ").startswith(DANGEROUS):
        return value
    return value if _NUMBER.fullmatch(value) else f"'{value}"


def to_csv_bytes(frame: pd.DataFrame) -> bytes:
    """The frame as CSV in UTF-8 with a byte order mark (Excel needs it), guarded by `safe_cells`."""
    return safe_cells(frame).to_csv(index=False, date_format="%Y-%m-%d").encode("utf-8-sig")


def to_xlsx_bytes(sheets: Dictionary[str, pd.DataFrame]) -> bytes:
    """A workbook with one sheet per frame; texts stay texts, headers are frozen, columns wide enough."""
    import xlsxwriter

    stream = BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(stream, {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        bold = book.add_format({"bold": True})
        for name, frame in _sheet_names(sheets):
            _write_sheet(book.add_worksheet(name), safe_cells(frame), bold)
    return stream.getvalue()


def _sheet_names(sheets: Dictionary[str, pd.DataFrame]) -> list[tuple[str, pd.DataFrame]]:
    """Names a workbook accepts: 31 characters, none of []:*?/\\', each once whatever its case."""
    named: list[tuple[str, pd.DataFrame]] = []
    taken: set[str] = set()
    for number, (name, frame) in enumerate(sheets.items(), start=1):
        clean = _FORBIDDEN.sub(" ", name).strip()[:SHEET_NAME] or f"Sheet{number}"
        if clean.casefold() in taken:
            clean = f"{clean[: SHEET_NAME - 4]} {number}"
        taken.add(clean.casefold())
        named.append((clean, frame))
    return named


def _write_sheet(sheet: Any, frame: pd.DataFrame, bold: Any) -> None:
    sheet.freeze_panes(1, 0)
    for position, name in enumerate(frame.columns):
        values = [_cell(value) for value in frame.iloc[:, position].tolist()]
        sheet.write_string(0, position, str(name), bold)
        for row, value in enumerate(values, start=1):
            _write_cell(sheet, row, position, value)
        widest = max((len(str(value)) for value in values[:200] if value is not None), default=0)
        sheet.set_column(position, position, min(60, max(10, len(str(name)) + 2, min(widest, 24) + 1)))


def _cell(value: Any) -> Any:
    if (
        value is None
        or value is pd.NaT
        or (isinstance(value, float) and (value != value or abs(value) == float("inf")))
    ):
        return None
    return value.tz_localize(None).to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _write_cell(sheet: Any, row: int, position: int, value: Any) -> None:
    if value is None or value is pd.NA:
        return
    if isinstance(value, str):
        sheet.write_string(row, position, value)
    else:
        sheet.write(row, position, value)
