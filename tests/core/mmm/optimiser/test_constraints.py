"""Each kind of limit holds for the channel, geo and period it names, and for no other."""

import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.mmm import Constraint, InfeasiblePlan, optimize
from tests.core.mmm.optimiser.markets import DRAWS, NAMES, asked, national, regional


def planned(draws=DRAWS, **changes):
    return optimize(asked(**changes), draws=draws)


def free_spend():
    return planned().spend


@pytest.mark.parametrize("name", NAMES)
def test_bounds_and_locks_hold_for_the_channel_they_name(name):
    usual = free_spend()
    floor, cap = round(usual[name] + 37.13, 2), round(usual[name] * 0.6, 2)
    assert planned(bounds={name: (floor, 1900.0)}).spend[name] == pytest.approx(floor, abs=0.005)
    assert planned(bounds={name: (0.0, cap)}).spend[name] == pytest.approx(cap, abs=0.005)
    locked = planned(bounds={name: (111.11, 111.11)})
    assert locked.spend[name] == 111.11 and round(locked.spend.sum(), 2) == 2000.0


@pytest.mark.parametrize("left_out", NAMES)
def test_a_group_holds_for_its_channels_together(left_out):
    group = [name for name in reversed(NAMES) if name != left_out]
    upper = round(float(free_spend()[group].sum()) * 0.8, 2)
    plan = planned(groups=[("pair", group, 0.0, upper)])
    assert plan.spend[group].sum() == pytest.approx(upper, abs=0.02)
    assert plan.shadow_prices["pair upper"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_shares_of_the_total_hold_whatever_the_total_is(name):
    rule = Constraint("share", channels=(name,), lower=0.5, upper=0.55, of_total=True)
    plan = planned(total=1500.0, constraints=[rule])
    assert 0.5 - 1e-4 <= plan.spend[name] / plan.total <= 0.55 + 1e-4
    cheap = optimize(asked(total=None, constraints=[rule]), "target_kpi", plan.kpi * 0.8, draws=DRAWS)
    assert cheap.total < plan.total and 0.5 - 1e-4 <= cheap.spend[name] / cheap.total <= 0.55 + 1e-4


def test_months_hold_the_money_of_their_dates_alone():
    problem = asked(flighting="optimised")
    start, end = problem.dates[2].date(), problem.dates[4].date()
    rule = Constraint("March", start=start, end=end, upper=300.0)
    plan = optimize(asked(flighting="optimised", constraints=[rule]), draws=DRAWS)
    inside = plan.schedule.loc[pd.Timestamp(start) : pd.Timestamp(end)].to_numpy().sum()
    assert inside == pytest.approx(300.0, abs=0.005) and round(plan.schedule.to_numpy().sum(), 2) == 2000.0
    assert plan.shadow_prices["March upper"] > 0


def test_a_month_with_a_fixed_flighting_limits_the_whole():
    start = asked().dates[0].date()
    rule = Constraint("first", channels=("zeta",), start=start, end=start, upper=20.0)
    assert planned(constraints=[rule]).spend["zeta"] == pytest.approx(160.0, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_period_bounds_hold_in_every_period_of_the_channel(name):
    bounds = {name: (15.0, 60.0)}
    plan = optimize(asked(flighting="optimised", period_bounds=bounds), draws=DRAWS)
    assert plan.schedule[name].min() >= 15.0 - 1e-9 and plan.schedule[name].max() <= 60.0 + 1e-9
    others = plan.schedule.drop(columns=name)
    assert others.to_numpy().max() > 60.0


def test_weights_make_any_linear_rule():
    rule = Constraint(
        "alpha at least twice zeta", weights={"alpha": 1.0, "zeta": -2.0, "mid": 0.0}, lower=0.0
    )
    plan = planned(constraints=[rule])
    assert plan.spend["alpha"] >= 2 * plan.spend["zeta"] - 0.02
    assert planned().spend["alpha"] < 2 * planned().spend["zeta"]


def test_geo_bounds_hold_for_the_channel_in_the_geo_they_name():
    model = regional()
    bounds = {("alpha", "south"): (250.0, 300.0), ("mid", "north"): (0.0, 30.0)}
    plan = optimize(asked(model, by_geo=True, geo_bounds=bounds), draws=DRAWS)
    spent = plan.cells.groupby(["channel", "geo"])["spend"].sum()
    assert 250 - 0.005 <= spent["alpha", "south"] <= 300.005 and spent["mid", "north"] <= 30.005
    rule = Constraint("all of north", geos=("north",), upper=200.0)
    plan = optimize(asked(model, by_geo=True, constraints=[rule]), draws=DRAWS)
    assert plan.cells.query("geo == 'north'")["spend"].sum() == pytest.approx(200.0, abs=0.005)


def test_geos_with_money_of_their_own_earn_at_least_what_present_shares_earn():
    model = regional()
    own, shared = (optimize(asked(model, by_geo=by_geo), draws=DRAWS) for by_geo in (True, False))
    assert own.kpi >= shared.kpi and own.reference_kpi == pytest.approx(shared.reference_kpi, rel=1e-9)
    assert own.kkt_residual < 1e-6


@pytest.mark.parametrize("by_geo", [False, True])
@pytest.mark.parametrize("flighting", ["even", "as_reference", "last_year", "pulsed", "optimised"])
def test_spend_schedule_and_cells_add_up_to_the_cent(flighting, by_geo):
    plan = optimize(asked(regional(), total=1234.57, flighting=flighting, by_geo=by_geo), draws=30)
    assert round(plan.spend.sum(), 2) == plan.total == 1234.57
    schedule, cells = plan.schedule, plan.cells
    for frame in (plan.spend, schedule, cells["spend"]):
        np.testing.assert_allclose(frame * 100, (frame * 100).round(), atol=1e-6)
    np.testing.assert_allclose(schedule.sum()[NAMES], plan.spend[NAMES], atol=1e-9)
    by_cell = cells.pivot_table(index="date", columns="channel", values="spend", aggfunc="sum")
    np.testing.assert_allclose(by_cell[NAMES], schedule[NAMES], atol=1e-9)
    assert len(cells) == 2 * 8 * 3


def test_each_channel_keeps_the_flighting_it_was_given():
    model = national()
    plan = optimize(asked(flighting={"alpha": "pulsed", "mid": "last_year"}, pulse=(1, 4)), draws=DRAWS)
    running = plan.schedule["alpha"].to_numpy() > 0
    assert running.tolist() == [True, False, False, False] * 2
    assert plan.schedule["zeta"].to_numpy().std() < 0.02
    year = model.frame["mid"].to_numpy()[-52:][:8]
    np.testing.assert_allclose(plan.schedule["mid"] / plan.spend["mid"], year / year.sum(), atol=1e-3)


def test_a_test_gets_nothing_or_at_least_its_least_amount():
    usual = free_spend()
    least = round(float(usual["mid"]) * 1.3, 2)
    plan = planned(test_minimum={"mid": least})
    without = planned(bounds={"mid": (0.0, 0.0)})
    with_it = planned(bounds={"mid": (least, 2000.0)})
    assert plan.spend["mid"] == 0 or plan.spend["mid"] >= least - 0.005
    assert plan.kpi == pytest.approx(max(without.kpi, with_it.kpi), rel=1e-9)
    huge = planned(total=1500.0, test_minimum={"mid": 800.0, "alpha": 900.0})
    assert all(
        huge.spend[name] == 0 or huge.spend[name] >= least for name, least in (("mid", 800), ("alpha", 900))
    )


def test_limits_on_months_and_shares_that_clash_are_the_smallest_set_by_name():
    dates = asked().dates
    first = Constraint("start", start=dates[0].date(), end=dates[3].date(), upper=100.0)
    second = Constraint("rest", start=dates[4].date(), upper=200.0)
    idle = Constraint("idle", channels=("alpha",), lower=0.1, of_total=True)
    with pytest.raises(InfeasiblePlan) as caught:
        planned(flighting="optimised", constraints=[first, idle, second])
    assert {limit.label for limit in caught.value.clash} == {"start upper", "rest upper", "total"}
    assert "'start' at most 100.00; 'rest' at most 200.00; the total exactly 2,000.00" in str(caught.value)
    most = Constraint("little", channels=("zeta", "mid"), upper=0.1, of_total=True)
    with pytest.raises(
        InfeasiblePlan, match=r"'alpha' at most 900.00; 'little' at most 10.0% of the total"
    ) as caught:
        planned(bounds={"alpha": (0.0, 900.0)}, constraints=[idle, most])
    assert len(caught.value.clash) == 3


def test_every_fault_of_a_question_is_named():
    with pytest.raises(UserError) as caught:
        asked(
            flighting={"television": "even"}, geo_bounds={("zeta", "mars"): (0.0, 1.0)},
            period_bounds={"mid": (3.0, -1.0)}, test_minimum={"alpha": 0.0}, pulse=(3, 2), by_geo=True,
            constraints=[Constraint("zeta", geos=("mars",), lower=1.0)],
        )  # fmt: skip
    words = " ".join(caught.value.faults)
    for said in ("television", "mars", "mid per period", "least test spend of 'alpha'", "3 of 2", "national"):
        assert said in words
    assert "Constraints need names of their own: zeta" in words


def test_a_constraint_refuses_what_cannot_hold():
    with pytest.raises(UserError) as caught:
        Constraint("", lower=0.7, upper=0.2)
    assert len(caught.value.faults) == 2
    for wrong in ({}, {"lower": -1.0}, {"upper": 1.2, "of_total": True}):
        with pytest.raises(UserError):
            Constraint("x", **wrong)


def test_the_caps_of_a_period_and_what_lies_beyond_the_data_are_said():
    model = national()
    plan = optimize(asked(total=500.0, flighting="optimised"), draws=DRAWS)
    assert (plan.schedule.max() <= 1.5 * model.frame.max() + 0.005).all()
    seen = model.frame["alpha"].rolling(8).sum().max()
    far = planned(bounds={"alpha": (1.4 * seen, 1.4 * seen)})
    said = {(channel, what): (planned_, most) for channel, what, planned_, most in far.beyond_seen}
    assert said["alpha", "total"][1] == pytest.approx(seen)
    assert not any(channel == "zeta" and what == "total" for channel, what in said) or far.spend["zeta"] > 0
