import arviz as az
import numpy as np
import pytest

from core.mmm.sampling.convergence import ess_bulk, ess_tail, r_hat

# What chains() gave before arviz-stats did the arithmetic.
OLD = {
    "r_hat": [1.00322378833, 1.08350824017, 1.14521758327, 0.998553543186],
    "ess_bulk": [1668.1048668, 84.3190651062, 19.4360990749, 5126.59197225],
    "ess_tail": [1607.03621149, 174.275568311, 38.2614429856, 1464.45019506],
}


def chains(seed=0, draws=400):
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(4, draws, 4))
    for t in range(1, draws):
        points[:, t, 1] = 0.9 * points[:, t - 1, 1] + 0.3 * points[:, t, 1]
        points[:, t, 3] = -0.6 * points[:, t - 1, 3] + points[:, t, 3]
    points[:, :, 2] = np.exp(2 * points[:, :, 2]) + np.arange(4)[:, None]
    return points


@pytest.mark.parametrize("draws", [400, 151])
def test_r_hat_and_effective_sizes_agree_with_arviz(draws):
    points = chains(draws=draws)
    labelled = az.convert_to_dataset({"p": points})
    np.testing.assert_allclose(r_hat(points), az.rhat(labelled).p, rtol=1e-6)
    np.testing.assert_allclose(ess_bulk(points), az.ess(labelled, method="bulk").p, rtol=1e-3)
    np.testing.assert_allclose(ess_tail(points), az.ess(labelled, method="tail").p, rtol=1e-2)


def test_chains_that_disagree_are_found():
    points = chains()
    points[0, :, 0] += 3
    assert r_hat(points)[0] > 1.2


def test_the_numbers_are_those_of_the_former_arithmetic():
    points = chains()
    np.testing.assert_allclose(r_hat(points), OLD["r_hat"], rtol=1e-9)
    np.testing.assert_allclose(ess_bulk(points), OLD["ess_bulk"], rtol=1e-9)
    np.testing.assert_allclose(ess_tail(points), OLD["ess_tail"], rtol=1e-9)


def test_a_chain_that_never_moved_has_neither_r_hat_nor_effective_draws():
    still = np.ones((4, 100, 2))
    assert np.isnan([r_hat(still), ess_bulk(still), ess_tail(still)]).all()


def test_a_single_chain_is_compared_with_itself():
    drifting = np.linspace(0, 1, 400)[None, :, None] + chains()[:1, :, :1] * 0.1
    assert np.isfinite(r_hat(chains()[:1])).all() and r_hat(drifting)[0] > 1.5
