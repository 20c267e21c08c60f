"""A quick look at a file before it is read: what it is, which header is what and why, what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from core.data.cells import type_table
from core.data.detect import DatasetKind, detect
from core.data.files import Source
from core.data.limits import ReadLimits
from core.data.problems import DataProblem, FileProblem, ProblemCode, name_some
from core.data.table import FileKind, RawTable
from core.promo.ingest.cells import blank_rows
from core.promo.ingest.column_guesses import ColumnGuess, chosen_columns, guess_columns
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping, lacking_columns
from core.promo.ingest.readers import as_path, open_lines
from core.promo.ingest.vocabulary import channels_of, promos_of

SHOWN_ROWS = 20
MOST_WORDS = 100
MOSTLY = 0.5
MOST_SHEETS = 10  # of a workbook that are looked at for sales
OTHER_KINDS = {
    DatasetKind.PROMO_CATALOG: "a promotion catalogue",
    DatasetKind.TARGETS: "a table of targets",
    DatasetKind.SEGMENTS: "a table of customer segments",
}
HEAD_ROWS = 2_000
SPREAD_ROWS = 4_000
MOST_BATCHES = 8  # of a text or Parquet file, which would have to be read to its end otherwise


@dataclass(frozen=True, eq=False)
class SalesInspection:
    """What a quick look at a file found.

    `kind` what the file is about, with `kind_reason`; `mapping` what it would be read by (None where
    something is missing), `columns` as much of it as was found, `guesses` a reason for every header; `sample`
    its first rows as text, indexed by their row in the file; `channel_words` and `promo_words` the words met
    in the rows looked at (not in all) with their meaning, None where unknown; `faults` what a person has to
    settle.
    """

    name: str
    kind: DatasetKind
    kind_reason: str
    headers: tuple[str, ...]
    sheets: tuple[str, ...]
    columns: dict[SalesColumn, str]
    guesses: tuple[ColumnGuess, ...]
    mapping: SalesMapping | None
    remembered: bool
    sample: pd.DataFrame
    channel_words: dict[str, str | None]
    promo_words: dict[str, bool | None]
    faults: tuple[str, ...]
    problems: tuple[DataProblem, ...] = ()
    rows_expected: int = 0

    def reason(self, header: str) -> str:
        """Why a header was given its column, or none."""
        return next(guess.reason for guess in self.guesses if guess.header == header)


def inspect_sales(
    source: Source,
    name: str,
    remembered: Sequence[SalesMapping] = (),
    *,
    sheet: str | None = None,
    limits: ReadLimits | None = None,
) -> SalesInspection:
    """What a CSV, XLSX, XLSB or Parquet file of sales probably is; only part of a long file is looked at.

    A remembered mapping whose headers are all in the file is offered before any guess, the first that fits.
    Raises FileProblem for a file that cannot be read as a table.
    """
    with as_path(source) as path:
        return open_sales(open_lines(path, name, sheet, limits), remembered, sheet)[1]


def open_sales(
    lines: Lines, remembered: Sequence[SalesMapping] = (), sheet: str | None = None
) -> tuple[Lines, SalesInspection]:
    """The lines that hold sales and what was found in them: of a workbook whose largest table is something
    else, the first other table that is complete."""
    first = inspect_lines(lines, remembered, sheet)
    if first.mapping is None:
        for other in list(lines.others.values())[:MOST_SHEETS]:
            found = other()
            second = inspect_lines(found, remembered, sheet)
            if second.mapping is not None:
                return found, second
    return lines, first


def inspect_lines(
    lines: Lines, remembered: Sequence[SalesMapping] = (), sheet: str | None = None
) -> SalesInspection:
    """The same from lines that are open already."""
    table = _sample(lines)
    typed = type_table(table)
    percent = set()
    for name in table.columns:
        texts = table.frame[name].dropna().astype("str").str.strip()
        filled = texts[texts != ""]
        if len(filled) and filled.str.endswith("%").mean() > MOSTLY:
            percent.add(name)
    guesses, ties = guess_columns(typed, percent)
    known = next((each for each in remembered if set(each.headers) <= set(lines.headers)), None)
    columns = dict(known.columns) if known else chosen_columns(guesses)
    lacking = lacking_columns(set(columns))
    # Sales where all that sales need was found; else what the product's other readers see in it.
    found = detect(table)
    kind, why = found.kind, found.kind_reason
    if not lacking and kind not in OTHER_KINDS:
        kind, why = DatasetKind.SALES, f"its rows are sales by {columns[SalesColumn.DEPARTMENT]}"
    faults: list[str] = []
    if known is None:
        if any(problem.code == ProblemCode.NO_HEADER for problem in lines.problems):
            faults.append(f"{lines.name} has no header row: write the columns' names into its first row.")
        if kind in OTHER_KINDS:
            faults.append(f"The file looks like {OTHER_KINDS[kind]}, not like sales.")
        faults += [*lacking, *ties]
    channel_words, promo_words = _words(typed, columns, known)
    # All else is left to the whole column, which knows more than the rows looked at here.
    mapping = known or (None if faults else SalesMapping(columns=columns, sheet=sheet))
    return SalesInspection(
        name=lines.name,
        kind=kind,
        kind_reason=why,
        headers=lines.headers,
        sheets=lines.sheets,
        columns=columns,
        guesses=_remembered_guesses(guesses, known) if known else guesses,
        mapping=mapping,
        remembered=known is not None,
        sample=table.preview(SHOWN_ROWS),
        channel_words=channel_words,
        promo_words=promo_words,
        faults=tuple(faults),
        problems=lines.problems,
        rows_expected=lines.expected,
    )


def _sample(lines: Lines) -> RawTable:
    """Rows of the file as a table: the first ones and some from everywhere else; a workbook to its end."""
    frames, rows, left, found = [], [], HEAD_ROWS, 0
    most = None if lines.kind in (FileKind.XLSX, FileKind.XLSB) else MOST_BATCHES
    step = max(1, lines.expected // SPREAD_ROWS)
    for batch in lines.walk():
        filled = np.flatnonzero(~blank_rows(list(batch.cells.values())))
        taken = np.unique(np.concatenate([filled[:left], filled[::step]]))
        left = max(0, left - len(filled))
        cells = {name: array.take(pa.array(taken)) for name, array in batch.cells.items()}
        for name, array in cells.items():
            if pa.types.is_date(array.type):
                cells[name] = array.cast(pa.timestamp("us"))
        frames.append(pd.DataFrame({name: pd.Series(array.to_pandas()) for name, array in cells.items()}))
        rows.append(batch.rows[taken])
        found += bool(len(filled))
        if most is not None and found >= most:
            break
    if sum(map(len, rows)) == 0:
        raise FileProblem(f"{lines.name} has a header row but no rows below it.")
    row_numbers = np.concatenate(rows)
    return RawTable(
        name=lines.name,
        kind=lines.kind,
        frame=pd.concat(frames, ignore_index=True),
        first_row=int(row_numbers[0]),
        checksum=lines.checksum,
        number_hint=lines.number_hint,
        date1904=lines.date1904,
        row_numbers=row_numbers,
    )


def _words(
    typed: Any, columns: dict[SalesColumn, str], known: SalesMapping | None
) -> tuple[dict[str, str | None], dict[str, bool | None]]:
    """The meaning of the distinct words of the channel and of the promotion column."""
    found = channels_of(_distinct(typed, columns.get(SalesColumn.CHANNEL)))
    promos = promos_of(_distinct(typed, columns.get(SalesColumn.PROMO_FLAG)))
    channels: dict[str, str | None] = {w: c.value if c is not None else None for w, c in found.items()}
    if known:
        channels |= {word: known.channel_of(word) or channels[word] for word in channels}
        promos |= {word: known.promo_words.get(word, promos[word]) for word in promos}
    return channels, promos


def _distinct(typed: Any, header: str | None) -> list[str]:
    if header is None or header not in typed:
        return []
    values = typed[header].values
    if pd.api.types.is_float_dtype(values):
        values = values.map(lambda v: "" if v != v else f"{v:g}")
    return [str(v) for v in pd.unique(values.astype("str").fillna(""))][:MOST_WORDS]


def _remembered_guesses(guesses: Sequence[ColumnGuess], known: SalesMapping) -> tuple[ColumnGuess, ...]:
    column_of = {header: column for column, header in known.columns.items()}
    return tuple(
        ColumnGuess(g.header, column_of[g.header], "as in an earlier file with the same headers", 1.0)
        if g.header in column_of
        else ColumnGuess(g.header, None, "not used in an earlier file with the same headers", 1.0)
        for g in guesses
    )


def unreadable(inspection: SalesInspection) -> str:
    """One sentence for a file that cannot be read without a mapping."""
    return f"{inspection.name} cannot be read as sales: {' '.join(inspection.faults)} Its columns are " + (
        f"{name_some(inspection.headers, 20)}."
    )
