"""Errors, CRPS and leave-one-out, against closed forms and the hand-written smoothing used before."""

import numpy as np
import pytest
from scipy import stats

from core.mmm.results.accuracy import crps, fit_metrics, leave_one_out, pointwise_loo, smoothed_weights

EARLIER_SHAPES = (-0.1355, 0.3163, 0.2298, 0.7893, 0.7707)


def test_crps_of_a_normal_equals_its_closed_form() -> None:
    draws = np.random.default_rng(0).normal(2, 3, (20000, 1))
    z = (5 - 2) / 3
    exact = 3 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(np.array([5.0]), draws)[0] == pytest.approx(exact, rel=0.02)


def test_a_perfect_prediction_has_no_error() -> None:
    actual = np.array([1.0, 2.0, 4.0])
    found = fit_metrics(actual, np.tile(actual, (5, 1)))
    assert found == {"r2": 1.0, "mape": 0.0, "wmape": 0.0, "crps": 0.0}


def test_smoothed_weights_and_shapes_are_those_of_earlier_releases() -> None:
    """Log ratios from harmless to hopeless tails; the shapes as the releases before arviz-stats had them."""
    generator = np.random.default_rng(4)
    ratios = generator.standard_normal((40, 900)) * np.linspace(0.1, 3.5, 40)[:, None]
    weights, shape = smoothed_weights(ratios)
    np.testing.assert_allclose(shape[::8], EARLIER_SHAPES, atol=1e-3)
    np.testing.assert_allclose(np.exp(weights).sum(axis=1), 1)
    assert shape.max() > 0.7 > shape.min()


def test_equal_ratios_stay_equal_and_are_marked_as_not_judged() -> None:
    weights, shape = smoothed_weights(np.zeros((2, 100)))
    np.testing.assert_allclose(np.exp(weights), 0.01)
    assert np.isinf(shape).all()


def test_draws_that_miss_a_case_entirely_are_marked_and_give_a_number_all_the_same() -> None:
    generator = np.random.default_rng(0)
    sd = np.abs(generator.normal(0, 0.2, (60, 1))) * np.ones((60, 40)) + 1e-4
    each, shape = pointwise_loo(generator.normal(5, 1, 40), generator.normal(0, 1, (60, 40)), sd)
    assert np.isfinite(each).all() and (shape > 0.7).all()


def test_leaving_a_case_out_agrees_with_the_exact_answer() -> None:
    """A normal mean with a flat prior and known noise: left out, y_i ~ Normal(mean of the others)."""
    generator = np.random.default_rng(0)
    actual = generator.normal(0, 1, 30)
    expected = np.repeat(generator.normal(actual.mean(), 30**-0.5, (4000, 1)), 30, axis=1)
    each, shape = pointwise_loo(actual, expected, np.ones_like(expected))
    others = (actual.sum() - actual) / 29
    variance = 1 + 1 / 29
    exact = -0.5 * (actual - others) ** 2 / variance - 0.5 * np.log(2 * np.pi * variance)
    np.testing.assert_allclose(each, exact, atol=0.02)
    assert (shape < 0.7).all()


def test_a_long_panel_is_taken_in_parts_with_the_same_answer() -> None:
    generator = np.random.default_rng(0)
    actual = generator.normal(0, 1, 1200)
    expected = generator.normal(0, 0.3, (400, 1200))
    sd = np.ones_like(expected)
    whole = leave_one_out(actual, expected, sd)
    halves = [
        leave_one_out(actual[part], expected[:, part], sd[:, part]) for part in (slice(700), slice(700, None))
    ]
    assert whole["loo"] == pytest.approx(sum(half["loo"] for half in halves))
    assert whole["loo_se"] > 0 and whole["loo_bad_share"] < 0.01
