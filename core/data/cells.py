"""Columns given their type: number, date, text or flag, with every doubtful cell named."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from core.data.cell_problems import bad_numbers, date_problems, number_problems
from core.data.dates import DateForm, DateOrder, DateReading, read_dates
from core.data.numbers import NumberFormat, read_numbers
from core.data.problems import DataProblem, at_place
from core.data.table import FileKind, RawTable
from core.data.vocabulary import DATE, word_in


class ColumnKind(StrEnum):
    """What a column's cells are."""

    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    FLAG = "flag"
    EMPTY = "empty"


@dataclass(frozen=True)
class TypingRules:
    """When a column counts as numbers or dates: the share of filled cells of a sample that must be."""

    min_share: float = 0.6
    sample_cells: int = 2_000
    max_steps: int = 6


@dataclass(frozen=True)
class TypedColumn:
    """A column's values with one dtype (float64, datetime64[us], str or boolean) and what was noticed.

    `number_format` and `date_order` are the ones used; `number_decided` and `date_decided` are False where
    they were assumed. `currencies` are the codes found in the cells.
    """

    name: str
    kind: ColumnKind
    values: pd.Series[Any]
    problems: tuple[DataProblem, ...] = ()
    currencies: tuple[str, ...] = ()
    number_format: NumberFormat | None = None
    number_decided: bool = True
    date_order: DateOrder | None = None
    date_decided: bool = True
    date_forms: frozenset[DateForm] = frozenset()


def type_table(
    table: RawTable, number_format: NumberFormat | None = None, date_order: DateOrder | None = None
) -> Dictionary[str, TypedColumn]:
    """Every column typed; columns that leave the number format open follow the others of the same file."""
    typed = {
        name: type_column(table, name, number_format=number_format, date_order=date_order)
        for name in table.columns
    }
    decided = {
        column.number_format
        for column in typed.values()
        if column.kind is ColumnKind.NUMBER and (column.number_decided and column.number_format is not None)
    }
    hint = decided.pop() if len(decided) == 1 else None
    if hint is None:
        return typed
    for name, column in typed.items():
        if not column.number_decided:
            typed[name] = type_column(
                table, name, number_format=number_format, date_order=date_order, hint=hint
            )
    return typed


def type_column(
    table: RawTable,
    name: str,
    as_kind: ColumnKind | None = None,
    number_format: NumberFormat | None = None,
    date_order: DateOrder | None = None,
    hint: NumberFormat | None = None,
) -> TypedColumn:
    """One column typed; `as_kind` forces the kind (every cell that does not fit is then a problem)."""
    column = table.frame[name]
    if pd.api.types.is_datetime64_any_dtype(column):
        values = column.dt.tz_localize(None) if getattr(column.dt, "tz", None) is not None else column
        return TypedColumn(
            name, ColumnKind.DATE, values.astype("datetime64[us]"), date_order=DateOrder.YEAR_FIRST
        )
    if pd.api.types.is_bool_dtype(column):
        if as_kind is ColumnKind.NUMBER:
            return TypedColumn(name, ColumnKind.NUMBER, column.astype("float64"))
        return TypedColumn(name, ColumnKind.FLAG, column.astype("boolean"))
    if pd.api.types.is_numeric_dtype(column):
        return _numeric(table, name, column, as_kind)
    kind = as_kind or guess_kind(table, name)
    if kind is ColumnKind.NUMBER:
        reading = read_numbers(
            pa.array(column.astype("str"), pa.string(), from_pandas=True),
            number_format,
            hint or table.number_hint,
            table.kind is not FileKind.CSV,
        )
        problems = number_problems(
            name, reading, column, table.file_rows, (hint or table.number_hint) is not None
        )
        fraction = np.isfinite(reading.values) & (reading.values % 1 != 0)
        voted = reading.decided and (reading.ambiguous or bool(fraction.any()))
        return TypedColumn(
            name,
            ColumnKind.NUMBER,
            pd.Series(reading.values, index=column.index),
            at_place(problems, table.name, table.sheet),
            reading.currencies,
            reading.number_format if voted or not reading.decided else None,
            reading.decided,
        )
    if kind is ColumnKind.DATE:
        return _date(table, name, column, _read_dates(column, date_order, table.date1904))
    return TypedColumn(name, kind, column.astype("str").str.strip())


