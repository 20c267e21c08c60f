"""How much money a goal asks for, and how it is split."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.cents import CENT
from core.mmm.choices import Goal
from core.mmm.optimiser.allocation import Climb, climb
from core.mmm.optimiser.linear_limits import InfeasiblePlan, LinearLimits
from core.mmm.optimiser.risk import RiskAttitude
from core.mmm.optimiser.search import Breadth, BudgetSearch

COARSE, ROUNDS, SAME = 6, 40, 1e-7
Gap = Callable[[Climb, float], tuple[float, float]]


SHARP = 0.1  # width of the step, in sd of the lead over the reference
STAGES = (5.0, 1.0)
# Shares of the way from the reference to the best mean: small moves can be surer than large ones.
WAYS = (1.0, 0.4, 0.15, 0.05)


def against_reference(search: BudgetSearch, total: float) -> BudgetSearch:
    """The search with the KPI of the reference, scaled to the total, as what is to be beaten draw by draw."""
    rival = search.scaled_reference(search.limits.with_total(total), total)
    plain = BudgetSearch(
        replace(search.worth, attitude=RiskAttitude("mean")), search.limits, search.reference, search.seed
    )
    usual = plain.worth.look(rival).kpi
    lead = plain.best(total, look=Breadth.ENVELOPE).look.kpi - usual
    width = SHARP * max(float(lead.std()), 1e-9 * abs(float(usual.mean())))
    attitude = replace(search.worth.attitude, rival=usual, width=width)
    return BudgetSearch(
        replace(search.worth, attitude=attitude), search.limits, search.reference, search.seed
    )


def most_probable(search: BudgetSearch, total: float) -> Climb:
    """The plan of the largest chance found: from plans between the reference and the largest mean, over ever
    sharper steps; of equal chances the larger mean."""
    attitude, fixed = search.worth.attitude, search.limits.with_total(total)
    assert attitude.rival is not None
    plain = BudgetSearch(
        replace(search.worth, attitude=RiskAttitude("mean")), search.limits, search.reference, search.seed
    )
    best, usual = plain.best(total), search.scaled_reference(fixed, total)
    sharp = replace(attitude, width=0.0)
    found = [best]
    for way in WAYS:
        reached = Climb(plain.worth.look(usual + way * (best.amounts - usual)), best.price, 0)
        found.append(reached)
        for stage in STAGES:
            width = stage * SHARP * float((reached.look.kpi - attitude.rival).std())
            if width > 0:
                own = replace(search.worth, attitude=replace(attitude, width=width))
                reached = climb(own, fixed, reached.amounts)
                found.append(reached)
    search.starts = plain.starts
    top = max(found, key=lambda own: (sharp.worth(own.look.kpi)[0], own.look.kpi.mean()))
    return Climb(search.worth.look(top.amounts), top.price, top.rounds)


@dataclass(frozen=True)
class GoalQuery:
    """A goal and its figures: `total` money or the most of it (None: what the limits allow), `price` money
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


def best_for_goal(search: BudgetSearch, ask: GoalQuery) -> GoalResult:
    """The best plan for the goal; InfeasiblePlan where no plan reaches its target."""
    if ask.goal == Goal.KPI:
        if ask.total is None:
            raise UserError("The goal kpi needs a total: without one, more money always earns more.")
        search.limits.with_total(ask.total).demand_feasible()
        bold = search.worth.attitude.kind == "probability"
        reached = most_probable(search, ask.total) if bold else search.best(ask.total)
        return GoalResult(reached.amounts, reached.worth, search.starts)
    least, most = _span(search.limits, ask.total)
    if ask.goal in (Goal.PROFIT, Goal.TARGET_MROAS):
        return _at_price(search, ask)
    if ask.goal == Goal.TARGET_KPI:
        return _least_for_kpi(search, ask, least, most)
    return _most_at_roas(search, ask, least, most)


def _span(limits: LinearLimits, total: float | None) -> tuple[float, float]:
    """The least and the most money the limits allow; InfeasiblePlan where the least exceeds the total."""
    ones = np.ones(limits.size)
    low, high = limits.solve(ones), limits.solve(-ones)
    if low is None or high is None:
        limits.demand_feasible()
        raise UserError("Without a total every channel needs an upper limit: some have none.")
    least, most = float(low.sum()), float(high.sum())
    if total is not None and least > total + CENT:
        limits.with_total(total).demand_feasible()
    return least, most if total is None else min(most, total)


