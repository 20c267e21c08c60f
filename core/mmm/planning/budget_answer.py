"""A budget question put to the optimiser, and its answer with draws, channels and the cost of each limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from core.mmm.answers.evidence import Estimate
from core.mmm.budget import BudgetProblem
from core.mmm.choices import Goal
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.plan import Plan, optimize
from core.mmm.planning.answer_parts import Binding
from core.mmm.planning.answers import BudgetAnswer, kept_draws, kept_totals
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.effects import PlanEffects, draws_of, outcomes, plan_effects
from core.mmm.planning.limit_values import ChannelLimit, GroupLimit
from core.mmm.planning.values import BudgetInputs, to_cents

SEED = 1
COSTED = 6  # limits whose cost is found by planning once more without them
NOTHING = 1e-9


def solve_budget(
    model: FittedMMM,
    inputs: BudgetInputs,
    basis: PlanBasis,
    *,
    override: bool = False,
    draws: int | None = None,
) -> BudgetAnswer:
    """The best plan for the inputs, compared draw by draw with today's split.

    `override` lets a model that has not converged be used. Raises InfeasiblePlan naming the limits that
    clash, UserError for a question that cannot be asked.
    """
    problem, count = problem_of(model, inputs, override), draws or draws_of(model)
    plan = _optimised(problem, inputs, count)
    after = plan_effects(model, plan.schedule, count)
    reference = pd.DataFrame(
        problem.pattern() * plan.reference.to_numpy(), plan.schedule.index, plan.schedule.columns
    )
    before = plan_effects(model, reference, count)
    recent = plan_effects(model, reference * 0 + problem.pattern() * plan.reference_raw.to_numpy(), count)
    return _answer(
        model, inputs, basis, plan, (before, after, recent), _bindings(problem, plan, inputs, count)
    )


def problem_of(model: FittedMMM, inputs: BudgetInputs, override: bool = False) -> BudgetProblem:
    """The optimiser's problem; a missing side of a group is one that never binds."""
    most = {limit.channel: limit.bounds[1] for limit in inputs.limits}
    groups = [
        (
            group.name,
            list(group.channels),
            group.minimum_value or 0.0,
            sum(most[name] for name in group.channels)
            if group.maximum_value is None
            else group.maximum_value,
        )
        for group in inputs.groups
    ]
    return BudgetProblem(
        model,
        inputs.periods,
        inputs.total_value,
        inputs.bounds,
        groups,
        inputs.flighting,
        inputs.recent,
        override=override,
    )


def _optimised(problem: BudgetProblem, inputs: BudgetInputs, draws: int) -> Plan:
    return optimize(
        problem, inputs.goal, inputs.target_value, inputs.margin_share, inputs.risk_choice, draws, SEED
    )


def _answer(
    model: FittedMMM,
    inputs: BudgetInputs,
    basis: PlanBasis,
    plan: Plan,
    effects: tuple[PlanEffects, PlanEffects, PlanEffects],
    bindings: tuple[Binding, ...],
) -> BudgetAnswer:
    before, after, recent = effects
    level = inputs.level
    gap = after.total - before.total
    return BudgetAnswer(
        channels=outcomes(basis, before, after, inputs.recent, level),
        kpi=Estimate.of(after.window.sum(axis=1), level),
        kpi_after=Estimate.of(after.after.sum(axis=1), level),
        before_kpi=Estimate.of(before.window.sum(axis=1), level),
        before_after=Estimate.of(before.after.sum(axis=1), level),
        recent_kpi=Estimate.of(recent.total, level),
        roas=after.whole_roas(level),
        difference=Estimate.of(gap, level),
        probability_better=float(np.mean(gap > 0)),
        bindings=bindings,
        schedule=_schedule(plan),
        start_on=basis.start_on,
        end_on=basis.end_on,
        draws=kept_draws(after.window.sum(axis=1), after.after.sum(axis=1), model.seed),
        before_draws=kept_totals(before.total),
        kkt_residual=float(plan.kkt_residual) if np.isfinite(plan.kkt_residual) else None,
    )


