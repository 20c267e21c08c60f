"""Rows that were rejected, each with its place, value and reason, and when a whole file is refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from core.data.problems import DataProblem, FileProblem, Severity, name_some, shortened
from core.documents.tables import to_csv_bytes
from core.promo.ingest.cells import REASONS, Fault
from core.promo.ingest.findings import RowCheck, RowCheckCounts
from core.promo.ingest.judging import Judge, Judged
from core.promo.ingest.lines import Lines
from core.promo.ingest.mapping import MARGINS, SalesColumn, SalesMapping
from core.promo.ingest.report import MOST_REJECTED_ROWS, REJECTED, RefusedSales, SalesReport, no_rejected

LONGEST_VALUE = 200  # characters of a cell that are listed: one cell can hold a megabyte
MOST_REJECTED_SHARE = 0.05
MOST_SWAPPED_SHARE = 0.5  # of rows whose margin is above their sales: the two columns are swapped
MOST_DEPARTMENTS = 1_000
MOST_GEOS = 500
HINTS = {
    Fault.EMPTY: "Cells below a merged one are empty to a program: fill every row.",
    Fault.UNKNOWN_CHANNEL: "Say in the mapping which of its words are online and which are offline.",
    Fault.UNKNOWN_PROMO: "Say in the mapping which of its words mean a promotion.",
    Fault.OVER_100: "A percentage is needed, not an amount.",
    Fault.TOTAL_ROW: "Leave the rows of totals out.",
    Fault.NO_RESULT: "Open the file in Excel, let it calculate, and save it.",
}


@dataclass
class RejectedRows:
    """The rejected rows of one file as they are read: all are counted, the first ones listed."""

    file: str
    mapping: SalesMapping
    most: int = MOST_REJECTED_ROWS
    count: int = 0
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    by_reason: Counter[tuple[str, Fault]] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        """The rows of a batch that have a fault."""
        bad = ~judged.ok & ~judged.blank
        if not bad.any():
            return
        self.count += int(bad.sum())
        # Each row counts once, under its first column with a fault.
        left = bad.copy()
        for column, faults in judged.faults.items():
            here = faults[left]
            for fault, count in zip(*np.unique(here[here > 0], return_counts=True), strict=True):
                self.by_reason[(self.header(column), Fault(int(fault)))] += int(count)
            left &= faults == Fault.NONE
        for place in np.flatnonzero(bad)[: max(0, self.most - len(self.rows))]:
            found = [(c, Fault(int(faults[place]))) for c, faults in judged.faults.items() if faults[place]]
            cells = {name: _cell(array[int(place)].as_py()) for name, array in judged.batch.cells.items()}
            header, fault = self.header(found[0][0]), found[0][1]
            value = " | ".join(cells.values()) if fault is Fault.BROKEN_ROW else cells.get(header, "")
            reason = "; ".join([REASONS[fault], *(f"{self.header(c)} {REASONS[f]}" for c, f in found[1:])])
            sheet, row = judged.batch.sheet or "", int(judged.batch.rows[place])
            raw = json.dumps(cells, ensure_ascii=False)
            self.rows.append((self.file, sheet, row, header, value, reason, raw))

    def header(self, column: SalesColumn) -> str:
        """What the file calls a column."""
        return self.mapping.columns.get(column, column.label)

    def frame(self) -> pd.DataFrame:
        """The listed rows with the columns REJECTED, in the file's order."""
        if not self.rows:
            return no_rejected()
        frame = pd.DataFrame(self.rows, columns=list(REJECTED))
        return frame.sort_values(["sheet", "row"], kind="stable", ignore_index=True)


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_VALUE else shortened(text[: 4 * LONGEST_VALUE], LONGEST_VALUE)


