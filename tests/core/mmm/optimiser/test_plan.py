"""Budgets: every cent spent, every limit kept, never worse than today, and proven optimal."""

import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.mmm import BudgetProblem, InfeasiblePlan, optimize, simulate
from tests.core.mmm.samples import geo_model, plain, prior_model, robyn_model, weekly

TOTAL = 1_234_567.89


def problem(**changes):
    return BudgetProblem(**({"model": robyn_model(), "periods": 13, "total": TOTAL} | changes))


def concave_model():
    names = ["zeta", "alpha", "mid"]
    frame = weekly(mid=np.random.default_rng(8).gamma(2, 20, 60))
    config = plain(channel_columns=names, saturation="michaelis_menten")
    return prior_model(frame, config, draws=200, seed=4)


@pytest.mark.parametrize("flighting", ["even", "as_reference", "optimised"])
def test_the_total_is_spent_to_the_cent_within_all_limits(flighting):
    bounds, group = (
        {"tv_S": (100_000.0, 400_000.0)},
        ("digital", ["search_S", "facebook_S"], 150_000.01, 290_000.33),
    )
    asked = problem(bounds=bounds, groups=[group], flighting=flighting)
    plan = optimize(asked)
    cents = plan.spend * 100
    np.testing.assert_allclose(cents, cents.round(), atol=1e-6)
    assert round(plan.spend.sum(), 2) == TOTAL
    np.testing.assert_allclose(plan.schedule.sum(), plan.spend, rtol=1e-12)
    assert plan.schedule.shape == (13, 5) and (plan.schedule >= 0).all().all()
    assert 100_000 <= plan.spend["tv_S"] <= 400_000
    assert 150_000.005 <= plan.spend["search_S"] + plan.spend["facebook_S"] <= 290_000.335
    upper = 1.5 * robyn_model().frame.rolling(13).sum().max()
    assert (plan.spend <= upper.where(plan.spend.index != "tv_S", 400_000) + 0.005).all()


@pytest.mark.parametrize("risk", ["mean", ("cvar", 0.1), ("quantile", 0.2)])
def test_a_plan_is_never_worse_than_its_reference(risk):
    plan = optimize(problem(), risk=risk, draws=200)
    assert plan.objective >= plan.reference_objective * (1 - 1e-9)
    assert plan.reference.sum() == pytest.approx(TOTAL)
    assert plan.reference_raw.sum() == pytest.approx(robyn_model().recent_spend(13).sum())
    assert plan.kpi_lower < plan.kpi < plan.kpi_upper


def test_flighting_can_only_help():
    assert optimize(problem(flighting="optimised")).kpi >= optimize(problem()).kpi


def test_the_plan_beats_a_thousand_random_ones():
    model = concave_model()
    plan = optimize(BudgetProblem(model, 10, 2000.0, headroom=9.0), draws=50)
    generator, best = np.random.default_rng(0), 0.0
    for shares in generator.dirichlet(np.ones(3), 300):
        schedule = pd.DataFrame(np.tile(2000 * shares / 10, (10, 1)), columns=list(model.channels))
        best = max(best, simulate(model, schedule, draws=50).sum("period").mean("draw").item())
    assert plan.kpi >= best


def test_the_kpi_of_a_plan_is_that_of_its_simulated_schedule():
    for model in (robyn_model(), geo_model()):
        total = model.recent_spend(13).sum()
        plan = optimize(BudgetProblem(model, 13, total), draws=100)
        draws = simulate(model, plan.schedule, draws=100)
        assert draws.sum("period").mean("draw").item() == pytest.approx(plan.kpi, rel=1e-9)
        assert draws.where(~draws.in_window).sum("period").mean("draw").item() == pytest.approx(
            plan.kpi_after, rel=1e-9
        )
        assert plan.roas * plan.total == pytest.approx(
            plan.value - simulate_nothing(model, 13) * plan.value / plan.kpi, rel=1e-6
        )


def simulate_nothing(model, periods):
    schedule = pd.DataFrame(0.0, index=range(periods), columns=list(model.channels))
    return simulate(model, schedule, draws=100).sum("period").mean("draw").item()


@pytest.mark.parametrize("risk", ["mean", ("cvar", 0.2)])
def test_the_optimum_is_proven_and_its_prices_are_the_slopes(risk):
    model = concave_model()
    groups = [("pair", ["alpha", "mid"], 0.0, 700.0)]

    def best(total=1500.0, upper=700.0):
        asked = BudgetProblem(model, 10, total, groups=[(*groups[0][:3], upper)], headroom=9.0)
        return optimize(asked, risk=risk, draws=200)

    plan = best()
    assert plan.kkt_residual < 1e-4
    for label, more, less in (
        ("total", best(total=1515.0), best(total=1485.0)),
        ("pair upper", best(upper=707.0), best(upper=693.0)),
    ):  # fmt: skip
        width = 30.0 if label == "total" else 14.0
        slope = (more.objective - less.objective) / width
        assert plan.shadow_prices[label] == pytest.approx(
            slope, rel=0.02, abs=1e-3 * abs(plan.shadow_prices["total"])
        )


