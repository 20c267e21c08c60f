"""Every kind of budget question against a search of all plans on a grid, worked out in plain NumPy."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from core.mmm import BudgetProblem, optimize, simulate
from tests.core.mmm.optimiser.own_arithmetic import (
    BruteForce,
    by_name,
    evenly,
    market,
    mean,
    mean_of_worst,
)

WEEKS, TOTAL = 8, 1200.0
CONCAVE = market()
STEEP = market(slopes=(2.4, 1.8, 2.0))
MARKETS = {"concave": CONCAVE, "steep": STEEP}


def asked(own, total=TOTAL, weeks=WEEKS, **changes):
    """A question without the default ceilings, which are no part of what is proved here."""
    fields = {"headroom": 50.0} | changes
    return BudgetProblem(own.model, weeks, total, **fields)


def planned_cells(own, plan):
    return own.cells(plan.schedule[list(own.names)].to_numpy()[None])


def agrees(own, plan, best, worth=mean, near=0.01, slack=1e-5):
    """The plan is worth what the grid's best is, but for cents, by this arithmetic, and spends alike."""
    earned = float(worth(own.kpi(planned_cells(own, plan)))[0])
    assert best[0] * (1 - slack) <= earned <= best[0] * 1.001
    money = plan.spend[list(own.names)].to_numpy()
    np.testing.assert_allclose(money, best[1], atol=near * best[1].sum())


@pytest.mark.parametrize("geos", [("",), ("east", "north")])
def test_what_a_schedule_earns_is_what_the_equation_says(geos):
    own = market(slopes=(2.4, 1.0, 1.7), geos=geos)
    schedule = np.random.default_rng(3).gamma(0.7, 80.0, (5, 3))
    schedule[2, 0] = 0.0
    draws = simulate(own.model, pd.DataFrame(schedule, columns=own.names)).sum("period").to_numpy()
    np.testing.assert_allclose(draws, own.kpi(own.cells(schedule)[None])[0], rtol=1e-9)


@pytest.mark.parametrize("kind", MARKETS)
@pytest.mark.parametrize("total", [300.0, 1200.0, 4000.0])
def test_the_best_split_is_the_best_of_the_grid(kind, total):
    own = MARKETS[kind]
    best = BruteForce(own, evenly(own, WEEKS), 3).best(total, parts=60)
    agrees(own, optimize(asked(own, total)), best)


@pytest.mark.parametrize("kind", MARKETS)
def test_with_a_group_and_a_lock_the_best_split_is_that_of_the_grid(kind):
    own = MARKETS[kind]

    def allowed(cells):
        money = cells.sum(axis=(1, 2))
        pair = money[:, 0] + money[:, 2]
        return (abs(money[:, 1] - 300) < 1e-6) & (pair <= 700 + 1e-6)

    names = ("zeta", "alpha", "mid")
    best = BruteForce(own, evenly(own, WEEKS), 3, allowed).best(1000.0, parts=40)
    group = [("outer", ["zeta", "mid"], 0.0, 700.0)]
    plan = optimize(asked(own, 1000.0, bounds={"alpha": (300.0, 300.0)}, groups=group))
    agrees(own, plan, best)
    assert plan.spend["alpha"] == 300.0 and set(plan.spend.index) == set(names)


@pytest.mark.parametrize("level", [0.1, 0.25])
def test_the_mean_of_the_worst_cases_is_the_best_of_the_grid(level):
    own, worth = CONCAVE, mean_of_worst(level)
    best = BruteForce(own, evenly(own, WEEKS), 3, worth=worth).best(TOTAL, parts=60)
    plan = optimize(asked(own), risk=("cvar", level))
    # The plan's kink is rounded by 2 % of the draws' sd: worth a little less, and not spent alike.
    agrees(own, plan, best, worth, near=0.05, slack=2e-3)


