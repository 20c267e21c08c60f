"""The best amounts of variables within linear limits: Newton steps on a concave model, inside the limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.optimiser.linear_limits import LinearLimits
from core.mmm.optimiser.multistart import ceilings
from core.mmm.optimiser.objective import Evaluation, Objective
from core.mmm.optimiser.quadratic import EXACT, Programme

ROUNDS = 60
# Changes of amounts and of the objective, relative, that count as none; below the noise of its sums the
# objective itself says nothing, and the promised gain is followed while it shrinks.
STILL, FLAT, NOISE = 1e-10, 1e-18, 1e-14
ROUGH = 1e-8  # change of the objective that counts as none where a place near the top is enough
CLIMBS = 1e-4  # share of the promised gain that a step has to bring (Armijo)


@dataclass(frozen=True)
class Climb:
    """Where a climb ended, and the value there of one more unit of the fixed total."""

    evaluation: Evaluation
    price: float
    rounds: int

    @property
    def amounts(self) -> Floats:
        """(variable,) the amounts."""
        return self.evaluation.amounts

    @property
    def value(self) -> float:
        """The objective there, less what the spend costs."""
        return self.evaluation.value


def climb(objective: Objective, limits: LinearLimits, start: Floats, flat: float = FLAT) -> Climb:
    """The local optimum above `start`, which meets the limits: the objective never falls on the way.

    Each step solves the quadratic model of the objective within the limits, convex parts of it taken as
    straight (sequential quadratic programming); on a concave objective it converges quadratically.
    """
    ascent = _Ascent(objective, limits, start, flat)
    for number in range(ROUNDS):
        if ascent.step():
            return Climb(ascent.evaluation, ascent.price, number + 1)
    return Climb(ascent.evaluation, ascent.price, ROUNDS)


class _Ascent:
    """A climb on its way."""

    def __init__(self, objective: Objective, limits: LinearLimits, start: Floats, flat: float) -> None:
        m, self.size, self.flat = limits.matrices, limits.scale, flat
        self.objective, self.matrices, self.price, self.last = objective, m, 0.0, np.inf
        self.evaluation = objective.evaluate(np.clip(start, m.low, m.high))
        self.height = max(
            abs(self.evaluation.value),
            float(np.abs(self.evaluation.gradient).max()) * self.size * 1e-3,
            1e-300,
        )
        rows, low, high = limits.always
        a = m.a.toarray()
        self.a, self.b = a[~rows], m.b[~rows] / self.size
        self.e = np.vstack([a[rows], m.e.toarray()])
        self.f = np.concatenate([m.b[rows], m.f]) / self.size
        self.low = np.where(high, m.high, m.low) / self.size
        self.ceiling = np.where(low, m.low, np.minimum(m.high, 1.01 * ceilings(limits))) / self.size
        self.ceiling = np.maximum(self.ceiling, self.low)
        if not np.isfinite(self.ceiling).all():
            raise UserError("Without a total every channel needs an upper limit: some have none.")

    def step(self) -> bool:
        """One step; whether the top is reached."""
        x, size = self.evaluation.amounts, self.size
        change = self._aim() - x
        gain = float(self.evaluation.gradient @ change) / self.height
        stuck = gain < NOISE and gain > 0.5 * self.last
        if np.abs(change).max() <= STILL * size or gain <= self.flat or stuck:
            return True
        self.last, length = gain, 1.0
        while length > 1e-8:
            tried = np.clip(x + length * change, self.matrices.low, self.matrices.high)
            there = self.objective.evaluate(tried)
            rise = (there.value - self.evaluation.value) / self.height
            if rise >= CLIMBS * length * gain - NOISE * (length == 1.0):
                self.evaluation = there
                return False
            length *= 0.5 if length > 0.2 else 0.25
        return True

    def _aim(self) -> Floats:
        """The best amounts for the quadratic model of the objective here."""
        size, height = self.size, self.height
        curvature = self.objective.negative_curvature(self.evaluation).scaled(size * size / height)
        x = self.evaluation.amounts / size
        slope = -self.evaluation.gradient * size / height - curvature.times(x)
        exact = EXACT if self.flat < ROUGH else ROUGH
        programme = Programme(curvature, slope, self.a, self.b, self.e, self.f, self.low, self.ceiling, exact)
        found = programme.solve(x)
        if len(found.equal):
            self.price = float(found.equal[-1]) * height / size
        return found.x * size
