"""Linear limits on a plan's variables, each with the name by which a person knows it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, eye_array, hstack, vstack

from core.errors import UserError
from core.mmm.arrays import Booleans, Floats, Integers
from core.mmm.cents import CENT
from core.mmm.optimiser.decision_variables import DecisionVariables
from core.mmm.optimiser.limit import Limit, LimitKind
from core.mmm.optimiser.quadratic import Blocks, Programme

EVENLY = 1e-3
LARGEST_PROOF, SECONDS = 1e5, 5.0
ROOM = 1e-5  # of the spend: limits that leave less room than a part of it leave none
Side = Literal["lower", "upper", "total"]


@dataclass(frozen=True, eq=False)
class LimitRow:
    """One side of a limit in the programme: each row of `members` (row, variable) times the amounts is at
    least (lower), at most (upper) or exactly (total) `edge`."""

    limit: Limit
    side: Side
    members: csr_array

    @property
    def amount(self) -> float:
        """The end of that side as it was given: spend, or a share of all spend."""
        return self.limit.side("lower" if self.side == "lower" else "upper")

    @property
    def edge(self) -> float:
        """The right-hand side of its rows: 0 for a share, whose rows hold the share of all spend."""
        return 0.0 if self.limit.of_total else self.amount

    @property
    def label(self) -> str:
        """Its name in a table of prices."""
        return "total" if self.limit.kind == LimitKind.TOTAL else f"{self.limit.name} {self.side}"

    @property
    def sentence(self) -> str:
        """Its meaning for a reader."""
        sign = {"lower": "at least", "upper": "at most", "total": "exactly"}[self.side]
        what = "the total" if self.limit.kind == LimitKind.TOTAL else f"'{self.limit.name}'"
        amount = f"{self.amount:.1%} of the total" if self.limit.of_total else f"{self.amount:,.2f}"
        return f"{what} {sign} {amount}"

    def slack(self, amounts: Floats) -> float:
        """Spend left before the limit binds; negative when broken."""
        sums = self.members @ amounts
        if self.side == "lower":
            return float((sums - self.edge).min())
        return float((self.edge - sums).min() if self.side == "upper" else -np.abs(sums - self.edge).max())


def limit_rows(limit: Limit, variables: DecisionVariables) -> list[LimitRow]:
    """The rows of a limit over decision variables, one entry for each side it has; infinite ends are none."""
    sides: list[Side] = ["lower", "upper"]
    ends = {side: limit.lower if side == "lower" else limit.upper for side in sides}
    found = []
    for side, end in ends.items():
        if end is None or not math.isfinite(end):
            continue
        if limit.kind == LimitKind.PERIOD:
            members = _each_period(variables, limit.channels[0], lowest=side == "lower")
        else:
            weights = variable_weights(limit, variables)
            members = one_row(weights - end if limit.of_total else weights)
        found.append(LimitRow(limit, side, members))
    return found


def variable_weights(limit: Limit, variables: DecisionVariables) -> Floats:
    """(variable,) the weight with which each decision variable counts in a limit."""
    counted = limit.channels or variables.channels
    weights = [limit.weights.get(name, 1.0) if name in counted else 0.0 for name in variables.channels]
    geos = np.array([geo in limit.geos for geo in variables.geos]) if limit.geos else None
    inside = None
    if limit.start or limit.end:
        days = variables.dates.normalize()
        inside = np.ones(len(days), dtype=bool)
        if limit.start:
            inside &= np.asarray(days >= pd.Timestamp(limit.start))
        if limit.end:
            inside &= np.asarray(days <= pd.Timestamp(limit.end))
    return variables.coefficients(np.array(weights), geos, inside)


def _each_period(variables: DecisionVariables, channel: str, lowest: bool) -> csr_array:
    """One row by period, or that of the largest (least) share where the pattern is fixed."""
    place = variables.channels.index(channel)
    own = variables.channel == place
    if variables.free[place]:
        places = np.flatnonzero(own)
        shape = (variables.periods, variables.size)
        return csr_array((np.ones(len(places)), (variables.period[places], places)), shape=shape)
    pattern = variables.pattern[:, place]
    return one_row(own * float(pattern[pattern > 0].min() if lowest else pattern.max()))


class InfeasiblePlan(UserError):
    """Limits that no plan can meet; `clash` is a smallest set of them, each needed for the clash."""

    def __init__(self, clash: tuple[LimitRow, ...] | list[str]) -> None:
        self.clash = tuple(row for row in clash if isinstance(row, LimitRow))
        if self.clash:
            limits = "; ".join(row.sentence for row in self.clash)
            super().__init__(f"These limits clash, no plan can meet them all: {limits}.")
        else:
            super().__init__([str(sentence) for sentence in clash])


def one_row(weights: Floats) -> csr_array:
    """The members of a limit of one row."""
    return csr_array(np.asarray(weights, dtype=float)[None])


@dataclass(frozen=True)
class Matrices:
    """Limits as A x <= b, E x = f and low <= x <= high. `owner`, `owner_equal` say which limit a row is,
    `low_owner`, `high_owner` (variable,) which limit a bound is, -1 for none."""

    a: csr_array
    b: Floats
    owner: Integers
    e: csr_array
    f: Floats
    owner_equal: Integers
    low: Floats
    high: Floats
    low_owner: Integers
    high_owner: Integers


def _stacked(parts: list[tuple[int, Any, Floats]], size: int) -> tuple[csr_array, Floats, Integers]:
    """Rows, their edges and the limits they are."""
    if not parts:
        return csr_array((0, size)), np.zeros(0), np.zeros(0, dtype=np.int64)
    owners = [np.full(len(edges), k) for k, _, edges in parts]
    rows = vstack([members for _, members, _ in parts], format="csr")
    return rows, np.concatenate([edges for _, _, edges in parts]), np.concatenate(owners)


@dataclass(frozen=True, eq=False)
class LinearLimits:
    """All limits of a problem over its `size` variables; amounts are never negative."""

    size: int
    rows: tuple[LimitRow, ...]

    def with_total(self, total: float, side: Side = "total") -> LinearLimits:
        """The same with the sum of all spend fixed, or bounded."""
        return self.with_rows((LimitRow(Limit.total(total), side, one_row(np.ones(self.size))),))

    def with_rows(self, rows: tuple[LimitRow, ...]) -> LinearLimits:
        """The same with more limits."""
        return LinearLimits(self.size, (*self.rows, *rows))

    def only(self, rows: tuple[LimitRow, ...]) -> LinearLimits:
        """Some of the limits alone."""
        return LinearLimits(self.size, rows)

    @cached_property
    def scale(self) -> float:
        """A typical amount: solvers' tolerances are absolute, so that amounts are divided by it."""
        edges = [row.edge for row in self.rows if 0 < row.edge < np.inf]
        whole = [row.edge for row in self.rows if row.limit.kind == LimitKind.TOTAL]
        return max(whole or edges, default=1.0) or 1.0

    @cached_property
    def matrices(self) -> Matrices:
        """The limits as matrices; a row over one variable is a bound of it."""
        low, high = np.zeros(self.size), np.full(self.size, np.inf)
        low_owner, high_owner = np.full(self.size, -1), np.full(self.size, -1)
        inequal: list[tuple[int, Any, Floats]] = []
        equal: list[tuple[int, Any, Floats]] = []
        for k, row in enumerate(self.rows):
            members, edge = row.members, row.edge
            # Amounts are never negative anyhow.
            if row.side == "lower" and edge <= 0 and members.nnz and members.data.min() >= 0:
                continue
            if row.side == "total":
                equal.append((k, members, np.full(members.shape[0], edge)))
                continue
            sign = 1.0 if row.side == "upper" else -1.0
            # A row over one variable is a bound of it, unless its weight is negative.
            single = (np.diff(members.indptr) == 1) & (np.r_[members.data, 0.0][members.indptr[:-1]] > 0)
            for place in np.flatnonzero(single):
                j, weight = members.indices[members.indptr[place]], members.data[members.indptr[place]]
                if sign > 0 and edge / weight < high[j]:
                    high[j], high_owner[j] = edge / weight, k
                if sign < 0 and edge / weight > low[j]:
                    low[j], low_owner[j] = edge / weight, k
            if (~single).any():
                rest = members[np.flatnonzero(~single)]
                inequal.append((k, rest * sign, np.full(rest.shape[0], edge * sign)))
        above, below = _stacked(inequal, self.size), _stacked(equal, self.size)
        return Matrices(*above, *below, low, high, low_owner, high_owner)

    def solve(self, cost: Floats) -> Floats | None:
        """The cheapest amounts (variable,) within the limits for a linear cost; None where there are none."""
        m, scale = self.matrices, self.scale
        if (m.low > m.high).any():
            return None
        found = linprog(
            cost, m.a if len(m.b) else None, m.b / scale if len(m.b) else None,
            m.e if len(m.f) else None, m.f / scale if len(m.f) else None,
            bounds=np.column_stack([m.low, m.high]) / scale, method="highs",
        )  # fmt: skip
        return np.asarray(found.x) * scale if found.status == 0 else None

    @cached_property
    def always(self) -> tuple[Booleans, Booleans, Booleans]:
        """Which rows of A x <= b, lower and upper bounds hold as equations in every plan: where all limits
        together leave no room, as when locks and a group's cap use up the total."""
        m, scale = self.matrices, self.scale
        count, size = len(m.b), self.size
        spare = float(m.f[-1]) if len(m.f) == 1 else 0.0
        if not count and len(m.f) < 2 and m.low.sum() + ROOM * scale < spare < m.high.sum() - ROOM * scale:
            return np.zeros(0, dtype=bool), np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        eye, high = eye_array(size), np.minimum(m.high, 10 * scale)
        rows = vstack([m.a, -eye, eye], format="csr")
        found = linprog(
            np.r_[np.zeros(size), -np.ones(count + 2 * size)], hstack([rows, eye_array(rows.shape[0])]),
            np.concatenate([m.b, -m.low, high]) / scale,
            hstack([m.e, csr_array((len(m.f), rows.shape[0]))]) if len(m.f) else None,
            m.f / scale if len(m.f) else None,
            bounds=np.vstack([np.tile([0.0, np.inf], (size, 1)), np.tile([0.0, ROOM], (rows.shape[0], 1))]),
            method="highs",
        )  # fmt: skip
        tight = found.x[size:] < ROOM / 5 if found.status == 0 else np.zeros(rows.shape[0], dtype=bool)
        return tight[:count], tight[count : count + size], tight[count + size :] & (m.high < np.inf)

    @cached_property
    def feasible(self) -> bool:
        """Whether any amounts meet all limits."""
        return self.solve(np.zeros(self.size)) is not None

    def demand_feasible(self) -> None:
        """InfeasiblePlan, naming a smallest clashing set, unless some plan meets all limits."""
        if not self.feasible:
            raise InfeasiblePlan(smallest_clash(self))

    def nearest(self, amounts: Floats) -> Floats:
        """The amounts within the limits that move the least spend away from `amounts`; where several move as
        little, those that move it most evenly, whatever the order of the variables."""
        if self.meets(amounts, 1e-9 * self.scale):
            return amounts
        self.demand_feasible()
        found = nearest_amounts(self, amounts)
        return found if self.meets(found, 1e-7 * self.scale) else self._nearest_corner(amounts)

    def _nearest_corner(self, amounts: Floats) -> Floats:
        """The same, any of those that move as little."""
        m, size = self.matrices, max(self.scale, float(np.abs(amounts).max(initial=0.0)))
        eye, free = eye_array(self.size), np.tile([0.0, np.inf], (self.size, 1))
        wide = vstack([hstack([m.a, csr_array(m.a.shape)]), hstack([eye, -eye]), hstack([-eye, -eye])])
        found = linprog(
            np.r_[np.zeros(self.size), np.ones(self.size)], wide,
            np.concatenate([m.b, amounts, -amounts]) / size,
            hstack([m.e, csr_array(m.e.shape)]) if len(m.f) else None, m.f / size if len(m.f) else None,
            bounds=np.vstack([np.column_stack([m.low, m.high]) / size, free]), method="highs",
        )  # fmt: skip
        return np.clip(np.asarray(found.x[: self.size]) * size, m.low, m.high)

    def meets(self, amounts: Floats, tolerance: float = CENT) -> bool:
        """Whether all limits hold up to `tolerance` money."""
        if (amounts < -tolerance).any():
            return False
        return all(row.slack(amounts) >= -tolerance for row in self.rows)


