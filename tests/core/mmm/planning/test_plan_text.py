"""Sentences about plans: display names, signs, intervals, and no claim of certainty."""

from dataclasses import replace

from core.mmm.choices import Goal
from core.mmm.planning.answers import Binding
from core.mmm.planning.limit_text import limit_sentence
from core.mmm.planning.plan_text import extrapolation_sentence, goal_sentence, horizon_text, plan_sentence
from tests.core.mmm.plan_examples import WORDING, budget_answer, inputs, outcome


def test_the_answer_says_what_to_move_and_what_it_brings():
    assert plan_sentence(budget_answer(), WORDING) == (
        "Move €40.0k from Television to Search: +€25.0k Revenue (90 % interval: +€12.5k to +€37.5k). "
        "The probability that it beats today’s split is 97 %."
    )


def test_a_plan_that_moves_nothing_says_so():
    assert plan_sentence(budget_answer(moved=0.0), WORDING).startswith("Keep today’s split")


def test_a_plan_that_only_adds_money_says_where():
    answer = replace(
        budget_answer(), channels=(outcome("tv_S", 1.0, 1.0), outcome("search_S", 1.0, 30_001.0))
    )
    assert plan_sentence(answer, WORDING).startswith("Spend €30.0k more on Search: ")


def test_many_channels_are_counted_instead_of_listed():
    channels = (*(outcome(f"c{i}", 10_000.0, 0.0) for i in range(5)), outcome("tv_S", 0.0, 50_000.0))
    text = plan_sentence(replace(budget_answer(), channels=channels), WORDING)
    assert text.startswith("Move €50.0k from c0, c1 and 3 others to Television")


def test_a_floor_says_what_it_costs():
    text = limit_sentence(budget_answer().bindings[0], WORDING)
    assert text == (
        "The floor of €60.0k on Television costs €41.0k Revenue; "
        "lowering it by €1,000 would bring about €500 Revenue."
    )


def test_the_budget_says_what_more_money_would_bring():
    text = limit_sentence(Binding("total", "total", False, 150_000.0, 1.7), WORDING)
    assert text == "Another €10,000 of budget would bring about €17.0k Revenue."


def test_a_group_keeps_the_name_it_was_given():
    assert "on “tv_S” costs" in limit_sentence(Binding("tv_S", "maximum", True, 10.0, 0.1, 3.0), WORDING)


def test_spend_beyond_the_data_is_called_a_guess():
    text = extrapolation_sentence([outcome("tv_S", 1.0, 200_000.0)], WORDING, 13)
    assert text.startswith("Beyond what was ever spent in 13 weeks: Television (€200k; at most €150k)")
    assert extrapolation_sentence([outcome("tv_S", 1.0, 2.0)], WORDING, 13) is None


def test_the_question_is_repeated_in_words():
    assert goal_sentence(inputs(), WORDING) == (
        "Cheapest way to cause €1.00M Revenue; the average of the worst 20 % of outcomes counts."
    )
    assert goal_sentence(replace(inputs(), goal=Goal.PROFIT), WORDING).startswith(
        "Most profit at a margin of 30 %"
    )


def test_a_horizon_is_written_as_dates():
    assert horizon_text("2026-01-04", "2026-03-29", 13, "week") == "4 Jan 2026 to 29 Mar 2026, 13 weeks"
