from core.mmm.results.hints import Hint, budget_hints
from tests.core.mmm import hand_made as made


def test_clear_channels_are_raised_and_lowered_and_unclear_ones_held():
    table = budget_hints(made.evidence(mroas_draws=made.mroas_draws((1.6, 3.0, 0.2)))).set_index("channel")
    assert table.loc["search_S", "hint"] == Hint.RAISE
    assert table.loc["print_S", "hint"] == Hint.LOWER
    noise = made.evidence(mroas_draws=made.mroas_draws((1.5, 1.5, 1.5), sd=1.0))
    assert set(budget_hints(noise)["hint"]) == {Hint.HOLD}


def test_a_channel_the_data_barely_spoke_about_is_tested_first():
    silent = {"tv_S": 0.8, "search_S": 0.01, "print_S": 0.5}
    table = budget_hints(made.evidence(contraction=silent)).set_index("channel")
    assert table.loc["search_S", "hint"] == Hint.TEST


def test_there_is_no_hint_before_convergence_or_for_a_single_channel():
    assert budget_hints(made.evidence(converged=False)).empty
    assert budget_hints(made.evidence(mroas_draws=made.mroas_draws((1.4,)))).empty
