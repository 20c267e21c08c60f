"""What a shop sells under a promotion: one kernel for expectations, for draws and for searches.

A cell c (department, sales channel, geo) sells B_c without promotion, at the margin rate m_c and b_c units
per money. A line aims at the share s of the cell's revenue with the discount d (percent). With the uplift
u(d), the points of margin g per point of discount and the share p by which prices really fall,

    r_c = exp( sum over promoted cells j beside c of s_j * rival[j, c] )         cannibalisation
    sales   B r [ 1 + s ((1 + u) e - 1) ]
    margin  B r [ m + s ((1 + u) e (m + g d / 100) - m) ]
    units   B r b [ 1 + s ((1 + u) e / (1 - p d / 100) - 1) ]

where e is what makes single promotions differ (1 in expectation). A line at 0 % is no promotion: it changes
nothing, not even other departments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.promo.days import Cell, Floats
from core.promo.pooled_curve import GRID, segment_lengths
from core.promo.scenarios.scenario import Mechanic
from core.promo.uplift import Uplift

Places = NDArray[np.int64]
LEAST_PRICE = 0.05  # of the usual one: no discount gives goods away


@dataclass(frozen=True)
class Exposure:
    """Which cells the lines reach: `line`, `cell`, `discount_pct`, `share` of the cell's revenue, one each
    (aim,). Lines without a discount reach none."""

    line: Places
    cell: Places
    discount_pct: Floats
    share: Floats


@dataclass(frozen=True)
class PromoEffect:
    """What changes against no promotion, sales, margin and units stacked: `gain` (3, ..., aim) of what each
    line reaches, `taken` (3, ..., cell) by promotions of other departments (negative: lost)."""

    gain: Floats
    taken: Floats


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
        money = np.where(self.sales > 0, self.sales, 1.0)
        return self.margin / money, self.units / money

    def share_of(self, line: Mechanic) -> float:
        """The share of revenue that a line aims at."""
        return 1.0 if line.for_all else float(sum(self.shares[name] for name in line.segments))

    def aims(self, lines: Sequence[Mechanic]) -> Exposure:
        """The cells that the lines reach, in the order of lines and cells."""
        found = [
            (place, at, line.discount_pct, self.share_of(line))
            for place, line in enumerate(lines)
            for at in self.cells_of(line)
            if line.discount_pct > 0
        ]
        line, cell, discount, share = (np.array([row[part] for row in found]) for part in range(4))
        return Exposure(line.astype(int), cell.astype(int), discount.astype(float), share.astype(float))

    def cells_of(self, line: Mechanic) -> list[int]:
        """The places of a line's cells, one a geo."""
        return self.places.get((line.department, line.channel), [])

    @cached_property
    def places(self) -> Mapping[tuple[str, str], list[int]]:
        """The places of the cells of each department and sales channel."""
        found: dict[tuple[str, str], list[int]] = {}
        for at, cell in enumerate(self.cells):
            found.setdefault((cell.department, cell.channel), []).append(at)
        return found

    def uplift(self, cell: Places, discount_pct: Floats) -> Floats:
        """(...,) expected uplift as a share, of cells at discounts; exact: curves bend on whole percents."""
        below = np.minimum(discount_pct.astype(int), len(GRID) - 2)
        part = discount_pct - below
        return np.asarray((1 - part) * self.curves[cell, below] + part * self.curves[cell, below + 1])

    def sold(self, aims: Exposure) -> PromoEffect:
        """What lines are expected to change."""
        kept = np.exp(exposed_share(aims, len(self.cells)) @ self.rival)
        return sell(self, aims, self.sales, self.rates, kept, self.uplift(aims.cell, aims.discount_pct),
                    self.slope[aims.cell], np.ones(len(aims.cell)))  # fmt: skip


def exposed_share(aims: Exposure, cells: int) -> Floats:
    """(cell,) share of each cell's revenue that has a promotion."""
    return np.asarray(np.bincount(aims.cell, aims.share, cells), dtype=float)


