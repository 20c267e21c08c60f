import numpy as np
import pytest

from core.errors import UserError
from core.mmm.model.structure import packed, structure_of
from core.mmm.quick_fit.proposal import (
    Approximation,
    Proposal,
    _mixture_density,
    _tempered,
    draw_start,
    find_proposal,
)
from tests.core.mmm.samples import plain, recovery, weekly


def benchmark():
    data, _, media = recovery()
    return structure_of(data, plain(target_column="y", channel_columns=media, control_columns=["c1", "c2"]))


def test_every_search_ends_at_the_one_mode_of_a_simple_model():
    structure = benchmark()
    proposal = find_proposal(structure, 4, np.random.default_rng(0))
    assert proposal.centres.shape == (1, structure.layout.size) and proposal.weights.sum() == 1.0


def test_the_mixture_s_density_is_that_of_its_multivariate_t():
    from scipy.stats import multivariate_t

    generator, own = np.random.default_rng(0), Approximation()
    factors = np.array([np.linalg.qr(generator.normal(size=(3, 3)))[0] * s for s in (0.5, 1.0)])
    proposal = Proposal(generator.normal(size=(2, 3)), factors, np.array([0.25, 0.75]), 0)
    points = generator.normal(size=(5, 3))
    parts = [
        weight * multivariate_t(centre, own.widened**2 * factor @ factor.T, own.freedom).pdf(points)
        for centre, factor, weight in zip(proposal.centres, factors, proposal.weights, strict=True)
    ]
    difference = _mixture_density(points, proposal, own) - np.log(np.sum(parts, axis=0))
    assert difference == pytest.approx(difference[0])


def test_walkers_start_at_different_points_of_the_posterior():
    structure = benchmark()
    generator = np.random.default_rng(0)
    proposal = find_proposal(structure, 1, generator)
    start = draw_start(proposal, packed(structure), 32, 1000, generator)
    assert len(np.unique(start.points, axis=0)) == 32 and np.isfinite(start.points).all()
    assert start.pareto_k < 1.0 and start.ess > 20


def test_uneven_weights_are_evened_out_until_enough_of_them_count():
    weights = np.random.default_rng(0).pareto(0.5, 400)
    even = _tempered(np.log(weights), 64)
    assert 1 / (even**2).sum() == pytest.approx(64, rel=0.02)
    assert (np.argsort(even) == np.argsort(weights)).all()


def test_an_approximation_outside_of_what_is_possible_is_refused():
    structure = structure_of(weekly(), plain())
    size = structure.layout.size
    far = Proposal(np.full((1, size), 1e6), np.eye(size)[None], np.ones(1), 0)
    with pytest.raises(UserError, match="No draft"):
        draw_start(far, packed(structure), 16, 100, np.random.default_rng(0))
