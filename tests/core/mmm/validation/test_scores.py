import numpy as np
import pytest

from core.data.calendar import Granularity
from core.json_values import from_json, to_json
from core.mmm.results.accuracy import fit_metrics
from core.mmm.validation.scores import Naive, Scores, naive_forecast, score

ACTUAL = np.random.default_rng(1).normal(100, 10, (2, 300))
DRAWS = np.random.default_rng(2).normal(100, 10, (500, 2, 300))


def test_last_year_is_repeated_and_its_errors_lie_evenly_around() -> None:
    past = np.random.default_rng(0).normal(100, 10, (2, 120))
    kind, draws = naive_forecast(past, 8, Granularity.WEEKLY)
    assert kind is Naive.LAST_YEAR and draws.shape[1:] == (2, 8)
    np.testing.assert_allclose(draws.mean(axis=0), past[:, 68:76])
    typical = np.sqrt(((past[:, 52:] - past[:, :-52]) ** 2).mean())
    assert draws.std(axis=0).mean() == pytest.approx(typical, rel=0.1)


def test_what_really_repeats_is_forecast_without_an_error() -> None:
    wave = np.sin(2 * np.pi * np.arange(160) / 52)[None] + 5
    _, draws = naive_forecast(wave[:, :120], 40, Granularity.WEEKLY)
    np.testing.assert_allclose(draws, np.broadcast_to(wave[:, 120:], draws.shape), atol=1e-9)


def test_a_horizon_beyond_the_season_repeats_it_again() -> None:
    past = np.arange(30.0)[None]
    kind, draws = naive_forecast(past, 14, Granularity.MONTHLY)
    assert kind is Naive.LAST_YEAR
    np.testing.assert_allclose(draws.mean(axis=0)[0], [*range(18, 30), 18, 19])


@pytest.mark.parametrize(
    ("frequency", "periods", "kind"),
    [(Granularity.DAILY, 200, Naive.LAST_WEEK), (Granularity.WEEKLY, 59, Naive.LAST_VALUE)],
)
def test_where_a_year_is_not_known_something_nearer_is_repeated(
    frequency: Granularity, periods: int, kind: Naive
) -> None:
    past = np.random.default_rng(0).normal(100, 10, (1, periods))
    found, draws = naive_forecast(past, 8, frequency)
    assert found is kind
    first = past[0, -1] if kind is Naive.LAST_VALUE else past[0, -7]
    assert draws.mean(axis=0)[0, 0] == pytest.approx(first)


def test_repeating_the_last_value_grows_more_uncertain_with_time() -> None:
    past = np.random.default_rng(0).normal(0, 1, (1, 50)).cumsum(axis=1)
    _, draws = naive_forecast(past, 8, Granularity.WEEKLY)
    assert draws.std(axis=0)[0, -1] > 1.5 * draws.std(axis=0)[0, 0]


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
    assert to_json(total) == pytest.approx(to_json(whole))
    assert from_json(Scores, to_json(total)) == total


def test_what_does_not_vary_has_no_share_explained() -> None:
    assert np.isnan(score(np.full((1, 5), 3.0), np.full((10, 1, 5), 3.0)).r2)
