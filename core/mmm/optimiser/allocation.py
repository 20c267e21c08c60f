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
# Changes of amounts and of worth, relative, that count as none; below the noise of its sums the worth itself
# says nothing, and the promised gain is followed while it shrinks.
STILL, FLAT, NOISE = 1e-10, 1e-18, 1e-14
ROUGH = 1e-8  # change of worth that counts as none where a place near the top is enough
CLIMBS = 1e-4  # share of the promised gain that a step has to bring (Armijo)


@dataclass(frozen=True)
class Climb:
    """Where a climb ended, and the value there of one more unit of the fixed total."""

    look: Evaluation
    price: float
    rounds: int

    @property
    def amounts(self) -> Floats:
        """(variable,) the amounts."""
        return self.look.amounts

    @property
    def worth(self) -> float:
        """Their worth, less what their money costs."""
        return self.look.worth


def climb(worth: Objective, limits: LinearLimits, start: Floats, flat: float = FLAT) -> Climb:
    """The local optimum above `start`, which meets the limits: the worth never falls on the way.

    Each step solves the quadratic model of the worth within the limits, convex parts of it taken as straight
    (sequential quadratic programming); on a concave worth it converges quadratically.
    """
    hill = _Hill(worth, limits, start, flat)
    for number in range(ROUNDS):
        if hill.step():
            return Climb(hill.look, hill.price, number + 1)
    return Climb(hill.look, hill.price, ROUNDS)


class _Hill:
    """A climb on its way."""

    def __init__(self, worth: Objective, limits: LinearLimits, start: Floats, flat: float) -> None:
        m, self.size, self.flat = limits.matrices, limits.scale, flat
        self.worth, self.matrices, self.price, self.last = worth, m, 0.0, np.inf
        self.look = worth.look(np.clip(start, m.low, m.high))
        self.height = max(
            abs(self.look.worth), float(np.abs(self.look.gradient).max()) * self.size * 1e-3, 1e-300
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
        x, size = self.look.amounts, self.size
        change = self._aim() - x
        gain = float(self.look.gradient @ change) / self.height
        stuck = gain < NOISE and gain > 0.5 * self.last
        if np.abs(change).max() <= STILL * size or gain <= self.flat or stuck:
            return True
        self.last, length = gain, 1.0
        while length > 1e-8:
            tried = np.clip(x + length * change, self.matrices.low, self.matrices.high)
            look = self.worth.look(tried)
            rise = (look.worth - self.look.worth) / self.height
            if rise >= CLIMBS * length * gain - NOISE * (length == 1.0):
                self.look = look
                return False
            length *= 0.5 if length > 0.2 else 0.25
        return True

    def _aim(self) -> Floats:
        """The best amounts for the quadratic model of the worth here."""
        size, height = self.size, self.height
        fall = self.worth.fall(self.look).scaled(size * size / height)
        x = self.look.amounts / size
        slope = -self.look.gradient * size / height - fall.times(x)
        exact = EXACT if self.flat < ROUGH else ROUGH
        programme = Programme(fall, slope, self.a, self.b, self.e, self.f, self.low, self.ceiling, exact)
        found = programme.solve(x)
        if len(found.equal):
            self.price = float(found.equal[-1]) * height / size
        return found.x * size
