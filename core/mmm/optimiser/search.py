"""The best plan for a given total, from many starts: first on few draws, then on all."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from core.mmm.arrays import Floats
from core.mmm.model.transforms import turning_points
from core.mmm.optimiser.allocation import FLAT, ROUGH, Climb, climb
from core.mmm.optimiser.linear_limits import LinearLimits, Side
from core.mmm.optimiser.multistart import corners, envelope_start, flighted
from core.mmm.optimiser.objective import Objective

FEW = 100
FINALISTS, CORNERS = 2, 2
ALIKE = 1e-4  # plans whose amounts differ by less, relative to the money, are one


class Breadth(StrEnum):
    """From where a search begins: a known plan alone, also the best one for the concave envelopes, or also
    the reference, random plans and other flighting."""

    WARM = "warm"
    ENVELOPE = "envelope"
    WIDE = "wide"


@dataclass
class BudgetSearch:
    """A worth to be made as large as possible within limits; `reference` (variable,) amounts of the raw
    reference.

    `starts` holds the worth that each start of the last wide search reached on few draws.
    """

    worth: Objective
    limits: LinearLimits
    reference: Floats
    seed: int
    starts: tuple[float, ...] = field(default=())

    def __post_init__(self) -> None:
        self.few = self.worth.with_few(FEW)

    @property
    def concave(self) -> bool:
        """Whether no curve of any draw is S-shaped and the attitude keeps it so: one start is then enough."""
        media = self.worth.horizon.media
        turns = turning_points(media.saturation, media.half, media.slope)
        return not turns.any() and self.worth.attitude.concave

    def within(self, limits: LinearLimits) -> BudgetSearch:
        """The same search within other limits."""
        return BudgetSearch(self.worth, limits, self.reference, self.seed)

    def scaled_reference(self, limits: LinearLimits, total: float) -> Floats:
        """The reference scaled to a total and brought inside the limits."""
        spent = float(self.reference.sum())
        even = np.full(limits.size, total / limits.size)
        return limits.nearest(self.reference * total / spent if spent > 0 else even)

    def best(
        self, total: float | None, kind: Side = "total", cost: float = 0.0, warm: Floats | None = None,
        look: Breadth = Breadth.WIDE, few: bool = False,
    ) -> Climb:  # fmt: skip
        """The best plan that spends `total` (`kind` total), or at most that, at `cost` KPI for each unit.

        `warm` is a plan to begin with; `look` says from where else; `few` is content with few draws.
        """
        fixed = self.limits if total is None else self.limits.with_total(total, kind)
        worth = (self.few if few else self.worth).with_cost(cost)
        usual = self.scaled_reference(fixed, total or max(float(self.reference.sum()), 1.0))
        begin = [usual] if warm is None else [fixed.nearest(warm)]
        if look != Breadth.WARM and not self.concave:
            begin = self._finalists(fixed, begin, usual, cost, look)
        elif not few and warm is None:
            begin = [climb(self.few.with_cost(cost), fixed, own, ROUGH).amounts for own in begin]
        reached = [climb(worth, fixed, own, ROUGH if few else FLAT) for own in begin]
        best = max(reached, key=lambda own: own.worth)
        if not few and best.worth < worth.look(usual).worth:
            best = climb(worth, fixed, usual)
        return best

    def _finalists(
        self, limits: LinearLimits, begin: list[Floats], usual: Floats, cost: float, look: Breadth
    ) -> list[Floats]:
        """The best of what all starts reach on few draws, no two alike."""
        rough, variables = self.few.with_cost(cost), self.worth.variables
        own = envelope_start(rough.horizon, variables, limits, cost)
        if look == Breadth.WIDE:
            own += [usual, *(flighted(variables, limits, usual) or corners(limits, CORNERS, self.seed))]
        reached = sorted(
            (climb(rough, limits, start, ROUGH) for start in [*begin, *own]),
            key=lambda end: -end.worth,
        )
        if look == Breadth.WIDE:
            self.starts = tuple(end.worth for end in reached)
        found: list[Floats] = []
        for end in reached:
            apart = [np.abs(end.amounts - known).max() > ALIKE * limits.scale for known in found]
            if all(apart) and len(found) < FINALISTS:
                found.append(end.amounts)
        return found
