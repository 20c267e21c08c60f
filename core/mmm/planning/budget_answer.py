"""A budget question put to the optimiser: its answer with draws and channels, and its efficient frontier."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.mmm.arrays import Floats
from core.mmm.cents import round_to_sum, to_cents
from core.mmm.choices import Goal
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.horizon import geo_shares
from core.mmm.optimiser.plan import frontier, optimize
from core.mmm.optimiser.solution import Plan
from core.mmm.planning.answers import BudgetAnswer, Extrapolation, GeoSpend, saved_draws, saved_totals
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.budget_question import first_budget, goal_of, problem_of
from core.mmm.planning.effects import channel_outcomes, draws_of, plan_effects
from core.mmm.planning.limit_costs import bindings_of
from core.mmm.results.evidence import Estimate

SEED = 1
POINTS = 8
APART = 5e-4  # of the expected KPI: points nearer to each other than that are one plan to a reader


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
    # Each channel's cents are brought to its spend: both plans spend the same.
    spent = plan.reference_schedule.sum()
    scale = (plan.reference / spent.where(spent > 0, 1.0)).where(spent > 0, 1.0)
    before = plan_effects(model, plan.reference_schedule * scale, count)
    raw = pd.DataFrame(
        problem.pattern() * plan.reference_raw.to_numpy(), plan.schedule.index, plan.schedule.columns
    )
    recent = plan_effects(model, raw, count)
    level, gap = inputs.level, after.total - before.total
    schedule = plan.schedule.rename_axis("date").reset_index()
    cells = plan.cells.pivot_table(index=["date", "geo"], columns="channel", values="spend", sort=False)
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
        bindings=()
        if inputs.chosen_value
        else bindings_of(problem, plan, inputs, first_budget(basis), count),
        schedule=_rows(schedule),
        start_on=basis.start_on,
        end_on=basis.end_on,
        draws=saved_draws(after.window.sum(axis=1), after.after.sum(axis=1), model.seed),
        before_draws=saved_totals(before.total),
        kkt_residual=float(plan.kkt_residual) if math.isfinite(plan.kkt_residual) else None,
        reference=inputs.reference,
        bound_kpi=plan.bound,
        start_kpis=tuple(float(value) for value in plan.starts),
        worst_kpi=worst_mean(after.total, inputs.risk_share),
        before_worst_kpi=worst_mean(before.total, inputs.risk_share),
        beyond=tuple(_extrapolation(*row) for row in plan.beyond_seen),
        geos=_geo_spend(model, plan) if inputs.by_geo else (),
        geo_schedule=_rows(cells[list(plan.schedule.columns)].reset_index()) if inputs.by_geo else (),
    )


def worst_mean(total: Floats, share: float) -> float:
    """The mean of the worst draws: that `share` (0..1) of them, at least one."""
    count = max(1, round(share * len(total)))
    return float(np.sort(total)[:count].mean())


def _rows(frame: pd.DataFrame) -> tuple[dict[str, object], ...]:
    """One entry a date (and geo): the day, and spend by channel."""
    return tuple(
        {str(k): str(v.date()) if k == "date" else v for k, v in row.items()}
        for row in frame.to_dict("records")
    )


def _extrapolation(channel: str, what: str, planned: float, seen: float) -> Extrapolation:
    """'total', 'period' or 'total in <geo>' of the optimiser's plan."""
    kind, _, geo = what.partition(" in ")
    return Extrapolation(channel, kind, float(planned), float(seen), geo)


def _geo_spend(model: FittedMMM, plan: Plan) -> tuple[GeoSpend, ...]:
    """Spend by geo and channel: planned, and the reference in the geos' present shares."""
    after = plan.cells.groupby(["geo", "channel"], sort=False)["spend"].sum()
    shares = geo_shares(model.structure)
    found = []
    for c, channel in enumerate(model.channels):
        split = round_to_sum(float(plan.reference[channel]) * shares[:, c])
        found += [
            GeoSpend(geo, channel, split[g], round(float(after[(geo, channel)]), 2))
            for g, geo in enumerate(model.geos)
        ]
    return tuple(found)


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
