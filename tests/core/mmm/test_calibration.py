"""Prior, density, sampler and results state one model: the truth's rank among the draws is uniform."""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from core.mmm.model.media import media_draws, media_terms
from core.mmm.model.parameters import natural_of
from tests.bench.calibration import RANKS, Plan, judged, run
from tests.bench.calibration_designs import designs, noisy
from tests.bench.calibration_truth import draw_truth
from tests.bench.ecdf_bands import band, p_value

DATA_SETS = 50


def ranks_of(shares, possible=RANKS):
    return np.minimum(np.asarray(shares) * possible, possible - 1).astype(int)


def uniform_p_values(count=100, times=400, possible=RANKS):
    generator = np.random.default_rng(1)
    return np.array([p_value(generator.integers(0, possible, count), possible) for _ in range(times)])


def test_uniform_ranks_are_called_strange_as_rarely_as_promised():
    found = uniform_p_values()
    assert stats.binomtest(int((found < 0.05).sum()), len(found), 0.05).pvalue > 0.01
    assert stats.binomtest(int((found < 0.5).sum()), len(found), 0.5).pvalue > 0.01


@pytest.mark.parametrize(
    "shares",
    [stats.beta(1.0, 1.7), stats.beta(1.7, 1.0), stats.beta(0.5, 0.5), stats.beta(2.5, 2.5)],
    ids=["too low", "too high", "intervals too narrow", "intervals too wide"],
)
def test_ranks_of_a_wrong_posterior_are_noticed(shares):
    drawn = shares.rvs((20, 100), random_state=2)
    assert np.mean([p_value(ranks_of(own), RANKS) < 0.05 for own in drawn]) > 0.8


def test_the_band_and_the_p_value_agree_on_what_lies_outside():
    generator, (low, high) = np.random.default_rng(3), band(60, 20)
    for own in generator.integers(0, 20, (300, 60)):
        counts = np.cumsum(np.bincount(own, minlength=20))[:-1]
        outside = bool(((counts < low) | (counts > high)).any())
        assert outside == (p_value(own, 20) < 0.05)


@pytest.mark.parametrize("design", designs(), ids=lambda design: design.name)
def test_media_earn_what_the_documented_equation_says(design):
    structure = design.structure
    for seed in range(5):
        truth = draw_truth(structure, np.random.default_rng(seed))
        geos = len(structure.panel.geos)
        natural = natural_of(truth.point[None], structure.layout, structure.config, geos, structure.weekly)
        found = media_terms(media_draws(structure, natural), structure.exposure)[0]
        assert found == pytest.approx(truth.media, rel=1e-8, abs=1e-6)


@cache
def short_run():
    return run(noisy(), DATA_SETS, Plan(draws=250, tune=250, enough=150))


@pytest.mark.slow
def test_truths_drawn_from_the_prior_rank_uniformly_among_the_draws_of_the_fit():
    found = judged(short_run())
    assert len(found) == 26
    assert found.p.min() * len(found) > 0.05


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_intervals_hold_the_truth_as_often_as_they_say(level):
    tail = round(RANKS * (1 - level) / 2)
    ranks = np.array([one.ranks.to_numpy() for one in short_run()])
    held = ((ranks >= tail) & (ranks < RANKS - tail)).mean(axis=1)
    assert abs(held.mean() - level) < 3 * held.std() / np.sqrt(len(held))


@pytest.mark.slow
def test_every_fit_of_the_short_run_converged():
    assert min(one.ess for one in short_run()) > Plan.least
