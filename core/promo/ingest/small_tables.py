"""Small tables handed in beside the sales: columns found by their words, every faulty cell named at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.cells import ColumnKind, TypedColumn, type_column
from core.data.dates import DateForm, DateOrder
from core.data.files import Source, read_table
from core.data.limits import ReadLimits
from core.data.problems import FileProblem, ProblemCode, Severity, name_some, shortened
from core.data.table import RawTable
from core.promo.ingest.mapping import word_key
from core.promo.ingest.readers import as_path
from core.promo.ingest.vocabulary import header_words

SMALL_LIMITS = ReadLimits(max_rows=100_000)
MOST_FAULTS = 50  # sentences shown at once; how many more there are is said
# "Home & Garden" is one department, but "online & store" are two channels.
BETWEEN_NAMES = re.compile(r"\s*[;,|\n]\s*")
BETWEEN_CHANNELS = re.compile(r"\s*(?:[;,|\n/+&]|\band\b|\bund\b|\bet\b|\by\b)\s*", re.IGNORECASE)
WHOLE_WITHIN = 1.0  # points by which percentages of a whole may miss 100
LONG_WORD = 5  # letters from which a word may be part of a compound such as Umsatzziel


@dataclass(frozen=True)
class Field:
    """One column of a small table: `fits` says how well a header's words fit it (0: not at all).

    `percent` columns come out in percent, whether written as 20, 20 % or 0.2; `coarse` are ways to write a
    date that say too little for it.
    """

    name: str
    label: str
    kind: ColumnKind
    fits: Callable[[frozenset[str]], int]
    required: bool = True
    percent: bool = False
    coarse: frozenset[DateForm] = frozenset()


def has_words(*groups: str, without: str = "") -> Callable[[frozenset[str]], int]:
    """Fits headers with a word of every group and none of `without`; the more groups, the better."""
    wanted = [frozenset(group.split()) for group in groups]
    unwanted = frozenset(without.split())

    def fits(words: frozenset[str]) -> int:
        for group in wanted:
            # A word of the group itself, or one that begins or ends with one of its longer words.
            long = tuple(word for word in group if len(word) >= LONG_WORD)
            if not words & group and not any(w.startswith(long) or w.endswith(long) for w in words):
                return 0
        return 0 if words & unwanted else len(wanted)

    return fits


def best_of(*ways: Callable[[frozenset[str]], int]) -> Callable[[frozenset[str]], int]:
    """The best of several ways to fit."""
    return lambda words: max(way(words) for way in ways)


def read_small(
    source: Source, name: str, fields: Sequence[Field]
) -> tuple[RawTable, pd.DataFrame, list[str]]:
    """The table, its columns under the fields' names (missing ones empty), and the faults found so far.

    The frame's index is the row in the file. Raises FileProblem where the file is no table or a column that
    is needed is not there.
    """
    with as_path(source) as path:
        table = read_table(path, name, limits=SMALL_LIMITS)
    headers = _headers(table, fields)
    lacking = [field.label for field in fields if field.required and field.name not in headers]
    if lacking:
        raise FileProblem(
            [f"{name} has no column for the {label}." for label in lacking]
            + [f"Its columns are {name_some(table.columns, 20)}."]
        )
    faults: list[str] = []
    there = [field for field in fields if field.name in headers]
    typed = _typed(table, {headers[field.name]: field for field in there})
    columns = {
        field.name: _column(table, headers[field.name], field, typed.get(headers[field.name]), faults)
        for field in there
    }
    doubts = [
        d for f in there for h in [headers[f.name]] if h in typed for d in _doubts(table, h, f, typed[h])
    ]
    if doubts:  # the checks of rows would speak of values that may be misread
        refuse_faults(name, [*faults, *doubts])
    frame = pd.DataFrame(columns, index=pd.Index(table.file_rows, name="row"))
    for field in fields:
        if field.name not in frame:
            frame[field.name] = np.nan if field.kind is ColumnKind.NUMBER else None
    return table, frame[[field.name for field in fields]], faults


def _headers(table: RawTable, fields: Sequence[Field]) -> dict[str, str]:
    """Each field's header: its own name first, then the best fit; no header serves two."""
    own = {word_key(re.sub(r"[\s_-]+", " ", header)): header for header in table.columns}
    found = {f.name: own[key] for f in fields if (key := f.name.replace("_", " ")) in own}
    scored = sorted(
        (
            (field.fits(frozenset(header_words(header))), -place, field.name, header)
            for field in fields
            for place, header in enumerate(table.columns)
        ),
        reverse=True,
    )
    for score, _place, name, header in scored:
        if score and name not in found and header not in found.values():
            found[name] = header
    return found


