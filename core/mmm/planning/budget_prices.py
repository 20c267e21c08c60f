"""What the limits of a budget cost: the price at the margin, and the plan without a limit beside the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from core.mmm.choices import Goal
from core.mmm.optimiser.budget_problem import BudgetProblem
from core.mmm.optimiser.limits import InfeasiblePlan
from core.mmm.optimiser.plan import Plan, optimize
from core.mmm.planning.answers import Binding, LimitKind
from core.mmm.planning.asked_limits import AskedLimit, asked_limits, unasked_limit
from core.mmm.planning.budget_inputs import CENT, BudgetInputs
from core.mmm.planning.budget_question import problem_of
from core.mmm.planning.limit_values import ChannelLimit, GeoLimit, GroupLimit, LinearRule, MonthLimit

COSTED = 5  # limits whose cost is found by planning once more without them
NOTHING = 1e-9
Named = TypeVar("Named", GroupLimit, MonthLimit, LinearRule)
Part = TypeVar("Part", GroupLimit, MonthLimit, LinearRule, GeoLimit)
SIDES = {"lower": "minimum", "upper": "maximum"}


def bindings_of(
    problem: BudgetProblem, plan: Plan, inputs: BudgetInputs, free: BudgetInputs, draws: int
) -> tuple[Binding, ...]:
    """The limits the plan runs into; the most expensive ones with what they cost altogether.

    `free` is the question before anybody set a limit: caps as they were offered there are nobody's own.
    """
    offered = {limit.channel: limit.maximum_value for limit in free.limits}
    prices = {str(label): float(x) for label, x in plan.shadow_prices.items() if abs(x) > NOTHING}
    found = []
    if "total" in prices:
        price = prices.pop("total")
        # A goal that leaves money over is not held back by the budget.
        if plan.total >= inputs.total_value - CENT:
            found.append(Binding("total", "total", False, plan.total, price, kind=LimitKind.TOTAL))
    known, amounts = asked_limits(inputs), {row.label: row.amount for row in problem.limits().rows}
    rows = []
    for label, price in prices.items():
        name, _, side = label.rpartition(" ")
        limit = known.get(name)
        if limit is None or (limit.low if side == "lower" else limit.high) is None:
            limit = unasked_limit(name, amounts.get(label, 0.0))
        if limit.kind == LimitKind.CHANNEL and side == "upper" and limit.high == offered.get(name):
            limit = replace(limit, own=limit.locked)
        # Less than nothing cannot be spent: a floor of zero is no choice of anybody.
        if side == "upper" or limit.amount(side) > 0 or limit.kind == LimitKind.RULE:
            rows.append((limit, side, price))
    ranked = sorted(rows, key=lambda row: -_worth(row[0], row[2]))
    for place, (limit, side, price) in enumerate(ranked):
        cost = _cost(plan, inputs, limit, side, problem, draws) if place < COSTED else None
        found.append(_binding(limit, side, price, cost))
    return tuple(found)


def _worth(limit: AskedLimit, price: float) -> float:
    """A first guess at which limit is dear: its price, for shares that of one point."""
    return abs(price) * max(limit.amount("lower"), limit.amount("upper"), 1e-9)


def _binding(limit: AskedLimit, side: str, price: float, cost: float | None) -> Binding:
    word = "locked" if limit.locked else SIDES[side]
    return Binding(
        limit.channel or limit.name, word, limit.kind == LimitKind.GROUP, limit.amount(side), price, cost,
        limit.kind, limit.geo, limit.of_total, limit.own,
    )  # fmt: skip


def _cost(
    plan: Plan, inputs: BudgetInputs, limit: AskedLimit, side: str, problem: BudgetProblem, draws: int
) -> float | None:
    """KPI that the same money would bring more without the limit, under the same attitude to risk.

    None for a limit that nobody typed: without it the plan would leave the data.
    """
    if not limit.own:
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


def without(inputs: BudgetInputs, limit: AskedLimit, side: str) -> BudgetInputs:
    """The question with one side of one limit taken away (both where a channel is kept as it is)."""
    if limit.kind in (LimitKind.CHANNEL, LimitKind.PERIOD):
        open_one = _open_channel if limit.kind == LimitKind.CHANNEL else _open_period
        limits = tuple(
            open_one(own, side, inputs.total_value) if own.channel == limit.channel else own
            for own in inputs.limits
        )
        return replace(inputs, limits=limits)
    if limit.kind == LimitKind.GROUP:
        return replace(inputs, groups=_opened(inputs.groups, limit.name, side))
    if limit.kind == LimitKind.MONTH:
        return replace(inputs, months=_opened(inputs.months, limit.name, side))
    if limit.kind == LimitKind.RULE:
        return replace(inputs, rules=_opened(inputs.rules, limit.name, side))
    cells = tuple(
        _open_end(cell, side) if (cell.channel, cell.geo) == (limit.channel, limit.geo) else cell
        for cell in inputs.geo_limits
    )
    return replace(inputs, geo_limits=tuple(cell for cell in cells if cell.is_set))


def _open_channel(limit: ChannelLimit, side: str, total: float) -> ChannelLimit:
    low, high = limit.bounds
    return replace(
        limit,
        locked=False,
        minimum_value=0.0 if side == "lower" or limit.locked else low,
        maximum_value=max(total, high) if side == "upper" or limit.locked else high,
    )


def _open_period(limit: ChannelLimit, side: str, total: float) -> ChannelLimit:
    if side == "lower":
        return replace(limit, period_minimum_value=None)
    return replace(limit, period_maximum_value=total)


def _opened(parts: tuple[Named, ...], name: str, side: str) -> tuple[Named, ...]:
    """The parts with one end of one of them open; it is left out where nothing remains of it."""
    made = [_open_end(part, side) if part.name == name else part for part in parts]
    return tuple(part for part in made if any(end is not None for end in _ends(part)))


def _open_end(part: Part, side: str) -> Part:
    shares = isinstance(part, GroupLimit) and part.of_total
    word = {"lower": "minimum", "upper": "maximum"}[side]
    opened: dict[str, Any] = {f"{word}_{'share' if shares else 'value'}": None}
    return replace(part, **opened)


def _ends(part: GroupLimit | MonthLimit | LinearRule) -> tuple[float | None, float | None]:
    return part.ends if isinstance(part, GroupLimit) else (part.minimum_value, part.maximum_value)
