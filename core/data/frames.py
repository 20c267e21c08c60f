"""One table with its mapping as a typed frame: dates, numbers and texts by role, faults placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from core.data.cells import ColumnKind, TypedColumn, type_column, type_table
from core.data.mapping import MEDIA_ROLES, NUMERIC_ROLES, ColumnRole, Mapping
from core.data.problems import (
    MOST_ROWS_DROPPED,
    ROWS_LISTED,
    DataProblem,
    ProblemCode,
    Repair,
    RepairCode,
    Severity,
    at_place,
    name_some,
)
from core.data.table import RawTable
from core.data.vocabulary import CURRENCY, CURRENCY_CODES, word_in

KINDS = {ColumnRole.DATE: ColumnKind.DATE, **dict.fromkeys(NUMERIC_ROLES, ColumnKind.NUMBER)}
MERGED_SHARE = 0.2  # from this share of blank dates on they are taken for merged cells
_TYPED: WeakKeyDictionary[RawTable, dict[str, TypedColumn]] = WeakKeyDictionary()
CELL_FAULTS = frozenset({ProblemCode.BAD_NUMBER, ProblemCode.FORMULA_ERROR})


@dataclass(frozen=True)
class Frame:
    """A typed frame with its mapping; while `placed`, its index is the row in the file."""

    data: pd.DataFrame
    mapping: Mapping
    name: str
    problems: tuple[DataProblem, ...] = ()
    notes: tuple[str, ...] = ()
    placed: bool = True

    def but(self, **changes: Any) -> Frame:
        """The same frame with some of its parts changed."""
        return replace(self, **changes)


def typed_frame(table: RawTable, mapping: Mapping, repairs: Sequence[Repair] = ()) -> Frame:
    """The mapped columns of a table by role; ignored columns are left out.

    Rows dropped by a repair (`params["rows"]` of that file) are gone before anything is judged. Cells that
    do not fit their role are missing in the frame and named in `problems`; rows without a date are left out.
    """
    table = _without_rows(table, repairs)
    used = [c.column for c in mapping.columns if c.role is not ColumnRole.IGNORE]
    missing = [name for name in used if name not in table.columns]
    columns = {name: _column(table, mapping, name) for name in used if name in table.columns}
    problems = [*table.problems]
    if missing:
        message = f"Columns that the mapping speaks of are not in the file: {name_some(missing)}."
        problems.append(
            DataProblem(
                Severity.ERROR, ProblemCode.COLUMN_MISSING, message, column=missing[0], count=len(missing)
            )
        )
    for name, column in columns.items():
        problems += [_with_repair(problem, mapping.role_of(name)) for problem in column.problems]
    data = pd.DataFrame(
        {
            name: column.values.dt.normalize() if mapping.role_of(name) is ColumnRole.DATE else column.values
            for name, column in columns.items()
        }
    )
    data.index = pd.Index(table.file_rows, name="row")
    # Cells below a merged one take its value, for the columns a repair names.
    merged = [r.column for r in repairs if r.code == RepairCode.FILL_DOWN and r.column in data]
    data = data.assign(**{str(column): data[column].ffill() for column in merged})
    data, blank = _with_dates(data, mapping, problems)
    kept = mapping.replace(columns=tuple(c for c in mapping.columns if c.column in columns))
    placed = at_place([*problems, *blank, *_currency_rows(table)], table.name, table.sheet)
    return Frame(data, kept, table.name, placed, table.notes)


def _without_rows(table: RawTable, repairs: Sequence[Repair]) -> RawTable:
    wanted = [repair for repair in repairs if repair.code == RepairCode.DROP_ROWS]
    rows = {
        row
        for repair in wanted
        if repair.params.get("file") in (None, table.name)
        for row in repair.params.get("rows", ())
    }
    if not rows:
        return table
    kept = ~np.isin(table.file_rows, list(rows))
    return replace(
        table, frame=table.frame.loc[kept].reset_index(drop=True), row_numbers=table.file_rows[kept]
    )


def _column(table: RawTable, mapping: Mapping, name: str) -> TypedColumn:
    wanted = KINDS.get(mapping.role_of(name), ColumnKind.TEXT)
    if wanted is ColumnKind.TEXT:
        texts = table.frame[name].astype("str").str.strip()
        return TypedColumn(name, wanted, texts.where(texts != "", None))
    hint = mapping.number_format
    if hint is None:
        # The format the file's other columns agree on, for columns that leave it open. The table is typed
        # once; the result lives as long as the table, which never changes.
        if table not in _TYPED:
            _TYPED[table] = dict(type_table(table))
        formats = {c.number_format for c in _TYPED[table].values() if c.number_decided and c.number_format}
        hint = formats.pop() if len(formats) == 1 else None
    return type_column(table, name, wanted, mapping.number_format, mapping.date_order, hint)


def _with_repair(problem: DataProblem, role: ColumnRole) -> DataProblem:
    """Cells that are no numbers get the repair that is safe for their role."""
    if problem.code not in CELL_FAULTS or problem.repair is not None or problem.column is None:
        return problem
    if role in MEDIA_ROLES:
        repair = Repair(
            RepairCode.FILL_MISSING_ZERO, f"Read these cells of {problem.column} as 0", problem.column
        )
    elif role is ColumnRole.TARGET:
        return problem
    else:
        repair = Repair(
            RepairCode.INTERPOLATE, f"Interpolate {problem.column} from its neighbours", problem.column
        )
    return replace(problem, repair=repair)


def _with_dates(
    data: pd.DataFrame, mapping: Mapping, problems: Sequence[DataProblem]
) -> tuple[pd.DataFrame, list[DataProblem]]:
    """Rows with a date; rows whose date is blank are reported (those with a wrong date already are)."""
    date = mapping.date_column
    if date is None or date not in data:
        return data, []
    known = data[date].notna()
    wrong = {ProblemCode.BAD_DATE, ProblemCode.DATE_CONFLICT, ProblemCode.TOTAL_ROW}
    blamed = {row for p in problems if p.column == date and p.code in wrong for row in p.rows}
    rows = [int(row) for row in data.index[~known] if int(row) not in blamed]
    counted = sum(p.count for p in problems if p.column == date and p.code in wrong)
    if len(rows) == 0 or int((~known).sum()) <= counted:
        return data.loc[known], []
    # Many blank dates come from merged cells and mean the date above; few are stray rows.
    if len(rows) > MERGED_SHARE * len(data):
        repair = Repair(RepairCode.FILL_DOWN, f"Fill {date} from the cell above", date)
    elif len(rows) > MOST_ROWS_DROPPED:
        repair = None
    else:
        repair = Repair(RepairCode.DROP_ROWS, "Leave out the rows without a date", date, {"rows": rows})
    message = f"{date} is empty in {len(rows):,} row(s) (row {name_some(rows)})."
    problem = DataProblem(
        Severity.ERROR,
        ProblemCode.BLANK_DATE,
        message,
        column=date,
        row=rows[0],
        rows=tuple(rows[:ROWS_LISTED]),
        count=len(rows),
        repair=repair,
    )
    return data.loc[known], [problem]


def _currency_rows(table: RawTable) -> list[DataProblem]:
    """An error where a column of currencies names more than one: the rows cannot be added up."""
    for name in (column for column in table.columns if word_in(column, CURRENCY)):
        counts = table.frame[name].astype("str").str.strip().str.upper().value_counts()
        codes = {str(code): int(count) for code, count in counts.items() if code in CURRENCY_CODES}
        if len(codes) > 1:
            shown = name_some([f"{code} ({count:,} rows)" for code, count in codes.items()])
            message = f"{name} says that the rows are in different currencies: {shown}. Convert them to one."
            first, second = list(codes)[:2]
            other = table.frame[name].astype("str").str.strip().str.upper() != first
            row = int(table.file_rows[int(other.to_numpy(dtype=bool).argmax())])
            return [
                DataProblem(
                    Severity.ERROR, ProblemCode.MIXED_CURRENCY, message, column=name, row=row, value=second
                )
            ]
    return []
