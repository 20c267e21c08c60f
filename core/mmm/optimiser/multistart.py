"""Plans from which a climb begins, for curves that may be S-shaped and trap a purely local search."""

from __future__ import annotations

import numpy as np

from core.mmm.arrays import Floats
from core.mmm.optimiser.branching import Envelopes, best_splits
from core.mmm.optimiser.decision_variables import DecisionVariables, pulsed
from core.mmm.optimiser.horizon import Horizon, variable_curves
from core.mmm.optimiser.limit import LimitKind
from core.mmm.optimiser.linear_limits import LinearLimits

GRID = 33


def ceilings(limits: LinearLimits) -> Floats:
    """(variable,) the most each can get under its own bound and the total; what any limit alone leaves it."""
    m = limits.matrices
    whole = [row.edge for row in limits.rows if row.limit.kind == LimitKind.TOTAL]
    most = np.minimum(m.high, min(whole, default=np.inf))
    if not np.isfinite(most).all() and m.a.shape[0]:
        positive = m.a.toarray()
        safe = (positive >= 0).all(axis=1)
        with np.errstate(divide="ignore"):
            each = np.where(positive[safe] > 0, m.b[safe, None] / positive[safe], np.inf)
        most = np.minimum(most, each.min(axis=0, initial=np.inf))
    return most


def envelope_start(
    horizon: Horizon, variables: DecisionVariables, limits: LinearLimits, cost: float
) -> list[Floats]:
    """The best plans for the mean curves, whatever their shape, where each variable has a curve of its
    own."""
    most = ceilings(limits)
    if variables.free.any() or not np.isfinite(most).all():
        return []
    points = (np.linspace(0, 1, GRID) ** 1.5) * most[:, None]
    values = variable_curves(horizon, variables, points)[0] - cost * points
    found = best_splits(Envelopes(limits, points, values, values))
    m = limits.matrices
    return [] if found is None else [np.clip(amounts, m.low, m.high) for amounts in found[0]]


def flighted(variables: DecisionVariables, limits: LinearLimits, amounts: Floats) -> list[Floats]:
    """The same spend by channel and geo in other patterns over the periods, brought inside the limits."""
    periods, shapes = variables.periods, []
    if periods >= 4 and variables.free.any():
        front = np.linspace(2, 0.1, periods)
        cycles = ((1, 2), (1, 4), (2, 4), (4, 8))
        shapes = [front / front.sum()]
        shapes += [pulsed(periods, on, cycle) for on, cycle in cycles if cycle <= periods]
    found = []
    for shape in shapes:
        moved = amounts.copy()
        for c in np.flatnonzero(variables.free):
            start, width = variables.first[c], periods
            for p in range(variables.parts):
                own = slice(start + p * width, start + (p + 1) * width)
                moved[own] = amounts[own].sum() * shape
        found.append(limits.nearest(moved))
    return found


def corners(limits: LinearLimits, count: int, seed: int) -> list[Floats]:
    """Seeded random plans: the best ones for random prices of each variable."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        own = limits.solve(-generator.random(limits.size))
        if own is not None:
            found.append(own)
    return found


def hull(
    horizon: Horizon, variables: DecisionVariables, limits: LinearLimits, around: Floats
) -> float | None:
    """No plan within the limits has a larger mean KPI than this, whatever the shape of the curves.

    Each variable's curve lies under two lines over every interval of a grid, dense around `around`; branch
    and bound over the concave envelopes of those lines narrows what is left. None where curves of several
    variables depend on each other.
    """
    most = ceilings(limits)
    if variables.free.any() or not np.isfinite(most).all():
        return None
    # From 0 to the most, ever denser towards the plan.
    middle, steps = np.minimum(around, most), np.r_[0.0, np.geomspace(1e-5, 1.0, 20)]
    over = middle[:, None] + steps * (most - middle)[:, None]
    under = middle[:, None] * (1 - steps[:0:-1])
    even = np.linspace(0, 1, GRID) * most[:, None]
    points = np.sort(np.hstack([under, over, even]), axis=1)
    values, left, right = variable_curves(horizon, variables, points)
    x0, x1 = points[:, :-1], points[:, 1:]
    f0, f1 = values[:, :-1], values[:, 1:]
    # The two lines cross at `cross`; where they are parallel any point between serves.
    apart = left - right
    cross = np.where(apart > 0, (f1 - f0 + left * x0 - right * x1) / np.where(apart > 0, apart, 1.0), x0)
    cross = np.clip(cross, x0, x1)
    above = np.maximum(np.minimum(f0 + left * (cross - x0), f1 + right * (cross - x1)), f0)
    straight = f0 + (f1 - f0) * (cross - x0) / np.where(x1 > x0, x1 - x0, 1.0)
    curves = Envelopes(limits, _woven(points, cross), _woven(values, straight), _woven(values, above))
    found = best_splits(curves)
    return None if found is None else found[1]


def _woven(points: Floats, between: Floats) -> Floats:
    """(variable, point) with those of each interval between its ends."""
    out = np.empty((len(points), points.shape[1] + between.shape[1]))
    out[:, ::2], out[:, 1::2] = points, between
    return out
