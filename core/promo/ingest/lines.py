"""The lines of one file, whatever its kind: batches of cells with the row a person sees in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.numbers import NumberFormat
from core.data.problems import DataProblem
from core.data.table import FileKind

BATCH_ROWS = 131_072


@dataclass(frozen=True, eq=False)
class Batch:
    """Some lines of one sheet: `rows` their rows in the file, `cells` one array for every column.

    `broken` holds the places of lines that are no lines of this table, with the reason.
    """

    sheet: str | None
    rows: NDArray[np.int64]
    cells: dict[str, pa.Array]
    broken: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Lines:
    """A file that can be walked through more than once.

    `walk()` gives its batches in order; `expected` says about how many lines there are, for progress.
    `plain_is_number`: texts like 1.234 come from number cells and are exact. `others` opens the tables of a
    workbook that were not read, by sheet.
    """

    name: str
    kind: FileKind
    checksum: str
    headers: tuple[str, ...]
    sheets: tuple[str, ...]
    walk: Callable[[], Iterator[Batch]]
    expected: int
    problems: tuple[DataProblem, ...] = ()
    notes: tuple[str, ...] = ()
    number_hint: NumberFormat | None = None
    date1904: bool = False
    plain_is_number: bool = False
    others: Mapping[str, Callable[[], Lines]] = field(default_factory=dict)
