"""Scenarios and goals in words: what changes, what it brings, what cannot be reached."""

from dataclasses import replace

from core.mmm.planning.answers import DriverOutcome
from core.mmm.planning.goal_seek import GoalAnswer, GoalQuestion
from core.mmm.planning.plan_text import driver_sentence, goal_seek_sentence, number, scenario_sentence
from core.mmm.planning.whatif_inputs import ALL_GEOS, WhatIfInputs
from core.mmm.results.evidence import Estimate
from tests.core.mmm.plan_examples import WORDING, whatif_answer

INPUTS = WhatIfInputs(("2026-01-05",), {ALL_GEOS: {"search_S": (60_000.0,)}})
FOUND = GoalAnswer(
    GoalQuestion(5e6, "search_S"), True, False, 60_000.0, 50_000.0, 225_000.0, False,
    Estimate(5.01e6, 4.5e6, 5.5e6), 0.52, INPUTS,
)  # fmt: skip


def test_certainty_is_never_claimed():
    assert scenario_sentence(whatif_answer(), WORDING).endswith("beats recent spend is over 99 %.")


def test_a_scenario_says_how_much_more_it_spends():
    text = scenario_sentence(whatif_answer(), WORDING)
    assert text.startswith("€10.0k more than recent spend: +€5.00k Revenue")


def test_the_same_money_at_other_times_is_a_change_of_its_own():
    text = scenario_sentence(whatif_answer(moved=0.0), WORDING)
    assert text.startswith("At the same money as recently: +€5.00k Revenue")


def test_an_untouched_scenario_invites_to_change_something():
    untouched = replace(whatif_answer(moved=0.0), difference=Estimate(0.0, 0.0, 0.0))
    assert "Move a slider" in scenario_sentence(untouched, WORDING)


def test_changed_drivers_are_named_with_what_they_add():
    answer = replace(
        whatif_answer(), drivers=(DriverOutcome("price", Estimate(-900.0, -1500.0, -200.0), True),)
    )
    text = driver_sentence(answer, WORDING)
    assert text.startswith("Of the difference, price: -€900") and "beyond any value in the data" in text
    assert driver_sentence(whatif_answer(), WORDING) == ""


def test_a_goal_names_the_money_the_kpi_there_and_the_odds():
    assert goal_seek_sentence(FOUND, WORDING) == (
        "Search: €60.0k (+€10.0k) reaches €5.00M Revenue on average. "
        "Expected there: €5.01M (90 %: €4.50M to €5.50M). The probability of reaching the target is 52 %."
    )


def test_a_goal_out_of_reach_names_the_most_there_is():
    question = replace(FOUND.question, certainty=0.8, channel=None)
    text = goal_seek_sentence(replace(FOUND, question=question, reached=False), WORDING)
    assert text.startswith(
        "All channels together: €5.00M Revenue cannot be reached with 80 % certainty with up to"
    )
    assert "The most is €5.01M" in text


def test_a_goal_that_comes_by_itself_needs_no_money():
    assert "without spending anything" in goal_seek_sentence(
        replace(FOUND, free=True, spend_value=0.0), WORDING
    )


def test_values_are_written_short():
    assert number(9.98765) == "9.988" and number(7536661.2) == "7,536,661"
