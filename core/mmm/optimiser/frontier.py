"""What more certainty costs: plans between the largest expected KPI and the best bad case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.choices import Goal
from core.mmm.optimiser.budget_problem import BudgetProblem
from core.mmm.optimiser.plan import budget_search, optimize
from core.mmm.optimiser.risk import RiskAttitude
from core.mmm.optimiser.search import Breadth, BudgetSearch
from core.mmm.optimiser.test_budgets import with_tests

MOST_POINTS = 50


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
    least test spend are as in the plan with the largest mean. UserError for figures that cannot be asked.
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
