import numpy as np
import pytest

from core.mmm.results.accuracy import fit_metrics
from core.mmm.validation.scores import Scores, score

ACTUAL = np.random.default_rng(1).normal(100, 10, (2, 300))
DRAWS = np.random.default_rng(2).normal(100, 10, (500, 2, 300))


def test_the_figures_are_those_of_a_fit() -> None:
    found, known = score(ACTUAL, DRAWS), fit_metrics(ACTUAL.ravel(), DRAWS.reshape(500, -1))
    for name in ("crps", "wmape", "r2"):
        assert getattr(found, name) == pytest.approx(known[name])


def test_an_honest_forecast_holds_nine_in_ten() -> None:
    assert score(ACTUAL, DRAWS).coverage == pytest.approx(0.9, abs=0.03)
    assert score(ACTUAL, 100 + 0.1 * (DRAWS - 100)).coverage < 0.3


def test_slices_add_up_to_the_score_of_all_cases() -> None:
    parts = [score(ACTUAL[:, at : at + 100], DRAWS[..., at : at + 100]) for at in (0, 100, 200)]
    total = parts[0] + parts[1] + parts[2]
    whole = score(ACTUAL, DRAWS)
    assert total.to_json() == pytest.approx(whole.to_json())
    assert Scores.from_json(total.to_json()) == total


def test_what_does_not_vary_has_no_share_explained() -> None:
    assert np.isnan(score(np.full((1, 5), 3.0), np.full((10, 1, 5), 3.0)).r2)
