"""Money in whole cents that still adds up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.mmm.optimiser.limits import CENT, Limits

Floats = NDArray[np.float64]


def to_the_cent(money: Floats, limits: Limits) -> Floats:
    """`money` in whole cents with its total kept; odd cents go where they break no limit."""
    total = round(float(money.sum()) / CENT)
    cents = np.floor(money / CENT + 1e-6)
    order = np.argsort(-(money / CENT - cents), kind="stable")
    left = int(total - cents.sum())
    for _ in range(abs(left)):
        step = np.sign(left)
        place = next((c for c in order if _fits(cents, int(c), step, limits)), order[0])
        cents[place] += step
        order = np.append(order[order != place], place)
    return np.round(cents * CENT, 2)


def _fits(cents: Floats, place: int, step: float, limits: Limits) -> bool:
    moved = cents.copy()
    moved[place] += step
    if moved[place] < 0:
        return False
    touched = [limit for limit in limits.rows if limit.members[place] > 0 and limit.kind != "total"]
    return all(limit.slack(moved * CENT) >= -1e-6 for limit in touched)
