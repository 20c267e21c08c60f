"""Shares, months, geos, tests, weights, flighting: each rule against a search of all plans on a grid."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from core.mmm import BudgetProblem, optimize
from core.mmm.optimiser.limit import Constraint
from tests.core.mmm.optimiser.own_arithmetic import BruteForce, evenly, market, mean

CONCAVE, STEEP = market(), market(slopes=(2.4, 1.8, 2.0))
MARKETS = {"concave": CONCAVE, "steep": STEEP}
WEEKS, TOTAL = 8, 1200.0
FREE = {"headroom": 50.0, "period_headroom": 50.0}


def cells_of(own, plan):
    """(1, geo, week, channel) of the plan's own table of money."""
    table = plan.cells.copy()
    geos = own.geos if len(own.geos) > 1 else [plan.cells["geo"].iloc[0]]
    wide = table.pivot_table(index=["geo", "date"], columns="channel", values="spend", sort=True)
    wide = wide[list(own.names)]
    return np.stack([wide.loc[geo].to_numpy() for geo in geos])[None]


def agrees(own, plan, best, spread, near=0.01):
    """The plan's money, as its table has it, earns at least what the grid's best does, and lies near it."""
    cells = cells_of(own, plan)
    earned = float(mean(own.kpi(cells))[0])
    assert earned == pytest.approx(plan.kpi, rel=1e-6)
    assert best[0] * (1 - 1e-5) <= earned <= best[0] * 1.001
    np.testing.assert_allclose(cells[0], spread(best[1][None])[0], atol=near * best[1].sum())
    cents = plan.cells["spend"].to_numpy() * 100
    np.testing.assert_allclose(cents, cents.round(), atol=1e-5)
    assert round(cents.sum()) == round(100 * plan.total)


def money(cells):
    """(plan, channel) money."""
    return cells.sum(axis=(1, 2))


def share_of_zeta(cells):
    own = money(cells)
    return own[:, 0] / own.sum(axis=1)


RULES = {
    "at least a share": (
        [Constraint("half", channels=("zeta",), lower=0.5, of_total=True)],
        lambda cells: share_of_zeta(cells) >= 0.5 - 1e-9,
    ),
    "at most a share": (
        [Constraint("little", channels=("alpha", "mid"), upper=0.4, of_total=True)],
        lambda cells: share_of_zeta(cells) >= 0.6 - 1e-9,
    ),
    "one twice another": (
        [Constraint("twice", channels=("zeta", "mid"), weights={"zeta": 1.0, "mid": -2.0}, lower=0.0)],
        lambda cells: money(cells)[:, 0] >= 2 * money(cells)[:, 2] - 1e-6,
    ),
    "a weighted sum": (
        [Constraint("dear", weights={"alpha": 2.0}, upper=1500.0)],
        lambda cells: money(cells) @ [1, 2, 1] <= 1500 + 1e-6,
    ),
}


@pytest.mark.parametrize("kind", MARKETS)
@pytest.mark.parametrize("name", RULES)
def test_with_a_rule_the_best_split_is_that_of_the_grid(kind, name):
    own, (constraints, allowed) = MARKETS[kind], RULES[name]
    spread = evenly(own, WEEKS)
    best = BruteForce(own, spread, 3, allowed).best(TOTAL, parts=60)
    plan = optimize(BudgetProblem(own.model, WEEKS, TOTAL, constraints=constraints, **FREE))
    agrees(own, plan, best, spread)
    assert min(kept_by(rule, plan) for rule in constraints) >= -0.05


def kept_by(rule, plan):
    """Money by which a rule is kept, worked out from the plan's spend."""
    names = rule.channels or tuple(plan.spend.index)
    whole = sum(rule.weights.get(name, 1.0) * plan.spend[name] for name in names)
    size = plan.spend.sum() if rule.of_total else 1.0
    slacks = [whole - rule.lower * size] if rule.lower is not None else []
    return min(slacks + ([rule.upper * size - whole] if rule.upper is not None else []))


@pytest.mark.parametrize("kind", MARKETS)
@pytest.mark.parametrize(("channel", "least"), [("mid", 450.0), ("zeta", 500.0), ("alpha", 900.0)])
def test_a_channel_gets_nothing_or_its_least_test_spend(kind, channel, least):
    own = MARKETS[kind]
    spread, place = evenly(own, WEEKS), own.names.index(channel)

    def allowed(cells):
        amount = money(cells)[:, place]
        return (amount <= 1e-9) | (amount >= least - 1e-6)

    best = BruteForce(own, spread, 3, allowed).best(TOTAL, parts=60)
    plan = optimize(BudgetProblem(own.model, WEEKS, TOTAL, test_minimum={channel: least}, **FREE))
    agrees(own, plan, best, spread)
    assert plan.spend[channel] == 0 or plan.spend[channel] >= least


