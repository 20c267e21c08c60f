"""A budget question put to the optimiser, and its answer with draws, channels and what is new to the data."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from core.mmm.arrays import Floats
from core.mmm.cents import round_to_sum
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.plan import optimize
from core.mmm.optimiser.solution import Plan
from core.mmm.planning.answers import Beyond, Binding, BudgetAnswer, GeoMoney, saved_draws, saved_totals
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.budget_question import goal_of, problem_of
from core.mmm.planning.budget_start import first_budget
from core.mmm.planning.effects import PlanEffects, channel_outcomes, draws_of, plan_effects
from core.mmm.planning.geo_money import geo_shares
from core.mmm.planning.limit_costs import bindings_of
from core.mmm.results.evidence import Estimate

SEED = 1


def solve_budget(
    model: FittedMMM,
    inputs: BudgetInputs,
    basis: PlanBasis,
    *,
    override: bool = False,
    draws: int | None = None,
) -> BudgetAnswer:
    """The best plan for the inputs, compared draw by draw with the split of the reference.

    `override` lets a model that has not converged be used. Raises InfeasiblePlan naming the limits that
    clash, UserError for a question that cannot be asked.
    """
    problem, count = problem_of(model, inputs, override), draws or draws_of(model)
    goal, target, margin = goal_of(inputs)
    plan = optimize(problem, goal, target, margin, inputs.risk_choice, count, SEED)
    after = plan_effects(model, plan.cells if inputs.by_geo else plan.schedule, count)
    before = plan_effects(model, _before(plan), count)
    raw = pd.DataFrame(
        problem.pattern() * plan.reference_raw.to_numpy(), plan.schedule.index, plan.schedule.columns
    )
    recent = plan_effects(model, raw, count)
    bindings = () if inputs.chosen_value else bindings_of(problem, plan, inputs, first_budget(basis), count)
    return _answer(model, inputs, basis, plan, (before, after, recent), bindings)


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
        channels=channel_outcomes(basis, before, after, inputs.recent, level),
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
        draws=saved_draws(after.window.sum(axis=1), after.after.sum(axis=1), model.seed),
        before_draws=saved_totals(before.total),
        kkt_residual=float(plan.kkt_residual) if math.isfinite(plan.kkt_residual) else None,
        reference=inputs.reference,
        bound_kpi=plan.bound,
        start_kpis=tuple(float(worth) for worth in plan.starts),
        worst_kpi=worst_mean(after.total, inputs.risk_share),
        before_worst_kpi=worst_mean(before.total, inputs.risk_share),
        beyond=tuple(_beyond(*row) for row in plan.beyond_seen),
        geos=_geos(model, plan) if inputs.by_geo else (),
        geo_schedule=_geo_schedule(plan) if inputs.by_geo else (),
    )


def _before(plan: Plan) -> pd.DataFrame:
    """The reference by period, each channel's cents brought to its money: both plans spend the same."""
    spent = plan.reference_schedule.sum()
    scale = plan.reference / spent.where(spent > 0, 1.0)
    return plan.reference_schedule * scale.where(spent > 0, 1.0)


def worst_mean(total: Floats, share: float) -> float:
    """The mean of the worst draws: that `share` (0..1) of them, at least one."""
    count = max(1, round(share * len(total)))
    return float(np.sort(total)[:count].mean())


def _schedule(plan: Plan) -> tuple[dict[str, object], ...]:
    rows = plan.schedule.to_dict("records")
    days = [str(pd.Timestamp(day).date()) for day in plan.schedule.index]
    return tuple(
        {"date": day, **{str(k): float(v) for k, v in row.items()}}
        for day, row in zip(days, rows, strict=True)
    )


def _geo_schedule(plan: Plan) -> tuple[dict[str, object], ...]:
    """Money by date and geo, one entry a channel."""
    cells = plan.cells.pivot_table(index=["date", "geo"], columns="channel", values="spend", sort=False)
    rows = cells[list(plan.schedule.columns)].reset_index().to_dict("records")
    return tuple({**{str(k): v for k, v in row.items()}, "date": str(row["date"].date())} for row in rows)


def _beyond(channel: str, what: str, planned: float, seen: float) -> Beyond:
    """'total', 'period' or 'total in <geo>' of the optimiser's plan."""
    kind, _, geo = what.partition(" in ")
    return Beyond(channel, kind, float(planned), float(seen), geo)


def _geos(model: FittedMMM, plan: Plan) -> tuple[GeoMoney, ...]:
    """Money by geo and channel: planned, and the reference in the geos' present shares."""
    after = plan.cells.groupby(["geo", "channel"], sort=False)["spend"].sum()
    shares = geo_shares(model)
    found = []
    for c, channel in enumerate(model.channels):
        money = float(plan.reference[channel])
        split = round_to_sum([money * share for share in shares[:, c]])
        found += [
            GeoMoney(geo, channel, split[g], round(float(after[(geo, channel)]), 2))
            for g, geo in enumerate(model.geos)
        ]
    return tuple(found)
