"""Shadow prices against the optimum solved again with more money, and the proof that a plan is an optimum."""

import datetime as dt

import numpy as np
import pytest

from core.mmm import BudgetProblem, optimize
from core.mmm.optimiser.limit import Constraint
from tests.core.mmm.optimiser.own_arithmetic import market

# Money enough that whole cents are fine steps.
M = 1000.0
OWN = market(money=M)
TWO = market(("zeta", "alpha"), (1.0, 1.0), (300.0, 220.0), (1.2, 0.8), money=M)
GEOS = market(("zeta", "alpha"), (1.0, 1.0), (300.0, 220.0), (1.2, 0.8), geos=("east", "north"), money=M)
STEP = 2 * M


def bound(channel, lower, upper, by=0.0, end="upper"):
    """The limits of one channel, one of them moved by some money."""
    return {channel: (lower + by * (end == "lower"), upper + by * (end == "upper"))}


def pair(lower, upper, by=0.0, end="upper"):
    return [("pair", ["mid", "zeta"], lower + by * (end == "lower"), upper + by * (end == "upper"))]


def half(by):
    """A share of the total; the step in money is a step of a thousandth here."""
    return [Constraint("half", channels=("zeta",), lower=0.5 + by / STEP / 1000, of_total=True)]


def weekly(**rule):
    """Three weeks of two channels, flighting optimised, with a rule."""
    return {"market": TWO, "weeks": 3, "total": 480 * M, "flighting": "optimised", **rule}


def february(by, **ends):
    month = {"start": dt.date(2024, 2, 1), "end": dt.date(2024, 2, 29)}
    return [Constraint("February", **month, **{end: amount + by for end, amount in ends.items()})]


def by_geo(**rule):
    """Four weeks of two channels in two geos that have money of their own."""
    return {"market": GEOS, "weeks": 4, "total": 1600 * M, "by_geo": True, **rule}


# What binds, whether money is added (1) or taken away (-1) to relax it, and the question with more money.
QUESTIONS = {
    "total": ("total", 1, lambda by: {"total": 1200 * M + by}),
    "total beside bounds": (
        "total", 1,
        lambda by: {"total": 1200 * M + by, "bounds": bound("zeta", 0, 150 * M)},
    ),
    "most of a channel": ("alpha upper", 1, lambda by: {"bounds": bound("alpha", 0, 250 * M, by)}),
    "least of a channel": (
        "mid lower", -1,
        lambda by: {"bounds": bound("mid", 600 * M, 900 * M, by, "lower")},
    ),
    "most of a group": ("pair upper", 1, lambda by: {"groups": pair(0, 400 * M, by)}),
    "least of a group": ("pair lower", -1, lambda by: {"groups": pair(900 * M, 1100 * M, by, "lower")}),
    "a locked channel": ("alpha upper", 1, lambda by: {"bounds": bound("alpha", 200 * M, 200 * M, by)}),
    "a group against its members": (
        "pair upper", 1,
        lambda by: {"groups": pair(0, 500 * M, by), "bounds": {"zeta": (0, 300 * M), "mid": (0, 300 * M)}},
    ),
    "a limit where three meet": (
        "zeta upper", 1,
        lambda by: {
            "groups": pair(0, 400 * M),
            "bounds": bound("zeta", 0, 100 * M, by) | {"mid": (0, 300 * M)},
        },
    ),
    "the group where three meet": (
        "pair upper", 1,
        lambda by: {"groups": pair(0, 400 * M, by), "bounds": {"zeta": (0, 100 * M), "mid": (0, 300 * M)}},
    ),
    "money left for one channel alone": (
        "total", 1,
        lambda by: {"total": 1200 * M + by, "bounds": {"alpha": (0, 400 * M), "mid": (0, 300 * M)}},
    ),
    "a share of the total": ("half lower", -1, lambda by: {"constraints": half(by)}),
    "the total beside a share": ("total", 1, lambda by: {"total": 1200 * M + by, "constraints": half(0)}),
    "a weighted sum": (
        "dear upper", 1,
        lambda by: {"constraints": [Constraint("dear", weights={"alpha": 2.0}, upper=1500 * M + by)]},
    ),
    "least of a month": ("February lower", -1, lambda by: weekly(constraints=february(by, lower=300 * M))),
    "most of a month": ("February upper", 1, lambda by: weekly(constraints=february(by, upper=60 * M))),
    "most of a week": (
        "zeta per period upper", 1,
        lambda by: weekly(period_bounds={"zeta": (0.0, 80 * M + by)}),
    ),
    "most of a channel in a geo": (
        "zeta in north upper", 1,
        lambda by: by_geo(geo_bounds={("zeta", "north"): (0.0, 200 * M + by)}),
    ),
    "least of a geo": (
        "the east lower", -1,
        lambda by: by_geo(constraints=[Constraint("the east", geos=("east",), lower=900 * M + by)]),
    ),
    "the total by geo": ("total", 1, lambda by: by_geo(total=1600 * M + by)),
}  # fmt: skip
RISKS = ["mean", ("cvar", 0.25)]


def solved(question, risk):
    fields = {"market": OWN, "weeks": 8, "total": 1200 * M, "headroom": 50.0, "period_headroom": 50.0}
    fields |= question
    problem = BudgetProblem(fields.pop("market").model, fields.pop("weeks"), **fields)
    return optimize(problem, risk=risk)


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_shadow_price_is_what_the_optimum_gains_by_a_relaxed_limit(name, risk):
    label, way, question = QUESTIONS[name]
    here, near, far = (solved(question(way * STEP * k), risk) for k in (0, 1, 2))
    step = way * (0.001 if name == "a share of the total" else STEP)
    # Second order: the optimum is curved, and one step alone would show that.
    slope = (-3 * here.objective + 4 * near.objective - far.objective) / (2 * step)
    scale = here.shadow_prices["total"] * (1200 * M if label == "half lower" else 1.0)
    assert here.shadow_prices[label] == pytest.approx(slope, rel=0.01, abs=1e-3 * abs(scale))


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_plan_on_concave_curves_is_proven_optimal(name, risk):
    assert solved(QUESTIONS[name][2](0.0), risk).kkt_residual <= 1e-6


def test_limits_that_do_not_bind_have_no_price():
    plan = solved({"bounds": {"zeta": (1.0, 1100 * M)}, "groups": pair(1.0, 1199 * M)}, "mean")
    rest = plan.shadow_prices.drop("total")
    np.testing.assert_allclose(rest, 0.0, atol=1e-9 * plan.shadow_prices["total"])
