"""How much spend a goal asks for, and how it is split."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.cents import CENT
from core.mmm.choices import Goal
from core.mmm.optimiser.allocation import Climb, climb
from core.mmm.optimiser.decision_variables import DecisionVariables
from core.mmm.optimiser.limit import Limit
from core.mmm.optimiser.linear_limits import InfeasiblePlan, LinearLimits, limit_rows
from core.mmm.optimiser.risk import RiskAttitude
from core.mmm.optimiser.search import Breadth, BudgetSearch

COARSE, ROUNDS, SAME = 6, 40, 1e-7
Gap = Callable[[Climb, float], tuple[float, float]]


SHARP = 0.1  # width of the step, in sd of the lead over the reference
STAGES = (5.0, 1.0)
# Shares of the way from the reference to the best mean: small moves can be surer than large ones.
STEP_SHARES = (1.0, 0.4, 0.15, 0.05)


@dataclass(frozen=True)
class GoalQuery:
    """A goal and its numbers: `total` spend or the most of it (None: what the limits allow), `price` money
    per unit of KPI, `margin` share of it that is earned, `target` of the goal."""

    goal: Goal
    total: float | None
    price: float
    margin: float
    target: float | None


@dataclass(frozen=True)
class GoalResult:
    """Amounts (variable,) that serve a goal best, and how well: the larger `score` the better."""

    amounts: Floats
    score: float
    starts: tuple[float, ...] = ()


def best_for_goal(search: BudgetSearch, query: GoalQuery) -> GoalResult:
    """The best plan for the goal; InfeasiblePlan where no plan reaches its target."""
    if query.goal == Goal.KPI:
        if query.total is None:
            raise UserError("The goal kpi needs a total: without one, more money always earns more.")
        search.limits.with_total(query.total).demand_feasible()
        by_probability = search.objective.attitude.kind == "probability"
        end = most_probable(search, query.total) if by_probability else search.best(query.total)
        return GoalResult(end.amounts, end.value, search.starts)
    least, most = _span(search.limits, query.total)
    if query.goal in (Goal.PROFIT, Goal.TARGET_MROAS):
        # Spend until the next unit earns no more than it has to: itself over the margin, or the target.
        target = query.target if query.goal == Goal.TARGET_MROAS else 1 / query.margin
        assert target is not None
        end = search.best(query.total, "upper", target / query.price)
        if query.goal == Goal.TARGET_MROAS and end.amounts.sum() < CENT:
            raise InfeasiblePlan([f"No plan within the limits has a marginal ROAS of {target:g}."])
        return GoalResult(end.amounts, end.value, search.starts)
    if query.goal == Goal.TARGET_KPI:
        return _least_for_kpi(search, query, least, most)
    return _most_at_roas(search, query, least, most)


def _span(limits: LinearLimits, total: float | None) -> tuple[float, float]:
    """The least and the most spend the limits allow; InfeasiblePlan where the least exceeds the total."""
    ones = np.ones(limits.size)
    low, high = limits.solve(ones), limits.solve(-ones)
    if low is None or high is None:
        limits.demand_feasible()
        raise UserError("Without a total every channel needs an upper limit: some have none.")
    least, most = float(low.sum()), float(high.sum())
    if total is not None and least > total + CENT:
        limits.with_total(total).demand_feasible()
    return least, most if total is None else min(most, total)


def _least_for_kpi(search: BudgetSearch, query: GoalQuery, least: float, most: float) -> GoalResult:
    target = query.target
    assert target is not None

    def gap(end: Climb, total: float) -> tuple[float, float]:
        return end.value - target, end.price

    guess = _guess(search, gap, least, most, upwards=True)
    found, total = _root(search, gap, guess, least, most, upwards=True)
    if found.value < target:
        raise InfeasiblePlan(
            [
                f"A KPI of {target:,.0f} cannot be reached: {most:,.2f}, the most the limits allow, "
                f"earns {found.value:,.0f}."
            ]
        )
    return GoalResult(found.amounts, -total, search.starts)


def _most_at_roas(search: BudgetSearch, query: GoalQuery, least: float, most: float) -> GoalResult:
    target = query.target
    assert target is not None
    nothing = search.objective.evaluate(np.zeros(search.limits.size)).value

    def gap(end: Climb, total: float) -> tuple[float, float]:
        return query.price * (end.value - nothing) - target * total, query.price * end.price - target

    guess = _guess(search, gap, least, most, upwards=False)
    found, total = _root(search, gap, guess, max(least, 1e-4 * most), most, upwards=False)
    if gap(found, total)[0] < 0:
        best = query.price * (found.value - nothing) / total
        raise InfeasiblePlan(
            [f"No plan within the limits has an incremental ROAS of {target:g}; about {best:.2f} can be had."]
        )
    return GoalResult(found.amounts, total, search.starts)


def _guess(search: BudgetSearch, gap: Gap, least: float, most: float, upwards: bool) -> float:
    """Where the gap is likely to close, on few draws at totals over the whole span."""
    grid = np.linspace(least, most, COARSE + 1)[0 if upwards else 1 :]
    warm: Floats | None = None
    last = float(grid[0] if upwards else grid[-1])
    for total in grid if upwards else grid[::-1]:
        breadth = Breadth.ENVELOPE if warm is None else Breadth.WARM
        end = search.best(float(total), warm=warm, breadth=breadth, few=True)
        warm, value = end.amounts, gap(end, float(total))[0]
        if value >= 0:
            # The gap closes between here and the total tried before.
            return last if upwards else float(total)
        last = float(total)
    return last


def _root(
    search: BudgetSearch, gap: Gap, guess: float, least: float, most: float, upwards: bool
) -> tuple[Climb, float]:
    """The total at which the gap closes, and its plan: the least from which on it is closed (`upwards`), or
    the most up to which it is.

    Newton's method on the objective of the best plan, whose slope is the value of one more unit, inside a
    bracket. The plan returned meets the target unless that of the good end of the span does not.
    """
    total, warm, breadth = guess, None, Breadth.WIDE
    bad, good = (least, most) if upwards else (most, least)
    met: tuple[Climb, float] | None = None
    for _ in range(ROUNDS):
        end = search.best(total, warm=warm, breadth=breadth)
        value, slope = gap(end, total)
        if value >= 0:
            met, good = (end, total), total
        else:
            bad = total
        warm, breadth = end.amounts, Breadth.WARM
        close = abs(good - bad) <= CENT or (value >= 0 and value <= CENT * abs(slope))
        if good == bad or (met is not None and close):
            if search.concave or met is None:
                break
            better = search.best(met[1], warm=met[0].amounts, breadth=Breadth.ENVELOPE)
            end, total = met
            if better.value <= end.value + SAME * abs(end.value):
                break
            # Another top is higher here: where it ends the search begins anew.
            warm, (value, slope) = better.amounts, gap(better, total)
            met, bad, good = (better, total), *((least, total) if upwards else (most, total))
        # Newton's step, a little towards the good side, or half way where it leaves the bracket.
        nudge = math.copysign(0.4 * CENT, good - bad)
        step = total - value / slope + nudge if slope != 0 else math.nan
        total = step if min(bad, good) < step < max(bad, good) else (bad + good) / 2
    return met if met is not None else (search.best(good), good)


def against_reference(search: BudgetSearch, total: float) -> BudgetSearch:
    """The search with the KPI of the reference, scaled to the total, as what is to be beaten draw by draw."""
    reference_kpi = search.scaled_reference(search.limits.with_total(total), total)
    plain = BudgetSearch(
        replace(search.objective, attitude=RiskAttitude("mean")), search.limits, search.reference, search.seed
    )
    usual = plain.objective.evaluate(reference_kpi).kpi
    lead = plain.best(total, breadth=Breadth.ENVELOPE).evaluation.kpi - usual
    width = SHARP * max(float(lead.std()), 1e-9 * abs(float(usual.mean())))
    attitude = replace(search.objective.attitude, reference_kpi=usual, width=width)
    return BudgetSearch(
        replace(search.objective, attitude=attitude), search.limits, search.reference, search.seed
    )


def most_probable(search: BudgetSearch, total: float) -> Climb:
    """The plan of the largest chance found: from plans between the reference and the largest mean, over ever
    sharper steps; of equal chances the larger mean."""
    attitude, fixed = search.objective.attitude, search.limits.with_total(total)
    assert attitude.reference_kpi is not None
    plain = BudgetSearch(
        replace(search.objective, attitude=RiskAttitude("mean")), search.limits, search.reference, search.seed
    )
    best, usual = plain.best(total), search.scaled_reference(fixed, total)
    sharp = replace(attitude, width=0.0)
    found = [best]
    for share in STEP_SHARES:
        end = Climb(plain.objective.evaluate(usual + share * (best.amounts - usual)), best.price, 0)
        found.append(end)
        for stage in STAGES:
            width = stage * SHARP * float((end.evaluation.kpi - attitude.reference_kpi).std())
            if width > 0:
                own = replace(search.objective, attitude=replace(attitude, width=width))
                end = climb(own, fixed, end.amounts)
                found.append(end)
    search.starts = plain.starts
    top = max(found, key=lambda end: (sharp.value(end.evaluation.kpi)[0], end.evaluation.kpi.mean()))
    return Climb(search.objective.evaluate(top.amounts), top.price, top.rounds)


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
    """The test that is farthest from both nothing and its amount; None where all are met."""
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
