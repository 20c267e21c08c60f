"""Rows of a batch judged: accepted ones as numbers, the others with every fault they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from core.data.numbers import Floats, Mask, NumberFormat
from core.promo.days import ALL_GEOS
from core.promo.ingest.cells import (
    MOST,
    Codes,
    Fault,
    Faults,
    Numbers,
    blank_rows,
    coded,
    day_texts,
    is_dated,
    looked_up,
    missing_fault,
    numbers,
    typed_days,
)
from core.promo.ingest.column_formats import ColumnFormats
from core.promo.ingest.lines import Batch, Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.vocabulary import CHANNEL_NAMES

LONGEST_NAME = 50  # characters of a department or geo, as the tables keep them


@dataclass
class Names:
    """Departments or geos in the order they were met, by their text without odd spaces."""

    codes: dict[str, int] = field(default_factory=dict)

    def code(self, name: str) -> int:
        """The number of a name, a new one when it is new."""
        return self.codes.setdefault(name, len(self.codes))


@dataclass(frozen=True)
class Judged:
    """One batch: `faults` (row) of every column, `ok` the accepted rows, `blank` rows that are none at all.

    `discount` in percent, NaN where unknown; `conflicts` cells with the other decimal mark than their column,
    where there are any; the other arrays hold nonsense where `ok` is False.
    """

    batch: Batch
    faults: Mapping[SalesColumn, Faults]
    ok: Mask
    blank: Mask
    day: Codes
    channel: Codes
    department: Codes
    geo: Codes
    promo: Mask
    discount: Floats
    sales: Floats
    margin: Floats
    units: Floats
    conflicts: Mapping[SalesColumn, Mask]


class Judge:
    """Reads batches of one file by what its columns agreed on."""

    def __init__(self, lines: Lines, mapping: SalesMapping, formats: ColumnFormats) -> None:
        self.lines, self.mapping, self.formats = lines, mapping, formats
        self.departments, self.geos = Names(), Names()

    def judge(self, batch: Batch) -> Judged:
        """The batch's rows as numbers, with their faults."""
        self._faults: dict[SalesColumn, Faults] = {}
        self._conflicts: dict[SalesColumn, Mask] = {}
        size = len(batch.rows)
        blank = blank_rows(list(batch.cells.values()))
        day, channel = self._day(batch), self._channel(batch, size)
        department = self._name(batch, SalesColumn.DEPARTMENT, self.departments, size)
        geo = self._name(batch, SalesColumn.GEO, self.geos, size)
        discount = self._discount(batch, size)
        promo = self._promo(batch, discount)
        sales, units = self._number(batch, SalesColumn.SALES_VALUE), self._number(batch, SalesColumn.UNITS)
        margin = self._margin(batch, sales)
        if batch.broken:
            self._faults[SalesColumn.DATE][[place for place, _why in batch.broken]] = Fault.BROKEN_ROW
        ok = ~blank
        for faults in self._faults.values():
            ok &= faults == Fault.NONE
        return Judged(
            batch, self._faults, ok, blank, day, channel, department, geo, promo, discount, sales, margin,
            units, self._conflicts,
        )  # fmt: skip

    def _cells(self, batch: Batch, column: SalesColumn) -> pa.Array | None:
        name = self.mapping.columns.get(column)
        return batch.cells[name] if name is not None else None

    def _day(self, batch: Batch) -> Codes:
        cells = batch.cells[self.mapping.columns[SalesColumn.DATE]]
        if is_dated(cells):
            days, self._faults[SalesColumn.DATE] = typed_days(cells)
            return days
        codes, texts = day_texts(cells)
        days = np.array([self.formats.days.get(text, -Fault.NOT_DATE) for text in texts])[codes]
        self._faults[SalesColumn.DATE] = _negative(days)
        return days

    def _channel(self, batch: Batch, size: int) -> Codes:
        cells = self._cells(batch, SalesColumn.CHANNEL)
        if cells is None:
            fixed = CHANNEL_NAMES.index(self.mapping.fixed[SalesColumn.CHANNEL])
            return np.full(size, fixed, dtype=np.int64)
        codes = looked_up(cells, self.formats.channels)
        self._faults[SalesColumn.CHANNEL] = _negative(codes)
        return codes

    def _name(self, batch: Batch, column: SalesColumn, names: Names, size: int) -> Codes:
        cells = self._cells(batch, column)
        if cells is None:
            return np.full(size, names.code(self.mapping.fixed.get(column, ALL_GEOS)), dtype=np.int64)
        codes, texts = coded(cells)
        totals = self.formats.totals.get(column, frozenset())
        real = self.formats.codes.get(column, frozenset())
        each = []
        for text in texts:
            missing = Fault.NONE if text in real else missing_fault(text)
            plain = " ".join(text.split())
            if text in totals:
                each.append(-Fault.TOTAL_ROW)
            elif missing is not Fault.NONE:
                each.append(-missing)
            else:
                each.append(-Fault.TOO_LONG if len(plain) > LONGEST_NAME else names.code(plain))
        known = np.array(each, dtype=np.int64)[codes]
        self._faults[column] = _negative(known)
        return known

    def _number(self, batch: Batch, column: SalesColumn) -> Floats:
        found = self._numbers(batch, column)
        faults = found.faults
        if found.percent is not None:
            faults = np.where(found.percent & (faults == Fault.NONE), Fault.PERCENTAGE, faults)
        self._faults[column] = faults.astype(np.uint8)
        return found.values

    def _numbers(self, batch: Batch, column: SalesColumn) -> Numbers:
        written = self.formats.number_formats.get(column, NumberFormat.POINT)
        found = numbers(batch.cells[self.mapping.columns[column]], written, self.lines.plain_is_number)
        if found.conflicts is not None and found.conflicts.any():
            self._conflicts[column] = found.conflicts
        return found

    def _shares(self, batch: Batch, column: SalesColumn, is_share: bool) -> tuple[Floats, Faults]:
        """Percentages 0..100, whether written as 20, 20 % or 0.2."""
        found = self._numbers(batch, column)
        signed = np.zeros(len(found.values), dtype=np.bool_) if found.percent is None else found.percent
        return np.where(signed | is_share, found.values * 100.0, found.values), found.faults

    def _discount(self, batch: Batch, size: int) -> Floats:
        column = SalesColumn.DISCOUNT_PCT
        if column not in self.mapping.columns:
            return np.full(size, np.nan)
        values, faults = self._shares(batch, column, self.formats.discount_is_share)
        faults = np.where(np.isin(faults, (Fault.EMPTY, Fault.MISSING_WORD)), Fault.NONE, faults)
        faults = np.where(values < 0, Fault.NEGATIVE, np.where(values > 100, Fault.OVER_100, faults))
        self._faults[column] = faults.astype(np.uint8)
        return values

    def _promo(self, batch: Batch, discount: Floats) -> Mask:
        """The flag; without one a discount over 0 makes a promotion."""
        cells = self._cells(batch, SalesColumn.PROMO_FLAG)
        if cells is None or self.formats.promos is None:
            return np.asarray(np.nan_to_num(discount) > 0)
        codes = looked_up(cells, self.formats.promos)
        self._faults[SalesColumn.PROMO_FLAG] = _negative(codes)
        return np.asarray(codes == 1)

    def _margin(self, batch: Batch, sales: Floats) -> Floats:
        """The margin's own column first, then sales less cost, then its percentage of sales."""
        if SalesColumn.MARGIN_VALUE in self.mapping.columns:
            return self._number(batch, SalesColumn.MARGIN_VALUE)
        if SalesColumn.COST_VALUE in self.mapping.columns:
            return np.asarray(sales - self._number(batch, SalesColumn.COST_VALUE))
        pct, faults = self._shares(batch, SalesColumn.MARGIN_PCT, self.formats.margin_is_share)
        margin = np.asarray(sales * pct / 100.0)
        large = (faults == Fault.NONE) & (np.abs(margin) > MOST)
        self._faults[SalesColumn.MARGIN_PCT] = np.where(large, Fault.TOO_LARGE, faults).astype(np.uint8)
        return margin


def _negative(codes: Codes) -> Faults:
    """The faults that stand as negative numbers among codes."""
    return np.where(codes < 0, -codes, Fault.NONE).astype(np.uint8)
