"""How much money a goal asks for, and how it is split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from core.errors import UserError
from core.mmm.choices import Goal
from core.mmm.optimiser.allocation import Worth, best_split
from core.mmm.optimiser.limits import InfeasiblePlan, Limits

Floats = NDArray[np.float64]
COARSE = 13


@dataclass(frozen=True)
class Money:
    """A plan's worth, its limits and money: `total` or the most of it (None: what the limits allow), `price`
    money per unit of KPI, `margin` share of it that is earned, `target` of the goal."""

    worth: Worth
    limits: Limits
    total: float | None
    price: float
    margin: float
    target: float | None

    def split(self, total: float, reference: Floats) -> Floats:
        """The best split of exactly `total`, never worse than the reference brought to it."""
        fixed = self.limits.with_total(total)
        scaled = (
            reference * total / reference.sum() if reference.sum() > 0 else np.full_like(reference, total)
        )
        return best_split(self.worth, fixed, [fixed.nearest(scaled)])

    def span(self) -> tuple[float, float]:
        """The least and the most money the limits allow; InfeasiblePlan where the least exceeds the total."""
        ones = np.ones(len(self.limits.channels))
        low, high = self.limits.solve(ones), self.limits.solve(-ones)
        if low is None or high is None:
            self.limits.demand_feasible()
            raise UserError("Without a total every channel needs an upper limit: some have none.")
        least, most = float(low.sum()), float(high.sum())
        if self.total is not None and least > self.total + 0.01:
            self.limits.with_total(self.total).demand_feasible()
        return least, most if self.total is None else min(most, self.total)


def spend_for_goal(money: Money, goal: Goal, reference: Floats) -> Floats:
    """(channel,) money that serves the goal best."""
    if goal == Goal.KPI:
        if money.total is None:
            raise UserError("The goal kpi needs a total: without one, more money always earns more.")
        return money.split(money.total, reference)
    if goal == Goal.PROFIT:
        return _most_profit(money, reference)
    return _least_for_kpi(money, reference) if goal == Goal.TARGET_KPI else _most_at_roas(money, reference)


def _most_profit(money: Money, reference: Floats) -> Floats:
    def loss(total: float) -> float:
        worth, _ = money.worth(money.split(total, reference))
        return total - money.margin * money.price * worth

    return money.split(_lowest(loss, *money.span()), reference)


def _lowest(function, least: float, most: float) -> float:  # type: ignore[no-untyped-def]
    """The argument of the lowest value: a coarse look over the whole range, then a fine one."""
    if most - least < 0.01:
        return most
    grid = np.linspace(least, most, COARSE)
    values = [function(total) for total in grid]
    k = int(np.argmin(values))
    found = minimize_scalar(
        function, bounds=(grid[max(k - 1, 0)], grid[min(k + 1, COARSE - 1)]), method="bounded",
        options={"xatol": 1e-5 * (most - least)},
    )  # fmt: skip
    return float(found.x if found.fun < values[k] else grid[k])


def _least_for_kpi(money: Money, reference: Floats) -> Floats:
    assert money.target is not None
    target, (least, most) = money.target, money.span()

    def missing(total: float) -> float:
        return money.worth(money.split(total, reference))[0] - target

    if missing(most) < 0:
        best = money.worth(money.split(most, reference))[0]
        raise InfeasiblePlan([
            f"A KPI of {target:,.0f} cannot be reached: {most:,.2f}, the most the limits allow, "
            f"earns {best:,.0f}."
        ])  # fmt: skip
    if missing(least) >= 0:
        return money.split(least, reference)
    total = brentq(missing, least, most, xtol=max(0.005, 1e-7 * most))
    # The root is met from above, so that rounding to cents does not fall short of the target.
    return money.split(min(total + max(0.01, 1e-6 * most), most), reference)


def _most_at_roas(money: Money, reference: Floats) -> Floats:
    assert money.target is not None
    target, (least, most) = money.target, money.span()
    nothing = money.worth(np.zeros_like(reference))[0]

    def surplus(total: float) -> float:
        earned = money.price * (money.worth(money.split(total, reference))[0] - nothing)
        return earned - target * total

    grid = np.linspace(max(least, 1e-4 * most), most, COARSE)
    values = [surplus(float(total)) for total in grid]
    good = [k for k, value in enumerate(values) if value >= 0]
    if not good:
        best = max(value / total + target for value, total in zip(values, grid, strict=True))
        raise InfeasiblePlan(
            [f"No plan within the limits has an incremental ROAS of {target:g}; about {best:.2f} can be had."]
        )
    k = good[-1]
    if k == len(grid) - 1:
        return money.split(most, reference)
    total = brentq(surplus, grid[k], grid[k + 1], xtol=max(0.005, 1e-7 * most))
    return money.split(float(total) * (1 - 1e-6), reference)