def test_limits_that_clash_are_named_and_no_others():
    clash = problem(
        bounds={"tv_S": (900_000.0, 950_000.0), "ooh_S": (500_000.0, 600_000.0), "print_S": (0.0, 10.0)}
    )
    with pytest.raises(InfeasiblePlan) as caught:
        optimize(clash)
    assert {limit.label for limit in caught.value.clash} == {"tv_S lower", "ooh_S lower", "total"}
    assert "'tv_S' at least 900,000.00; 'ooh_S' at least 500,000.00; the total exactly 1,234,567.89" in str(
        caught.value
    )


def test_a_bound_upside_down_and_a_group_against_its_member_are_the_smallest_clash():
    with pytest.raises(InfeasiblePlan) as caught:
        optimize(problem(bounds={"tv_S": (5.0, 3.0)}))
    assert {limit.label for limit in caught.value.clash} == {"tv_S lower", "tv_S upper"}
    with pytest.raises(InfeasiblePlan) as caught:
        optimize(problem(bounds={"tv_S": (900.0, 1e6)}, groups=[("screens", ["tv_S", "ooh_S"], 0.0, 100.0)]))
    assert {limit.label for limit in caught.value.clash} == {"tv_S lower", "screens upper"}


def test_too_large_a_total_names_the_upper_limits():
    with pytest.raises(InfeasiblePlan) as caught:
        optimize(problem(total=1e9))
    assert {row.side for row in caught.value.clash} == {"upper", "total"}


def test_profit_spends_until_the_next_unit_earns_itself_back():
    model = robyn_model()
    plan = optimize(BudgetProblem(model, 13, None), goal="profit", margin=0.3)
    for factor in (0.9, 1.1):
        other = optimize(BudgetProblem(model, 13, plan.total * factor), draws=500)
        assert plan.profit >= 0.3 * other.kpi - other.total - 1
    assert 0 < plan.total < optimize(BudgetProblem(model, 13, None), goal="profit").total


def test_a_target_kpi_is_reached_with_the_least_money():
    plan = optimize(problem(total=None), goal="target_kpi", target=1_500_000.0)
    assert plan.kpi == pytest.approx(1_500_000, rel=1e-4) and plan.kpi >= 1_500_000
    less = optimize(problem(total=round(plan.total * 0.98, 2)))
    assert less.kpi < 1_500_000
    with pytest.raises(InfeasiblePlan, match="cannot be reached"):
        optimize(problem(), goal="target_kpi", target=1e12)


def test_a_target_roas_takes_the_most_money_that_keeps_it():
    plan = optimize(problem(total=None), goal="target_roas", target=2.0)
    assert plan.roas == pytest.approx(2.0, rel=1e-3) and plan.roas >= 2.0 - 1e-6


def test_faults_of_a_question_are_all_named():
    with pytest.raises(UserError) as caught:
        problem(
            periods=0, total=-1.0, bounds={"tv": (0.0, 1.0)}, groups=[("tv_S", [], 0.0, 1.0)], flighting="odd"
        )
    assert len(caught.value.faults) == 6
    with pytest.raises(UserError, match="goal must be one of"):
        optimize(problem(), goal="fame")
    with pytest.raises(UserError, match="needs a positive target"):
        optimize(problem(), goal="target_kpi")
    with pytest.raises(UserError, match="risk must be"):
        optimize(problem(), risk="brave")


def test_a_model_that_has_not_converged_needs_an_override():
    model = prior_model(weekly(), plain())
    model.diagnostics["converged"] = False
    with pytest.raises(UserError, match="has not converged"):
        BudgetProblem(model, 4, 100.0)
    assert optimize(BudgetProblem(model, 4, 100.0, override=True), draws=20).total == 100.0


def test_an_impression_channel_is_planned_in_money():
    model = geo_model()
    plan = optimize(BudgetProblem(model, 13, 500_000.0), draws=100)
    assert list(plan.spend.index) == list(model.channels) and plan.total == 500_000.0


def test_a_channel_without_an_upper_limit_is_no_fault_where_the_total_is_fixed():
    asked = problem(bounds={"tv_S": (0.0, float("inf"))})
    assert optimize(asked, draws=50).total == TOTAL
    with pytest.raises(UserError, match="every channel needs an upper limit"):
        optimize(problem(total=None, bounds={"tv_S": (0.0, float("inf"))}), goal="profit", draws=50)
