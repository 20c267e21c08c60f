"""What is wrong with a file or a table, where, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import pandas as pd

from core.errors import UserError

ROWS_LISTED = 200  # row numbers listed per problem; the message carries the full count


MOST_ROWS_DROPPED = 2_000  # a repair that names more rows is not offered: the file itself needs mending


class RepairCode(StrEnum):
    """The repairs that are known to be safe when a person asks for them."""

    DROP_ROWS = "drop_rows"
    FILL_DOWN = "fill_down"
    DROP_COLUMN = "drop_column"
    DROP_DUPLICATES = "drop_duplicates"
    SUM_DUPLICATES = "sum_duplicates"
    FILL_MISSING_ZERO = "fill_missing_zero"
    INTERPOLATE = "interpolate"
    COMMON_CALENDAR = "common_calendar"
    FILL_PERIODS = "fill_periods"
    TRIM_TO_KPI = "trim_to_kpi"
    CLIP_NEGATIVE = "clip_negative"


@dataclass(frozen=True)
class Repair:
    """One offered or applied repair: what it does (`code`), to which column, and the button's text (`label`).

    `params` are plain JSON values, for example the rows to drop.
    """

    code: str
    label: str
    column: str | None = None
    params: Dictionary[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", RepairCode(self.code))
        if not self.label:
            raise ValueError("A repair needs a label.")

    def __hash__(self) -> int:
        return hash((self.code, self.column, self.label))


class FileProblem(UserError):
    """A file that cannot be read as a table at all; its faults are sentences for the person who sent it."""


class Severity(StrEnum):
    """Errors block, warnings and information are shown."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ProblemCode(StrEnum):
    """What kind of problem it is, stable across versions so that screens and tests can rely on it."""

    BAD_NUMBER = "bad_number"
    BAD_DATE = "bad_date"
    MISSING_WORD = "missing_word"
    FORMULA_ERROR = "formula_error"
    NUMBER_CONFLICT = "number_conflict"
    NUMBER_AMBIGUOUS = "number_ambiguous"
    DATE_CONFLICT = "date_conflict"
    DATE_AMBIGUOUS = "date_ambiguous"
    DATE_SERIAL = "date_serial"
    MIXED_CURRENCY = "mixed_currency"
    MIXED_PERCENT = "mixed_percent"
    DUPLICATE_HEADER = "duplicate_header"
    MERGED_HEADER = "merged_header"
    NO_HEADER = "no_header"
    RAGGED_ROW = "ragged_row"
    REPEATED_HEADER = "repeated_header"
    TOTAL_ROW = "total_row"
    BLANK_DATE = "blank_date"
    INCOMPLETE_WEEK = "incomplete_week"
    COLUMN_CONFLICT = "column_conflict"
    COLUMN_MISSING = "column_missing"
    GEO_MISSING = "geo_missing"
    MIXED_FREQUENCY = "mixed_frequency"
    MEDIUM_SPELLING = "medium_spelling"
    KPI_REPEATED = "kpi_repeated"
    JOIN_GAPS = "join_gaps"
    MAPPING = "mapping"
    NO_ROWS = "no_rows"
    REPAIR = "repair"


@dataclass(frozen=True)
class DataProblem:
    """One problem with its place as the person sees it in the file.

    `row` is the first row of the file concerned (1-based, header included), `rows` the first ROWS_LISTED of
    them, `count` how many cells or rows are concerned, `value` the first offending text.
    """

    severity: Severity
    code: str
    message: str
    file: str = ""
    sheet: str | None = None
    column: str | None = None
    row: int | None = None
    value: str | None = None
    rows: tuple[int, ...] = ()
    count: int = 1
    repair: Repair | None = None

    def __post_init__(self) -> None:
        if not self.message:
            raise ValueError("A problem needs a message.")
        if self.row is not None and self.row < 1:
            raise ValueError(f"Rows of a file count from 1, not {self.row}.")

    @property
    def where(self) -> str:
        """The place in words: file, sheet, column and row, as far as they are known."""
        parts = [self.file] if self.file else []
        parts += [f"sheet {self.sheet}"] if self.sheet else []
        parts += [f"column {self.column}"] if self.column else []
        parts += [f"row {self.row}"] if self.row else []
        return ", ".join(parts)


def at_place(problems: Iterable[DataProblem], file: str, sheet: str | None = None) -> tuple[DataProblem, ...]:
    """The problems with the file and the sheet they were found in."""
    return tuple(
        replace(problem, file=problem.file or file, sheet=problem.sheet or sheet) for problem in problems
    )


def shortened(text: str, longest: int = 40) -> str:
    """A cell's text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def name_cells(rows: Sequence[int], values: Sequence[str], shown: int = 3) -> str:
    """The first few offending cells in words: `row 12 "abc", row 15 "x" and 4 more`."""
    cells = [f"row {row} “{value}”" for row, value in zip(rows[:shown], values[:shown], strict=False)]
    more = len(rows) - len(cells)
    return ", ".join(cells) + (f" and {more:,} more" if more > 0 else "")


def name_some(names: Sequence[object], shown: int = 5) -> str:
    """A list in words, cut after a few: `a, b, c and 12 more`."""
    listed = ", ".join(str(name) for name in names[:shown])
    more = len(names) - shown
    return listed + (f" and {more:,} more" if more > 0 else "")


def problem_counts(problems: Sequence[DataProblem]) -> str:
    """How many problems there are, as a person says it: `1 error, 3 warnings`, or `none`."""
    counts = [
        (kind, sum(problem.severity is kind for problem in problems))
        for kind in (Severity.ERROR, Severity.WARNING)
    ]
    words = [f"{count} {kind.value}{'s' if count > 1 else ''}" for kind, count in counts if count]
    return ", ".join(words) or "none"


def problem_table(problems: Sequence[DataProblem]) -> pd.DataFrame:
    """The problems as a table with their places, for many of them or for a saved data set."""
    rows = [(p.severity.value, p.message, p.file, p.sheet, p.column, p.row, p.value) for p in problems]
    return pd.DataFrame(rows, columns=["Severity", "Problem", "File", "Sheet", "Column", "Row", "Value"])
