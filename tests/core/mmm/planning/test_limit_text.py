"""Limits in words: what each costs, what clashes and by how much, what is set at all."""

from dataclasses import replace

import numpy as np

from core.mmm.choices import Flighting
from core.mmm.optimiser.limits import InfeasiblePlan, Limit, row
from core.mmm.planning.answers import Binding, LimitKind
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.limit_text import explain_clash, limit_sentence, settings_text
from core.mmm.planning.limit_values import ChannelLimit, GroupLimit, LinearRule, MonthLimit
from tests.core.mmm.plan_examples import LABELS, WORDING, inputs, limits


def _limit(name: str, kind: str, amount: float, of_total: bool = False) -> Limit:
    members = {"tv_S": [1.0, 0.0], "search_S": [0.0, 1.0]}.get(name, [1.0, 1.0])
    return Limit(name, kind, row(np.array(members)), amount, of_total)


def _binding(kind: LimitKind, side: str = "maximum", **changes) -> Binding:
    start = Binding("tv_S", side, False, 80_000.0, 0.5, 41_000.0, kind=kind)
    return replace(start, **changes)


def test_a_month_a_period_and_a_rule_are_called_what_they_are():
    assert limit_sentence(_binding(LimitKind.MONTH, name="January 2026"), WORDING).startswith(
        "At most €80.0k in January 2026 costs €41.0k Revenue; raising it by €1,000 would bring about €500"
    )
    assert limit_sentence(_binding(LimitKind.PERIOD), WORDING).startswith(
        "At most €80.0k a week on Television"
    )
    assert limit_sentence(_binding(LimitKind.RULE, name="TV first"), WORDING).startswith(
        "The rule “TV first” costs"
    )
    assert "on Television in North costs" in limit_sentence(_binding(LimitKind.GEO, geo="North"), WORDING)


def test_a_share_is_priced_by_the_percentage_point():
    share = _binding(
        LimitKind.GROUP, "minimum", name="Digital", limit_value=0.4, price=-50_000.0, of_total=True
    )
    assert limit_sentence(share, WORDING) == (
        "The floor of 40 % of the money on “Digital” costs €41.0k Revenue; "
        "lowering it by one percentage point would bring about €500 Revenue."
    )


def test_a_limit_nobody_typed_is_said_to_keep_near_the_data():
    near = _binding(LimitKind.PERIOD, own=False, cost=None)
    assert limit_sentence(near, WORDING).startswith("Keeping Television near the most ever spent in one week")


def test_a_clash_with_the_budget_says_how_much_is_missing():
    error = InfeasiblePlan((_limit("tv_S", "lower", 90.0), _limit("total", "total", 60.0)))
    asked = BudgetInputs(13, 60.0, (ChannelLimit("tv_S", 1.0, 90.0, 100.0),), labels=LABELS)
    assert explain_clash(error, asked, WORDING) == (
        "No plan can meet all of these: Television needs at least €90.00; the budget is €60.00. "
        "Raise the budget by €30.00, or lower the other by as much."
    )


def test_a_clash_of_caps_says_how_much_the_budget_is_too_large():
    error = InfeasiblePlan(
        (_limit("tv_S", "upper", 20.0), _limit("search_S", "upper", 30.0), _limit("total", "total", 60.0))
    )
    words = explain_clash(error, BudgetInputs(13, 60.0, limits()), WORDING)
    assert words.endswith("Lower the budget by €10.00, or raise the others by as much.")


def test_limits_that_share_channels_are_not_simply_added_up():
    error = InfeasiblePlan(
        (_limit("tv_S", "lower", 50.0), _limit("Both", "lower", 70.0), _limit("total", "total", 60.0))
    )
    asked = BudgetInputs(13, 60.0, limits(), groups=(GroupLimit("Both", ("tv_S", "search_S"), 70.0),))
    assert explain_clash(error, asked, WORDING).endswith("the budget is €60.00. Loosen one of them.")


def test_a_clash_names_groups_months_and_rules_as_typed():
    asked = BudgetInputs(
        13, 60.0, limits(), groups=(GroupLimit("Digital", ("search_S",), minimum_share=0.4),),
        months=(MonthLimit("2026-01", None, 10.0),), rules=(LinearRule("TV first", {"tv_S": 1.0}, 50.0),),
    )  # fmt: skip
    error = InfeasiblePlan(
        (_limit("Digital", "lower", 0.4, True), _limit("January 2026", "upper", 10.0),
         _limit("TV first", "lower", 50.0), _limit("tv_S per period", "upper", 5.0))
    )  # fmt: skip
    assert explain_clash(error, asked, WORDING) == (
        "No plan can meet all of these: “Digital” needs at least 40 % of the money; January 2026 may get "
        "at most €10.00; the rule “TV first” needs at least €50.00; Television may get at most €5.00 a week "
        "(near the most ever spent in one week). Loosen one of them, or let the plan find the best weeks."
    )


def test_everything_that_was_set_is_said_in_a_few_words():
    free = BudgetInputs(13, 150_000.0, limits())
    said = settings_text(inputs(), free, WORDING)
    assert said == (
        "Search at least €10.0k", "Search at most €15.0k a week", "Search pulsed, 1 of every 3 weeks",
        "“all” at least €1.00", "“Digital” 40 to 60 % of the money", "January 2026 €10.0k to €80.0k",
        "“TV twice search” at least €0", "geos differ", "Television in North €1.00k to €90.0k",
    )  # fmt: skip


def test_a_first_question_has_nothing_set():
    free = BudgetInputs(13, 150_000.0, (ChannelLimit("tv_S", 1.0, 0.0, 9.0),))
    assert settings_text(free, free, WORDING) == ()
    tested = replace(
        free, limits=(ChannelLimit("tv_S", 1.0, 0.0, 9.0, test_value=5.0),), flighting=Flighting.PULSED
    )
    assert settings_text(tested, free, WORDING) == (
        "Television nothing or at least €5.00", "pulsed, 2 of every 4 weeks",
    )  # fmt: skip
