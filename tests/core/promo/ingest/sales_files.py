"""Invented rows of sales, written as every kind of file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.core.data.uploads import xlsx
from tests.core.data.xlsb_writer import xlsb_bytes

HEADER = ["Date", "Channel", "Department", "Promo", "Discount %", "Sales Value", "Margin Value", "Units"]
Rows = list[list[Any]]


def sales_rows(days: int = 20, first: dt.date = dt.date(2024, 1, 15)) -> Rows:
    """Four lines a day: two departments, both channels, every fifth day on promotion."""
    rows: Rows = []
    for number in range(days):
        day, promo = first + dt.timedelta(days=number), number % 5 == 4
        for place, channel in enumerate(("Web", "Store")):
            for department in ("TV", "Garden"):
                sales = 100.25 + 3 * number + 10 * place
                flag, discount = ("Y", 20.0) if promo else ("N", None)
                rows.append([day, channel, department, flag, discount, sales, round(sales / 4, 2), 2 + place])
    return rows


def as_csv(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER, delimiter: str = ",") -> bytes:
    """The rows as text; None is an empty cell."""
    lines = [delimiter.join("" if cell is None else str(cell) for cell in row) for row in [header, *rows]]
    return ("\n".join(lines) + "\n").encode()


def as_xlsx(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER, **settings: Any) -> bytes:
    """The rows as a workbook of one sheet called Sales."""
    return xlsx({"Sales": [list(header), *rows]}, **settings)


def as_xlsb(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER, **settings: Any) -> bytes:
    """The rows as a binary workbook."""
    return xlsb_bytes([list(header), *rows], **settings)


def as_parquet(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """The rows as typed columns."""
    frame = pd.DataFrame([list(row) for row in rows], columns=list(header))
    stream = BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), stream)
    return stream.getvalue()


def saved(folder: Path, name: str, content: bytes) -> Path:
    """The content as a file."""
    path = folder / name
    path.write_bytes(content)
    return path