def _at_price(search: BudgetSearch, ask: GoalQuery) -> GoalResult:
    """Money until the next unit earns no more than it has to: itself over the margin, or the target."""
    asked = ask.target if ask.goal == Goal.TARGET_MROAS else 1 / ask.margin
    assert asked is not None
    cost = asked / ask.price
    reached = search.best(ask.total, "upper", cost)
    if ask.goal == Goal.TARGET_MROAS and reached.amounts.sum() < CENT:
        raise InfeasiblePlan([f"No plan within the limits has a marginal ROAS of {asked:g}."])
    return GoalResult(reached.amounts, reached.worth, search.starts)


def _least_for_kpi(search: BudgetSearch, ask: GoalQuery, least: float, most: float) -> GoalResult:
    target = ask.target
    assert target is not None

    def gap(reached: Climb, total: float) -> tuple[float, float]:
        return reached.worth - target, reached.price

    guess = _guess(search, gap, least, most, upwards=True)
    found, total = _root(search, gap, guess, least, most, upwards=True)
    if found.worth < target:
        raise _out_of_reach(target, most, found.worth)
    return GoalResult(found.amounts, -total, search.starts)


def _out_of_reach(target: float, most: float, best: float) -> InfeasiblePlan:
    return InfeasiblePlan(
        [
            f"A KPI of {target:,.0f} cannot be reached: {most:,.2f}, the most the limits allow, "
            f"earns {best:,.0f}."
        ]
    )


def _most_at_roas(search: BudgetSearch, ask: GoalQuery, least: float, most: float) -> GoalResult:
    target = ask.target
    assert target is not None
    nothing = search.worth.look(np.zeros(search.limits.size)).worth

    def gap(reached: Climb, total: float) -> tuple[float, float]:
        return ask.price * (reached.worth - nothing) - target * total, ask.price * reached.price - target

    guess = _guess(search, gap, least, most, upwards=False)
    found, total = _root(search, gap, guess, max(least, 1e-4 * most), most, upwards=False)
    if gap(found, total)[0] < 0:
        best = ask.price * (found.worth - nothing) / total
        raise InfeasiblePlan(
            [f"No plan within the limits has an incremental ROAS of {target:g}; about {best:.2f} can be had."]
        )
    return GoalResult(found.amounts, total, search.starts)


def _guess(search: BudgetSearch, gap: Gap, least: float, most: float, upwards: bool) -> float:
    """Where the gap is likely to close, seen on few draws at totals over the whole span."""
    grid = np.linspace(least, most, COARSE + 1)[0 if upwards else 1 :]
    warm: Floats | None = None
    last = float(grid[0] if upwards else grid[-1])
    for total in grid if upwards else grid[::-1]:
        look = Breadth.ENVELOPE if warm is None else Breadth.WARM
        reached = search.best(float(total), warm=warm, look=look, few=True)
        warm, value = reached.amounts, gap(reached, float(total))[0]
        if value >= 0:
            # The gap closes between here and the total looked at before.
            return last if upwards else float(total)
        last = float(total)
    return last


def _root(
    search: BudgetSearch, gap: Gap, guess: float, least: float, most: float, upwards: bool
) -> tuple[Climb, float]:
    """The total at which the gap closes, and its plan: the least from which on it is closed (`upwards`), or
    the most up to which it is.

    Newton's method on the worth of the best plan, whose slope is the value of one more unit, inside a
    bracket. The plan returned meets the target unless that of the good end of the span does not.
    """
    total, warm, look = guess, None, Breadth.WIDE
    bad, good = (least, most) if upwards else (most, least)
    kept: tuple[Climb, float] | None = None
    for _ in range(ROUNDS):
        reached = search.best(total, warm=warm, look=look)
        value, slope = gap(reached, total)
        if value >= 0:
            kept, good = (reached, total), total
        else:
            bad = total
        warm, look = reached.amounts, Breadth.WARM
        close = abs(good - bad) <= CENT or (value >= 0 and value <= CENT * abs(slope))
        if good == bad or (kept is not None and close):
            if search.concave or kept is None:
                break
            better = search.best(kept[1], warm=kept[0].amounts, look=Breadth.ENVELOPE)
            total, reached = kept[1], kept[0]
            if better.worth <= reached.worth + SAME * abs(reached.worth):
                break
            # Another top is higher here: where it ends the search begins anew.
            warm, (value, slope) = better.amounts, gap(better, total)
            kept, bad, good = (better, total), *((least, total) if upwards else (most, total))
        total = _next(total, value, slope, bad, good)
    return kept if kept is not None else (search.best(good), good)


def _next(total: float, value: float, slope: float, bad: float, good: float) -> float:
    """Newton's step, a little towards the good side, or half way where it leaves the bracket."""
    nudge = math.copysign(0.4 * CENT, good - bad)
    aim = total - value / slope + nudge if slope != 0 else math.nan
    low, high = min(bad, good), max(bad, good)
    return aim if low < aim < high else (bad + good) / 2
