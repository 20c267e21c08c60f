"""What each limit costs: shadow prices at a plan, and how far it is from being optimal.

Optimal means gradient = sum of prices times limits, prices >= 0 (Karush, Kuhn, Tucker). Where several sets of
prices fit, relaxing a limit is worth the least price it has in any of them: the slope of the best objective
towards relaxing it (Gauvin 1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog, nnls

from core.mmm.arrays import Floats
from core.mmm.optimiser.linear_limits import LinearLimits

MANY = 900  # columns beyond which least squares takes too long
CLOSE, ALIKE = 1e-7, 1e-9


@dataclass(frozen=True)
class Prices:
    """`by_limit`: objective per unit by which a limit's amount is raised, so that those of lower limits are
    negative; one-sided, towards relaxing. For shares of the total, per whole share of 1. `residual`: largest
    stationarity error over the largest gradient."""

    by_limit: dict[str, float]
    residual: float


def prices_of(gradient: Floats, limits: LinearLimits, amounts: Floats, tolerance: float) -> Prices:
    """Shadow prices of the limits at a plan; limits within `tolerance` money count as binding."""
    active = _Active(gradient, limits, amounts, tolerance)
    prices = {row.label: 0.0 for row in limits.rows}
    whole = float(amounts.sum())
    for k in dict.fromkeys(active.owner.tolist()):
        row = limits.rows[k]
        size = whole if row.limit.of_total else 1.0
        prices[row.label] = active.price(k) * active.height * size * (-1 if row.side == "lower" else 1)
    return Prices(prices, active.residual)


class _Active:
    """The binding limits: `matrix` (variable, column), whose limit each column is (`owner`) and with which
    sign its multiplier counts; variables at 0 need no multiplier to explain too small a gradient (`idle`)."""

    def __init__(self, gradient: Floats, limits: LinearLimits, amounts: Floats, tolerance: float) -> None:
        m = limits.matrices
        rows = np.flatnonzero(m.b - m.a @ amounts <= tolerance)
        low = np.flatnonzero((amounts - m.low <= tolerance) & (m.low_owner >= 0))
        high = np.flatnonzero((m.high - amounts <= tolerance) & (m.high_owner >= 0))
        eye = np.eye(limits.size)
        equal = m.e.toarray().T
        self.idle = (amounts <= tolerance) & (m.low_owner < 0)
        self.matrix = np.hstack([m.a[rows].toarray().T, -eye[:, low], eye[:, high], equal, -equal])
        self.owner = np.concatenate([
            m.owner[rows], m.low_owner[low], m.high_owner[high], m.owner_equal, m.owner_equal
        ]).astype(np.int64)  # fmt: skip
        self.sign = np.ones(len(self.owner))
        self.sign[len(self.owner) - len(m.owner_equal) :] = -1.0
        self.height = max(float(np.abs(gradient).max()), 1e-300)
        self.gradient = gradient / self.height
        wide = np.hstack([self.matrix, -eye[:, self.idle]])
        if wide.shape[1] > MANY:
            self.multipliers = self._least(np.zeros(len(self.owner)), None)
        else:
            self.multipliers = nnls(wide, self.gradient, maxiter=10 * wide.shape[1])[0][: len(self.owner)]
        rest = self.gradient - self.matrix @ self.multipliers
        rest = np.where(self.idle, np.maximum(rest, 0.0), rest)
        self.residual = float(np.abs(rest).max(initial=0.0))
        busy = self.matrix[~self.idle]
        # The two signs of an equation are one unknown.
        apart = busy[:, self.sign > 0]
        self.unique = apart.shape[1] <= len(busy) and np.linalg.matrix_rank(apart, ALIKE) == apart.shape[1]

    def price(self, limit: int) -> float:
        """The least multiplier of a limit that goes with the gradient."""
        chosen = np.where(self.owner == limit, self.sign, 0.0)
        if self.unique:
            return float(chosen @ self.multipliers)
        found = self._least(chosen, max(CLOSE, 2 * self.residual))
        return float(chosen @ found)

    def _least(self, cost: Floats, slack: float | None) -> Floats:
        """Multipliers of the least cost that explain the gradient up to `slack`; as well as they can where
        it is None."""
        count, busy = len(self.owner), ~self.idle
        extra = np.full(len(self.gradient), -1.0 if slack is None else 0.0)[:, None]
        under = np.hstack([-self.matrix, extra])
        over = np.hstack([self.matrix, extra])[busy]
        wide = 0.0 if slack is None else slack
        found = linprog(
            np.r_[cost, 1.0], np.vstack([under, over]), np.r_[-self.gradient, self.gradient[busy]] + wide,
            bounds=(0, None), method="highs",
        )  # fmt: skip
        return found.x[:count] if found.status == 0 else self.multipliers
