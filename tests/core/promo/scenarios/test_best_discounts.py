import time
from itertools import pairwise

import pytest

from core.errors import UserError
from core.promo.scenarios.best_discounts import best_discounts, frontier
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.settings import BrandRule
from core.promo.scenarios.validate import validate
from tests.core.promo.made import made_baseline, made_settings, made_uplift

START, END = "2024-03-04", "2024-03-10"
PLACES = [(d, c) for d in ("Audio", "Gaming", "TV") for c in ("offline", "online")]
FORECAST = []


def asked(*places):
    lines = tuple(Mechanic(*place, 0) for place in places)
    return PromoScenario("Test", START, END, "best_deal", lines)


def parts():
    if not FORECAST:
        FORECAST.append(made_baseline().forecast(START, END))
    return made_baseline(), made_uplift()


def searched(scenario, rules=None, **other):
    return best_discounts(scenario, *parts(), rules or made_settings(), forecast=FORECAST[0], **other)


def test_the_best_deal_keeps_floor_and_caps_and_passes_validation():
    rules = made_settings(discount_caps={"TV": 12}, cannibalisation_limit_pct=100)
    deal = searched(asked(*PLACES), rules)
    assert deal.passes and deal.proven and deal.message == ""
    assert deal.kpis.totals["margin_pct"] >= rules.floor_pct(deal.kpis.baseline["margin_pct"]) - 1e-6
    for line in deal.scenario.mechanics:
        assert line.discount_pct <= rules.cap_pct(line.department)
        assert line.discount_pct == int(line.discount_pct)
    assert validate(deal.scenario, deal.kpis, rules).status == "PASS"


def test_no_single_step_up_keeps_the_floor():
    deal = searched(asked(*PLACES), margin_floor_pct=20)
    rules = made_settings()
    for at, line in enumerate(deal.scenario.mechanics):
        if line.discount_pct >= 25:
            continue
        lines = list(deal.scenario.mechanics)
        lines[at] = Mechanic(line.department, line.channel, line.discount_pct + 1)
        more = evaluate(
            PromoScenario("Test", START, END, "balanced", lines), *parts(), rules, forecast=FORECAST[0]
        )
        more_sales = more.totals["sales_value"] > deal.kpis.totals["sales_value"]
        assert more.totals["margin_pct"] < 20 or not more_sales


def test_a_finer_step_and_a_lower_floor_never_do_worse():
    sales = [
        searched(asked(*PLACES), margin_floor_pct=floor, step_pct=step).kpis.totals["sales_value"]
        for floor, step in ((20, 1.0), (20, 0.5), (17, 0.5))
    ]
    assert sales[0] <= sales[1] + 1e-6 and sales[1] < sales[2]


def test_goals_differ_and_each_is_best_at_its_own():
    found = {goal: searched(asked(*PLACES), goal=goal).kpis.deltas for goal in ("sales", "margin", "ebit")}
    for goal, name in (("sales", "sales_value"), ("margin", "margin_value"), ("ebit", "ebit")):
        assert all(found[goal][name] >= other[name] - 1e-6 for other in found.values())


def test_it_says_when_nothing_passes_or_helps():
    deal = searched(asked(("TV", "online")), margin_floor_pct=50)
    assert not deal.passes and "No discounts keep a margin of 50.0 %" in deal.message
    assert deal.scenario.mechanics[0].discount_pct == 0
    deal = searched(asked(("TV", "online")), goal="ebit")
    assert not deal.passes and "brings more EBIT than none" in deal.message


def test_departments_the_brand_never_discounts_stay_out():
    rules = made_settings(brand_rules=[BrandRule("never_discounted", departments=("Gaming",))])
    deal = searched(asked(*PLACES), rules)
    assert all((line.discount_pct == 0) for line in deal.scenario.mechanics if line.department == "Gaming")


def test_unknown_goals_and_steps_are_refused():
    with pytest.raises(UserError, match="one of sales, margin, ebit"):
        searched(asked(*PLACES), goal="fame")
    with pytest.raises(UserError, match=r"between 0.1 and 10 %"):
        searched(asked(*PLACES), step_pct=0)


def test_the_frontier_is_efficient_and_its_scenarios_bring_what_it_says():
    scenario, rules = asked(*PLACES), made_settings()
    points = frontier(scenario, *parts(), rules, forecast=FORECAST[0])
    assert len(points) >= 15
    for first, second in pairwise(points):
        assert second.sales_value_delta > first.sales_value_delta
        assert second.margin_value_delta < first.margin_value_delta
    for point in points[::6]:
        kpis = evaluate(point.scenario, *parts(), rules, forecast=FORECAST[0])
        assert kpis.deltas["sales_value"] == pytest.approx(point.sales_value_delta)
        assert kpis.deltas["margin_value"] == pytest.approx(point.margin_value_delta)
        assert kpis.deltas["ebit"] == pytest.approx(point.ebit_delta)
        assert kpis.totals["margin_pct"] == pytest.approx(point.margin_pct)


def test_twelve_lines_take_at_most_a_second_and_a_half():
    lines = [
        Mechanic(*place, 0, [segment]) for place in PLACES for segment in ("LOYAL", "BARGAIN")
    ]  # fmt: skip
    scenario = PromoScenario("Test", START, END, "best_deal", lines)
    searched(scenario)
    began = time.process_time()
    deal = searched(scenario, step_pct=0.5)
    assert time.process_time() - began <= 1.5 and len(deal.scenario.mechanics) == 12