@pytest.mark.parametrize("kind", MARKETS)
def test_a_target_kpi_takes_the_least_money_of_all_on_the_grid(kind):
    own = MARKETS[kind]
    search = BruteForce(own, evenly(own, WEEKS), 3)
    target = search.best(900.0)[0]
    plan = optimize(asked(own, None, headroom=9.0), goal="target_kpi", target=target)
    assert plan.total == pytest.approx(900.0, rel=2e-3) and plan.total <= 900.05
    assert mean(own.kpi(planned_cells(own, plan)))[0] >= target * (1 - 1e-7)


@pytest.mark.parametrize("kind", MARKETS)
def test_profit_is_the_largest_of_all_totals_on_the_grid(kind):
    own = MARKETS[kind]
    search = BruteForce(own, evenly(own, WEEKS), 3)
    plan = optimize(asked(own, None, headroom=9.0), goal="profit", margin=0.9)
    price = plan.value / plan.kpi
    found = [(0.9 * price * search.best(total)[0] - total) for total in np.linspace(100, 8000, 60)]
    own_profit = 0.9 * price * mean(own.kpi(planned_cells(own, plan)))[0] - plan.spend.sum()
    assert own_profit == pytest.approx(plan.profit, rel=1e-9) and own_profit >= max(found) * (1 - 2e-5)


def test_a_target_roas_takes_the_most_money_of_all_on_the_grid():
    own = CONCAVE
    search = BruteForce(own, evenly(own, WEEKS), 3)
    nothing = mean(own.kpi(np.zeros((1, 1, WEEKS, 3))))[0]
    price = 1.0  # the target is money
    target = price * (search.best(900.0)[0] - nothing) / 900.0
    plan = optimize(asked(own, None, headroom=9.0), goal="target_roas", target=target)
    earned = price * (mean(own.kpi(planned_cells(own, plan)))[0] - nothing)
    assert plan.total == pytest.approx(900.0, rel=2e-3) and earned / plan.spend.sum() >= target * (1 - 1e-7)


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_a_market_with_its_channels_in_another_order_gets_the_same_plan(order):
    own = STEEP
    moved = market(slopes=(2.4, 1.8, 2.0))
    turned = type(own)(
        tuple(moved.names[c] for c in order), moved.decay[:, order], moved.half[:, order],
        moved.slope[:, order], moved.beta[..., order], tuple(moved.typical[c] for c in order),
    )  # fmt: skip
    # The same weeks of the same channels, in other columns.
    turned.__dict__["frame"] = own.frame[["date", "sales", *turned.names, "price"]]
    limits = {"bounds": {"mid": (150.0, 420.0)}, "groups": [("pair", ["zeta", "mid"], 200.0, 500.0)]}
    here, there = optimize(asked(own, **limits)), optimize(asked(turned, **limits))
    pd.testing.assert_series_equal(there.spend.reindex(here.spend.index), here.spend, atol=0.02)
    assert there.kpi == pytest.approx(here.kpi, rel=1e-9)


@pytest.mark.parametrize("kind", MARKETS)
@pytest.mark.parametrize("risk", ["mean", ("cvar", 0.2), ("quantile", 0.2)])
def test_no_plan_is_worth_less_than_its_reference_by_this_arithmetic(kind, risk):
    own = MARKETS[kind]
    plan = optimize(asked(own, 777.77, bounds={"zeta": (0.0, 333.33)}), risk=risk)
    reference = np.repeat(plan.reference[list(own.names)].to_numpy()[None] / WEEKS, WEEKS, axis=0)
    worth = {"mean": mean, "cvar": mean_of_worst(0.2)}.get(risk if risk == "mean" else risk[0])
    if worth is not None:
        ours, theirs = worth(own.kpi(np.concatenate([planned_cells(own, plan), own.cells(reference[None])])))
        assert ours >= theirs * (1 - 2e-3 * (risk != "mean") - 1e-9)
    assert plan.objective >= plan.reference_objective * (1 - 1e-9)
    cents = plan.spend.to_numpy() * 100
    np.testing.assert_allclose(cents, cents.round(), atol=1e-6)
    assert round(cents.sum()) == 77777 and by_name(own, plan.spend.to_numpy())["zeta"] <= 333.33
