"""What a shop sells under a promotion: one kernel for expectations, for draws and for searches.

A cell c (department, sales channel, geo) sells B_c without promotion, at the margin rate m_c and b_c units
per money. A line targets the share s of the cell's revenue with the discount d (percent). With the uplift
u(d), the points of margin g per point of discount and the share p by which prices really fall,

    r_c = exp( sum over promoted cells j beside c of s_j * rival[j, c] )         cannibalisation
    sales   B r [ 1 + s ((1 + u) e - 1) ]
    margin  B r [ m + s ((1 + u) e (m + g d / 100) - m) ]
    units   B r b [ 1 + s ((1 + u) e / (1 - p d / 100) - 1) ]

where e is what makes single promotions differ (1 in expectation). A line at 0 % is no promotion: it changes
nothing, not even other departments. Where nothing is expected to be sold (returns may exceed sales), there is
no rate and nothing that a promotion could change; the baseline keeps its sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.promo.days import Cell, Floats, Place
from core.promo.pooled_curve import GRID, segment_lengths
from core.promo.scenarios.scenario import Mechanic
from core.promo.scenarios.settings import PromoSettings
from core.promo.uplift import Uplift

Places = NDArray[np.int64]
LEAST_PRICE = 0.05  # of the usual one: no discount gives goods away


@dataclass(frozen=True)
class Exposure:
    """The cells that lines with a discount reach: `line`, `cell`, `discount_pct`, `share` of the cell's
    revenue that is targeted, one each (exposed,); `promoted` (cell,) share of each cell's revenue that has a
    promotion."""

    line: Places
    cell: Places
    discount_pct: Floats
    share: Floats
    promoted: Floats


@dataclass(frozen=True)
class Factors:
    """What sales depend on, drawn: `level` (draw, cell) factor on the baseline, `rate`, `per` (draw, cell)
    margin and units per money of sales without promotion, `kept` (draw, cell) factor that other departments'
    promotions leave, `uplift`, `slope`, `scatter` (draw, exposed). Expected: the same without draws."""

    level: Floats
    rate: Floats
    per: Floats
    kept: Floats
    uplift: Floats
    slope: Floats
    scatter: Floats


@dataclass(frozen=True)
class PromoEffect:
    """Sales, margin and units stacked: `base` (3, ..., cell) without promotion and what changes, `gain`
    (3, ..., exposed) by the lines themselves and `taken` (3, ..., cell) by promotions of other departments
    (negative: lost)."""

    base: Floats
    gain: Floats
    taken: Floats


@dataclass(frozen=True)
class LineSums:
    """Of each line: `usual` (3, line) sales, margin and units of what it targets without promotions, `moved`
    (3, line) their expected change, `uplift` (line,) its expected uplift, a share."""

    usual: Floats
    moved: Floats
    uplift: Floats

    def margin_pct(self, line: int, *, moved: bool = True) -> float:
        """The margin of what a line targets in percent of sales, with or without its promotion."""
        sales, margin, _ = self.usual[:, line] + (self.moved[:, line] if moved else 0.0)
        return 100 * float(margin / sales) if sales > 0 else 0.0


@dataclass(frozen=True)
class Response:
    """Expectations of one period, without uncertainty.

    `sales`, `margin`, `units` (cell,) without promotions; `curves` (cell, grid) uplift as a share at the
    discounts of `GRID`; `slope` (cell,) points of margin per point of discount; `price` share of a stated
    discount by which the price falls; `rival` (cell, cell) log effect on the column's sales while the row's
    cell has a promotion; `shares` revenue shares of segments.
    """

    cells: tuple[Cell, ...]
    sales: Floats
    margin: Floats
    units: Floats
    curves: Floats
    slope: Floats
    price: float
    rival: Floats
    shares: Mapping[str, float]

    @cached_property
    def base(self) -> Floats:
        """(3, cell) sales, margin and units without promotions."""
        return np.stack([self.sales, self.margin, self.units])

    @cached_property
    def rates(self) -> tuple[Floats, Floats]:
        """(cell,) margin and units per money of sales; 0 where nothing is sold."""
        money = np.where(self.sales > 0, self.sales, np.inf)
        return self.margin / money, self.units / money

    @cached_property
    def sold(self) -> Floats:
        """(cell,) the sales that a promotion can change: those of cells in which something is sold."""
        return np.maximum(self.sales, 0.0)

    @cached_property
    def places(self) -> Mapping[Place, list[int]]:
        """The cells of each department and sales channel, one a geo."""
        found: dict[Place, list[int]] = {}
        for at, cell in enumerate(self.cells):
            found.setdefault(cell.place, []).append(at)
        return found

    def share_of(self, line: Mechanic) -> float:
        """The share of revenue that a line targets."""
        return 1.0 if line.for_all else float(sum(self.shares[name] for name in line.segments))

    def cells_of(self, line: Mechanic) -> list[int]:
        """The places of a line's cells, one a geo."""
        return self.places.get(line.place, [])

    def exposure(self, lines: Sequence[Mechanic]) -> Exposure:
        """The cells that the lines reach, in the order of lines and cells."""
        found = [
            (place, at, line.discount_pct, self.share_of(line))
            for place, line in enumerate(lines)
            for at in self.cells_of(line)
            if line.discount_pct > 0
        ]
        line, cell, discount, share = np.array(found, dtype=float).reshape(-1, 4).T
        at = cell.astype(int)
        return Exposure(
            line.astype(int), at, discount, share, np.bincount(at, share, len(self.cells)).astype(float)
        )

    def uplift(self, cell: Places, discount_pct: Floats) -> Floats:
        """(...,) expected uplift as a share, of cells at discounts; exact: curves bend on whole percents."""
        below = np.minimum(discount_pct.astype(int), len(GRID) - 2)
        part = discount_pct - below
        return np.asarray((1 - part) * self.curves[cell, below] + part * self.curves[cell, below + 1])

    def effect(self, exposure: Exposure, factors: Factors | None = None) -> PromoEffect:
        """What the lines change: expected, or in every draw of `factors`. The formulas of this module."""
        at, discount = exposure.cell, exposure.discount_pct / 100
        used = factors or Factors(
            level=np.ones(len(self.cells)), rate=self.rates[0], per=self.rates[1],
            kept=np.exp(exposure.promoted @ self.rival), uplift=self.uplift(at, exposure.discount_pct),
            slope=self.slope[at], scatter=np.ones(len(at)),
        )  # fmt: skip
        sold = self.sold * used.level
        base = self.base
        if factors:
            drawn = np.stack([sold, sold * used.rate, sold * used.per])
            base = np.where(self.sales > 0, drawn, self.base[:, None] * used.level)
        left = sold * used.kept
        lost = left - sold
        usual, rate = left[..., at] * exposure.share, used.rate[..., at]
        bought = usual * (1 + used.uplift) * used.scatter
        price = np.maximum(1 - self.price * discount, LEAST_PRICE)
        margin = bought * (rate + used.slope * discount) - usual * rate
        gain = np.stack([bought - usual, margin, (bought / price - usual) * used.per[..., at]])
        return PromoEffect(base, gain, np.stack([lost, lost * used.rate, lost * used.per]))

    def line_sums(self, lines: Sequence[Mechanic], exposure: Exposure, effect: PromoEffect) -> LineSums:
        """The expected sums of each line; what other departments take counts by the line's share."""
        count = len(lines)
        reach = [(place, at) for place, line in enumerate(lines) for at in self.cells_of(line)]
        owner, cell = np.array(reach, dtype=int).reshape(-1, 2).T
        share = np.array([self.share_of(line) for line in lines])[owner]

        def by_line(of: Places, values: Floats) -> Floats:
            return np.stack([np.bincount(of, row, count) for row in values]).astype(float)

        moved = by_line(owner, share * effect.taken[:, cell]) + by_line(exposure.line, effect.gain)
        gains = self.uplift(exposure.cell, exposure.discount_pct) * self.line_weights(exposure)
        uplift = np.bincount(exposure.line, gains, count).astype(float)
        return LineSums(by_line(owner, share * self.base[:, cell]), moved, uplift)

    def line_weights(self, exposure: Exposure) -> Floats:
        """(exposed,) how much each cell of a line weighs: by its sales, evenly where nothing is sold."""
        money = self.sold[exposure.cell]
        total = np.bincount(exposure.line, money, minlength=1)
        money = np.where(total[exposure.line] > 0, money, 1.0)
        return np.asarray(money / np.bincount(exposure.line, money, minlength=1)[exposure.line])

    def taken_pct(self, effect: PromoEffect, department: str) -> dict[str, float]:
        """What other departments' promotions are expected to take from a department in each of its sales
        channels, in percent of its sales there."""
        found = {}
        for (name, channel), at in sorted(self.places.items()):
            if name == department:
                usual = float(self.sales[at].sum())
                found[channel] = -100 * float(effect.taken[0, at].sum()) / usual if usual > 0 else 0.0
        return found


