import numpy as np
import pytest
from scipy.stats import weibull_min

from core.mmm.model.curves import SATURATION_CODES, Adstock, Saturation
from core.mmm.model.transforms import adstock, adstock_weights, answer, saturation

SERIES = np.random.default_rng(1).gamma(1.0, 2.0, 40) * (np.arange(40) % 5 > 0)
CASES = [(Adstock.GEOMETRIC, 0.6, 1.0), (Adstock.DELAYED, 0.7, 2.3), (Adstock.WEIBULL, 1.7, 3.1)]


def brute_weights(kind, first, second, lags):
    lag = np.arange(lags)
    raw = {
        Adstock.GEOMETRIC: lambda: first**lag,
        Adstock.DELAYED: lambda: first ** ((lag - second) ** 2),
        Adstock.WEIBULL: lambda: weibull_min.pdf(lag + 1, first, scale=second),
    }[kind]()
    if kind == Adstock.WEIBULL:
        raw = raw - raw.min()
    return raw / raw.sum()


@pytest.mark.parametrize(("kind", "first", "second"), CASES)
def test_weights_are_the_textbook_ones_and_sum_to_one(kind, first, second):
    found = adstock_weights(kind, first, second, 9)
    np.testing.assert_allclose(found, brute_weights(kind, first, second, 9), atol=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("kind", "first", "second"), CASES)
def test_adstock_equals_a_double_loop(kind, first, second):
    weights = brute_weights(kind, first, second, 9)
    slow = [sum(weights[lag] * SERIES[t - lag] for lag in range(9) if t >= lag) for t in range(len(SERIES))]
    np.testing.assert_allclose(adstock(SERIES, adstock_weights(kind, first, second, 9)), slow, atol=1e-10)


def test_without_decay_nothing_is_carried_over():
    np.testing.assert_array_equal(adstock(SERIES, adstock_weights(Adstock.GEOMETRIC, 0.0, 1.0, 8)), SERIES)


def test_a_window_longer_than_the_series_is_no_fault():
    weights = adstock_weights(Adstock.GEOMETRIC, 0.9, 1.0, 60)
    slow = [weights[: t + 1] @ SERIES[t::-1] for t in range(len(SERIES))]
    np.testing.assert_allclose(adstock(SERIES, weights), slow, atol=1e-10)


@pytest.mark.parametrize("kind", Saturation)
@pytest.mark.parametrize(("shape", "first", "second"), CASES)
def test_reach_is_carried_over_after_frequency_has_saturated(kind, shape, first, second):
    weights, often = brute_weights(shape, first, second, 9), 1 + SERIES[::-1]
    worth = [SERIES[t] * saturation(kind, often, 2.2, 1.7)[t] for t in range(len(SERIES))]
    slow = [sum(weights[lag] * worth[t - lag] for lag in range(9) if t >= lag) for t in range(len(SERIES))]
    found, spare = np.empty(len(SERIES)), np.empty((2, len(SERIES)))
    answer(SATURATION_CODES[kind], True, SERIES, often, weights, 2.2, 1.7, spare[0], found, spare[1])
    np.testing.assert_allclose(found, slow, atol=1e-10)
    nobody = np.zeros(len(SERIES))
    answer(SATURATION_CODES[kind], True, nobody, often, weights, 2.2, 1.7, spare[0], found, spare[1])
    np.testing.assert_array_equal(found, nobody)


def test_no_exposure_gives_exactly_nothing():
    nothing = adstock(np.zeros(12), adstock_weights(Adstock.WEIBULL, 1.5, 2.0, 8))
    for kind in Saturation:
        np.testing.assert_array_equal(saturation(kind, nothing, 0.7, 0.8), np.zeros(12))


@pytest.mark.parametrize(
    ("kind", "textbook"),
    [
        (Saturation.HILL, lambda a, h, s: a**s / (a**s + h**s)),
        (
            Saturation.LOGISTIC,
            lambda a, h, s: (1 - np.exp(-np.log(3) / h * a)) / (1 + np.exp(-np.log(3) / h * a)),
        ),
        (Saturation.MICHAELIS_MENTEN, lambda a, h, s: a / (a + h)),
        (Saturation.NONE, lambda a, h, s: a),
    ],
)
def test_saturation_equals_its_formula(kind, textbook):
    np.testing.assert_allclose(saturation(kind, SERIES, 1.3, 1.6), textbook(SERIES, 1.3, 1.6), atol=1e-12)


@pytest.mark.parametrize("kind", [Saturation.HILL, Saturation.LOGISTIC, Saturation.MICHAELIS_MENTEN])
def test_half_the_effect_comes_at_half_saturation(kind):
    assert saturation(kind, np.array([2.5]), 2.5, 1.9)[0] == pytest.approx(0.5, abs=1e-12)
