import numpy as np
import pytest

from core.mmm import ChannelPrior, DatasetProblem, LiftTest, Priors
from core.mmm.model.density import log_posterior
from core.mmm.model.structure import packed, structure_of
from core.mmm.quick_fit.structure import structure_again
from core.mmm.sampling.mode import start_point
from tests.core.mmm.samples import plain, weekly

FRAME = weekly()
BELIEFS = (
    {"priors": Priors(media_share_mean=0.2, media_share_sd=0.05, noise_sd=0.1)},
    {"priors": Priors(channels={"zeta": ChannelPrior(retention_mean=0.6, retention_sd=0.1)})},
    {"adstock": "delayed", "saturation": "logistic"},
    {"lift_tests": [LiftTest("zeta", "2023-03-06", "2023-04-03", 500.0, 50.0)]},
)
OTHERS = (
    {"priors": Priors(control_sd=0.05)},
    {"season_pairs": 1},
    {"max_lag": 4},
    {"holdout": 8},
    {"outliers": "keep"},
    {"control_columns": []},
)


def density(structure):
    """The log posterior and its gradient at a plausible point: whatever a structure says is in them."""
    point = start_point(structure)
    gradient = np.empty_like(point)
    return np.r_[log_posterior(point, gradient, packed(structure)), gradient]


@pytest.mark.parametrize("changes", BELIEFS)
def test_other_beliefs_about_media_need_no_second_look_at_the_data(changes):
    known, config = structure_of(FRAME, plain()), plain(**changes)
    made = structure_again(None, config, known)
    assert made.panel is known.panel and made.config == config
    assert density(made) == pytest.approx(density(structure_of(FRAME, config)), rel=1e-9)


@pytest.mark.parametrize("changes", OTHERS)
def test_anything_else_is_read_again(changes):
    config = plain(**changes)
    made = structure_again(FRAME, config, structure_of(FRAME, plain()))
    assert density(made) == pytest.approx(density(structure_of(FRAME, config)), rel=1e-9)


def test_a_lift_test_at_fault_is_named_without_reading_the_data_again():
    late = LiftTest("zeta", "2031-01-05", "2031-02-02", 500.0, 50.0)
    with pytest.raises(DatasetProblem, match="2031"):
        structure_again(None, plain(lift_tests=[late]), structure_of(FRAME, plain()))
