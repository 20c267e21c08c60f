import json
import time

import pandas as pd
import pytest

from core.json_values import from_json, to_json
from core.promo.opportunities.heat_map import heat_map, season_shares, used_pct
from core.promo.opportunities.opportunities import OpportunityWeights, opportunities
from core.promo.opportunities.values import Opportunity, OpportunityKind
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.settings import BrandRule
from tests.core.promo.made import made_baseline, made_sales, made_settings, made_uplift
from tests.core.promo.opportunities.test_gap import targets


def found(rules=None, goals=None, month="2024-03", **other):
    goals = targets() if goals is None else goals
    return opportunities(
        made_sales(), goals, month, "ALL", made_baseline(), made_uplift(), rules or made_settings(), **other
    )


def test_opportunities_are_ranked_and_bring_what_evaluate_says():
    ranked, rules = found(), made_settings()
    assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1)) and len(ranked) >= 3
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert ranked[0].score == 100
    for one in ranked[:2]:
        kpis = evaluate(one.scenario(), made_baseline(), made_uplift(), rules)
        assert kpis.deltas["sales_value"] == pytest.approx(one.sales_value_gain)
        assert kpis.deltas["ebit"] == pytest.approx(one.ebit_gain)
        assert one.intervals["ebit"] == pytest.approx(kpis.intervals["ebit_delta"])


def test_a_suggestion_lies_in_the_days_to_come_under_cap_and_floor():
    rules = made_settings(discount_caps={"Audio": 12})
    for one in found(rules, month="2024-02"):
        assert pd.Timestamp("2024-02-26") <= pd.Timestamp(one.start) <= pd.Timestamp(one.end)
        assert one.end.month == 2
        assert one.suggested.discount_pct <= rules.cap_pct(one.department)
        kpis = evaluate(one.scenario(), made_baseline(), made_uplift(), rules)
        assert kpis.totals["margin_pct"] >= rules.floor_pct(kpis.baseline["margin_pct"])


def test_reasons_speak_of_the_gap_the_response_and_what_it_costs():
    best = next(one for one in found() if (one.department, one.channel) == ("Audio", "online"))
    words = " ".join(best.why)
    assert "of the sales that are missing in March 2024" in words
    assert "moves its sales by" in words and "points of discount are allowed" in words
    assert "The two weeks after sell" in words
    assert best.gap_closed_share > 0 and best.kind == OpportunityKind.CLOSE_GAP


def test_a_place_without_any_promotion_is_tried_gently_and_says_so():
    one = next(one for one in found() if (one.department, one.channel) == ("Audio", "offline"))
    assert one.kind == OpportunityKind.NEVER_TRIED and one.suggested.discount_pct <= 15
    assert any("never had a promotion" in sentence for sentence in one.why)


def test_without_a_gap_only_what_pays_by_itself_is_suggested():
    reached = targets(sales_value_target=1.0)
    for one in found(goals=reached):
        assert one.ebit_gain > 0 and one.gap_closed_share is None
    generous = found(
        made_settings(cost_to_serve_share=0.0), goals=reached, weights=OpportunityWeights(least_pct=1.0)
    )
    assert all(one.ebit_gain > 0 for one in generous)


def test_rules_of_the_brand_and_months_that_are_over_leave_nothing_to_suggest():
    barred = made_settings(
        brand_rules=[
            BrandRule("never_discounted", departments=("Audio",)), BrandRule("longest_days", 3),
        ]
    )  # fmt: skip
    ranked = found(barred)
    assert ranked and all(one.department != "Audio" for one in ranked)
    assert all((one.end - one.start).days == 2 for one in ranked)
    assert found(month="2024-01") == ()


def test_a_promotion_that_hurts_others_ranks_lower():
    ranked = [(one.department, one.channel) for one in found(weights=OpportunityWeights(gap_worth_share=0.6))]
    assert ranked.index(("Gaming", "online")) < ranked.index(("TV", "online"))


def test_opportunities_survive_json():
    for one in found():
        assert from_json(Opportunity, json.loads(json.dumps(to_json(one)))) == one


def test_seasons_know_the_strong_months_and_what_was_used_is_the_mean_of_promo_days():
    shares = {month: season_shares(made_baseline().regression, f"2023-{month:02d}") for month in (6, 12)}
    assert (shares[12] > 1.08).all() and (shares[6] < 0.92).all()
    assert used_pct(made_uplift(), ("Audio", "offline")) == 0
    assert used_pct(made_uplift(), ("Audio", "online")) == pytest.approx(12.5, abs=1)


def test_the_heat_map_shares_the_target_out_and_adds_up():
    frame = heat_map(
        made_sales(), targets(), "2024-03", "ALL", made_baseline(), made_uplift(), made_settings()
    )
    assert list(frame["department"]) == ["TV", "Gaming", "Audio"]
    assert frame["target_sales_value"].sum() == pytest.approx(8e5)
    whole = made_baseline().forecast("2024-03-01", "2024-03-31")["sales_value"].sum()
    assert frame["expected_sales_value"].sum() == pytest.approx(whole)
    rows = frame.set_index("department")
    assert rows.loc["Audio", "headroom_pct"] == pytest.approx((25 - 12.5 + 25) / 2, abs=1)
    assert rows.loc["TV", "taken_pct"] == pytest.approx(6, abs=1)
    assert rows["response_pct"].idxmax() == "Audio"
    bare = heat_map(made_sales(), None, "2024-03", "ALL", made_baseline(), made_uplift(), made_settings())
    assert bare["gap_sales_value"].isna().all()


def test_finding_opportunities_takes_about_a_second_at_most():
    ahead = made_baseline().forecast("2024-03-01", "2024-03-31")
    found(forecast=ahead)
    began = time.process_time()
    found(forecast=ahead)
    assert time.process_time() - began <= 1.0


def test_what_is_planned_already_is_not_suggested_again():
    first = found()[0]
    line = Mechanic(first.department, first.channel, 10.0)
    plan = PromoScenario("Planned", first.start, first.end, "balanced", (line,))
    busy = found(planned=(evaluate(plan, made_baseline(), made_uplift(), made_settings()),))
    assert (first.department, first.channel) not in {(one.department, one.channel) for one in busy}