def weekly_levers(own, weeks):
    """One amount by channel and week."""

    def spread(amounts):
        return own.cells(amounts.reshape(len(amounts), len(own.names), weeks).transpose(0, 2, 1))

    return spread


@pytest.mark.parametrize("slopes", [(1.0, 1.0), (2.4, 1.8)])
@pytest.mark.parametrize("month", [None, (300.0, None), (None, 60.0)])
def test_the_best_weeks_are_those_of_the_grid_in_and_out_of_a_month(slopes, month):
    own = market(("zeta", "alpha"), slopes, (300.0, 220.0), (1.2, 0.8))
    spread, total = weekly_levers(own, 3), 480.0
    changes = {"constraints": []}

    def allowed(cells):
        first = cells[:, :, 0].sum(axis=(1, 2))  # 26 February; the others are weeks of March
        low, high = month or (None, None)
        return (first >= (low or 0.0) - 1e-6) & (first <= (total if high is None else high) + 1e-6)

    if month:
        february = {"start": dt.date(2024, 2, 1), "end": dt.date(2024, 2, 29)}
        changes["constraints"] = [Constraint("February", lower=month[0], upper=month[1], **february)]
    best = BruteForce(own, spread, 6, allowed).best(total, parts=16)
    plan = optimize(BudgetProblem(own.model, 3, total, flighting="optimised", **changes, **FREE))
    agrees(own, plan, best, spread, near=0.02)


def test_no_week_lies_outside_a_channels_own_limits():
    own = market(("zeta", "alpha"), (2.4, 1.8), (300.0, 220.0), (1.2, 0.8))
    spread, total = weekly_levers(own, 3), 480.0

    def allowed(cells):
        weeks = cells[:, 0, :, 0]
        return ((weeks >= 30 - 1e-6) & (weeks <= 120 + 1e-6)).all(axis=1)

    best = BruteForce(own, spread, 6, allowed).best(total, parts=16)
    limits = {"period_bounds": {"zeta": (30.0, 120.0)}}
    plan = optimize(BudgetProblem(own.model, 3, total, flighting="optimised", **limits, **FREE))
    agrees(own, plan, best, spread, near=0.02)


@pytest.mark.parametrize("slopes", [(1.0, 1.0), (2.4, 1.8)])
@pytest.mark.parametrize("rule", ["free", "one channel in one geo", "all of a geo"])
def test_the_best_money_by_geo_is_that_of_the_grid(slopes, rule):
    own = market(("zeta", "alpha"), slopes, (300.0, 220.0), (1.2, 0.8), geos=("east", "north"))
    total, weeks = 1600.0, 4

    def spread(amounts):
        by_geo = amounts.reshape(len(amounts), 2, 1, 2) / weeks
        return np.repeat(by_geo, weeks, axis=2)

    def allowed(cells):
        by_geo = cells.sum(axis=2)
        if rule == "one channel in one geo":
            return (by_geo[:, 1, 0] <= 200 + 1e-6) & (by_geo[:, 1, 0] >= 100 - 1e-6)
        return by_geo[:, 0].sum(axis=1) >= (900 - 1e-6 if rule == "all of a geo" else 0)

    limits = {
        "free": {},
        "one channel in one geo": {"geo_bounds": {("zeta", "north"): (100.0, 200.0)}},
        "all of a geo": {"constraints": [Constraint("the east", geos=("east",), lower=900.0)]},
    }[rule]
    best = BruteForce(own, spread, 4, allowed).best(total, parts=32)
    plan = optimize(BudgetProblem(own.model, weeks, total, by_geo=True, **limits, **FREE))
    agrees(own, plan, best, spread)


@pytest.mark.parametrize("flighting", ["as_reference", "last_year", "pulsed"])
def test_with_a_given_flighting_the_best_split_is_that_of_the_grid(flighting):
    own, weeks = STEEP, 8
    past = own.exposure[0]
    shape = {
        "as_reference": past[-weeks:],
        "last_year": past[-52 : -52 + weeks],
        "pulsed": np.repeat((np.arange(weeks) % 4 < 2)[:, None], 3, axis=1).astype(float),
    }[flighting]
    shape = shape / shape.sum(axis=0)

    def spread(amounts):
        return own.cells(amounts[:, None, :] * shape)

    best = BruteForce(own, spread, 3).best(TOTAL, parts=60)
    plan = optimize(BudgetProblem(own.model, weeks, TOTAL, flighting=flighting, **FREE))
    agrees(own, plan, best, spread)


