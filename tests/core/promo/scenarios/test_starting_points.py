import pandas as pd
import pytest

from core.errors import UserError
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import ScenarioType
from core.promo.scenarios.settings import BrandRule
from core.promo.scenarios.starting_points import starting_point
from tests.core.promo.made import made_baseline, made_segments, made_settings, made_uplift

START, END = "2024-03-04", "2024-03-10"
PLACES = [(d, c) for d in ("Audio", "Gaming", "TV") for c in ("offline", "online")]


def begun(kind, rules=None, places=PLACES, **other):
    return starting_point(kind, START, END, places, rules or made_settings(), made_uplift(), **other)


@pytest.mark.parametrize(
    ("kind", "cap", "discount"),
    [
        ("conservative", 25, 10), ("balanced", 25, 15), ("aggressive", 25, 22.5), ("conservative", 20, 8),
        ("balanced", 10, 6), ("aggressive", 10, 9), ("conservative", 90, 10), ("balanced", 90, 15),
    ],
)  # fmt: skip
def test_postures_are_parts_of_the_allowed_discount(kind, cap, discount):
    scenario = begun(kind, made_settings(default_discount_cap_pct=cap))
    assert len(scenario.mechanics) == 6
    assert {line.discount_pct for line in scenario.mechanics} == {discount}
    assert scenario.scenario_type == kind and scenario.days == 7


def test_no_posture_sells_at_a_loss():
    scenario = begun("aggressive", made_settings(default_discount_cap_pct=90))
    assert {line.discount_pct for line in scenario.mechanics} == {39.0}  # 90 % of 24 / .55 points


def test_a_flash_is_online_deep_and_three_days_at_most():
    scenario = begun("flash")
    assert scenario.days == 3
    assert {line.channel for line in scenario.mechanics} == {"online"}
    assert {line.discount_pct for line in scenario.mechanics} == {25.0}
    shops = begun("flash", places=[("TV", "offline")])
    assert [line.channel for line in shops.mechanics] == ["offline"]


def test_a_best_deal_keeps_the_floor():
    rules = made_settings()
    scenario = begun("best_deal", rules, baseline=made_baseline())
    kpis = evaluate(scenario, made_baseline(), made_uplift(), rules)
    assert kpis.totals["margin_pct"] >= kpis.baseline["margin_pct"] - 8 - 1e-6
    assert all(line.discount_pct > 0 for line in scenario.mechanics)


def test_a_best_deal_is_not_guessed_where_it_cannot_be_searched():
    with pytest.raises(UserError, match="searched on the baseline"):
        begun("best_deal")


def test_coupons_go_to_the_most_sensitive_segments_and_what_they_like():
    scenario = begun("coupon")
    assert {line.segments for line in scenario.mechanics} == {("BARGAIN",)}
    assert {line.department for line in scenario.mechanics} == {"Audio", "Gaming"}


def test_members_are_the_loyal_segments_by_name_or_by_how_often_they_buy():
    assert {line.segments for line in begun("member_only").mechanics} == {("LOYAL",)}
    other = made_segments().assign(segment_id=["A", "B", "C"], name=["x", "y", "z"])
    found = begun("member_only", made_settings(segments=other))
    assert {line.segments for line in found.mechanics} == {("A",)}


def test_without_segments_every_type_still_begins():
    for kind in ScenarioType:
        scenario = begun(kind, made_settings(segments=None), baseline=made_baseline())
        assert {line.segments for line in scenario.mechanics} == {("ALL",)}


def test_a_table_with_only_ids_and_shares_is_enough():
    bare = pd.DataFrame({"segment_id": ["A", "B"], "share_of_revenue": [0.6, 0.4]})
    for kind in ScenarioType:
        begun(kind, made_settings(segments=bare), baseline=made_baseline())


def test_brand_rules_are_kept_from_the_start():
    rules = made_settings(
        brand_rules=[
            BrandRule("never_discounted", departments=("TV",)),
            BrandRule("longest_days", 4),
            BrandRule("forbidden_word", "balanced"),
        ]
    )
    scenario = begun("balanced", rules)
    assert scenario.days == 4 and "TV" not in {line.department for line in scenario.mechanics}
    assert "balanced" not in scenario.label.lower()


def test_nothing_allowed_is_said():
    with pytest.raises(UserError, match="None of these departments may have a discount"):
        begun("balanced", made_settings(default_discount_cap_pct=0))
