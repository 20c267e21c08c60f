"""Inputs of plans: faults are named all at once, JSON goes both ways, money adds up to the cent."""

import json

import pytest

from core.errors import UserError
from core.mmm.choices import Goal
from core.mmm.planning.values import (
    BudgetInputs,
    ChannelLimit,
    GroupLimit,
    RiskView,
    fill_limits,
    round_to_sum,
)
from tests.core.mmm.plan_examples import LABELS, inputs, limits


def test_budget_inputs_survive_json_unchanged():
    raw = json.loads(json.dumps(inputs().to_json()))
    assert BudgetInputs.from_json(raw) == inputs()


def test_every_fault_is_named_at_once_with_the_display_name():
    with pytest.raises(UserError) as caught:
        BudgetInputs(
            periods=0,
            total_value=-5,
            limits=(ChannelLimit("tv_S", 1.0, 10.0, 5.0), ChannelLimit("search_S", 1.0, -1.0, 5.0)),
            groups=(GroupLimit("pair", ("tv_S",)),),
            goal=Goal.TARGET_ROAS,
            labels=LABELS,
        )
    text = str(caught.value)
    assert len(caught.value.faults) == 7
    assert "Television: the maximum (5.00) lies under the minimum (10.00)." in text
    assert "Search: the minimum cannot be negative" in text


def test_two_groups_of_the_same_name_are_refused():
    pair = GroupLimit("all", ("tv_S", "search_S"), 1.0)
    with pytest.raises(UserError, match="Two groups are called 'all'"):
        BudgetInputs(13, 150_000.0, limits(), groups=(pair, pair))


def test_a_locked_channel_keeps_its_recent_spend():
    assert BudgetInputs(13, 150_000.0, limits(locked=True)).bounds["tv_S"] == (100_000.0, 100_000.0)


def test_risk_reads_as_the_optimiser_takes_it():
    assert BudgetInputs(13, 1.0, limits()).risk_choice == "mean"
    assert BudgetInputs(13, 1.0, limits(), risk=RiskView.CVAR).risk_choice == ("cvar", 0.1)


def test_profit_needs_a_margin():
    with pytest.raises(UserError, match="margin"):
        BudgetInputs(13, 1.0, limits(), goal=Goal.PROFIT)


def test_free_limits_always_contain_recent_spend():
    (limit,) = fill_limits(["tv_S"], {"tv_S": 120.0}, {"tv_S": 90.0})
    assert limit.bounds == (0.0, 120.0)


@pytest.mark.parametrize("unit", [0.01, 1.0, 1000.0])
def test_rounded_parts_add_up_to_the_rounded_sum(unit):
    parts = [1000.0 / 3, 2000.0 / 3, 123.456, 0.0, 7777.777]
    rounded = round_to_sum(parts, unit)
    assert sum(rounded) == pytest.approx(round(sum(parts) / unit) * unit)
    assert all(abs(a - b) < unit for a, b in zip(parts, rounded, strict=True))
