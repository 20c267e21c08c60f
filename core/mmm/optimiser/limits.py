"""Linear limits on a plan's money, and which of them clash when no plan can meet them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from core.errors import UserError

Floats = NDArray[np.float64]
CENT = 0.01


@dataclass(frozen=True)
class Limit:
    """sum of the members' money >= amount (`lower`), <= amount (`upper`) or = amount (`total`)."""

    name: str
    kind: Literal["lower", "upper", "total"]
    members: Floats
    amount: float

    @property
    def label(self) -> str:
        """Its name in a table of prices."""
        return "total" if self.kind == "total" else f"{self.name} {self.kind}"

    @property
    def sentence(self) -> str:
        """Its meaning for a reader."""
        word = {"lower": "at least", "upper": "at most", "total": "exactly"}[self.kind]
        what = "the total" if self.kind == "total" else f"'{self.name}'"
        return f"{what} {word} {self.amount:,.2f}"

    def slack(self, money: Floats) -> float:
        """Money left before the limit binds; negative when broken."""
        sum_ = float(self.members @ money)
        if self.kind == "lower":
            return sum_ - self.amount
        return self.amount - sum_ if self.kind == "upper" else -abs(sum_ - self.amount)


class InfeasiblePlan(UserError):
    """Limits that no plan can meet; `clash` is a set of them of which none can be left out."""

    def __init__(self, clash: tuple[Limit, ...] | list[str]) -> None:
        self.clash = tuple(limit for limit in clash if isinstance(limit, Limit))
        if self.clash:
            words = "; ".join(limit.sentence for limit in self.clash)
            super().__init__(f"These limits clash, no plan can meet them all: {words}.")
        else:
            super().__init__([str(word) for word in clash])


@dataclass(frozen=True)
class Limits:
    """All limits of a problem over its channels."""

    channels: tuple[str, ...]
    rows: tuple[Limit, ...]

    def with_total(self, total: float, kind: Literal["total", "upper", "lower"] = "total") -> Limits:
        """The same with the sum of all money fixed, or bounded."""
        whole = Limit("total", kind, np.ones(len(self.channels)), total)
        return Limits(self.channels, (*self.rows, whole))

    def arrays(self, rows: tuple[Limit, ...] | None = None) -> tuple[Floats, Floats, Floats, Floats]:
        """(A, b) of A x <= b and (E, e) of E x = e."""
        upper, amount, equal, fixed = [], [], [], []
        for limit in self.rows if rows is None else rows:
            if limit.kind == "total":
                equal.append(limit.members)
                fixed.append(limit.amount)
            else:
                sign = 1.0 if limit.kind == "upper" else -1.0
                upper.append(sign * limit.members)
                amount.append(sign * limit.amount)
        width = len(self.channels)
        return (
            np.array(upper).reshape(-1, width), np.array(amount),
            np.array(equal).reshape(-1, width), np.array(fixed),
        )  # fmt: skip

    def solve(self, cost: Floats, rows: tuple[Limit, ...] | None = None) -> Floats | None:
        """The cheapest money (channel,) within the limits for a linear cost; None where there is none."""
        a, b, e, f = self.arrays(rows)
        # Amounts are divided by their size: the solver's tolerances are absolute.
        size = max(1.0, float(np.abs(np.concatenate([b, f])).max(initial=0.0)))
        found = linprog(
            cost, a if len(a) else None, b / size if len(b) else None, e if len(e) else None,
            f / size if len(f) else None, bounds=(0, None), method="highs",
        )  # fmt: skip
        return np.asarray(found.x) * size if found.status == 0 else None

    def demand_feasible(self) -> None:
        """InfeasiblePlan, naming a smallest clashing set, unless some plan meets all limits."""
        if self.solve(np.zeros(len(self.channels))) is None:
            raise InfeasiblePlan(self._clash())

    def _clash(self) -> tuple[Limit, ...]:
        """The smallest irreducible infeasible set found by leaving limits out in several orders.

        Chinneck and Dravnieks (1991), deletion filter.
        """
        # The total and groups first or last: a clash of bounds with the total is shorter than one by groups.
        order = list(self.rows)
        orders = [order, order[::-1], sorted(order, key=lambda limit: -limit.members.sum())]
        orders.append(sorted(order, key=lambda limit: limit.members.sum()))
        return min((self._filtered(tuple(rows)) for rows in orders), key=len)

    def _filtered(self, rows: tuple[Limit, ...]) -> tuple[Limit, ...]:
        kept = list(rows)
        for limit in rows:
            fewer = [other for other in kept if other is not limit]
            if self.solve(np.zeros(len(self.channels)), tuple(fewer)) is None:
                kept = fewer
        return tuple(sorted(kept, key=lambda limit: list(self.rows).index(limit)))

    def nearest(self, money: Floats) -> Floats:
        """The plan within the limits that moves the least money away from `money`."""
        width = len(self.channels)
        size = max(1.0, float(np.abs(money).max(initial=0.0)))
        a, b, e, f = self.arrays()
        eye = np.eye(width)
        moves = np.vstack([np.hstack([eye, -eye]), np.hstack([-eye, -eye])])
        wide = np.vstack([np.hstack([a, np.zeros_like(a)]), moves])
        right = np.concatenate([b, money, -money]) / size
        found = linprog(
            np.r_[np.zeros(width), np.ones(width)], wide, right,
            np.hstack([e, np.zeros_like(e)]) if len(e) else None, f / size if len(f) else None,
            bounds=(0, None), method="highs",
        )  # fmt: skip
        if found.status != 0:
            raise InfeasiblePlan(self._clash())
        return np.asarray(found.x[:width]) * size

    def meets(self, money: Floats, tolerance: float = CENT) -> bool:
        """Whether all limits hold up to `tolerance` money."""
        return all(limit.slack(money) >= -tolerance for limit in self.rows) and bool(
            (money >= -tolerance).all()
        )
