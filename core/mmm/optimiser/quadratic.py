"""Convex quadratic programmes of a few hundred variables by a primal-dual interior point method.

min 1/2 x'Qx + c'x subject to A x <= b, E x = f, low <= x <= high, all bounds finite, Q positive semidefinite
and made of blocks. Mehrotra's predictor and corrector (Nocedal and Wright 2006, ch. 16.6); each step costs
one factorisation of the blocks and one of the (few) rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from core.mmm.arrays import Floats, Integers

STEPS, EXACT, NEAR, INNER = 60, 1e-13, 0.995, 1e-2
RIDGE, CENTRED = 1e-10, 0.3
BATCHED = 64  # blocks up to this width are inverted together


@dataclass(frozen=True)
class Blocks:
    """A symmetric matrix of blocks along the diagonal, in groups of equal width: (place (block, width), value
    (block, width, width)); plus `low` low' where there is a `low` (variable, rank)."""

    groups: tuple[tuple[Integers, Floats], ...]
    size: int
    low: Floats | None = None

    def times(self, x: Floats) -> Floats:
        """The matrix times a vector."""
        out = np.zeros(self.size)
        for places, value in self.groups:
            out[places] = np.einsum("bij,bj->bi", value, x[places])
        return out if self.low is None else out + self.low @ (self.low.T @ x)

    def scaled(self, factor: float) -> Blocks:
        """The matrix times a number."""
        low = None if self.low is None else self.low * factor**0.5
        return Blocks(tuple((places, value * factor) for places, value in self.groups), self.size, low)

    def only(self, free: Integers) -> Blocks:
        """Rows and columns of some variables alone."""
        place = np.full(self.size, -1)
        place[free] = np.arange(len(free))
        groups = []
        for places, value in self.groups:
            there = place[places] >= 0
            if there.all():
                groups.append((place[places], value))
                continue
            for own, block, mask in zip(places, value, there, strict=True):
                if mask.any():
                    groups.append((place[own[mask]][None], block[np.ix_(mask, mask)][None]))
        return Blocks(tuple(groups), len(free), None if self.low is None else self.low[free])

    def factor(self, diagonal: Floats) -> Factor:
        """The matrix plus a diagonal, ready to be solved with."""
        parts = []
        for places, value in self.groups:
            whole = value.copy()
            step = np.arange(places.shape[1])
            whole[:, step, step] += diagonal[places]
            if places.shape[1] <= BATCHED:
                parts.append((places, np.linalg.inv(whole)))
            else:
                parts += [
                    (own[None], cho_factor(block, check_finite=False))
                    for own, block in zip(places, whole, strict=True)
                ]
        plain = Factor(tuple(parts))
        if self.low is None:
            return plain
        solved = plain.solve(self.low)
        inner = np.eye(self.low.shape[1]) + self.low.T @ solved
        return Factor(plain.parts, self.low, solved, _factored(inner))


@dataclass(frozen=True)
class Factor:
    """The inverse of a matrix of blocks, by Woodbury's formula where it has a part of low rank."""

    parts: tuple[tuple[Integers, object], ...]
    low: Floats | None = None
    solved: Floats | None = None
    inner: Callable[[Floats], Floats] | None = None

    def solve(self, right: Floats) -> Floats:
        """(variable, column) solutions."""
        out = self._by_block(right)
        if self.low is None or self.solved is None or self.inner is None:
            return out
        found: Floats = out - self.solved @ self.inner(self.low.T @ out)
        return found

    def _by_block(self, right: Floats) -> Floats:
        out = np.zeros_like(right)
        for places, part in self.parts:
            if isinstance(part, tuple):
                out[places[0]] = cho_solve(part, right[places[0]], check_finite=False)
            else:
                out[places] = np.matmul(part, right[places])  # type: ignore[call-overload]
        return out


@dataclass(frozen=True)
class QuadraticSolution:
    """`x` and the multipliers of A (>= 0) and E."""

    x: Floats
    upper: Floats
    equal: Floats


@dataclass(frozen=True)
class Programme:
    """A quadratic programme; `a` and `e` are dense. `exact` is how far from complementary a solution may be,
    relative to a typical slope."""

    q: Blocks
    c: Floats
    a: Floats
    b: Floats
    e: Floats
    f: Floats
    low: Floats
    high: Floats
    exact: float = EXACT

    @property
    def height(self) -> float:
        """A typical slope."""
        return max(float(np.abs(self.c).max(initial=0.0)), 1e-12)

    def solve(self, start: Floats) -> QuadraticSolution:
        """Its solution; variables whose bounds meet are taken out first."""
        fixed = self.high - self.low <= 1e-10
        if not fixed.any():
            return _interior(self, start)
        x, free = self.low.copy(), np.flatnonzero(~fixed)
        if not len(free):
            return QuadraticSolution(x, np.zeros(len(self.b)), np.zeros(len(self.f)))
        still = np.where(fixed, x, 0.0)
        small = Programme(
            self.q.only(free), (self.c + self.q.times(still))[free], self.a[:, free], self.b - self.a @ still,
            self.e[:, free], self.f - self.e @ still, self.low[free], self.high[free], self.exact,
        )  # fmt: skip
        found = _interior(small, start[free])
        x[free] = found.x
        return QuadraticSolution(x, found.upper, found.equal)


def _interior(p: Programme, start: Floats) -> QuadraticSolution:
    point = _start(p, start)
    for _ in range(STEPS):
        residuals = _Residuals(p, point)
        if residuals.small:
            break
        steps = _NewtonSteps(p, point, residuals)
        point = _next(p, point, residuals, steps)
    return QuadraticSolution(point.x, point.z, point.y)


