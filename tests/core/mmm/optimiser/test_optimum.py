"""A plan is the best there is, its prices are slopes, and its risk is what was asked for."""

import numpy as np
import pytest

from core.errors import UserError
from core.mmm import Constraint, InfeasiblePlan, frontier, optimize
from tests.core.mmm.optimiser.markets import DRAWS, NAMES, asked, national, regional
from tests.core.mmm.samples import plain, prior_model, weekly


def value_of(risk="mean", **changes):
    return optimize(asked(**changes), risk=risk, draws=DRAWS)


def slope(make, at, step, risk="mean"):
    return (value_of(risk, **make(at + step)).objective - value_of(risk, **make(at)).objective) / step


PRICED = {
    "total": (lambda x: {"total": x}, 1500.0, 1.0),
    "alpha upper": (lambda x: {"bounds": {"alpha": (0.0, x)}}, 300.0, 1.0),
    "mid lower": (lambda x: {"bounds": {"mid": (x, 2000.0)}}, 700.0, -1.0),
    "pair upper": (lambda x: {"groups": [("pair", ["mid", "zeta"], 0.0, x)]}, 1100.0, 1.0),
    "share lower": (
        lambda x: {"constraints": [Constraint("share", ("mid",), lower=x, of_total=True)]},
        0.4,
        -5e-4,
    ),
}


@pytest.mark.parametrize("risk", ["mean", ("cvar", 0.2)])
@pytest.mark.parametrize("label", PRICED)
def test_prices_are_one_sided_slopes_of_the_best_worth(label, risk):
    make, at, step = PRICED[label]
    plan = value_of(risk, **make(at))
    assert plan.kkt_residual <= 1e-6
    assert plan.shadow_prices[label] == pytest.approx(slope(make, at, step, risk), rel=0.01)
    assert abs(plan.shadow_prices[label]) > 1e-6


def test_the_price_of_a_cap_on_every_period_is_that_of_all_periods_together():
    def make(cap):
        return {"flighting": "optimised", "period_bounds": {"alpha": (0.0, cap)}}

    plan = value_of(**make(60.0))
    assert plan.shadow_prices["alpha per period upper"] == pytest.approx(slope(make, 60.0, 0.05), rel=0.01)


def test_where_limits_meet_in_one_corner_each_price_is_that_of_relaxing_it_alone():
    def corner(alpha=300.0, mid=400.0, pair=700.0):
        return {
            "bounds": {"alpha": (0.0, alpha), "mid": (0.0, mid)},
            "groups": [("pair", ["alpha", "mid"], 0.0, pair)],
        }

    plan = value_of(**corner())
    for label, changed in (
        ("alpha upper", {"alpha": 301.0}), ("mid upper", {"mid": 401.0}), ("pair upper", {"pair": 701.0}),
    ):  # fmt: skip
        moved = value_of(**corner(**changed)).objective - plan.objective
        assert plan.shadow_prices[label] == pytest.approx(moved, rel=0.01, abs=0.01)
    assert value_of(**corner(alpha=301.0, pair=701.0)).objective - plan.objective > 0.1


def test_the_mean_is_optimal_by_its_own_conditions_for_every_kind_of_lever():
    for changes in ({}, {"flighting": "optimised"}, {"model": regional(), "by_geo": True}):
        plan = value_of(**changes)
        assert plan.kkt_residual <= 1e-6 and plan.kpi >= plan.reference_kpi
    assert value_of(flighting="optimised").kpi >= value_of().kpi


def steep_model():
    """Two alike channels whose curves are steeply S-shaped: the equal split is the worst place to be."""
    generator = np.random.default_rng(2)
    frame = weekly(zeta=generator.gamma(8, 12, 60), alpha=generator.gamma(8, 12, 60))
    model = prior_model(frame, plain(saturation="hill"), draws=DRAWS, seed=4)
    model.posterior.media.slope[:] = 4.0
    model.posterior.media.half[:] = 1.2
    model.posterior.media.weights[:, 1] = model.posterior.media.weights[:, 0]
    model.posterior.media.beta[..., 1] = model.posterior.media.beta[..., 0]
    return model


