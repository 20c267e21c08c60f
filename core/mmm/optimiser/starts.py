"""Plans from which a climb begins, for curves that may be S-shaped and trap a purely local search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, vstack

from core.mmm.optimiser.flighting import pulsed
from core.mmm.optimiser.horizon import Horizon, curves_of
from core.mmm.optimiser.levers import Levers
from core.mmm.optimiser.limits import Limits

Floats = NDArray[np.float64]
GRID = 33


def ceilings(limits: Limits) -> Floats:
    """(lever,) the most each can get under its own bound and the total; what any limit alone leaves it."""
    m = limits.matrices
    whole = [limit.edge for limit in limits.rows if limit.name == "total"]
    most = np.minimum(m.high, min(whole, default=np.inf))
    if not np.isfinite(most).all() and m.a.shape[0]:
        positive = m.a.toarray()
        safe = (positive >= 0).all(axis=1)
        with np.errstate(divide="ignore"):
            each = np.where(positive[safe] > 0, m.b[safe, None] / positive[safe], np.inf)
        most = np.minimum(most, each.min(axis=0, initial=np.inf))
    return most


def envelope(limits: Limits, points: Floats, values: Floats) -> tuple[Floats, float] | None:
    """Amounts that are best for the concave envelopes through `points` (lever, point), and their worth; None
    where the limits leave no choice."""
    m, (count, grid) = limits.matrices, points.shape
    size, height = limits.scale, max(float(np.abs(values).max()), 1e-300)
    owner = np.repeat(np.arange(count), grid)
    pick = csr_array((np.ones(count * grid), (owner, np.arange(count * grid))))
    money = csr_array(((points / size).ravel(), (owner, np.arange(count * grid))))
    capped = np.flatnonzero(np.isfinite(m.high))
    rows = vstack([m.a, eye_array(count, format="csr")[capped], -eye_array(count)], format="csr")
    right = np.concatenate([m.b, m.high[capped], -m.low]) / size
    upper = rows @ money
    found = linprog(
        -(values / height).ravel(), upper, right,
        vstack([pick, m.e @ money]) if len(m.f) else pick, np.concatenate([np.ones(count), m.f / size]),
        method="highs",
    )  # fmt: skip
    if found.status != 0:
        return None
    # Any multipliers give a bound: the solver's own tolerances are no part of it.
    pulls = np.maximum(-found.ineqlin.marginals, 0.0)
    fixed = -found.eqlin.marginals[count:]
    charged = (rows.T @ pulls + m.e.T @ fixed)[:, None] * (points / size)
    bound = float((values / height - charged).max(axis=1).sum() + right @ pulls + m.f / size @ fixed)
    return np.asarray(money @ found.x) * size, bound * height


def envelope_start(horizon: Horizon, levers: Levers, limits: Limits, cost: float) -> list[Floats]:
    """The best plan for the concave envelopes of the mean curves, where each lever has a curve of its own."""
    most = ceilings(limits)
    if levers.free.any() or not np.isfinite(most).all():
        return []
    points = (np.linspace(0, 1, GRID) ** 1.5) * most[:, None]
    values = curves_of(horizon, levers, points)[0] - cost * points
    found = envelope(limits, points, values)
    return [] if found is None else [np.clip(found[0], limits.matrices.low, limits.matrices.high)]


def shapes(levers: Levers) -> list[Floats]:
    """(period,) patterns to begin with where the flighting is optimised: in front, and in pulses."""
    periods, found = levers.periods, []
    if periods < 4 or not levers.free.any():
        return []
    front = np.linspace(2, 0.1, periods)
    found.append(front / front.sum())
    for on, cycle in ((1, 2), (1, 4), (2, 4), (4, 8)):
        if cycle <= periods:
            found.append(pulsed(periods, on, cycle))
    return found


def flighted(levers: Levers, limits: Limits, amounts: Floats) -> list[Floats]:
    """The same money by channel and geo in other patterns over the periods, brought inside the limits."""
    found = []
    for shape in shapes(levers):
        moved = amounts.copy()
        for c in np.flatnonzero(levers.free):
            start, width = levers.first[c], levers.periods
            for p in range(levers.parts):
                own = slice(start + p * width, start + (p + 1) * width)
                moved[own] = amounts[own].sum() * shape
        found.append(limits.nearest(moved))
    return found


def corners(limits: Limits, count: int, seed: int) -> list[Floats]:
    """Seeded random plans: the best ones for random prices of each lever."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        own = limits.solve(-generator.random(limits.size))
        if own is not None:
            found.append(own)
    return found


def hull(horizon: Horizon, levers: Levers, limits: Limits, around: Floats) -> float | None:
    """No plan within the limits has a larger mean KPI than this, whatever the shape of the curves.

    Each lever's curve lies under two lines over every interval of a grid, dense around `around`; the best
    split for the concave hull of those lines is a linear programme (its dual is the Lagrangian bound with
    the best multipliers). None where curves of several levers depend on each other.
    """
    most = ceilings(limits)
    if levers.free.any() or not np.isfinite(most).all():
        return None
    points = _grid_around(np.minimum(around, most), most)
    values, left, right = curves_of(horizon, levers, points)
    x0, x1 = points[:, :-1], points[:, 1:]
    f0, f1 = values[:, :-1], values[:, 1:]
    # The two lines cross at `cross`; where they are parallel any point between serves.
    apart = left - right
    cross = np.where(apart > 0, (f1 - f0 + left * x0 - right * x1) / np.where(apart > 0, apart, 1.0), x0)
    cross = np.clip(cross, x0, x1)
    above = np.minimum(f0 + left * (cross - x0), f1 + right * (cross - x1))
    found = envelope(limits, np.hstack([points, cross]), np.hstack([values, np.maximum(above, f0)]))
    return None if found is None else found[1]


def _grid_around(middle: Floats, most: Floats) -> Floats:
    """(lever, point) from 0 to the most, ever denser towards the middle."""
    steps = np.r_[0.0, np.geomspace(1e-5, 1.0, 20)]
    above = middle[:, None] + steps * (most - middle)[:, None]
    below = middle[:, None] * (1 - steps[:0:-1])
    even = np.linspace(0, 1, GRID) * most[:, None]
    return np.sort(np.hstack([below, above, even]), axis=1)
