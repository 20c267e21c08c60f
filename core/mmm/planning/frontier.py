"""The efficient frontier of a budget question: the best plans between expectation and caution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.mmm.cents import to_cents
from core.mmm.choices import Goal
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.frontier import frontier
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.budget_question import problem_of
from core.mmm.planning.effects import draws_of

POINTS = 8
APART = 5e-4  # of the expected KPI: points nearer to each other than that are one plan to a reader


@dataclass(frozen=True)
class FrontierPoint:
    """One plan on the frontier: expected KPI, the KPI that is missed only in the share of cases asked for
    (`low_kpi`), the chance to beat the reference, and its money by channel."""

    kpi: float
    low_kpi: float
    probability_better: float
    spend_value: Mapping[str, float]


def frontier_points(
    model: FittedMMM, inputs: BudgetInputs, answer: BudgetAnswer, *, override: bool = False
) -> tuple[FrontierPoint, ...]:
    """Plans of the answer's money from most expected KPI to most in the worst cases, without repetitions.

    Raises UserError for a question that cannot be asked.
    """
    problem = problem_of(model, spent_as(inputs, answer), override)
    rows = frontier(problem, Goal.KPI, points=POINTS, level=inputs.risk_share, draws=draws_of(model))
    points = []
    for row in rows.to_dict("records"):
        spend = {own.channel: to_cents(row[own.channel]) for own in inputs.limits}
        kpi, low, better = (float(row[name]) for name in ("kpi", "quantile", "probability_better"))
        points.append(FrontierPoint(kpi, low, better, spend))
    return efficient(points)


def spent_as(inputs: BudgetInputs, answer: BudgetAnswer) -> BudgetInputs:
    """The question for the most KPI with exactly the money that the answer spends, free of a chosen split."""
    return replace(inputs, goal=Goal.KPI, total_value=answer.total_value, target_value=None, chosen_value={})


def adopted(inputs: BudgetInputs, point: FrontierPoint) -> BudgetInputs:
    """The question with the split of a point on the frontier as its answer."""
    return replace(inputs, chosen_value=dict(point.spend_value))


def efficient(points: Sequence[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """The points by falling expectation, each with a better cautious outcome than the one before.

    Left out is what another plan beats in both, or what differs from the one before in nothing a reader sees.
    """
    found: list[FrontierPoint] = []
    for point in sorted(points, key=lambda point: (-point.kpi, -point.low_kpi)):
        if not found or point.low_kpi > found[-1].low_kpi + APART * abs(point.kpi):
            found.append(point)
    return tuple(found)
