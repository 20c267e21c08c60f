"""Inputs of plans: faults are named all at once, JSON goes both ways, money adds up to the cent."""

import json

import pytest

from core.errors import UserError
from core.json_values import to_json
from core.mmm.cents import round_to_sum
from core.mmm.choices import Flighting, Goal
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.budget_inputs import (
    BudgetInputs,
    ChannelSettings,
    Reference,
    RiskView,
    free_limits,
    read_budget_inputs,
)
from tests.core.mmm.plan_examples import LABELS, inputs, limits


def test_budget_inputs_survive_json_unchanged():
    raw = json.loads(json.dumps(to_json(inputs())))
    assert read_budget_inputs(raw) == inputs()


def test_the_saved_form_keeps_its_keys():
    raw = to_json(inputs())
    assert {"version", "periods", "total_value", "goal", "risk", "pulse", "by_geo"} <= set(raw)
    assert "labels" not in raw and raw["version"] == 2 and raw["pulse"] == [1, 3]
    assert raw["limits"][0] == {
        "channel": "tv_S", "recent_value": 100_000.0, "minimum_value": 0.0, "maximum_value": 150_000.0,
        "locked": False, "test_value": None, "period_minimum_value": None, "period_maximum_value": None,
        "flighting": None,
    }  # fmt: skip
    assert raw["groups"] == [
        {"name": "all", "channels": ["tv_S", "search_S"], "minimum_value": 1.0, "maximum_value": None,
         "minimum_share": None, "maximum_share": None},
        {"name": "Digital", "channels": ["search_S"], "minimum_value": None, "maximum_value": None,
         "minimum_share": 0.4, "maximum_share": 0.6},
    ]  # fmt: skip
    assert raw["months"] == [{"month": "2026-01", "minimum_value": 10_000.0, "maximum_value": 80_000.0}]
    assert raw["rules"] == [
        {"name": "TV twice search", "weights": {"tv_S": 1.0, "search_S": -2.0}, "minimum_value": 0.0,
         "maximum_value": None, "start_on": "2026-02-01", "end_on": None, "geos": []}
    ]  # fmt: skip
    assert raw["geo_limits"] == [
        {"channel": "tv_S", "geo": "North", "minimum_value": 1_000.0, "maximum_value": 90_000.0}
    ]


def test_every_fault_is_named_at_once_with_the_display_name():
    with pytest.raises(UserError) as caught:
        BudgetInputs(
            periods=0,
            total_value=-5,
            limits=(ChannelSettings("tv_S", 1.0, 10.0, 5.0), ChannelSettings("search_S", 1.0, -1.0, 5.0)),
            groups=(Limit.group("pair", ("tv_S",)),),
            months=(Limit.month("2026-01", 10.0, 5.0),),
            rules=(Limit.linear("", {}),),
            geo_limits=(Limit.geo("tv_S", "North", 10.0, 5.0),),
            goal=Goal.TARGET_ROAS,
            labels=LABELS,
        )
    text = str(caught.value)
    assert len(caught.value.faults) == 11
    assert "January 2026: the maximum (5.00) lies under the minimum (10.00)." in text
    assert "Rule in row 1: give it a name." in text
    assert "Television in North: the maximum" in text
    assert "Television: the maximum (5.00) lies under the minimum (10.00)." in text
    assert "Search: the minimum cannot be negative" in text


def test_two_groups_of_the_same_name_are_refused():
    pair = Limit.group("all", ("tv_S", "search_S"), 1.0)
    with pytest.raises(UserError, match="Two groups are called 'all'"):
        BudgetInputs(13, 150_000.0, limits(), groups=(pair, pair))


def test_a_locked_channel_keeps_its_recent_spend():
    assert BudgetInputs(13, 150_000.0, limits(locked=True)).bounds["tv_S"] == (100_000.0, 100_000.0)


