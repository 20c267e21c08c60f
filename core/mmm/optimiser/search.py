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
ALIKE = 1e-4  # plans whose amounts differ by less, relative to all spend, are one


class Breadth(StrEnum):
    """From where a search begins: a known plan alone, also the best one for the concave envelopes, or also
    the reference, random plans and other flighting."""

    WARM = "warm"
    ENVELOPE = "envelope"
    WIDE = "wide"


@dataclass
class BudgetSearch:
    """An objective to be made as large as possible within limits; `reference` (variable,) amounts of the raw
    reference.

    `starts` holds the objective where each start of the last wide search ended on few draws.
    """

    objective: Objective
    limits: LinearLimits
    reference: Floats
    seed: int
    starts: tuple[float, ...] = field(default=())

    def __post_init__(self) -> None:
        self.few = self.objective.with_few(FEW)

    @property
    def concave(self) -> bool:
        """Whether no curve of any draw is S-shaped and the attitude keeps it so: one start is then enough."""
        media = self.objective.horizon.media
        turns = turning_points(media.saturation, media.half, media.slope)
        return not turns.any() and self.objective.attitude.concave

    def within(self, limits: LinearLimits) -> BudgetSearch:
        """The same search within other limits."""
        return BudgetSearch(self.objective, limits, self.reference, self.seed)

    def scaled_reference(self, limits: LinearLimits, total: float) -> Floats:
        """The reference scaled to a total and brought inside the limits."""
        spent = float(self.reference.sum())
        even = np.full(limits.size, total / limits.size)
        return limits.nearest(self.reference * total / spent if spent > 0 else even)

    def best(
        self, total: float | None, side: Side = "total", cost: float = 0.0, warm: Floats | None = None,
        breadth: Breadth = Breadth.WIDE, few: bool = False,
    ) -> Climb:  # fmt: skip
        """The best plan that spends `total` (`side` total), or at most that, at `cost` KPI for each unit.

        `warm` is a plan to begin with; `breadth` says from where else; `few` is content with few draws.
        """
        fixed = self.limits if total is None else self.limits.with_total(total, side)
        objective = (self.few if few else self.objective).with_cost(cost)
        usual = self.scaled_reference(fixed, total or max(float(self.reference.sum()), 1.0))
        starts = [usual] if warm is None else [fixed.nearest(warm)]
        if breadth != Breadth.WARM and not self.concave:
            starts = self._finalists(fixed, starts, usual, cost, breadth)
        elif not few and warm is None:
            starts = [climb(self.few.with_cost(cost), fixed, own, ROUGH).amounts for own in starts]
        ends = [climb(objective, fixed, own, ROUGH if few else FLAT) for own in starts]
        best = max(ends, key=lambda end: end.value)
        if not few and best.value < objective.evaluate(usual).value:
            best = climb(objective, fixed, usual)
        return best

    def _finalists(
        self, limits: LinearLimits, starts: list[Floats], usual: Floats, cost: float, breadth: Breadth
    ) -> list[Floats]:
        """The best of what all starts reach on few draws, no two alike."""
        rough, variables = self.few.with_cost(cost), self.objective.variables
        more = envelope_start(rough.horizon, variables, limits, cost)
        if breadth == Breadth.WIDE:
            more += [usual, *(flighted(variables, limits, usual) or corners(limits, CORNERS, self.seed))]
        ends = sorted(
            (climb(rough, limits, start, ROUGH) for start in [*starts, *more]), key=lambda end: -end.value
        )
        if breadth == Breadth.WIDE:
            self.starts = tuple(end.value for end in ends)
        found: list[Floats] = []
        for end in ends:
            apart = [np.abs(end.amounts - known).max() > ALIKE * limits.scale for known in found]
            if all(apart) and len(found) < FINALISTS:
                found.append(end.amounts)
        return found
