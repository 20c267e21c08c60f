"""Where a plan leaves what the data have shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.mmm.optimiser.decision_variables import DecisionVariables
from core.mmm.optimiser.limits import CENT
from core.mmm.optimiser.rows import seen_by_geo

if TYPE_CHECKING:
    from core.mmm.optimiser.budget_problem import BudgetProblem

Floats = NDArray[np.float64]


def beyond_seen(
    problem: BudgetProblem, levers: DecisionVariables, cells: Floats
) -> tuple[tuple[str, str, float, float], ...]:
    """(channel, "total" or "period", planned, largest of the data) of every channel that gets more than the
    data ever showed over so many periods, or in one period; with money of their own geos count too ("total
    in <geo>")."""
    totals, singles = problem.seen_totals(), problem.model.frame.max()
    found = []
    for c, channel in enumerate(levers.channels):
        pairs = [
            ("total", float(cells[c].sum()), float(totals[channel])),
            ("period", float(cells[c].sum(axis=0).max()), float(singles[channel])),
        ]
        if levers.own_geos:
            seen = seen_by_geo(problem)[:, c]
            by_geo = zip(levers.geos, cells[c].sum(axis=1), seen, strict=True)
            pairs += [(f"total in {geo}", float(planned), float(most)) for geo, planned, most in by_geo]
        found += [(channel, what, planned, most) for what, planned, most in pairs if planned > most + CENT]
    return tuple(found)
