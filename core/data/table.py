"""A file read as a table, before anyone has said what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data.headers import Header
from core.data.numbers import NumberFormat
from core.data.problems import DataProblem


class FileKind(StrEnum):
    """What the bytes are, whatever the file is called."""

    CSV = "csv"
    XLSX = "xlsx"
    XLSB = "xlsb"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Grid:
    """What a reader hands over: records, header and, where rows were left out, each record's row."""

    frame: pd.DataFrame
    header: Header
    rows: npt.NDArray[np.int64] | None = None
    problems: tuple[DataProblem, ...] = ()
    notes: tuple[str, ...] = ()
    number_hint: NumberFormat | None = None
    date1904: bool = False

    @property
    def file_rows(self) -> npt.NDArray[np.int64]:
        """The 1-based row in the file of every record."""
        first = self.header.first_row
        return (
            self.rows if self.rows is not None else np.arange(first, first + len(self.frame), dtype=np.int64)
        )


@dataclass(frozen=True, eq=False)
class RawTable:
    """One table of one file.

    `frame` has one row per record; text columns hold the text as written (blank cells are "" or missing),
    columns that the file itself types (workbooks, Parquet) are numbers, dates or flags. `first_row` is the
    row of the file in which the records begin; `problems` are those of reading, already placed. Tables never
    change, so that two are equal only when they are the same one.
    """

    name: str
    kind: FileKind
    frame: pd.DataFrame
    first_row: int
    checksum: str
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    problems: tuple[DataProblem, ...] = ()
    notes: tuple[str, ...] = ()
    number_hint: NumberFormat | None = None
    date1904: bool = False
    row_numbers: npt.NDArray[np.int64] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.frame.columns.is_unique:
            raise ValueError("The columns of a table need unique names.")
        if self.row_numbers is not None and len(self.row_numbers) != len(self.frame):
            raise ValueError("One row number per record is needed.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names in the file's order."""
        return tuple(str(name) for name in self.frame.columns)

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.frame)

    @cached_property
    def file_rows(self) -> npt.NDArray[np.int64]:
        """The 1-based row in the file of every record."""
        if self.row_numbers is not None:
            return self.row_numbers
        return np.arange(self.first_row, self.first_row + len(self.frame), dtype=np.int64)

    def row_in_file(self, index: int) -> int:
        """The row a person sees in the file for record `index` (counted from 0)."""
        return int(self.file_rows[index])

    def preview(self, count: int = 20) -> pd.DataFrame:
        """The first records as text, indexed by their row in the file."""
        shown = self.frame.head(count).astype("str").fillna("")
        shown.index = pd.Index(self.file_rows[: len(shown)], name="row")
        return shown