def test_a_plan_kept_by_the_first_version_still_opens():
    old = {
        "periods": 13, "total_value": 150_000.0, "goal": "target_kpi", "target_value": 1e6,
        "margin_share": None, "risk": "cvar", "risk_share": 0.2, "flighting": "as_reference", "level": 0.8,
        "limits": [{"channel": "tv_S", "recent_value": 100.0, "minimum_value": 0.0, "maximum_value": 150.0,
                    "locked": True}],
        "groups": [{"name": "all", "channels": ["tv_S", "search_S"], "minimum_value": 1.0,
                    "maximum_value": None}],
    }  # fmt: skip
    opened = read_budget_inputs(old)
    assert opened.limits[0].locked and opened.groups[0].channels == ("tv_S", "search_S")
    assert opened.flighting == Flighting.AS_REFERENCE and opened.reference == Reference.RECENT
    assert opened.months == opened.rules == opened.geo_limits == ()


def test_money_for_a_test_and_a_minimum_exclude_each_other():
    with pytest.raises(UserError, match="exclude each other"):
        BudgetInputs(13, 1.0, (ChannelSettings("tv_S", 1.0, 10.0, 50.0, test_value=20.0),))
    with pytest.raises(UserError, match="lies above the maximum"):
        BudgetInputs(13, 1.0, (ChannelSettings("tv_S", 1.0, 0.0, 10.0, test_value=20.0),))


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [(1.4, None, "between 0 and 100 %"), (0.6, 0.4, "maximum .40%. lies under")],
)
def test_shares_of_a_group_stay_in_order_between_nothing_and_everything(least, most, words):
    group = Limit.group("Digital", ("tv_S",), least, most, of_total=True)
    with pytest.raises(UserError, match=words):
        BudgetInputs(13, 1.0, limits(), groups=(group,))


@pytest.mark.parametrize("name", ["tv_S", "Television", "total"])
def test_a_group_cannot_take_the_name_of_something_else(name):
    group = Limit.group(name, ("tv_S", "search_S"), 1.0)
    with pytest.raises(UserError, match="is the name of something else"):
        BudgetInputs(13, 1.0, limits(), groups=(group,), labels=LABELS)


def test_a_chosen_split_stands_instead_of_the_limits():
    chosen = BudgetInputs(13, 1.0, limits(), chosen_value={"tv_S": 90.0, "search_S": 60.0})
    assert chosen.bounds["tv_S"] == pytest.approx((90.0, 90.0), abs=0.01)
    assert chosen.chosen_total == 150.0


def test_risk_reads_as_the_optimiser_takes_it():
    assert BudgetInputs(13, 1.0, limits()).risk_choice == "mean"
    assert BudgetInputs(13, 1.0, limits(), risk=RiskView.CVAR).risk_choice == ("cvar", 0.1)
    assert BudgetInputs(13, 1.0, limits(), risk=RiskView.PROBABILITY).risk_choice == "probability"


def test_the_chance_to_improve_counts_for_the_most_kpi_alone():
    with pytest.raises(UserError, match="only for the goal"):
        BudgetInputs(13, 1.0, limits(), goal=Goal.PROFIT, margin_share=0.3, risk=RiskView.PROBABILITY)


def test_profit_needs_a_margin():
    with pytest.raises(UserError, match="margin"):
        BudgetInputs(13, 1.0, limits(), goal=Goal.PROFIT)


def test_free_limits_always_contain_recent_spend():
    (limit,) = free_limits(["tv_S"], {"tv_S": 120.0}, {"tv_S": 90.0})
    assert limit.bounds == (0.0, 120.0)


@pytest.mark.parametrize("unit", [0.01, 1.0, 1000.0])
def test_rounded_parts_add_up_to_the_rounded_sum(unit):
    parts = [1000.0 / 3, 2000.0 / 3, 123.456, 0.0, 7777.777]
    rounded = round_to_sum(parts, unit)
    assert sum(rounded) == pytest.approx(round(sum(parts) / unit) * unit)
    assert all(abs(a - b) < unit for a, b in zip(parts, rounded, strict=True))
