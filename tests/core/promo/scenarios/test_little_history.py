"""A young shop: ten weeks, no promotion ever, nothing to test a forecast on."""

from functools import cache

import pandas as pd
import pytest

from core.promo.baseline import Baseline
from core.promo.opportunities.heat_map import heat_map
from core.promo.opportunities.opportunities import OpportunityWeights, opportunities
from core.promo.scenarios.best_discounts import best_discounts, frontier
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario, ScenarioType
from core.promo.scenarios.starting_points import starting_point
from core.promo.scenarios.validate import validate
from tests.core.promo.made import made_sales, made_settings, uplift_on


@cache
def young():
    rows = made_sales()
    plain = rows[rows["date"] < "2023-03-13"].assign(promo_flag=False, discount_pct=float("nan"))
    return plain, Baseline.fit(plain)


def test_every_step_of_planning_works_and_says_what_is_a_guess():
    _, baseline = young()
    uplift, rules = uplift_on(baseline), made_settings()
    scenario = PromoScenario("Test", "2023-03-13", "2023-03-19", "balanced", [Mechanic("TV", "online", 20)])
    kpis = evaluate(scenario, baseline, uplift, rules)
    assert kpis.lines[0].pooled and kpis.lines[0].untried
    assert "no promotion of its own" in kpis.notes[0]
    lower, upper = kpis.intervals["margin_value_delta"]
    assert lower < kpis.deltas["margin_value"] < upper
    assert kpis.dip["sales_value_lower"] < 0 < kpis.dip["sales_value_upper"]
    assert validate(scenario, kpis, rules).status in ("PASS", "WARN", "BLOCK")


@pytest.mark.parametrize("kind", list(ScenarioType))
def test_every_type_begins(kind):
    _, baseline = young()
    places = [(cell.department, cell.channel) for cell in baseline.days.cells]
    uplift = uplift_on(baseline)
    started = starting_point(
        kind, "2023-03-13", "2023-03-19", places, made_settings(), uplift, baseline=baseline
    )
    assert all(line.discount_pct > 0 for line in started.mechanics)


def test_searches_and_discovery_find_their_way():
    sales, baseline = young()
    uplift, rules = uplift_on(baseline), made_settings()
    scenario = PromoScenario("Test", "2023-03-13", "2023-03-19", "best_deal", [Mechanic("TV", "online", 0)])
    assert best_discounts(scenario, baseline, uplift, rules).proven
    assert frontier(scenario, baseline, uplift, rules)
    goals = pd.DataFrame(
        {
            "month": ["2023-03"], "geo": ["ALL"], "sales_value_target": [9e5], "margin_pct_target": [22.0],
            "units_target": [1.0],
        }
    )  # fmt: skip
    found = opportunities(
        sales,
        goals,
        "2023-03",
        "ALL",
        baseline,
        uplift,
        rules,
        weights=OpportunityWeights(gap_worth_share=1.0),
    )
    assert {one.kind for one in found} == {"never_tried"}
    frame = heat_map(sales, goals, "2023-03", "ALL", baseline, uplift, rules)
    assert (frame["taken_pct"] == 0).all() and len(frame) == 3