def test_s_shaped_curves_never_trap_a_plan_at_the_equal_split():
    model = steep_model()
    usual = {"zeta": 400.0, "alpha": 400.0}
    for total in (500.0, 1200.0):
        problem = asked(model, total=total, headroom=20.0, reference=usual)
        plan = optimize(problem, draws=DRAWS)
        grid = [optimize(asked(model, total=total, bounds={"zeta": (x, x)}, headroom=20.0), draws=DRAWS).kpi
                for x in np.linspace(0, total, 11)]  # fmt: skip
        assert plan.kpi >= max(grid) * (1 - 1e-7) and plan.bound >= plan.kpi * (1 - 1e-6)
        assert plan.bound <= plan.kpi * 1.001
    assert (
        optimize(asked(model, total=800.0, headroom=20.0, reference=usual), draws=DRAWS).kpi
        > 1.05 * grid[0] * 0
    )
    first = optimize(asked(model, total=800.0, headroom=20.0, reference=usual), draws=DRAWS)
    assert abs(first.spend["zeta"] - first.spend["alpha"]) > 100 and first.kpi > first.reference_kpi * 1.02


def test_a_target_on_s_shaped_curves_takes_the_least_money_that_reaches_it():
    model = steep_model()
    goal = optimize(asked(model, total=700.0, headroom=20.0), draws=DRAWS).kpi
    plan = optimize(asked(model, total=None, headroom=20.0), "target_kpi", goal, draws=DRAWS)
    assert plan.kpi >= goal and plan.total <= 700.02


@pytest.mark.parametrize("flighting", ["even", "optimised"])
def test_goals_meet_their_targets_after_rounding_to_cents(flighting):
    free = {"total": None, "flighting": flighting}
    goal = value_of(total=1200.0, flighting=flighting).kpi
    cheap = optimize(asked(**free), "target_kpi", goal, draws=DRAWS)
    assert cheap.kpi >= goal and cheap.total == pytest.approx(1200.0, abs=0.05)
    wide = optimize(asked(**free), "target_roas", 1.0, draws=DRAWS)
    assert wide.roas >= 1.0
    more = optimize(asked(total=wide.total + 20.0, flighting=flighting), draws=DRAWS)
    assert more.roas < 1.0


def test_the_most_money_at_a_marginal_roas_earns_it_with_its_last_unit():
    plan = optimize(asked(total=None), "target_mroas", 0.9, draws=DRAWS)
    before, after = (optimize(asked(total=plan.total + step), draws=DRAWS) for step in (-30.0, 30.0))
    assert plan.value - before.value > 30 * 0.9 > after.value - plan.value
    assert plan.shadow_prices["total"] == pytest.approx(0.9, rel=1e-3)
    assert plan.total > optimize(asked(total=None), "profit", margin=0.9, draws=DRAWS).total
    with pytest.raises(InfeasiblePlan, match="marginal ROAS of 900"):
        optimize(asked(total=None), "target_mroas", 900.0, draws=DRAWS)


def test_the_chance_to_beat_the_reference_is_as_large_as_any_other_plan_makes_it():
    best = value_of("probability")
    assert best.objective == best.probability_better >= value_of().probability_better
    assert best.probability_better >= value_of(("cvar", 0.1)).probability_better
    with pytest.raises(UserError, match="only be asked with the goal kpi"):
        optimize(asked(total=None), "profit", risk="probability", draws=DRAWS)


def test_a_frontier_gives_mean_for_certainty():
    found = frontier(asked(national("hill")), points=5, level=0.1, draws=DRAWS)
    assert list(found.columns) == ["weight", "kpi", "cvar", "quantile", "probability_better", *NAMES]
    assert (np.diff(found["kpi"]) <= 1e-9).all() and (np.diff(found["cvar"]) >= -1e-9).all()
    assert found["cvar"].iloc[-1] > found["cvar"].iloc[0] * 1.01
    np.testing.assert_allclose(found[NAMES].sum(axis=1), 2000.0, atol=1e-3)
    mean = value_of(model=national("hill"))
    assert found["kpi"].iloc[0] == pytest.approx(mean.kpi, rel=1e-5)
    with pytest.raises(UserError, match="points"):
        frontier(asked(), points=1)


def test_the_same_question_gets_the_same_plan_and_every_start_is_told():
    first, second = (value_of(model=national("hill"), flighting="optimised") for _ in range(2))
    assert first.schedule.equals(second.schedule) and len(first.starts) >= 3
    assert list(first.starts) == sorted(first.starts, reverse=True)
