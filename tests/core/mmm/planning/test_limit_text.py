"""Limits in words: what each costs, what clashes and by how much, what is set at all."""

from dataclasses import replace

import numpy as np

from core.mmm.choices import Flighting
from core.mmm.optimiser.limit import Limit, LimitKind
from core.mmm.optimiser.linear_limits import InfeasiblePlan, LimitRow, one_row
from core.mmm.planning.answers import Binding
from core.mmm.planning.budget_inputs import BudgetInputs, ChannelSettings
from core.mmm.planning.limit_text import explain_clash, limit_sentence, limits_in_force, settings_text
from tests.core.mmm.plan_examples import LABELS, WORDING, budget_answer, inputs, limits


def _row(limit: Limit, side: str) -> LimitRow:
    weights = [1.0 if not limit.channels or name in limit.channels else 0.0 for name in LABELS]
    return LimitRow(limit, side, one_row(np.array(weights)))


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
    error = InfeasiblePlan(
        (_row(Limit.channel("tv_S", 90.0, None), "lower"), _row(Limit.total(60.0), "total"))
    )
    asked = BudgetInputs(13, 60.0, (ChannelSettings("tv_S", 1.0, 90.0, 100.0),), labels=LABELS)
    assert explain_clash(error, asked, WORDING) == (
        "No plan can meet all of these: Television needs at least €90.00; the budget is €60.00. "
        "Raise the budget by €30.00, or lower the other by as much."
    )


def test_a_clash_of_caps_says_how_much_the_budget_is_too_large():
    error = InfeasiblePlan(
        (
            _row(Limit.channel("tv_S", None, 20.0), "upper"),
            _row(Limit.channel("search_S", None, 30.0), "upper"),
            _row(Limit.total(60.0), "total"),
        )
    )
    words = explain_clash(error, BudgetInputs(13, 60.0, limits()), WORDING)
    assert words.endswith("Lower the budget by €10.00, or raise the others by as much.")


def test_limits_that_share_channels_are_not_simply_added_up():
    error = InfeasiblePlan(
        (
            _row(Limit.channel("tv_S", 50.0, None), "lower"),
            _row(Limit.group("Both", LABELS, 70.0), "lower"),
            _row(Limit.total(60.0), "total"),
        )
    )
    asked = BudgetInputs(13, 60.0, limits(), groups=(Limit.group("Both", ("tv_S", "search_S"), 70.0),))
    assert explain_clash(error, asked, WORDING).endswith("the budget is €60.00. Loosen one of them.")


def test_a_clash_names_groups_months_and_rules_as_typed():
    asked = BudgetInputs(
        13, 60.0, limits(), groups=(Limit.group("Digital", ("search_S",), 0.4, of_total=True),),
        months=(Limit.month("2026-01", None, 10.0),), rules=(Limit.linear("TV first", {"tv_S": 1.0}, 50.0),),
    )  # fmt: skip
    error = InfeasiblePlan(
        (
            _row(Limit.group("Digital", ["search_S"], 0.4, of_total=True), "lower"),
            _row(Limit.month("2026-01", None, 10.0), "upper"),
            _row(Limit.linear("TV first", {"tv_S": 1.0}, 50.0), "lower"),
            _row(Limit.period("tv_S", None, 5.0), "upper"),
        )
    )
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
    free = BudgetInputs(13, 150_000.0, (ChannelSettings("tv_S", 1.0, 0.0, 9.0),))
    assert settings_text(free, free, WORDING) == ()
    tested = replace(
        free, limits=(ChannelSettings("tv_S", 1.0, 0.0, 9.0, test_value=5.0),), flighting=Flighting.PULSED
    )
    assert settings_text(tested, free, WORDING) == (
        "Television nothing or at least €5.00", "pulsed, 2 of every 4 weeks",
    )  # fmt: skip


def test_the_price_of_a_cap_per_week_is_not_that_of_the_channels_whole():
    capped = replace(inputs().limits[0], period_maximum_value=9_000.0)
    asked = replace(inputs(), limits=(capped, *inputs().limits[1:]))
    weekly = Binding("tv_S", "maximum", False, 9_000.0, 0.3, kind=LimitKind.PERIOD)
    answer = replace(budget_answer(), bindings=(*budget_answer().bindings, weekly))
    rows = [row for row in limits_in_force(asked, answer, WORDING) if row.name == "Television"]
    assert [(row.note, row.price) for row in rows] == [("", 0.5), ("in any one week", 0.3)]