def sell(
    response: Response,
    aims: Exposure,
    sales: Floats,
    rates: tuple[Floats, Floats],
    kept: Floats,
    uplift: Floats,
    slope: Floats,
    scatter: Floats,
) -> PromoEffect:
    """The kernel: `sales` and `rates` of margin and units (..., cell) without promotions, `kept` (..., cell)
    the factor that other departments' promotions leave, `uplift`, `slope`, `scatter` (..., aim)."""
    left = sales * kept
    lost = left - sales
    rate, per = rates
    aimed, usual = left[..., aims.cell] * aims.share, rate[..., aims.cell]
    bought = aimed * (1 + uplift) * scatter
    price = np.maximum(1 - response.price * aims.discount_pct / 100, LEAST_PRICE)
    gain = np.stack(
        [
            bought - aimed,
            bought * (usual + slope * aims.discount_pct / 100) - aimed * usual,
            (bought / price - aimed) * per[..., aims.cell],
        ]
    )
    return PromoEffect(gain, np.stack([lost, lost * rate, lost * per]))


@dataclass(frozen=True)
class LineSums:
    """Of each line: `usual` (3, line) sales, margin and units of what it aims at without promotions, `moved`
    (3, line) their expected change, `uplift` (line,) its expected uplift, a share."""

    usual: Floats
    moved: Floats
    uplift: Floats


def line_sums(response: Response, lines: Sequence[Mechanic], aims: Exposure, sold: PromoEffect) -> LineSums:
    """The sums of all lines at once; what other departments take counts by the line's share."""
    count = len(lines)
    reach = [(place, at) for place, line in enumerate(lines) for at in response.cells_of(line)]
    owner, cell = np.array(reach, dtype=int).reshape(-1, 2).T
    share = np.array([response.share_of(line) for line in lines])[owner]
    usual = _by_line(owner, share * response.base[:, cell], count)
    moved = _by_line(owner, share * sold.taken[:, cell], count) + _by_line(aims.line, sold.gain, count)
    weight = response.sales[aims.cell]
    money = np.bincount(aims.line, weight, count)
    even = np.where(money[aims.line] > 0, weight, 1.0)
    whole = np.bincount(aims.line, even, count)
    mean = np.bincount(aims.line, even * response.uplift(aims.cell, aims.discount_pct), count)
    return LineSums(usual, moved, mean / np.where(whole > 0, whole, 1.0))


def _by_line(owner: Places, values: Floats, count: int) -> Floats:
    """(3, line) sums of values (3, reach) by the line they belong to."""
    return np.stack([np.bincount(owner, row, count) for row in values])


def weights_of(response: Response, aims: Exposure, mine: Places) -> Floats:
    """(aim,) how much each cell of a line weighs: by its sales, evenly where nothing is sold."""
    money = response.sales[aims.cell[mine]]
    return money / money.sum() if money.sum() > 0 else np.full(len(mine), 1 / max(len(mine), 1))


def taken_pct(response: Response, sold: PromoEffect, places: Sequence[int], channel: str) -> float:
    """What other departments' promotions are expected to take from some cells in a sales channel, in percent
    of their sales."""
    here = [at for at in places if response.cells[at].channel == channel]
    usual = float(response.sales[here].sum())
    return -100 * float(sold.taken[0, here].sum()) / usual if usual > 0 else 0.0


def response_of(
    cells: tuple[Cell, ...], base: Floats, uplift: Uplift, shares: Mapping[str, float]
) -> Response:
    """The response of cells with the sums `base` (3, cell) of sales, margin and units over the period."""
    at = [uplift.place(cell.department, cell.channel, cell.geo) for cell in cells]
    slopes = uplift.curves.slopes[:, at].mean(axis=0)
    return Response(
        cells, base[0], base[1], base[2], slopes @ segment_lengths(GRID).T, uplift.margin.mean[at],
        uplift.margin.price, rival_effects(cells, uplift), shares,
    )  # fmt: skip


def same_market(first: Cell, second: Cell) -> bool:
    """Whether two cells are departments of the same sales channel and geo."""
    same = (first.channel, first.geo) == (second.channel, second.geo)
    return same and first.department != second.department


def rival_effects(cells: tuple[Cell, ...], uplift: Uplift) -> Floats:
    """(cell, cell) expected log effect of the row's promotion on the column's sales; 0 where unknown."""
    names, mean = uplift.regression.names, uplift.regression.mean
    known = {name[1:]: float(mean[at]) for at, name in enumerate(names) if name[0] == "rival"}
    departments = sorted({cell.department for cell in cells})
    table = np.array([[known.get((by, on), 0.0) for on in departments] for by in departments])
    at = np.array([departments.index(cell.department) for cell in cells])
    markets = sorted({(cell.channel, cell.geo) for cell in cells})
    market = np.array([markets.index((cell.channel, cell.geo)) for cell in cells])
    return np.where(market[:, None] == market[None, :], table[np.ix_(at, at)], 0.0)