def response_of(cells: tuple[Cell, ...], base: Floats, uplift: Uplift, settings: PromoSettings) -> Response:
    """The response of cells with the sums `base` (3, cell) of sales, margin and units over the period."""
    at = [uplift.place(cell) for cell in cells]
    slopes = uplift.curves.slopes[:, at].mean(axis=0)
    names, mean = uplift.regression.names, uplift.regression.mean
    known = {name[1:]: float(mean[place]) for place, name in enumerate(names) if name[0] == "rival"}
    departments = sorted({cell.department for cell in cells})
    log_effect = np.array([[known.get((by, on), 0.0) for on in departments] for by in departments])
    department = np.array([departments.index(cell.department) for cell in cells])
    markets = sorted({(cell.channel, cell.geo) for cell in cells})
    market = np.array([markets.index((cell.channel, cell.geo)) for cell in cells])
    rival = np.where(market[:, None] == market, log_effect[np.ix_(department, department)], 0.0)
    shares = {segment.segment_id: segment.revenue_share for segment in settings.known_segments}
    return Response(
        cells, base[0], base[1], base[2], slopes @ segment_lengths(GRID).T, uplift.margin.mean[at],
        uplift.margin.price, rival, shares,
    )  # fmt: skip


def same_market(first: Cell, second: Cell) -> bool:
    """Whether two cells are departments of the same sales channel and geo."""
    same = (first.channel, first.geo) == (second.channel, second.geo)
    return same and first.department != second.department
