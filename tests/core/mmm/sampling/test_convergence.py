import arviz as az
import numpy as np
import pytest

from core.mmm.sampling.convergence import ess_bulk, ess_tail, r_hat


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