def rejected_finding(lines: Lines, rejects: RejectedRows, read: int) -> tuple[DataProblem, ...]:
    """One finding for each column and reason for which rows were rejected."""
    found = []
    for (header, fault), count in rejects.by_reason.most_common():
        first = next(
            (row for row in rejects.rows if row[3] == header and (row[5].split("; ")[0] == REASONS[fault])),
            None,
        )
        reason = REASONS[fault]
        what = reason if fault is Fault.BROKEN_ROW else f"{header} {reason}"
        message = f"{count:,} of {read:,} rows {'were' if count > 1 else 'was'} rejected because {what}"
        message += ". Mend them in the file and hand it in again, in place of this one."
        found.append(
            DataProblem(
                Severity.WARNING,
                "rejected_rows",
                message,
                lines.name,
                (first[1] or None) if first else None,
                header,
                first[2] if first else None,
                first[4] if first else None,
                count=count,
            )
        )
    return tuple(found)


def refuse_poor(
    lines: Lines, mapping: SalesMapping, rejects: RejectedRows, checks: RowCheckCounts, report: SalesReport
) -> None:
    """RefusedSales where too many rows were rejected, or margins and sales are plainly swapped."""
    if rejects.count > MOST_REJECTED_SHARE * report.rows_read:
        (header, fault), count = rejects.by_reason.most_common(1)[0]
        _file, sheet, row, _column, value, _reason, _cells = next(
            (row for row in rejects.rows if row[3] == header and row[5].startswith(REASONS[fault])),
            rejects.rows[0],
        )
        place = f"sheet {sheet}, row {row}" if sheet else f"row {row}"
        cell = f"“{shortened(value)}” " if value and fault is not Fault.BROKEN_ROW else ""
        name = "" if fault is Fault.BROKEN_ROW else f"{header} "
        hint = f" {HINTS[fault]}" if fault in HINTS else ""
        share = 100.0 * rejects.count / report.rows_read
        raise RefusedSales(
            f"{lines.name} was refused: {rejects.count:,} of {report.rows_read:,} rows ({share:.3g} %) "
            f"cannot be read, {count:,} of them because {name}{cell}{REASONS[fault]} "
            f"(first in {place}).{hint}",
            report,
        )
    odd = checks.count(RowCheck.MARGIN_OVER_SALES)
    if checks.rows and odd > MOST_SWAPPED_SHARE * checks.rows:
        margin = next(mapping.columns[column] for column in MARGINS if column in mapping.columns)
        raise RefusedSales(
            f"{lines.name}: the margin from {margin} is above {mapping.columns[SalesColumn.SALES_VALUE]} in "
            f"{odd:,} of {checks.rows:,} rows (first in row "
            f"{checks.found[RowCheck.MARGIN_OVER_SALES].row}): the columns are swapped, or one of them is "
            "something else.",
            report,
        )


def refuse_too_many(judge: Judge, lines: Lines, mapping: SalesMapping) -> None:
    """FileProblem where a column of departments or geos plainly holds something finer."""
    for column, names, most, instead in (
        (SalesColumn.DEPARTMENT, judge.departments, MOST_DEPARTMENTS, "articles, perhaps"),
        (SalesColumn.GEO, judge.geos, MOST_GEOS, "single stores, perhaps"),
    ):
        if len(names.codes) > most:
            raise FileProblem(
                f"{lines.name}: column {mapping.columns[column]} holds more than {most:,} different "
                f"texts, such as {name_some(list(names.codes), 3)}: these are {instead}, not {column.label}s."
            )


def combine_rejected(frames: Iterable[pd.DataFrame], most: int = MOST_REJECTED_ROWS) -> pd.DataFrame:
    """The rejected rows of several files as one table."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True).head(most) if filled else no_rejected()


def rejected_csv(rejected: pd.DataFrame) -> bytes:
    """The rejected rows as CSV that is safe in a spreadsheet, the file's own cells after the reason."""
    if rejected.empty:
        return to_csv_bytes(rejected.drop(columns="cells"))
    cells = pd.DataFrame([json.loads(text) for text in rejected["cells"]], index=rejected.index)
    plain = rejected.drop(columns="cells")
    cells.columns = pd.Index([f"{name} (cell)" if name in plain.columns else name for name in cells.columns])
    return to_csv_bytes(pd.concat([plain, cells], axis=1))