def _next(p: Programme, point: _Point, residuals: _Residuals, steps: _NewtonSteps) -> _Point:
    """The point after a predictor and a corrector; after a plain centring step where they lead astray."""
    none = (np.zeros(len(p.b)), np.zeros(len(point.x)), np.zeros(len(point.x)))
    guess = steps.towards(0.0, none)
    far = min(point.reach(guess, p), 1.0)
    aim = residuals.mu * float(point.moved(guess, far).spread(p) / residuals.mu) ** 3
    curved = tuple(
        far * far * part for part in (guess.slack * guess.z, guess.x * guess.low, -guess.x * guess.high)
    )
    move = steps.towards(max(aim, 1e-3 * p.exact * p.height), curved)
    length = min(NEAR * point.reach(move, p), 1.0)
    # Far from the central path the corrector can run in circles.
    if length < 0.1 or point.moved(move, length).spread(p) > residuals.mu:
        move = steps.towards(CENTRED * residuals.mu, none)
        length = min(NEAR * point.reach(move, p), 1.0)
    return point.moved(move, length)


@dataclass(frozen=True)
class _Point:
    """Amounts, slacks of A, multipliers of A, of the lower and upper bounds and of E; or a step of them."""

    x: Floats
    slack: Floats
    z: Floats
    low: Floats
    high: Floats
    y: Floats

    def moved(self, step: _Point, length: float) -> _Point:
        """The point after a part of a step."""
        own = zip(self._parts(), step._parts(), strict=True)
        return _Point(*(amount + length * change for amount, change in own))

    def _parts(self) -> tuple[Floats, ...]:
        return self.x, self.slack, self.z, self.low, self.high, self.y

    def spread(self, p: Programme) -> float:
        """Mean product of slacks and multipliers: 0 at the solution."""
        whole = self.slack @ self.z + (self.x - p.low) @ self.low + (p.high - self.x) @ self.high
        return float(whole) / (len(self.z) + 2 * len(self.x))

    def reach(self, step: _Point, p: Programme) -> float:
        """The longest part of a step, up to 1 / NEAR, that keeps slacks and multipliers positive."""
        amounts = np.concatenate([self.slack, self.x - p.low, p.high - self.x, self.z, self.low, self.high])
        changes = np.concatenate([step.slack, step.x, -step.x, step.z, step.low, step.high])
        falling = changes < 0
        return float((-amounts[falling] / changes[falling]).min(initial=1.0 / NEAR))


def _start(p: Programme, x: Floats) -> _Point:
    room, height = p.high - p.low, p.height
    x = np.clip(x, p.low + INNER * room, p.high - INNER * room)
    rest = np.full(len(x), height)
    slack = np.maximum(p.b - p.a @ x, INNER)
    return _Point(x, slack, np.full(len(p.b), height), rest, rest, np.zeros(len(p.f)))


class _Residuals:
    """By how much a point misses the conditions of a solution."""

    def __init__(self, p: Programme, at: _Point) -> None:
        pull = p.a.T @ at.z + p.e.T @ at.y - at.low + at.high
        self.dual = p.q.times(at.x) + p.c + pull
        self.rows = p.a @ at.x + at.slack - p.b
        self.equal = p.e @ at.x - p.f
        self.mu = at.spread(p)
        worst = max(np.abs(self.rows).max(initial=0.0), np.abs(self.equal).max(initial=0.0))
        tight = self.mu <= p.exact * p.height and np.abs(self.dual).max() <= 1e2 * p.exact * p.height
        self.small = bool(tight and worst <= 1e-10)


class _NewtonSteps:
    """Newton's steps from a point; one factorisation serves the predictor and the corrector."""

    def __init__(self, p: Programme, at: _Point, residuals: _Residuals) -> None:
        self.p, self.at, self.residuals = p, at, residuals
        self.below, self.above = at.x - p.low, p.high - at.x
        self.factor = p.q.factor(at.low / self.below + at.high / self.above + RIDGE * p.height)
        self.rows = np.vstack([p.a, p.e])
        self.solved = self.factor.solve(self.rows.T)
        inner = self.rows @ self.solved
        inner[np.diag_indices(len(inner))] += np.r_[at.slack / at.z, np.full(len(at.y), 1e-13)]
        self.inner = _factored(inner)

    def towards(self, aim: float, more: tuple[Floats, ...]) -> _Point:
        """The step to products of slacks and multipliers equal to `aim`, less second-order terms `more`."""
        at, residuals = self.at, self.residuals
        ts = aim - at.slack * at.z - more[0]
        tl, tu = aim - self.below * at.low - more[1], aim - self.above * at.high - more[2]
        right = -residuals.dual + tl / self.below - tu / self.above
        free = self.factor.solve(right[:, None])[:, 0]
        w = self.inner(self.rows @ free - np.r_[-residuals.rows - ts / at.z, -residuals.equal])
        dx = free - self.solved @ w
        ds = -residuals.rows - self.p.a @ dx
        dz, count = (ts - at.z * ds) / at.slack, len(at.z)
        low, high = (tl - at.low * dx) / self.below, (tu + at.high * dx) / self.above
        return _Point(dx, ds, dz, low, high, w[count:])


def _factored(matrix: Floats) -> Callable[[Floats], Floats]:
    if not len(matrix):
        return lambda right: right
    try:
        factor = cho_factor(matrix, check_finite=False)
    except np.linalg.LinAlgError:
        ridge = 1e-12 * float(np.abs(np.diag(matrix)).max())
        factor = cho_factor(matrix + ridge * np.eye(len(matrix)), check_finite=False)
    return lambda right: cho_solve(factor, right, check_finite=False)
