"""Coordinates in which the posterior is nearly round."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from core.mmm.model.structure import Structure, packed, structure_of
from core.mmm.sampling.callbacks import evaluate, evaluate_moved, sampling_buffer
from core.mmm.sampling.mode import Mode, find_mode
from core.mmm.sampling.precondition import (
    Coordinates,
    coordinates_at,
    coordinates_from,
    mismatch,
    plain_coordinates,
)
from tests.core.mmm.samples import ROBYN, robyn


@cache
def national() -> Structure:
    return structure_of(robyn(), ROBYN)


@cache
def mode() -> Mode:
    return find_mode(national())


@cache
def curved() -> Coordinates:
    return coordinates_at(mode())


def test_the_density_in_coordinates_is_that_of_the_parameters():
    own, size = packed(national()), national().layout.size
    buffer = sampling_buffer(own, curved().centre, curved().root)
    z, by_z, by_x = np.random.default_rng(0).normal(size=size), np.empty(size), np.empty(size)
    moved, plain = np.empty(1), np.empty(1)
    assert evaluate_moved(z, by_z, moved, buffer) == 0
    assert evaluate(curved().outward(z), by_x, plain, own) == 0
    assert moved[0] == pytest.approx(plain[0], rel=1e-12)
    assert np.allclose(by_z, curved().root.T @ by_x)


def test_inward_undoes_outward():
    z = np.random.default_rng(1).normal(size=national().layout.size)
    for way in (curved(), plain_coordinates(national())):
        assert np.allclose(way.inward(way.outward(z)), z)


def test_a_posterior_with_long_tails_counts_as_crooked():
    wide = Mode(mode().point, mode().log_density, mode().precision / 9, True, 1)
    assert mismatch(national(), curved()) < 5 < mismatch(national(), coordinates_at(wide))


def test_coordinates_from_a_posterior_make_it_round():
    spread = np.array([[4.0, 1.9], [1.9, 1.0]])
    way = coordinates_from(np.array([1.0, -1.0]), spread)
    points = way.outward(np.random.default_rng(3).standard_normal((50_000, 2)))
    assert np.allclose(np.cov(points, rowvar=False), spread, atol=0.1)
    assert np.allclose(points.mean(axis=0), [1, -1], atol=0.05)


def test_chains_begin_apart():
    start, posterior = plain_coordinates(national()).centre, np.sqrt(np.diag(mode().covariance()))
    starts = [curved().begin(start, np.random.default_rng(seed)) for seed in range(40)]
    spread = np.array([curved().outward(z) for z in starts]).std(axis=0)
    assert np.median(spread / posterior) > 1.2