def nearest_amounts(limits: LinearLimits, amounts: Floats) -> Floats:
    """The nearest amounts within the limits, by what is added to and taken from each variable; a small square
    term makes them the only ones (Mangasarian and Meyer 1979).
    """
    m, scale, size = limits.matrices, limits.scale, limits.size
    rows, low, high = limits.always
    bottom, top = np.where(high, m.high, m.low), np.where(low, m.low, np.minimum(m.high, 10 * scale))
    least = np.r_[np.maximum(bottom - amounts, 0), np.maximum(amounts - top, 0)] / scale
    most = np.r_[np.maximum(top - amounts, 0), np.maximum(amounts - bottom, 0)] / scale
    a, e = m.a.toarray(), m.e.toarray()
    e, f = np.vstack([a[rows], e]), np.concatenate([m.b[rows], m.f])
    a, b = a[~rows], m.b[~rows]
    square = Blocks(((np.arange(2 * size)[:, None], np.full((2 * size, 1, 1), EVENLY)),), 2 * size)
    programme = Programme(
        square, np.ones(2 * size), np.hstack([a, -a]), (b - a @ amounts) / scale, np.hstack([e, -e]),
        (f - e @ amounts) / scale, least, np.maximum(most, least),
    )  # fmt: skip
    moved = programme.solve((least + most) / 2).x * scale
    return np.clip(amounts + moved[:size] - moved[size:], m.low, m.high)


