import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from core.promo.pooled_curve import KNOTS, CurveDraws, rotations, segment_lengths

OWNER = np.array([0, 0, 0, 1, 1, 2])


def covariance(blocks: bool) -> np.ndarray:
    root = np.random.default_rng(1).normal(size=(6, 6))
    same = OWNER[:, None] == OWNER[None, :]
    return 0.01 * (root @ root.T + np.eye(6)) * (same if blocks else 1.0)


@pytest.mark.parametrize("most", [6, 2])
def test_rotated_events_have_the_density_of_the_joint_normal(most: int):
    known = covariance(blocks=most < 6)
    off, scatter = np.random.default_rng(2).normal(0, 0.2, 6), 0.07
    joint = rotations(OWNER, known, most)
    missed = (joint.turn * np.r_[off, 0.0][joint.place][:, :, None]).sum(axis=1)
    found = (norm.logpdf(missed, 0, np.sqrt(joint.size + scatter**2)) * joint.real).sum()
    assert found == pytest.approx(
        multivariate_normal(np.zeros(6), known + scatter**2 * np.eye(6)).logpdf(off)
    )


def test_a_curve_is_the_sum_of_its_slopes_up_to_the_discount():
    slopes = np.arange(1.0, len(KNOTS))[None, None, :]
    draws = CurveDraws(slopes, np.zeros(1), 1.0, 0)
    assert draws.at(0, 0.12)[0] == pytest.approx(0.05 * 1 + 0.05 * 2 + 0.02 * 3)
    assert segment_lengths(np.array(0.0)).sum() == 0
    assert draws.uplift[0, 0, 12] == pytest.approx(draws.at(0, 0.12)[0])