def guess_kind(table: RawTable, name: str, rules: TypingRules | None = None) -> ColumnKind:
    """What a text column's cells are, judged on a sample of its filled cells and its name."""
    rules = rules or TypingRules()
    # Filled cells spread over the whole column, so that a change half way down is noticed.
    column = table.frame[name]
    step = max(1, len(column) // (2 * rules.sample_cells))
    texts = _texts(column.iloc[::step])
    filled = [text for text in texts if text and text.strip()]
    sample = filled[: 2 * rules.sample_cells]
    if not sample:
        return ColumnKind.EMPTY
    numbers = read_numbers(sample, plain_is_number=True)
    dates = read_dates(sample, date1904=table.date1904)
    if dates.share >= rules.min_share:
        # What could be numbers, too, is dates by its name or by steps that are always the same few.
        days = np.unique(dates.values[~np.isnat(dates.values)])
        steady = len(days) > 2 and len(np.unique(np.diff(days))) <= rules.max_steps
        plain = dates.share == 1.0 and steady and dates.forms != {DateForm.SERIAL}
        if numbers.share < rules.min_share or word_in(name, DATE) is not None or plain:
            return ColumnKind.DATE
    if numbers.share >= rules.min_share and not numbers.leading_zeros:
        return ColumnKind.NUMBER
    return ColumnKind.TEXT


def _read_dates(column: pd.Series[Any], order: DateOrder | None, date1904: bool) -> DateReading:
    """As `read_dates`, read once per distinct text and spread over the rows: dates repeat much."""
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    reading = read_dates([*_texts(pd.Series(distinct)), None], order, date1904)
    spread = {name: getattr(reading, name)[codes] for name in ("values", "bad", "conflicts", "blank")}
    return replace(reading, **spread)


def _texts(column: pd.Series[Any]) -> list[str | None]:
    return [None if value is None or value != value else str(value) for value in column.tolist()]


def _numeric(table: RawTable, name: str, column: pd.Series[Any], as_kind: ColumnKind | None) -> TypedColumn:
    """Numbers as they are; day numbers and 20240131 become dates where the name or the caller says so."""
    wanted = as_kind is ColumnKind.DATE or (as_kind is None and word_in(name, DATE) is not None)
    if wanted:
        texts = column.astype("float64").map(
            # 5-, 6- and 8-digit numbers as they would be written; a day number keeps its part of the day.
            lambda value: f"{value:.9g}" if value % 1 else str(int(value)),
            na_action="ignore",
        )
        reading = _read_dates(texts, None, table.date1904)
        if as_kind is ColumnKind.DATE or reading.share == 1.0:
            return _date(table, name, column, reading)
    values = column.astype("float64")
    endless = np.isinf(values.to_numpy())
    if not endless.any():
        return TypedColumn(name, ColumnKind.NUMBER, values)
    problem = bad_numbers(name, endless, column, table.file_rows)
    return TypedColumn(
        name, ColumnKind.NUMBER, values.mask(endless), at_place((problem,), table.name, table.sheet)
    )


def _date(table: RawTable, name: str, column: pd.Series[Any], reading: DateReading) -> TypedColumn:
    problems = date_problems(name, reading, column, table.file_rows)
    return TypedColumn(
        name,
        ColumnKind.DATE,
        pd.Series(reading.values, index=column.index),
        at_place(problems, table.name, table.sheet),
        date_order=reading.order,
        date_decided=reading.decided,
        date_forms=reading.forms,
    )
