"""Small tables handed in beside the sales: columns found by their words, every faulty cell named at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.cells import ColumnKind, type_column
from core.data.files import read_table
from core.data.limits import ReadLimits
from core.data.problems import FileProblem, Severity, name_some, shortened
from core.data.table import RawTable
from core.promo.facts.inspection import as_path
from core.promo.facts.lines import Source
from core.promo.facts.mapping import word_key
from core.promo.facts.words import header_words

SMALL_LIMITS = ReadLimits(max_rows=100_000)
MOST_FAULTS = 50  # sentences shown at once; how many more there are is said
# "Home & Garden" is one department, but "online & store" are two channels.
BETWEEN_NAMES = re.compile(r"\s*[;,|\n]\s*")
BETWEEN_CHANNELS = re.compile(r"\s*(?:[;,|\n/+&]|\band\b|\bund\b|\bet\b|\by\b)\s*", re.IGNORECASE)
LONG_WORD = 5  # letters from which a word may be part of a compound such as Umsatzziel


@dataclass(frozen=True)
class Field:
    """One column of a small table: `fits` says how well a header's words fit it (0: not at all)."""

    name: str
    label: str
    kind: ColumnKind
    fits: Callable[[frozenset[str]], int]
    required: bool = True


def said(*groups: str, without: str = "") -> Callable[[frozenset[str]], int]:
    """Fits headers with a word of every group and none of `without`; the more groups, the better."""
    wanted = [frozenset(group.split()) for group in groups]
    unwanted = frozenset(without.split())

    def fits(words: frozenset[str]) -> int:
        return len(wanted) if all(_met(words, group) for group in wanted) and not words & unwanted else 0

    return fits


def _met(words: frozenset[str], group: frozenset[str]) -> bool:
    """Whether a header's word is in the group, or begins or ends with one of its longer words."""
    long = tuple(word for word in group if len(word) >= LONG_WORD)
    return bool(words & group) or any(word.startswith(long) or word.endswith(long) for word in words)


def either(*ways: Callable[[frozenset[str]], int]) -> Callable[[frozenset[str]], int]:
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
    columns = {
        field.name: _column(table, headers[field.name], field, faults)
        for field in fields
        if field.name in headers
    }
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


def _column(table: RawTable, header: str, field: Field, faults: list[str]) -> pd.Series[Any]:
    if field.kind is ColumnKind.TEXT:
        texts = table.frame[header].astype("str").str.strip()
        values = texts.where(texts != "", None).astype(object)
    else:
        typed = type_column(table, header, field.kind)
        faults += [p.message for p in typed.problems if p.severity is Severity.ERROR]
        values = typed.values
        named = {row for p in typed.problems if p.severity is Severity.ERROR for row in p.rows}
        if field.required:
            rows = table.file_rows[values.isna().to_numpy(dtype=bool)]
            faults += _empty(header, [int(row) for row in rows if int(row) not in named])
    if field.kind is ColumnKind.TEXT and field.required:
        faults += _empty(header, [int(row) for row in table.file_rows[values.isna().to_numpy(dtype=bool)]])
    return pd.Series(values.to_numpy(), index=pd.Index(table.file_rows, name="row"))


def _empty(header: str, rows: Sequence[int]) -> list[str]:
    return [f"{header} is empty in row {name_some(rows)}."] if rows else []


def refuse(name: str, faults: Sequence[str]) -> None:
    """FileProblem with all faults of a file, where there are any."""
    if not faults:
        return
    more = len(faults) - MOST_FAULTS
    raise FileProblem(
        [f"{name}: {fault}" for fault in faults[:MOST_FAULTS]]
        + ([f"{name}: {more:,} more faults."] if more > 0 else [])
    )


def listed(cell: Any, between: re.Pattern[str] = BETWEEN_NAMES) -> list[str]:
    """A cell's texts where it holds several: `TV, Gaming` or `TV;Gaming`."""
    if cell is None or cell != cell:
        return []
    return [" ".join(part.split()) for part in between.split(str(cell)) if part.strip()]


def as_percent(values: pd.Series[Any]) -> pd.Series[Any]:
    """Percentages, where all values up to 1 are taken for shares."""
    largest = values.abs().max()
    return values * 100.0 if pd.notna(largest) and 0 < largest <= 1 else values


def quoted_cell(value: Any) -> str:
    """A cell's text in quotation marks, cut where it is long."""
    return f"“{shortened(str(value))}”"
