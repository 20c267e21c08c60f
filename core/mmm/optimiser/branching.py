"""The best split for curves of any shape, one by variable: branch and bound on their concave envelopes.

Over a box of amounts the concave envelopes of the curves give a linear programme that no plan in the box can
beat. Where an envelope lies well above its curve the box is cut in two at that variable's amount, and the
most promising box is looked at next (Udell and Boyd 2013, "Maximizing a sum of sigmoids").
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, vstack

from core.mmm.arrays import Floats, Integers
from core.mmm.optimiser.linear_limits import LinearLimits

NODES, CLOSE, KEPT = 30, 1e-5, 3


@dataclass(frozen=True)
class Envelopes:
    """Curves through `points` (variable, point), rising along a row; `above` are values no curve exceeds
    between and at the points, `values` those of the curves."""

    limits: LinearLimits
    points: Floats
    values: Floats
    above: Floats

    def solve(self, low: Integers, high: Integers) -> tuple[Floats, Floats, float] | None:
        """Amounts, each variable's envelope there and a bound of the objective, for amounts between the
        points of places `low` and `high`; None where the limits leave no choice."""
        (number, grid), m = self.points.shape, self.limits.matrices
        scale, height = self.limits.scale, max(float(np.abs(self.above).max()), 1e-300)
        columns = np.arange(number * grid)
        owner = np.repeat(np.arange(number), grid)
        pick = csr_array((np.ones(number * grid), (owner, columns)))
        spend = csr_array(((self.points / scale).ravel(), (owner, columns)))
        capped = np.flatnonzero(np.isfinite(m.high))
        rows = vstack([m.a, eye_array(number, format="csr")[capped], -eye_array(number)], format="csr")
        right = np.concatenate([m.b, m.high[capped], -m.low]) / scale
        place = np.arange(grid)
        open_ = (place >= low[:, None]) & (place <= high[:, None])
        found = linprog(
            -(self.above / height).ravel(), rows @ spend, right,
            vstack([pick, m.e @ spend]) if len(m.f) else pick, np.concatenate([np.ones(number), m.f / scale]),
            bounds=np.column_stack([np.zeros(number * grid), open_.ravel()]), method="highs",
        )  # fmt: skip
        if found.status != 0:
            return None
        # Any multipliers give a bound: the solver's own tolerances are no part of it.
        pulls, fixed = np.maximum(-found.ineqlin.marginals, 0.0), -found.eqlin.marginals[number:]
        charged = (rows.T @ pulls + m.e.T @ fixed)[:, None] * (self.points / scale)
        best = np.where(open_, self.above / height - charged, -np.inf).max(axis=1).sum()
        bound = float(best + right @ pulls + m.f / scale @ fixed) * height
        envelope = (self.above.ravel() * found.x).reshape(number, grid).sum(axis=1)
        return np.asarray(spend @ found.x) * scale, envelope, bound

    def true(self, amounts: Floats) -> Floats:
        """(variable,) the curves at the amounts, straight between points."""
        pairs = zip(amounts, self.points, self.values, strict=True)
        return np.array([np.interp(own, points, values) for own, points, values in pairs])


def best_splits(curves: Envelopes, nodes: int = NODES) -> tuple[list[Floats], float] | None:
    """Up to a few good splits, the best one first, and a bound of the objective; None where there is no
    plan."""
    size, grid = curves.points.shape
    first = curves.solve(np.zeros(size, dtype=np.int64), np.full(size, grid - 1))
    if first is None:
        return None
    order = count()
    heap = [(-first[2], next(order), np.zeros(size, dtype=np.int64), np.full(size, grid - 1), first)]
    found: list[tuple[float, Floats]] = []
    bound = first[2]
    for _ in range(nodes):
        if not heap:
            break
        bound = -heap[0][0]
        _, _, low, high, (amounts, envelope, _) = heapq.heappop(heap)
        true = curves.true(amounts)
        found.append((float(true.sum()), amounts))
        best = max(value for value, _ in found)
        cut = _cut(curves, low, high, amounts, envelope - true)
        if bound - best <= CLOSE * abs(best) or cut is None:
            heapq.heappush(heap, (-bound, next(order), low, high, (amounts, envelope, bound)))
            break
        variable, place = cut
        for side in (0, 1):
            ends = (low.copy(), high.copy())
            ends[1 - side][variable] = place
            child = curves.solve(*ends)
            if child is not None and child[2] > best:
                heapq.heappush(heap, (-child[2], next(order), *ends, child))
    best = max(value for value, _ in found)
    bound = max(-heap[0][0] if heap else best, best)
    ranked = sorted(found, key=lambda own: -own[0])[:KEPT]
    return [amounts for _, amounts in ranked], bound


def _cut(
    curves: Envelopes, low: Integers, high: Integers, amounts: Floats, gaps: Floats
) -> tuple[int, int] | None:
    """The variable whose envelope is farthest above its curve, and the point in its box next to its
    amount."""
    for variable in np.argsort(-gaps):
        inside = np.arange(low[variable] + 1, high[variable])
        if len(inside):
            nearest = np.abs(curves.points[variable, inside] - amounts[variable]).argmin()
            return int(variable), int(inside[nearest])
    return None
