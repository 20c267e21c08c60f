"""Channels that get nothing or at least a test spend: branch and bound over the few there are."""

from __future__ import annotations

from collections.abc import Mapping

from core.mmm.arrays import Floats
from core.mmm.cents import CENT
from core.mmm.optimiser.decision_variables import DecisionVariables
from core.mmm.optimiser.goals import GoalQuery, GoalResult, best_for_goal
from core.mmm.optimiser.limit import Limit
from core.mmm.optimiser.linear_limits import InfeasiblePlan, LinearLimits, limit_rows
from core.mmm.optimiser.search import BudgetSearch


def best_with_tests(
    search: BudgetSearch, query: GoalQuery, variables: DecisionVariables, tests: Mapping[str, float]
) -> tuple[GoalResult, LinearLimits]:
    """The best plan in which every channel of `tests` gets nothing or at least its amount, and the limits it
    was found within.

    A question without those conditions can only be answered better, so that a branch whose relaxed answer
    is worse than a plan already found needs no further look. Where no branch has a plan, the clash is that of
    the last one.
    """
    best: tuple[GoalResult, LinearLimits] | None = None
    trouble: InfeasiblePlan | None = None
    waiting = [search.limits]
    while waiting:
        limits = waiting.pop()
        try:
            found = best_for_goal(search.within(limits), query)
        except InfeasiblePlan as error:
            trouble = error
            continue
        if best is not None and found.score <= best[0].score:
            continue
        broken = _broken(variables, found.amounts, tests)
        if broken is None:
            best = (found, limits)
        else:
            waiting += _branches(variables, limits, *broken)
    if best is None:
        assert trouble is not None
        raise trouble
    return best


def with_tests(
    limits: LinearLimits, variables: DecisionVariables, tests: Mapping[str, float], spend: Mapping[str, float]
) -> LinearLimits:
    """The limits with each test run or not as in a plan's spend."""
    for name, least in tests.items():
        nothing, some = _branches(variables, limits, name, least)
        limits = some if spend[name] > 0 else nothing
    return limits


def _broken(
    variables: DecisionVariables, amounts: Floats, tests: Mapping[str, float]
) -> tuple[str, float] | None:
    """The test that is farthest from both nothing and its amount; None where all are kept."""
    spend = dict(zip(variables.channels, variables.channel_spend(amounts), strict=True))
    off = {name: min(spend[name], least - spend[name]) / least for name, least in tests.items()}
    worst = max(off, key=lambda name: off[name], default=None)
    if worst is None or off[worst] * tests[worst] <= CENT / 2:
        return None
    return worst, tests[worst]


def _branches(
    variables: DecisionVariables, limits: LinearLimits, name: str, least: float
) -> list[LinearLimits]:
    nothing = Limit(f"{name} without a test", (name,), upper=0.0, by_user=False)
    some = Limit(f"{name} test", (name,), lower=least, by_user=False)
    return [limits.with_rows(tuple(limit_rows(limit, variables))) for limit in (nothing, some)]