def _typed(table: RawTable, fields: Mapping[str, Field]) -> dict[str, TypedColumn]:
    """Every column of numbers or dates by its header; what one proves about the order of dates or the decimal
    mark holds for the others too."""
    wanted = {header: field.kind for header, field in fields.items() if field.kind is not ColumnKind.TEXT}
    typed = {header: type_column(table, header, kind) for header, kind in wanted.items()}
    orders = {each.date_order for each in typed.values() if each.date_decided}
    order = orders & {DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST}
    marks = {each.number_format for each in typed.values() if each.number_decided} - {None}
    for header, each in typed.items():
        if not each.date_decided and len(order) == 1:
            typed[header] = type_column(table, header, wanted[header], date_order=next(iter(order)))
        elif not each.number_decided and len(marks) == 1:
            typed[header] = type_column(table, header, wanted[header], hint=next(iter(marks)))
    return typed


def _column(
    table: RawTable, header: str, field: Field, typed: TypedColumn | None, faults: list[str]
) -> pd.Series[Any]:
    if typed is None:
        texts = table.frame[header].astype("str").str.strip()
        values, named = texts.where(texts != "", None).astype(object), set[int]()
    else:
        wrong = [p for p in typed.problems if p.severity is Severity.ERROR]
        named = {row for problem in wrong for row in problem.rows}
        faults += [problem.message for problem in wrong]
        values = typed.values
        signed = _signed(table, header)
        if field.percent and signed.any():
            values = values.where(~signed, values * 100.0)
        elif field.percent and 0 < values.abs().max() <= 1:
            values = values * 100.0  # all values up to 1: shares
    if field.required:
        rows = table.file_rows[values.isna().to_numpy(dtype=bool)]
        empty = [int(row) for row in rows if int(row) not in named]
        faults += [f"{header} is empty in row {name_some(empty)}."] if empty else []
    return pd.Series(values.to_numpy(), index=pd.Index(table.file_rows, name="row"))


def _signed(table: RawTable, header: str) -> pd.Series[Any]:
    return table.frame[header].astype("str").str.strip().str.endswith("%").fillna(False)


def _doubts(table: RawTable, header: str, field: Field, typed: TypedColumn) -> list[str]:
    """What a small table cannot leave open: it has no report in which an assumption could be read."""
    found = [
        f"{header} names a {f.value}, no {field.label}." for f in sorted(typed.date_forms & field.coarse)
    ]
    for problem in typed.problems:
        first, dotted = quoted_cell(problem.value), "." in str(problem.value)
        if problem.code == ProblemCode.DATE_AMBIGUOUS and not dotted:
            found.append(f"{header}: {first} can be read day first or month first; write it as 2024-03-31.")
        if problem.code == ProblemCode.NUMBER_AMBIGUOUS and problem.severity is Severity.WARNING and dotted:
            found.append(f"{header}: {first} can be read in two ways; write thousands without a mark.")
    if field.kind is ColumnKind.NUMBER:
        # Money among percentages, percentages among amounts, shares among percentages.
        signed = _signed(table, header)
        if not field.percent:
            found += [f"{header} holds percentages; the {field.label} is needed."] if signed.any() else []
        elif typed.currencies:
            found += [f"{header} holds amounts of money; the {field.label} is needed."]
        else:
            sizes = typed.values.abs()
            parts = sizes[~signed & (sizes > 0) & (sizes < 1)]
            larger = sizes[(~signed & (sizes > 1)) | signed]
            whole = not signed.any() and abs(float(sizes.sum()) - 100.0) < WHOLE_WITHIN
            if len(parts) and len(larger) and not whole:
                found.append(
                    f"{header}: {parts.iloc[0]:g} may be a share or a percentage here; write all with a "
                    "percent sign."
                )
    return found


def refuse_faults(name: str, faults: Sequence[str]) -> None:
    """FileProblem with all faults of a file, where there are any."""
    if not faults:
        return
    more = len(faults) - MOST_FAULTS
    raise FileProblem(
        [f"{name}: {fault}" for fault in faults[:MOST_FAULTS]]
        + ([f"{name}: {more:,} more faults."] if more > 0 else [])
    )


def split_list(cell: Any, between: re.Pattern[str] = BETWEEN_NAMES) -> list[str]:
    """A cell's texts where it holds several: `TV, Gaming` or `TV;Gaming`."""
    if cell is None or cell != cell:
        return []
    return [" ".join(part.split()) for part in between.split(str(cell)) if part.strip()]


def quoted_cell(value: Any) -> str:
    """A cell's text in quotation marks, cut where it is long."""
    return f"“{shortened(str(value))}”"
