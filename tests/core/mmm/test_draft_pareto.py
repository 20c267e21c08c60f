import numpy as np
import pytest

from core.mmm.draft_pareto import fit_pareto, smoothed_weights


@pytest.mark.parametrize("freedom", [30, 5, 2])
def test_weights_and_shape_are_those_of_arviz(freedom):
    from arviz import psislw

    ratios = np.random.default_rng(freedom).standard_t(freedom, 1000)
    weights, k = smoothed_weights(ratios)
    wanted, shape = psislw(ratios)
    assert k == pytest.approx(float(shape), abs=0.02)
    assert weights == pytest.approx(np.exp(wanted), rel=0.05, abs=1e-6)
    assert weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("shape", [0.2, 0.6, 1.0])
def test_the_shape_of_a_pareto_tail_is_found(shape):
    tail = np.sort((np.random.default_rng(1).uniform(size=4000) ** -shape - 1) / shape)
    found, scale = fit_pareto(tail)
    assert found == pytest.approx(shape, abs=0.07)
    assert scale == pytest.approx(1.0, abs=0.1)


def test_equal_ratios_are_excellent_and_draws_outside_get_no_weight():
    weights, k = smoothed_weights(np.r_[np.zeros(100), np.full(20, -np.inf)])
    assert k <= 0.5
    assert weights[:100] == pytest.approx(0.01) and not weights[100:].any()


def test_too_few_draws_inside_the_target_are_not_judged():
    weights, k = smoothed_weights(np.r_[np.zeros(3), np.full(97, -np.inf)])
    assert k == np.inf and weights.sum() == pytest.approx(1.0)