def _schedule(plan: Plan) -> tuple[dict[str, object], ...]:
    rows = plan.schedule.to_dict("records")
    days = [str(pd.Timestamp(day).date()) for day in plan.schedule.index]
    return tuple(
        {"date": day, **{str(k): float(v) for k, v in row.items()}}
        for day, row in zip(days, rows, strict=True)
    )


def _bindings(problem: BudgetProblem, plan: Plan, inputs: BudgetInputs, draws: int) -> tuple[Binding, ...]:
    """The limits the plan runs into; the most expensive ones with what they cost altogether."""
    found = [_total(plan)] if abs(plan.shadow_prices.get("total", 0.0)) > NOTHING else []
    limits = [(limit.channel, limit) for limit in inputs.limits] + [
        (group.name, group) for group in inputs.groups
    ]
    rows = [
        (abs(price), name, limit, side, price)
        for name, limit in limits
        for side in ("lower", "upper")
        if abs(price := float(plan.shadow_prices.get(f"{name} {side}", 0.0))) > NOTHING
        # Less than nothing cannot be spent: a floor of zero is no choice of anybody.
        and (side == "upper" or limit.floor > 0)
    ]
    ranked = sorted(rows, key=lambda row: -row[0])
    for place, (_, name, limit, side, price) in enumerate(ranked):
        cost = _cost(problem, plan, inputs, limit, side, draws) if place < COSTED else None
        found.append(_binding(name, limit, side, price, cost))
    return tuple(found)


def _total(plan: Plan) -> Binding:
    return Binding("total", "total", False, plan.total, float(plan.shadow_prices["total"]))


def _binding(
    name: str, limit: ChannelLimit | GroupLimit, side: str, price: float, cost: float | None
) -> Binding:
    locked = isinstance(limit, ChannelLimit) and limit.locked
    low, high = (
        limit.bounds if isinstance(limit, ChannelLimit) else (limit.minimum_value, limit.maximum_value)
    )
    word = "locked" if locked else {"lower": "minimum", "upper": "maximum"}[side]
    amount = (low if side == "lower" else high) or 0.0
    return Binding(name, word, isinstance(limit, GroupLimit), to_cents(amount), price, cost)


def _cost(
    problem: BudgetProblem,
    plan: Plan,
    inputs: BudgetInputs,
    limit: ChannelLimit | GroupLimit,
    side: str,
    draws: int,
) -> float:
    """KPI that the same money would bring more without the limit, under the same attitude to risk."""
    freed = replace(_without(inputs, limit, side), goal=Goal.KPI, total_value=plan.total)
    best = _optimised(problem_of(problem.model, freed, problem.override), freed, draws)
    return max(0.0, float(best.kpi - plan.kpi))


def _without(inputs: BudgetInputs, limit: ChannelLimit | GroupLimit, side: str) -> BudgetInputs:
    """The question with one side of one limit taken away (both where the channel is locked)."""
    if isinstance(limit, GroupLimit):
        low_end, high_end = limit.minimum_value, limit.maximum_value
        opened = replace(
            limit,
            minimum_value=None if side == "lower" else low_end,
            maximum_value=None if side == "upper" else high_end,
        )
        groups = tuple(opened if group == limit else group for group in inputs.groups)
        kept = tuple(g for g in groups if g.minimum_value is not None or g.maximum_value is not None)
        return replace(inputs, groups=kept)
    low, high = limit.bounds
    free = replace(
        limit,
        locked=False,
        minimum_value=0.0 if side == "lower" or limit.locked else low,
        maximum_value=max(inputs.total_value, high) if side == "upper" or limit.locked else high,
    )
    return replace(inputs, limits=tuple(free if known == limit else known for known in inputs.limits))
