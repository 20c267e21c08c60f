import numpy as np

from core.mmm.model.structure import packed, structure_of
from core.mmm.quick_fit.hamiltonian import Stride, walk
from core.mmm.quick_fit.proposal import draw_start, find_proposal
from core.mmm.quick_fit.settings import QuickFitSettings
from tests.core.mmm.samples import plain, weekly

STRUCTURE = structure_of(weekly(), plain())
BUFFER = packed(STRUCTURE)


def walked(seed=0, **stride):
    generator = np.random.default_rng(seed)
    proposal = find_proposal(STRUCTURE, 3, generator)
    start = draw_start(proposal, BUFFER, 32, 400, generator)
    return walk(
        start, proposal, BUFFER, QuickFitSettings(settling=10, kept=20), generator, Stride(**stride)
    ), start


def test_small_steps_keep_the_energy_so_that_nearly_every_move_is_accepted():
    small, _ = walked(first_step=0.02, longest_step=0.02)
    assert small.acceptance > 0.995
    assert small.gradients > 30 * 32 * 50


def test_no_walker_ever_leaves_what_is_possible():
    for seed in range(4):
        found, _ = walked(seed)
        assert np.isfinite(found.points).all() and np.abs(found.points).max() < 50


def test_the_walk_leaves_its_start_alone_and_moves_every_walker():
    found, start = walked()
    assert np.isfinite(start.points).all()
    assert (found.points.std(axis=1).max(axis=1) > 0.05).all()
