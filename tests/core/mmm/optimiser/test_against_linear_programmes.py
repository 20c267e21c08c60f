"""Limits that clash: judged by linear programmes written here, on many random sets of limits."""

import numpy as np
import pytest
from scipy.optimize import linprog

from core.mmm import BudgetProblem, InfeasiblePlan, optimize
from tests.core.mmm.optimiser.own_arithmetic import market

OWN = market(draws=2)
CHANNELS = list(OWN.names)
PLENTY = 1e6


def rows_of(total, bounds, groups):
    """Every limit by label: (members, lowest, highest)."""
    rows = {"total": (CHANNELS, total, total)}
    for name in CHANNELS:
        lower, upper = bounds.get(name, (0.0, PLENTY))
        rows |= {f"{name} lower": ([name], lower, np.inf), f"{name} upper": ([name], 0.0, upper)}
    for name, members, lower, upper in groups:
        rows |= {f"{name} lower": (members, lower, np.inf), f"{name} upper": (members, 0.0, upper)}
    return rows


def feasible(rows):
    """Whether any money of 0 or more meets all of the rows."""
    above, most = [], []
    for members, lowest, highest in rows:
        coefficients = np.array([float(name in members) for name in CHANNELS])
        above += [-coefficients] + ([coefficients] if np.isfinite(highest) else [])
        most += [-lowest] + ([highest] if np.isfinite(highest) else [])
    if not above:
        return True
    return linprog(np.zeros(len(CHANNELS)), np.array(above), np.array(most), method="highs").status == 0


@pytest.mark.parametrize("seed", range(60))
def test_a_clash_names_limits_of_which_none_can_be_left_out(seed):
    draw = np.random.default_rng(seed)

    def pair_of(size):
        return tuple(float(v) for v in np.sort(draw.integers(0, size, 2)))

    bounds = {name: pair_of(900) for name in CHANNELS if draw.uniform() < 0.7}
    groups = [
        (f"group {k}", list(draw.choice(CHANNELS, int(draw.integers(2, 4)), replace=False)), *pair_of(1200))
        for k in range(int(draw.integers(0, 4)))
    ]
    total = float(draw.integers(200, 2200))
    open_ = {name: (0.0, PLENTY) for name in CHANNELS if name not in bounds}
    question = BudgetProblem(OWN.model, 4, total, bounds=bounds | open_, groups=groups)
    rows = rows_of(total, bounds, groups)
    if feasible(rows.values()):
        plan = optimize(question)
        assert round(plan.spend.sum(), 2) == total
        for members, lowest, highest in rows.values():
            assert lowest - 0.011 <= plan.spend[members].sum() <= highest + 0.011
        return
    with pytest.raises(InfeasiblePlan) as caught:
        optimize(question)
    labels = [limit.label for limit in caught.value.clash]
    assert len(set(labels)) == len(labels) and not feasible([rows[label] for label in labels])
    for label in labels:
        assert feasible([rows[other] for other in labels if other != label]), (label, labels)
        assert label.removesuffix(" lower").removesuffix(" upper") in str(caught.value)
