import re

import numpy as np
import pandas as pd
import pytest

from core.mmm.results.evidence import Estimate
from core.mmm.results.insights import NO_ADVICE, NO_SPEND, Hint, budget_hints, insights_of
from tests.core.mmm import hand_made as made


def test_clear_channels_are_raised_and_lowered_and_unclear_ones_held():
    table = budget_hints(made.evidence(mroas_draws=made.mroas_draws((1.6, 3.0, 0.2)))).set_index("channel")
    assert table.loc["search_S", "hint"] == Hint.RAISE
    assert table.loc["print_S", "hint"] == Hint.LOWER
    noise = made.evidence(mroas_draws=made.mroas_draws((1.5, 1.5, 1.5), sd=1.0))
    assert set(budget_hints(noise)["hint"]) == {Hint.HOLD}


def test_a_channel_the_data_barely_spoke_about_is_tested_first():
    silent = {"tv_S": 0.8, "search_S": 0.01, "print_S": 0.5}
    table = budget_hints(made.evidence(diagnostics={"contraction": silent})).set_index("channel")
    assert table.loc["search_S", "hint"] == Hint.TEST


def written(evidence) -> str:
    return " ".join(insights_of(evidence, made.WORDING).texts)


def test_there_is_no_hint_before_convergence_or_for_a_single_channel():
    assert budget_hints(made.evidence(diagnostics={"converged": False})).empty
    assert budget_hints(made.evidence(mroas_draws=made.mroas_draws((1.4,)))).empty


def test_one_clear_winner_is_called_best_with_its_probability():
    text = written(made.evidence(mroas_draws=made.mroas_draws((3.0, 1.0, 0.5))))
    assert "works hardest in TV" in text
    assert "the best channel with over 99 % probability" in text
    assert "A small shift of money from Print to TV would raise Revenue with over 99 % probability" in text


def test_overlapping_intervals_crown_no_winner_and_advise_a_test():
    draws = made.mroas_draws((1.5, 1.51, 1.49), sd=0.8)
    text = written(made.evidence(mroas_draws=draws))
    assert "No channel is clearly the best place" in text
    assert "No shift of money between channels is safe" in text
    assert "lift test" in text
    assert "works hardest" not in text


def test_a_model_that_has_not_converged_warns_first_and_gives_no_advice():
    diagnostics = {"converged": False, "max_rhat": 1.31, "min_ess_bulk": 38.0}
    found = insights_of(made.evidence(diagnostics=diagnostics), made.WORDING)
    assert found.warning.startswith("This model has not converged (R-hat 1.31, 38 effective draws)")
    assert found.sentences[-1] == NO_ADVICE
    assert "shift of money" not in " ".join(found.texts)


def test_nothing_spent_has_no_return_and_says_so():
    nothing = made.evidence(
        mroas_draws=pd.DataFrame(), channels=made.channels((0.0, 0.0, 0.0)), totals=made.totals(spend=0)
    )
    text = written(nothing)
    assert NO_SPEND in text
    assert "nan" not in text.lower()


def test_an_effect_that_may_be_nothing_is_called_that():
    text = written(made.evidence(totals=made.totals((0.03, 0.001, 0.08))))
    assert "do not rule out that it was next to nothing" in text


def test_the_first_finding_quotes_share_amount_and_interval_in_the_projects_currency():
    first = insights_of(made.evidence(), made.WORDING).sentences[0]
    assert "26 %" in first
    assert "€1.56M of €6.00M" in first
    assert "90 % interval €1.20M to €1.98M, or 20 % to 33 %" in first


def test_a_rise_is_told_only_when_the_draws_are_sure_of_it():
    sure = written(made.evidence(share_rose=0.93))
    assert "higher than a year before with 93 % probability" in sure
    assert "a year before" not in written(made.evidence(share_rose=0.6))
    fell = written(made.evidence(share_rose=0.05))
    assert "lower than a year before with 95 % probability" in fell


def test_a_best_channel_the_data_barely_spoke_about_is_to_be_tested_first():
    silent = {"tv_S": 0.02, "search_S": 0.7, "print_S": 0.5}
    draws = made.mroas_draws((3.0, 1.0, 0.5))
    text = written(made.evidence(mroas_draws=draws, diagnostics={"contraction": silent}))
    assert "Test before moving money to TV" in text
    assert "The data barely spoke about TV" in text
    assert "would raise" not in text


def test_a_saturated_channel_is_named():
    flat = made.channels().assign(mroas=lambda frame: 0.3 * frame["roas"])
    text = written(made.evidence(channels=flat))
    assert "TV is largely saturated: its next money brings about 30 %" in text


def test_it_is_said_when_even_the_best_place_may_not_return_its_money():
    draws = made.mroas_draws((0.95, 0.6, 0.3), sd=0.1)
    text = written(made.evidence(mroas_draws=draws))
    chance = float((draws["tv_S"] > 1).mean())
    assert f"returns itself in Revenue has {chance * 100:.0f} % probability" in text


def test_a_single_channel_is_not_ranked():
    one = made.evidence(mroas_draws=made.mroas_draws((1.4,)), channels=made.channels().head(1))
    text = written(one)
    assert "TV is the only channel with spend" in text
    assert "lowest" not in text


def test_every_amount_in_the_text_comes_from_the_evidence():
    evidence = made.evidence()
    totals, odds = evidence.totals, evidence.odds()
    shares = [evidence.level, *vars(totals.media_share).values(), *odds["best"], *odds["worst"]]
    shares.append(evidence.probability_above(odds["channel"].iloc[0], odds["channel"].iloc[-1]))
    amounts = [totals.kpi, *vars(totals.media).values()]
    returns = evidence.channels.filter(like="mroas").to_numpy().ravel()
    known = {f"{v * 100:.0f}" for v in shares} | {f"{v / 1e6:.2f}" for v in amounts} | {"99", "1"}
    known |= {f"{v:.2f}" for v in returns}
    for sentence in insights_of(evidence, made.WORDING).sentences:
        text = re.sub(r"\d{1,2} [A-Z][a-z]{2} \d{4}", "", sentence).replace("per €1", "")
        for number in re.findall(r"\d+(?:\.\d+)?", text):
            assert number in known, f"{number} in {sentence!r} is in no evidence"


def test_probabilities_are_shares_of_draws():
    evidence = made.evidence(mroas_draws=pd.DataFrame({"tv_S": [1.0, 3.0], "search_S": [2.0, 2.0]}))
    odds = evidence.odds().set_index("channel")
    assert odds.loc["tv_S", "best"] == 0.5
    assert evidence.probability_above("tv_S", "search_S") == 0.5


def test_an_estimate_of_undefined_draws_does_not_exist():
    assert not Estimate.of(np.array([np.nan, 1.0]), 0.9).known
    middle = Estimate.of(np.arange(101.0), 0.9)
    assert (middle.mean, middle.lower, middle.upper) == pytest.approx((50.0, 5.0, 95.0))