def smallest_clash(limits: LinearLimits) -> tuple[LimitRow, ...]:
    """Limits of which none can be left out: those with the shortest proof that no plan meets them all.

    By Farkas' lemma a set clashes when some weights y >= 0 of its rows (any sign for an equation) give
    y'A >= 0 and y'b < 0. The fewest limits with a weight are found by a mixed-integer programme, then a
    deletion filter (Chinneck and Dravnieks 1991) takes out what its tolerances may have left in; the filter
    alone in several orders where the programme finds nothing in time.
    """
    order = limits.rows
    wide = tuple(sorted(order, key=lambda row: -row.members.nnz))
    clashes: list[tuple[LimitRow, ...]] = []
    for rows in (_shortest_proof(limits), order, order[::-1], wide, wide[::-1]):
        needed = rows
        for row in rows:
            fewer = tuple(other for other in needed if other is not row)
            if not limits.only(fewer).feasible:
                needed = fewer
        if needed:
            clashes.append(needed)
    smallest = min(clashes, key=len)
    return tuple(sorted(smallest, key=limits.rows.index))


def _shortest_proof(limits: LinearLimits) -> tuple[LimitRow, ...]:
    """The limits in the proof with the fewest of them; none where it was not found in time."""
    rows = [row for row in limits.rows if np.isfinite(row.edge)]
    signs = {"upper": (1.0,), "lower": (-1.0,), "total": (1.0, -1.0)}
    blocks, edges, owners = [], [], []
    for k, row in enumerate(rows):
        for sign in signs[row.side]:
            blocks.append(row.members * sign)
            edges.append(np.full(row.members.shape[0], sign * row.edge / limits.scale))
            owners.append(np.full(row.members.shape[0], k))
    matrix, edge = vstack(blocks, format="csr"), np.concatenate(edges)
    owner = np.concatenate(owners)
    count, kinds = len(edge), len(rows)
    used = coo_array((np.full(count, -LARGEST_PROOF), (np.arange(count), owner)), shape=(count, kinds))
    eye = coo_array((np.ones(count), (np.arange(count), np.arange(count))), shape=(count, count))
    found = milp(
        np.r_[np.zeros(count), np.ones(kinds)],
        integrality=np.r_[np.zeros(count), np.ones(kinds)],
        bounds=(0, np.r_[np.full(count, np.inf), np.ones(kinds)]),
        constraints=[
            LinearConstraint(hstack([matrix.T, csr_array((limits.size, kinds))]), 0, np.inf),
            LinearConstraint(np.r_[edge, np.zeros(kinds)][None], -1.0, -1.0),
            LinearConstraint(hstack([eye, used]), -np.inf, 0),
        ],
        options={"time_limit": SECONDS},
    )
    if found.x is None:
        return ()
    return tuple(row for row, there in zip(rows, found.x[count:], strict=True) if there > 0.5)
