"""The posterior mode, and the curvature there."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from core.mmm.model.structure import Structure, packed, structure_of
from core.mmm.sampling.callbacks import evaluate
from core.mmm.sampling.mode import Mode, ModeSearch, find_mode, start_point
from tests.core.mmm.samples import MERIDIAN, ROBYN, meridian, robyn


@cache
def national() -> tuple[Structure, Mode]:
    structure = structure_of(robyn(), ROBYN)
    return structure, find_mode(structure)


@cache
def by_geo() -> tuple[Structure, Mode]:
    structure = structure_of(meridian(), MERIDIAN)
    return structure, find_mode(structure)


@pytest.mark.parametrize("case", [national, by_geo])
def test_no_step_away_from_the_mode_is_more_likely(case):
    structure, mode = case()
    buffer, gradient, out = packed(structure), np.empty(structure.layout.size), np.empty(1)
    assert mode.found
    evaluate(mode.point, gradient, out, buffer)
    assert out[0] == pytest.approx(mode.log_density)
    for away in np.random.default_rng(1).normal(0, 0.1, (50, structure.layout.size)):
        evaluate(mode.point + away, gradient, out, buffer)
        assert out[0] < mode.log_density


@pytest.mark.parametrize("case", [national, by_geo])
def test_the_precision_tells_how_the_density_falls(case):
    structure, mode = case()
    buffer, gradient, out = packed(structure), np.empty(structure.layout.size), np.empty(1)
    values, vectors = mode.spectrum()
    for value, direction in list(zip(values, vectors.T, strict=True))[::7]:
        step = 0.02 / np.sqrt(value) * direction
        fall = []
        for sign in (1, -1):
            evaluate(mode.point + sign * step, gradient, out, buffer)
            fall.append(mode.log_density - out[0])
        assert np.mean(fall) == pytest.approx(0.5 * 0.02**2, rel=0.05)


def test_the_search_ends_at_the_same_point_from_elsewhere():
    structure, mode = national()
    other = find_mode(structure, start_point(structure) + 0.3)
    assert np.allclose(other.point, mode.point, atol=0.01)


def test_draws_around_the_mode_have_its_covariance():
    _, mode = national()
    draws = mode.draw(40_000, np.random.default_rng(2))
    sd = np.sqrt(np.diag(mode.covariance()))
    assert np.allclose(draws.std(axis=0) / sd, 1, atol=0.03)
    assert np.allclose((draws.mean(axis=0) - mode.point) / sd, 0, atol=0.03)


def test_a_ridge_without_curvature_is_bounded():
    flat = Mode(np.zeros(2), 0.0, np.array([[-3.0, 0.0], [0.0, 4.0]]), True, 1)
    assert np.allclose(flat.covariance(ModeSearch(least=0.5)), np.diag([2.0, 0.25]))
