"""Rows that were not taken, each with its place, its value and the reason: a table to mend a file from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from core.data.problems import shortened
from core.documents.tables import to_csv_bytes
from core.promo.ingest.cells import REASONS, Fault
from core.promo.ingest.judging import Judged
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.report import MOST_REJECTED_KEPT, REJECTED, no_rejected

LONGEST_VALUE = 200  # characters of a cell that are kept: one cell can hold a megabyte


@dataclass
class Rejects:
    """The rejected rows of one file as they are met: all are counted, the first ones kept."""

    file: str
    mapping: SalesMapping
    most: int = MOST_REJECTED_KEPT
    count: int = 0
    kept: list[tuple[Any, ...]] = field(default_factory=list)
    by_reason: Counter[tuple[str, Fault]] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        """The rows of a batch that have a fault."""
        bad = ~judged.ok & ~judged.blank
        if not bad.any():
            return
        self.count += int(bad.sum())
        self._count_reasons(judged, bad)
        for place in np.flatnonzero(bad)[: max(0, self.most - len(self.kept))]:
            self.kept.append(self._row(judged, int(place)))

    def _count_reasons(self, judged: Judged, bad: np.ndarray) -> None:
        """Each row counts once, under its first column with a fault."""
        left = bad.copy()
        for column, faults in judged.faults.items():
            here = faults[left]
            for fault, count in zip(*np.unique(here[here > 0], return_counts=True), strict=True):
                self.by_reason[(self.header(column), Fault(int(fault)))] += int(count)
            left &= faults == Fault.NONE

    def _row(self, judged: Judged, place: int) -> tuple[Any, ...]:
        batch = judged.batch
        found = [
            (column, Fault(int(faults[place]))) for column, faults in judged.faults.items() if faults[place]
        ]
        cells = {name: _cell(array[place].as_py()) for name, array in batch.cells.items()}
        column, fault = found[0]
        header = self.header(column)
        value = " | ".join(cells.values()) if fault is Fault.BROKEN_ROW else cells.get(header, "")
        reason = "; ".join([REASONS[fault], *(f"{self.header(c)} {REASONS[f]}" for c, f in found[1:])])
        raw = json.dumps(cells, ensure_ascii=False)
        return self.file, batch.sheet or "", int(batch.rows[place]), header, value, reason, raw

    def header(self, column: SalesColumn) -> str:
        """What the file calls a column."""
        return self.mapping.columns.get(column, column.label)

    def frame(self) -> pd.DataFrame:
        """The kept rows with the columns REJECTED, in the file's order."""
        if not self.kept:
            return no_rejected()
        frame = pd.DataFrame(self.kept, columns=list(REJECTED))
        return frame.sort_values(["sheet", "row"], kind="stable", ignore_index=True)


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_VALUE else shortened(text[: 4 * LONGEST_VALUE], LONGEST_VALUE)


def together(frames: Iterable[pd.DataFrame], most: int = MOST_REJECTED_KEPT) -> pd.DataFrame:
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
