"""The best split of money within linear limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize, nnls

from core.mmm.optimiser.horizon import Horizon, earn
from core.mmm.optimiser.limits import Limits
from core.mmm.optimiser.risk import Attitude

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]
GRID, GRID_DRAWS = 33, 100


@dataclass(frozen=True)
class Worth:
    """The value of money (channel,) under an attitude to risk, and its gradient."""

    horizon: Horizon
    attitude: Attitude

    def __call__(self, money: Floats) -> tuple[float, Floats]:
        value, gradient, _ = earn(self.horizon, money)
        worth, weights = self.attitude.worth(value.sum(axis=1))
        return worth, weights @ gradient


def best_split(worth: Worth, limits: Limits, starts: list[Floats]) -> Floats:
    """Money within `limits` of the largest worth found.

    Curves may be S-shaped, so a local search alone can stop at a poor plan: it starts from the optimum of
    the curves' concave envelopes (which no plan can beat, up to the grid) and from every plan in `starts`,
    which the result is never worse than.
    """
    begin = [*starts, *_envelope_plans(worth.horizon, limits)]
    found = [climb(worth, limits, money) for money in begin]
    return max([*found, *starts], key=lambda money: worth(money)[0])


def climb(objective: Objective, limits: Limits, money: Floats) -> Floats:
    """The local optimum above `money`, by sequential quadratic programming on scaled amounts."""
    size = max(float(np.abs(money).sum()), 1.0)
    height = max(abs(objective(money)[0]), 1e-300)
    a, b, e, f = limits.arrays()

    def lost(x: Floats) -> tuple[float, Floats]:
        value, gradient = objective(np.maximum(x, 0) * size)
        return -value / height, -gradient * size / height

    constraints = [{"type": "ineq", "fun": lambda x: b / size - a @ x, "jac": lambda x: -a}]
    if len(e):
        constraints.append({"type": "eq", "fun": lambda x: e @ x - f / size, "jac": lambda x: e})
    found = minimize(
        lost, money / size, jac=True, method="SLSQP", bounds=[(0, None)] * len(money),
        constraints=constraints, options={"maxiter": 300, "ftol": 1e-13},
    )  # fmt: skip
    reached = np.maximum(found.x, 0) * size
    return reached if limits.meets(reached, 1e-6 * size) else money


def _envelope_plans(horizon: Horizon, limits: Limits) -> list[Floats]:
    """Plans that are best for the concave envelopes of the mean curves; none where limits leave no choice."""
    ceiling = _ceiling(limits)
    places = np.linspace(0, len(horizon.past) - 1, min(GRID_DRAWS, len(horizon.past))).astype(np.int64)
    few = Horizon(
        horizon.past[places],
        horizon.spread[places],
        horizon.rate[places],
        horizon.media.pick(places),
        horizon.periods,
    )
    steps = np.linspace(0, 1, GRID) ** 1.5
    grid = steps[:, None] * ceiling
    values = np.stack([earn(few, money)[0].mean(axis=0) for money in grid])
    a, b, e, f = limits.arrays()
    size = max(float(ceiling.max()), 1.0)
    width = len(ceiling)
    # One weight per channel and grid point; a channel's money is the weighted mean of its grid.
    pick = np.zeros((width, width * GRID))
    money = np.zeros((width, width * GRID))
    for c in range(width):
        pick[c, c * GRID : (c + 1) * GRID] = 1.0
        money[c, c * GRID : (c + 1) * GRID] = grid[:, c] / size
    height = max(float(np.abs(values).max()), 1e-300)
    found = linprog(
        -(values.T / height).ravel(), a @ money if len(a) else None, b / size if len(b) else None,
        np.vstack([pick, e @ money]), np.concatenate([np.ones(width), f / size]), method="highs",
    )  # fmt: skip
    return [money @ found.x * size] if found.status == 0 else []


def _ceiling(limits: Limits) -> Floats:
    """(channel,) the most each channel can get under its own and the groups' limits and the total."""
    most = [
        min(limit.amount for limit in limits.rows if limit.kind != "lower" and limit.members[c] > 0)
        for c in range(len(limits.channels))
    ]
    return np.array(most)


@dataclass(frozen=True)
class Prices:
    """`by_limit` KPI per unit of money when a limit's amount is raised; `residual` largest stationarity error
    over the largest gradient."""

    by_limit: dict[str, float]
    residual: float


def prices_of(gradient: Floats, limits: Limits, money: Floats, tolerance: float) -> Prices:
    """Shadow prices of the limits at a plan, by non-negative least squares on the binding ones.

    Optimal means gradient = total + sum of upper prices - sum of lower prices with prices >= 0 (Karush,
    Kuhn, Tucker). Limits within `tolerance` money count as binding.
    """
    columns, owners = [], []
    for limit in limits.rows:
        signs = {"total": (1.0, -1.0), "upper": (1.0,), "lower": (-1.0,)}[limit.kind]
        if limit.kind == "total" or limit.slack(money) <= tolerance:
            columns += [sign * limit.members for sign in signs]
            owners += [(limit.label, sign) for sign in signs]
    height = max(float(np.abs(gradient).max()), 1e-300)
    matrix = np.array(columns).T.reshape(len(gradient), len(columns))
    amounts = nnls(matrix, gradient / height)[0] if len(columns) else np.zeros(0)
    rest = gradient / height - matrix @ amounts
    prices = {limit.label: 0.0 for limit in limits.rows}
    for (label, sign), amount in zip(owners, amounts, strict=True):
        prices[label] += sign * float(amount) * height
    return Prices(prices, float(np.abs(rest).max()))
