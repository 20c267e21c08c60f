"""What the cells of one column did not say clearly, as problems with their rows in the file."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data.dates import DateForm, DateOrder, DateReading
from core.data.numbers import Mask, NumberFormat, NumberReading
from core.data.problems import (
    MOST_ROWS_DROPPED,
    ROWS_LISTED,
    DataProblem,
    ProblemCode,
    Repair,
    RepairCode,
    Severity,
    name_cells,
    name_some,
    shortened,
)
from core.data.vocabulary import TOTALS, plain_letters

FORMATS = {NumberFormat.POINT: "a decimal point (1,234.56)", NumberFormat.COMMA: "a decimal comma (1.234,56)"}
ORDERS = {
    DateOrder.DAY_FIRST: "day first",
    DateOrder.MONTH_FIRST: "month first",
    DateOrder.YEAR_FIRST: "year first",
}

NO_NUMBER = "cannot be read as a number"

Rows = npt.NDArray[np.int64]


def number_problems(
    name: str, reading: NumberReading, column: pd.Series[Any], rows: Rows, hinted: bool
) -> tuple[DataProblem, ...]:
    """The faults of a column read as numbers; `hinted`: the file's other columns settled an open format."""
    faults = (
        (reading.bad, Severity.ERROR, ProblemCode.BAD_NUMBER, NO_NUMBER),
        (reading.errors, Severity.ERROR, ProblemCode.FORMULA_ERROR, "is a formula's error, not a value"),
        (reading.words, Severity.INFO, ProblemCode.MISSING_WORD, "was read as a missing value"),
    )
    found = [
        _cells(name, mask, column, rows, severity, code, words) for mask, severity, code, words in faults
    ]
    found += [
        _conflict(name, reading, column, rows),
        _open_format(name, reading, column, rows, hinted),
    ]
    if len(reading.currencies) > 1:
        message = (
            f"{name} mixes currencies: {name_some(reading.currencies)}. Amounts in different currencies "
            "cannot be added; convert them to one in the file."
        )
        count = len(reading.currencies)
        found.append(
            DataProblem(Severity.ERROR, ProblemCode.MIXED_CURRENCY, message, column=name, count=count)
        )
    plain = np.isfinite(reading.values) & ~reading.percent & (reading.values != 0)
    if reading.percent.any() and plain.any():
        message = (
            f"{name} mixes cells with and without a percent sign; “12 %” was read as 0.12 and the others as "
            "they are. Check that they mean the same."
        )
        found.append(
            _problem(
                name, reading.percent, column, rows, Severity.WARNING, ProblemCode.MIXED_PERCENT, message
            )
        )
    return tuple(problem for problem in found if problem is not None)


def bad_numbers(name: str, mask: Mask, column: pd.Series[Any], rows: Rows) -> DataProblem:
    """Cells that cannot be read as numbers; `mask` marks at least one."""
    fault = _cells(name, mask, column, rows, Severity.ERROR, ProblemCode.BAD_NUMBER, NO_NUMBER)
    assert fault is not None
    return fault


def date_problems(
    name: str, reading: DateReading, column: pd.Series[Any], rows: Rows
) -> tuple[DataProblem, ...]:
    """The faults of a column read as dates."""
    totals = reading.bad & np.array(
        [
            bool(bad) and plain_letters(str(value)).strip(" :") in TOTALS
            for bad, value in zip(reading.bad, column.to_numpy(dtype=object), strict=True)
        ],
        dtype=np.bool_,
    )
    found: list[DataProblem | None] = []
    if totals.any():
        places, values = _places(totals, column, rows)
        repair = _row_repair(name, places, "Leave out the total rows")
        message = f"{name}: {name_cells(places, values)} looks like a row of totals, not of a date."
        severity, code = Severity.ERROR, ProblemCode.TOTAL_ROW
        found.append(_problem(name, totals, column, rows, severity, code, message, repair))
    found += [
        _cells(
            name,
            reading.bad & ~totals & ~reading.conflicts,
            column,
            rows,
            Severity.ERROR,
            ProblemCode.BAD_DATE,
            "is not a date",
        ),
        _order_conflict(name, reading, column, rows),
        _open_order(name, reading, column, rows),
    ]
    if DateForm.SERIAL in reading.forms:
        message = f"{name} holds day numbers of a spreadsheet; they were turned into dates."
        found.append(DataProblem(Severity.INFO, ProblemCode.DATE_SERIAL, message, column=name))
    return tuple(problem for problem in found if problem is not None)