def test_channels_may_be_flighted_each_in_its_own_way():
    own = market(("zeta", "alpha"), (2.4, 1.8), (300.0, 220.0), (1.2, 0.8))
    shape = np.array([1.0, 1.0, 0.0, 0.0]) / 2

    def spread(amounts):
        alpha = amounts[:, 3:] * shape
        zeta = np.column_stack([amounts[:, :3], np.zeros(len(amounts))])
        return own.cells(np.stack([zeta, alpha], axis=2))

    # The fourth week of the free channel is held at nothing, so that the grid stays small.
    quiet = Constraint("quiet", channels=("zeta",), start=dt.date(2024, 3, 18), upper=0.0)
    best = BruteForce(own, spread, 4).best(480.0, parts=32)
    kinds = {"zeta": "optimised", "alpha": "pulsed"}
    question = BudgetProblem(own.model, 4, 480.0, flighting=kinds, constraints=[quiet], **FREE)
    agrees(own, optimize(question), best, spread, near=0.02)


@pytest.mark.parametrize("kind", MARKETS)
def test_a_target_of_the_last_unit_is_met_where_one_more_earns_less(kind):
    own = MARKETS[kind]
    search = BruteForce(own, evenly(own, WEEKS), 3)
    plan = optimize(BudgetProblem(own.model, WEEKS, None, headroom=9.0), goal="target_mroas", target=1.1)
    totals = plan.total * np.array([0.97, 1.03, 1.3, 1.6])
    worth = np.array([search.best(total)[0] for total in totals])
    assert (worth[1] - worth[0]) / (totals[1] - totals[0]) == pytest.approx(1.1, rel=0.01)
    assert (np.diff(worth)[1:] / np.diff(totals)[1:] < 1.1).all()


def test_the_likeliest_plan_to_beat_the_reference_is_that_of_the_grid():
    own = market(draws=60)
    spread = evenly(own, WEEKS)
    question = BudgetProblem(own.model, WEEKS, TOTAL, **FREE)
    plan = optimize(question, risk="probability")
    reference = own.kpi(spread(plan.reference[list(own.names)].to_numpy()[None]))
    search = BruteForce(own, spread, 3, worth=lambda kpi: (kpi > reference).mean(axis=1))
    ours = float((own.kpi(cells_of(own, plan)) > reference).mean())
    assert plan.probability_better == pytest.approx(ours, abs=1e-9)
    assert ours >= search.best(TOTAL, parts=40)[0] - 1 / 60 - 1e-9


TURNED = {
    "bounds": {"bounds": {"mid": (150.0, 200.0)}},
    "period": {"period_bounds": {"mid": (20.0, 25.0)}, "flighting": "optimised"},
    "test": {"test_minimum": {"mid": 450.0}},
    "share": {"constraints": RULES["at least a share"][0]},
    "weights": {"constraints": RULES["one twice another"][0]},
    "geo": {"by_geo": True, "geo_bounds": {("mid", "north"): (10.0, 20.0)}},
    "kinds": {"flighting": {"mid": "pulsed", "zeta": "as_reference"}},
    "reference": {"reference": {"zeta": 900.0, "mid": 300.0}},
}


@pytest.mark.parametrize("name", TURNED)
def test_with_its_channels_in_another_order_each_rule_gives_the_same_plan(name):
    geos = ("east", "north") if name == "geo" else ("",)
    own, order = market(slopes=(1.6, 1.3, 1.2), geos=geos), [2, 0, 1]
    turned = type(own)(
        tuple(own.names[c] for c in order), own.decay[:, order], own.half[:, order], own.slope[:, order],
        own.beta[..., order], tuple(own.typical[c] for c in order), geos,
    )  # fmt: skip
    columns = [name for name in own.frame if name not in own.names]
    turned.__dict__["frame"] = own.frame[[*columns[:2], *turned.names, *columns[2:]]]
    weeks = 4 if name == "period" else WEEKS
    here, there = (
        optimize(BudgetProblem(one.model, weeks, TOTAL * weeks / 8, **({**FREE, **TURNED[name]})))
        for one in (own, turned)
    )
    pd.testing.assert_series_equal(
        there.spend.reindex(here.spend.index), here.spend, atol=2e-4 * here.total, rtol=0, check_exact=False
    )
    assert there.kpi == pytest.approx(here.kpi, rel=1e-7)
    assert there.reference.reindex(here.reference.index).to_dict() == pytest.approx(
        here.reference.to_dict(), abs=0.02
    )
