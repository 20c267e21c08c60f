import numpy as np
import pytest
from arviz import psislw
from numpy.typing import NDArray

from core.mmm.results.loo import leave_one_out, pointwise
from core.mmm.results.psis import smoothed_weights

Floats = NDArray[np.float64]


@pytest.fixture
def ratios() -> Floats:
    """Log ratios (case, draw) from harmless to hopeless tails."""
    generator = np.random.default_rng(4)
    return generator.standard_normal((40, 1000)) * np.linspace(0.1, 3.5, 40)[:, None]


def test_smoothed_weights_and_shapes_are_those_of_the_reference(ratios: Floats) -> None:
    weights, shape = smoothed_weights(ratios.copy())
    expected, known = psislw(ratios.copy())
    np.testing.assert_allclose(shape, known, atol=1e-9)
    np.testing.assert_allclose(weights, expected, atol=1e-9)
    assert shape.max() > 0.7 > shape.min()


def test_equal_ratios_stay_equal_and_are_marked_as_not_judged() -> None:
    weights, shape = smoothed_weights(np.zeros((2, 100)))
    np.testing.assert_allclose(np.exp(weights), 0.01)
    assert np.isinf(shape).all()


def test_draws_that_miss_a_case_entirely_are_marked_and_give_a_number_all_the_same() -> None:
    generator = np.random.default_rng(0)
    sd = np.abs(generator.normal(0, 0.2, (60, 1))) * np.ones((60, 40)) + 1e-4
    each, shape = pointwise(generator.normal(5, 1, 40), generator.normal(0, 1, (60, 40)), sd)
    assert np.isfinite(each).all() and (shape > 0.7).all()


def test_leaving_a_case_out_agrees_with_the_exact_answer() -> None:
    """A normal mean with a flat prior and known noise: left out, y_i ~ Normal(mean of the others)."""
    generator = np.random.default_rng(0)
    actual = generator.normal(0, 1, 30)
    expected = np.repeat(generator.normal(actual.mean(), 30**-0.5, (4000, 1)), 30, axis=1)
    each, _ = pointwise(actual, expected, np.ones_like(expected))
    others = (actual.sum() - actual) / 29
    variance = 1 + 1 / 29
    exact = -0.5 * (actual - others) ** 2 / variance - 0.5 * np.log(2 * np.pi * variance)
    np.testing.assert_allclose(each, exact, atol=0.02)


def test_a_long_panel_is_taken_in_parts_with_the_same_answer() -> None:
    generator = np.random.default_rng(0)
    actual = generator.normal(0, 1, 6000)
    expected = generator.normal(0, 0.3, (400, 6000))
    sd = np.ones_like(expected)
    whole = leave_one_out(actual, expected, sd)
    halves = [
        leave_one_out(actual[part], expected[:, part], sd[:, part])
        for part in (slice(2900), slice(2900, None))
    ]
    assert whole["loo"] == pytest.approx(sum(half["loo"] for half in halves))
    assert whole["loo_se"] > 0 and whole["loo_bad_share"] < 0.01