def _places(mask: Mask, column: pd.Series[Any], rows: Rows) -> tuple[list[int], list[str]]:
    where = np.flatnonzero(mask)
    return [int(rows[i]) for i in where], [shortened(str(column.iloc[i])) for i in where[:10]]


def _problem(
    name: str,
    mask: Mask,
    column: pd.Series[Any],
    rows: Rows,
    severity: Severity,
    code: str,
    message: str,
    repair: Repair | None = None,
) -> DataProblem:
    places, values = _places(mask, column, rows)
    return DataProblem(
        severity,
        code,
        message,
        column=name,
        row=places[0],
        value=values[0],
        rows=tuple(places[:ROWS_LISTED]),
        count=len(places),
        repair=repair,
    )


def _cells(
    name: str, mask: Mask, column: pd.Series[Any], rows: Rows, severity: Severity, code: str, fault: str
) -> DataProblem | None:
    if not mask.any():
        return None
    places, values = _places(mask, column, rows)
    cells = name_cells(places, values)
    message = (
        f"{name}: {cells} {fault}."
        if len(places) == 1
        else f"{name}: {len(places):,} cells: {cells}; each {fault}."
    )
    dated = code == ProblemCode.BAD_DATE
    repair = _row_repair(name, places, f"Leave out the rows whose {name} is no date") if dated else None
    return _problem(name, mask, column, rows, severity, code, message, repair)


def _conflict(name: str, reading: NumberReading, column: pd.Series[Any], rows: Rows) -> DataProblem | None:
    if not reading.conflicts.any():
        return None
    where = np.flatnonzero(reading.conflicts)
    cell, value = shortened(str(column.iloc[where[0]])), reading.values[where[0]]
    message = (
        f"{name} is written with {FORMATS[reading.number_format]}, but {len(where):,} cell(s) the other way; "
        f"row {rows[where[0]]} “{cell}” was read as {value:.12g}. Check these cells."
    )
    return _problem(
        name, reading.conflicts, column, rows, Severity.WARNING, ProblemCode.NUMBER_CONFLICT, message
    )


def _open_format(
    name: str, reading: NumberReading, column: pd.Series[Any], rows: Rows, hinted: bool
) -> DataProblem | None:
    if reading.decided or not reading.ambiguous:
        return None
    text = column.astype("str")
    unclear = text.str.contains(r"[.,]", regex=True).fillna(False).to_numpy(dtype=bool) & np.isfinite(
        reading.values
    )
    if not unclear.any():
        return None
    where = int(np.flatnonzero(unclear)[0])
    why = "as the other columns of the file" if hinted else "as nothing in the file says otherwise"
    message = (
        f"{name}: “{text.iloc[where]}” can be read in two ways; it was read as {reading.values[where]:.12g}, "
        f"with {FORMATS[reading.number_format]}, {why}. The number format can be chosen."
    )
    severity = Severity.INFO if hinted else Severity.WARNING
    return _problem(name, unclear, column, rows, severity, ProblemCode.NUMBER_AMBIGUOUS, message)


def _row_repair(name: str, places: list[int], label: str) -> Repair | None:
    """Leaving rows out, where they are few enough to be written down with the data set."""
    if len(places) > MOST_ROWS_DROPPED:
        return None
    return Repair(RepairCode.DROP_ROWS, label, name, {"rows": places})


def _order_conflict(
    name: str, reading: DateReading, column: pd.Series[Any], rows: Rows
) -> DataProblem | None:
    if not reading.conflicts.any():
        return None
    places, values = _places(reading.conflicts, column, rows)
    message = (
        f"{name} is written {ORDERS[reading.order]}, but {name_cells(places, values)} only makes sense the "
        "other way round. Write all dates the same way."
    )
    return _problem(name, reading.conflicts, column, rows, Severity.ERROR, ProblemCode.DATE_CONFLICT, message)


def _open_order(name: str, reading: DateReading, column: pd.Series[Any], rows: Rows) -> DataProblem | None:
    if reading.decided or not reading.ambiguous:
        return None
    filled = ~np.isnat(reading.values)
    where = int(np.flatnonzero(filled)[0])
    day = np.datetime_as_string(reading.values[where], unit="D")
    message = (
        f"{name}: every date could be read day first or month first; {ORDERS[reading.order]} was assumed: "
        f"“{column.iloc[where]}” is {day}. The order can be chosen."
    )
    return _problem(name, filled, column, rows, Severity.WARNING, ProblemCode.DATE_AMBIGUOUS, message)
