"""What the limits of a budget cost: the price at the margin, and what the plan would bring without each."""

from __future__ import annotations

from dataclasses import replace

from core.mmm.cents import CENT
from core.mmm.choices import Goal
from core.mmm.optimiser.budget_problem import BudgetProblem
from core.mmm.optimiser.limit import Limit, LimitKind
from core.mmm.optimiser.linear_limits import InfeasiblePlan, LimitRow
from core.mmm.optimiser.plan import optimize
from core.mmm.optimiser.solution import Plan
from core.mmm.planning.answers import Binding
from core.mmm.planning.budget_inputs import BudgetInputs, ChannelSettings
from core.mmm.planning.budget_question import problem_of

COSTED = 5  # limits whose cost is found by planning once more without them
NOTHING = 1e-9
SIDES = {"lower": "minimum", "upper": "maximum"}
FIELDS = {
    LimitKind.GROUP: "groups",
    LimitKind.MONTH: "months",
    LimitKind.RULE: "rules",
    LimitKind.GEO: "geo_limits",
}


def limit_as_set(row: LimitRow, inputs: BudgetInputs) -> Limit:
    """The limit of a row as it was set in the question; as the optimiser set it where nobody did."""
    limit = inputs.every_limit.get(row.limit.name)
    missing = limit is None or (limit.lower if row.side == "lower" else limit.upper) is None
    return replace(row.limit, by_user=False) if limit is None or missing else limit


def bindings_of(
    problem: BudgetProblem, plan: Plan, inputs: BudgetInputs, free: BudgetInputs, draws: int
) -> tuple[Binding, ...]:
    """The limits the plan runs into; the most expensive ones with what they cost altogether.

    `free` is the question before anybody set a limit: caps as they were offered there are nobody's own.
    """
    offered = {settings.channel: settings.maximum_value for settings in free.limits}
    prices = {str(label): float(x) for label, x in plan.shadow_prices.items() if abs(x) > NOTHING}
    found = []
    # A goal that leaves money over is not held back by the budget.
    if "total" in prices and plan.total >= inputs.total_value - CENT:
        total = Binding("total", "total", False, plan.total, prices["total"], kind=LimitKind.TOTAL)
        found.append(total)
    rows = []
    for row in problem.linear_limits(problem.variables).rows:
        if row.label not in prices:
            continue
        limit, side, price = limit_as_set(row, inputs), row.side, prices[row.label]
        if limit.kind == LimitKind.CHANNEL and side == "upper" and limit.upper == offered.get(limit.name):
            limit = replace(limit, by_user=limit.locked)
        # Less than nothing cannot be spent: a floor of zero is no choice of anybody.
        if side == "upper" or limit.side(side) > 0 or limit.kind == LimitKind.RULE:
            # A first guess at which limit is dear: its price, for shares that of one point.
            guess = abs(price) * max(limit.side("lower"), limit.side("upper"), 1e-9)
            rows.append((guess, limit, side, price))
    rows.sort(key=lambda row: -row[0])
    for place, (_, limit, side, price) in enumerate(rows):
        cost = _cost(plan, inputs, limit, side, problem, draws) if place < COSTED else None
        word = "locked" if limit.locked else SIDES[side]
        found.append(
            Binding(
                limit.subject, word, limit.kind == LimitKind.GROUP, limit.side(side), price, cost,
                limit.kind, limit.geo_name, limit.of_total, limit.by_user,
            )
        )  # fmt: skip
    return tuple(found)


def _cost(
    plan: Plan, inputs: BudgetInputs, limit: Limit, side: str, problem: BudgetProblem, draws: int
) -> float | None:
    """KPI that the same budget would bring more without the limit, under the same attitude to risk.

    None for a limit that nobody set: without it the plan would leave the data.
    """
    if not limit.by_user:
        return None
    freed = replace(without(inputs, limit, side), goal=Goal.KPI, total_value=plan.total)
    try:
        best = optimize(
            problem_of(problem.model, freed, problem.override), Goal.KPI, risk=inputs.risk_choice, draws=draws
        )
    except InfeasiblePlan:
        # What is left cannot take exactly this money: there is nothing to compare with.
        return None
    return max(0.0, float(best.kpi - plan.kpi))


def without(inputs: BudgetInputs, limit: Limit, side: str) -> BudgetInputs:
    """The question with one side of one limit taken away (both where a channel is kept as it is)."""
    if name := FIELDS.get(limit.kind):
        opened = [
            replace(own, **{side: None}) if own.name == limit.name else own for own in getattr(inputs, name)
        ]
        return replace(inputs, **{name: tuple(own for own in opened if own.is_set)})  # type: ignore[arg-type]

    def open_side(own: ChannelSettings) -> ChannelSettings:
        if limit.kind == LimitKind.PERIOD:
            if side == "lower":
                return replace(own, period_minimum_value=None)
            return replace(own, period_maximum_value=inputs.total_value)
        low, high = own.bounds
        return replace(
            own,
            locked=False,
            minimum_value=0.0 if side == "lower" or own.locked else low,
            maximum_value=max(inputs.total_value, high) if side == "upper" or own.locked else high,
        )

    channel = limit.channels[0]
    limits = tuple(open_side(own) if own.channel == channel else own for own in inputs.limits)
    return replace(inputs, limits=limits)
