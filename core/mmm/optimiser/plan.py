"""A budget question answered: read, searched, rounded to cents, priced and compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.choices import TARGET_GOALS, Goal
from core.mmm.optimiser.budget_problem import BudgetProblem
from core.mmm.optimiser.goals import (
    GoalQuery,
    GoalResult,
    against_reference,
    best_for_goal,
    best_with_tests,
    with_tests,
)
from core.mmm.optimiser.horizon import horizon_of, kpi_by_variable
from core.mmm.optimiser.linear_limits import LinearLimits
from core.mmm.optimiser.objective import Objective
from core.mmm.optimiser.risk import Risk, RiskAttitude, attitude_of
from core.mmm.optimiser.search import Breadth, BudgetSearch
from core.mmm.optimiser.solution import Plan, whole_cent_plan

MOST_POINTS = 50


def optimize(
    problem: BudgetProblem,
    goal: Goal | str = Goal.KPI,
    target: float | None = None,
    margin: float | None = None,
    risk: Risk = "mean",
    draws: int = 500,
    seed: int = 1,
) -> Plan:
    """The best plan for a goal: max over x within the limits of value(K(x)), K the KPI by draw.

    Parameters: `goal` is one of
    kpi: the most media KPI for the total;
    profit: the most margin x KPI value - spend, spending up to the total;
    target_kpi: the least spend whose KPI reaches `target` (in KPI units, window and carry-over);
    target_roas: the most spend whose incremental ROAS (incremental KPI value of the plan over its spend) is
    at least `target` (no unit);
    target_mroas: the most spend whose next unit still earns `target` KPI value.
    `margin` is the share (0..1, default 1) of KPI value that is earned. `risk`: "mean", ("quantile", q) or
    ("cvar", q) of the draws, or for the goal kpi "probability" to beat the reference. `draws` of the
    posterior are used at most; `seed` is that of the random starts.

    Returns the plan in whole cents with its comparison. Raises InfeasiblePlan naming the limits that clash,
    UserError for a question without an answer. Local optima by sequential quadratic programming; S-shaped
    curves from several starts and by branch and bound on concave envelopes (Udell and Boyd 2013).
    """
    attitude = attitude_of(risk)
    query = _query_of(problem, goal, target, margin, attitude)
    search = budget_search(problem, attitude, draws, seed)
    limits = search.limits
    if not problem.test_minimum:
        limits.demand_feasible()
    if attitude.kind == "probability" and query.total is not None:
        limits.with_total(query.total).demand_feasible()
        search = against_reference(search, query.total)
    found, within = best_amounts(search, query, problem)
    inner = search.within(within)
    inner.starts = found.starts
    return whole_cent_plan(problem, inner, query, found)


def budget_search(problem: BudgetProblem, attitude: RiskAttitude, draws: int, seed: int) -> BudgetSearch:
    """The question ready to be searched, on up to `draws` draws."""
    variables = problem.variables
    media = problem.model.thinned(draws).media
    horizon = horizon_of(problem.model.structure, media, problem.pattern(), problem.by_geo)
    reference = variables.amounts(problem.reference_spend().to_numpy())
    usual = kpi_by_variable(horizon, variables, reference)[0].sum(axis=1)
    objective = Objective(horizon, variables, attitude.around(usual))
    return BudgetSearch(objective, problem.linear_limits(variables), reference, seed)


def best_amounts(
    search: BudgetSearch, query: GoalQuery, problem: BudgetProblem
) -> tuple[GoalResult, LinearLimits]:
    """The best amounts for the goal, and the limits they were found within."""
    if problem.test_minimum:
        return best_with_tests(search, query, problem.variables, problem.test_minimum)
    return best_for_goal(search, query), search.limits


def _query_of(
    problem: BudgetProblem,
    goal: Goal | str,
    target: float | None,
    margin: float | None,
    attitude: RiskAttitude,
) -> GoalQuery:
    faults = []
    try:
        chosen = Goal(goal)
    except ValueError:
        raise UserError(f"goal must be one of {', '.join(Goal)}; it is {goal!r}.") from None
    if chosen in TARGET_GOALS and not (target and target > 0):
        faults.append(f"The goal {chosen.value} needs a positive target.")
    if margin is not None and not 0 < margin <= 1:
        faults.append(f"margin is a share of the KPI's value between 0 and 1, not {margin}.")
    if attitude.kind == "probability" and chosen != Goal.KPI:
        faults.append("The chance to beat the reference can only be asked with the goal kpi.")
    if faults:
        raise UserError(faults)
    # Money per unit of KPI over the last year of the data.
    panel = problem.model.structure.panel
    recent = slice(max(panel.periods - round(panel.frequency.periods_per_year), 0), None)
    price = float((panel.value * panel.kpi)[:, recent].sum() / panel.kpi[:, recent].sum())
    return GoalQuery(chosen, problem.total, price, margin if margin is not None else 1.0, target)


def frontier(
    problem: BudgetProblem,
    goal: Goal | str = Goal.KPI,
    target: float | None = None,
    margin: float | None = None,
    points: int = 8,
    level: float = 0.1,
    draws: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """Efficient plans of one total: the largest (1 - weight) x mean + weight x CVaR for weights from 0 to 1.

    The total is that of the problem for the goal kpi, and what the goal asks for otherwise. Frame: weight,
    kpi (mean), cvar (mean of the worst `level` of the draws), quantile (at `level`), probability_better
    than the reference, and spend by channel. kpi falls and cvar rises with the weight. Channels with a
    least test spend are as in the plan with the largest mean. UserError for numbers out of range.
    """
    if not 2 <= points <= MOST_POINTS or not 0 < level < 1:
        raise UserError(f"A frontier has 2 to {MOST_POINTS} points and a level between 0 and 1.")
    first = optimize(problem, goal, target, margin, "mean", draws, seed)
    problem = replace(problem, total=first.total)
    search = budget_search(problem, RiskAttitude("cvar", level), draws, seed)
    if problem.test_minimum:
        spent = dict(zip(problem.model.channels, first.spend.to_numpy(), strict=True))
        search = search.within(with_tests(search.limits, problem.variables, problem.test_minimum, spent))
    fixed = search.limits.with_total(first.total)
    usual = search.objective.evaluate(search.scaled_reference(fixed, first.total)).kpi
    weights = np.linspace(0, 1, points)
    attitudes = [replace(search.objective.attitude, blend=float(weight)) for weight in weights]
    plans: list[Floats] = []
    for attitude in attitudes:
        objective = replace(search.objective, attitude=attitude)
        own = BudgetSearch(objective, search.limits, search.reference, seed)
        warm, breadth = (plans[-1], Breadth.ENVELOPE) if plans else (None, Breadth.WIDE)
        plans.append(own.best(first.total, warm=warm, breadth=breadth).amounts)
    kpis = [search.objective.evaluate(amounts).kpi for amounts in plans]
    # The search rounds CVaR's kink; what is shown is the mean of the worst draws itself.
    sharp = replace(search.objective.attitude, width=0.0)
    rows = []
    for attitude in attitudes:
        # Where searches ended at several tops, the best of all plans for each weight is still one frontier.
        place = int(np.argmax([attitude.value(kpi)[0] for kpi in kpis]))
        kpi, spend = kpis[place], search.objective.variables.channel_spend(plans[place])
        rows.append(
            {
                "weight": attitude.blend,
                "kpi": float(kpi.mean()),
                "cvar": sharp.value(kpi)[0],
                "quantile": float(np.quantile(kpi, level)),
                "probability_better": float((kpi > usual).mean()),
                **dict(zip(search.objective.variables.channels, spend.tolist(), strict=True)),
            }
        )
    return pd.DataFrame(rows)
