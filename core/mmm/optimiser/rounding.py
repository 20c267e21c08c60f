"""Money in whole cents that still adds up and keeps its limits."""

from __future__ import annotations

import numpy as np

from core.mmm.arrays import Floats, Integers
from core.mmm.cents import CENT
from core.mmm.optimiser.linear_limits import LinearLimits

SPECK = 1e-6  # spend that counts as none


def to_the_cent(spend: Floats, limits: LinearLimits, total: float, run: int = 1) -> Floats:
    """`spend` (cell,) in whole cents with the sum `total`; odd cents go where they break no limit.

    All amounts are cut down to cents; what is missing goes first to limits that want spend, then to the
    largest remainders. Over each `run` of cells (the periods of a channel) odd cents are spread, so that no
    part of the run is more than a cent early or late.
    """
    rounding = _CentRounding(spend, limits, round(total / CENT), run)
    rounding.fill_wants()
    rounding.fill(rounding.order)
    rounding.fill(rounding.order, strict=False)
    return np.round(rounding.cents * CENT, 2)


class _CentRounding:
    """Cents by cell, and how many are still to be given out."""

    def __init__(self, spend: Floats, limits: LinearLimits, total: int, run: int) -> None:
        m = limits.matrices
        self.cents = np.floor(spend / CENT + 1e-6)
        due = np.round(np.cumsum((spend / CENT).reshape(-1, run), axis=1))
        early = np.diff(due, axis=1, prepend=0.0).ravel() > self.cents
        self.order = np.lexsort((-(spend / CENT - self.cents), ~(early & (run > 1))))
        self.left = total - int(self.cents.sum())
        self.rows, self.columns, self.edge = m.a, m.a.tocsc(), m.b
        self.low, self.high = m.low / CENT, m.high / CENT
        self.sums = m.a @ (self.cents * CENT)

    def fill_wants(self) -> None:
        """Give cents to cells and rows that have less than their least."""
        self.fill(np.flatnonzero(self.cents < self.low - SPECK / CENT))
        rank = np.empty(len(self.order), dtype=np.int64)
        rank[self.order] = np.arange(len(self.order))
        for k in np.flatnonzero(self.sums > self.edge + SPECK):
            own = slice(self.rows.indptr[k], self.rows.indptr[k + 1])
            cells, weights = self.rows.indices[own], self.rows.data[own]
            helping = cells[weights < 0]
            for cell in helping[np.argsort(rank[helping])]:
                if self.sums[k] <= self.edge[k] + SPECK:
                    break
                self.fill(np.array([cell]))

    def fill(self, cells: Integers, strict: bool = True) -> None:
        """One cent for each of the cells in turn, while there are any, where it breaks no limit."""
        for cell in cells:
            if self.left == 0:
                return
            step = 1 if self.left > 0 else -1
            if strict and not self._fits(int(cell), step):
                continue
            if self.cents[cell] + step >= 0:
                self._move(int(cell), step)

    def _column(self, cell: int) -> tuple[Integers, Floats]:
        own = slice(self.columns.indptr[cell], self.columns.indptr[cell + 1])
        return self.columns.indices[own], self.columns.data[own]

    def _fits(self, cell: int, step: int) -> bool:
        rows, weights = self._column(cell)
        worse = weights * step > 0
        after = self.sums[rows] + weights * step * CENT
        inside = self.low[cell] - 1e-4 <= self.cents[cell] + step <= self.high[cell] + 1e-4
        return bool(inside and (after[worse] <= self.edge[rows][worse] + SPECK).all())

    def _move(self, cell: int, step: int) -> None:
        rows, weights = self._column(cell)
        self.cents[cell] += step
        self.sums[rows] += weights * step * CENT
        self.left -= step
