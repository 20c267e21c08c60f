from core.mmm.results.verdict import Trust, verdict

FINE = {"converged": True, "max_rhat": 1.0, "min_ess_bulk": 900.0, "divergences": 0, "wmape": 0.06}


def test_a_sound_fit_is_good_without_reasons():
    found = verdict(FINE, {"tv": 0.7})
    assert found.trust is Trust.GOOD
    assert not found.reasons
    assert found.sentence.startswith("Good")


def test_chains_that_disagree_make_it_untrustworthy_whatever_else_is_fine():
    found = verdict({**FINE, "converged": False, "max_rhat": 1.2, "min_ess_bulk": 30}, {"tv": 0.01})
    assert found.trust is Trust.NONE
    assert "R-hat 1.200" in found.reasons[0].what
    assert found.reasons[0].cure


def test_each_weakness_asks_for_care_and_says_what_to_do():
    weak = {
        "divergences": 3,
        "wmape": 0.3,
        "max_rhat": 1.03,
        "negative_baseline_probability": 0.2,
        "holdout": {"wmape": 0.5},
        "confounded": [{"first": "TV", "second": "baseline", "correlation": -0.8}],
    }
    for name, value in weak.items():
        found = verdict({**FINE, name: value})
        assert found.trust is Trust.CARE, name
        assert all(reason.cure for reason in found.reasons)
    assert "TV" in verdict(FINE, {"TV": 0.02}).reasons[0].what


def test_a_baseline_that_is_probably_negative_is_not_to_be_trusted():
    assert verdict({**FINE, "negative_baseline_probability": 0.7}).trust is Trust.NONE


def test_a_channel_like_the_baseline_is_not_called_a_pair():
    pair = {"first": "TV", "second": "baseline", "correlation": -0.8}
    (reason,) = verdict({**FINE, "confounded": [pair]}).reasons
    assert reason.what == "what TV did is hard to tell from what would have come anyway."
