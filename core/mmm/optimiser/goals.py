"""How much money a goal asks for, and how it is split."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.choices import Goal
from core.mmm.optimiser.allocation import Reached
from core.mmm.optimiser.limits import CENT, InfeasiblePlan, Limits
from core.mmm.optimiser.search import Breadth, Search

Floats = NDArray[np.float64]
COARSE, ROUNDS, SAME = 9, 40, 1e-7
Gap = Callable[[Reached, float], tuple[float, float]]


@dataclass(frozen=True)
class Ask:
    """A goal and its figures: `total` money or the most of it (None: what the limits allow), `price` money
    per unit of KPI, `margin` share of it that is earned, `target` of the goal."""

    goal: Goal
    total: float | None
    price: float
    margin: float
    target: float | None


@dataclass(frozen=True)
class Found:
    """Amounts (lever,) that serve a goal best, and how well: the larger `score` the better."""

    amounts: Floats
    score: float
    starts: tuple[float, ...] = ()


def serve(search: Search, ask: Ask) -> Found:
    """The best plan for the goal; InfeasiblePlan where no plan reaches its target."""
    if ask.goal == Goal.KPI:
        if ask.total is None:
            raise UserError("The goal kpi needs a total: without one, more money always earns more.")
        search.limits.with_total(ask.total).demand_feasible()
        reached = search.best(ask.total)
        return Found(reached.amounts, reached.worth, search.starts)
    least, most = _span(search.limits, ask.total)
    if ask.goal in (Goal.PROFIT, Goal.TARGET_MROAS):
        return _at_price(search, ask)
    if ask.goal == Goal.TARGET_KPI:
        return _least_for_kpi(search, ask, least, most)
    return _most_at_roas(search, ask, least, most)


def _span(limits: Limits, total: float | None) -> tuple[float, float]:
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


def _at_price(search: Search, ask: Ask) -> Found:
    """Money until the next unit earns no more than it has to: itself over the margin, or the target."""
    asked = ask.target if ask.goal == Goal.TARGET_MROAS else 1 / ask.margin
    assert asked is not None
    cost = asked / ask.price
    reached = search.best(ask.total, "upper", cost)
    if ask.goal == Goal.TARGET_MROAS and reached.amounts.sum() < CENT:
        raise InfeasiblePlan([f"No plan within the limits has a marginal ROAS of {asked:g}."])
    return Found(reached.amounts, reached.worth, search.starts)


def _least_for_kpi(search: Search, ask: Ask, least: float, most: float) -> Found:
    target = ask.target
    assert target is not None

    def gap(reached: Reached, total: float) -> tuple[float, float]:
        return reached.worth - target, reached.price

    ends = _scan(search, gap, least, most)
    first = next((k for k, (_, value) in enumerate(ends) if value >= 0), None)
    if first is None:
        best = search.best(most)
        if best.worth < target:
            raise _out_of_reach(target, most, best.worth)
        first = len(ends) - 1
    low = ends[max(first - 1, 0)][0]
    found, total = _root(search, gap, low, ends[first][0], least, most, upwards=True)
    if found.worth < target:
        raise _out_of_reach(target, most, found.worth)
    return Found(found.amounts, -total, search.starts)


def _out_of_reach(target: float, most: float, best: float) -> InfeasiblePlan:
    return InfeasiblePlan(
        [
            f"A KPI of {target:,.0f} cannot be reached: {most:,.2f}, the most the limits allow, "
            f"earns {best:,.0f}."
        ]
    )


def _most_at_roas(search: Search, ask: Ask, least: float, most: float) -> Found:
    target = ask.target
    assert target is not None
    nothing = search.worth.look(np.zeros(search.limits.size)).worth

    def gap(reached: Reached, total: float) -> tuple[float, float]:
        return ask.price * (reached.worth - nothing) - target * total, ask.price * reached.price - target

    ends = _scan(search, gap, max(least, 1e-4 * most), most)
    good = [k for k, (_, value) in enumerate(ends) if value >= 0]
    if not good:
        best = max(value / total + target for total, value in ends)
        raise InfeasiblePlan(
            [f"No plan within the limits has an incremental ROAS of {target:g}; about {best:.2f} can be had."]
        )
    last = good[-1]
    high = ends[min(last + 1, len(ends) - 1)][0]
    found, total = _root(search, gap, ends[last][0], high, least, most, upwards=False)
    return Found(found.amounts, total, search.starts)


def _scan(search: Search, gap: Gap, least: float, most: float) -> list[tuple[float, float]]:
    """Totals over the whole span, and by how much each meets the target on few draws."""
    grid = np.linspace(least, most, COARSE if not search.concave else 3)
    found, warm = [], None
    for total in grid:
        reached = search.best(float(total), warm=warm, few=True, look=Breadth.ENVELOPE)
        warm = reached.amounts
        found.append((float(total), gap(reached, float(total))[0]))
    return found


def _root(
    search: Search, gap: Gap, low: float, high: float, least: float, most: float, upwards: bool
) -> tuple[Reached, float]:
    """The total at which the gap closes, and its plan: the least from which on it is closed (`upwards`), or
    the most up to which it is.

    Newton's method on the worth of the best plan, whose slope is the value of one more unit, inside a bracket
    that grows where few draws have misled. The plan returned meets the target.
    """
    total, warm = (low if upwards else high), None
    bad, good = (least, most) if upwards else (most, least)
    kept, look = None, Breadth.ENVELOPE
    for _ in range(ROUNDS):
        reached = search.best(total, warm=warm, look=look)
        value, slope = gap(reached, total)
        if value >= 0:
            kept, good = (reached, total), total
        else:
            bad = total
        close = abs(good - bad) <= CENT or (value >= 0 and abs(value) <= CENT * abs(slope))
        if good == bad or (kept is not None and close):
            if look == Breadth.WIDE:
                break
            # One look from everywhere: where it finds more, less money is enough, or more is earned.
            look, total, warm = Breadth.WIDE, kept[1] if kept else good, kept[0].amounts if kept else None
            better = search.best(total, warm=warm, look=look)
            if kept is not None and better.worth <= kept[0].worth * (1 + SAME):
                break
            kept, (value, slope) = (better, total), gap(better, total)
            bad, good = (least, total) if upwards else (most, total)
            if value < 0 or good == bad:
                break
            reached = better
        look, warm = look if look == Breadth.WIDE else Breadth.WARM, reached.amounts
        total = _next(total, value, slope, bad, good)
    return kept if kept is not None else (search.best(good), good)


def _next(total: float, value: float, slope: float, bad: float, good: float) -> float:
    """Newton's step, a little towards the good side, or half way where it leaves the bracket."""
    nudge = math.copysign(0.4 * CENT, good - bad)
    aim = total - value / slope + nudge if slope != 0 else math.nan
    low, high = min(bad, good), max(bad, good)
    return aim if low < aim < high else (bad + good) / 2
