"""How a posterior is walked, and that the walk never changes the answer."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from core.mmm import MMMConfig
from core.mmm.model.structure import Structure, structure_of
from core.mmm.sampling.convergence import ess_bulk
from core.mmm.sampling.initialisation import approach_to
from core.mmm.sampling.nuts import SamplerSettings, sample
from core.mmm.sampling.parametrisation import recentred
from core.mmm.sampling.precondition import CoordinateOrigin, Reach
from tests.core.mmm.samples import MERIDIAN, ROBYN, meridian, robyn

FEW = SamplerSettings(draws=400, tune=300, chains=2, seed=4)


@cache
def national() -> Structure:
    return structure_of(robyn(), ROBYN)


@cache
def telling(without_tv: int = 0) -> Structure:
    """Eight geos with hardly any noise, whose effects differ: the data know every one of them, but for TV in
    the first `without_tv` geos, where it never ran."""
    rng = np.random.default_rng(5)
    rows = []
    for g in range(8):
        tv, radio = (rng.gamma(1.5, 1.0, 80) * (rng.uniform(size=80) < 0.6) for _ in range(2))
        own, tv = np.exp(rng.normal(0, 0.5, 2)), tv * (g >= without_tv)
        sales = 10 + 4 * own[0] * tv / (1 + tv) + 2 * own[1] * radio / (1 + radio) + rng.normal(0, 0.1, 80)
        days = pd.date_range("2023-01-02", periods=80, freq="7D")
        rows.append(pd.DataFrame({"date": days, "geo": f"g{g}", "tv": tv, "radio": radio, "y": sales}))
    config = MMMConfig("date", "y", ["tv", "radio"], geo_column="geo", use_geo=True)
    return structure_of(pd.concat(rows), config)


def test_a_national_posterior_is_walked_along_its_curvature():
    approach = approach_to(national())
    assert approach.facts == {"preconditioner": "curvature", "warm_start": False, "centred": []}


def test_effects_that_the_data_know_are_centred():
    assert approach_to(telling()).facts["centred"] == ["tv", "radio"]
    assert approach_to(structure_of(meridian(), MERIDIAN)).facts["centred"] == []


def test_effects_of_a_channel_are_centred_only_in_geos_where_it_ran():
    layout = approach_to(telling(without_tv=2)).structure.layout
    assert layout.centring[:, 0].tolist() == [0, 0, 1, 1, 1, 1, 1, 1]
    assert layout.centring[:, 1].all()


def test_too_many_parameters_are_walked_as_they_are():
    approach = approach_to(national(), reach=Reach(parameters=5))
    assert approach.coordinates.origin == CoordinateOrigin.NONE


def test_centring_and_back_changes_nothing():
    structure, centred = telling(), approach_to(telling()).structure
    points = np.random.default_rng(0).normal(size=(3, 4, structure.layout.size))
    there = recentred(points, structure.layout, centred.layout)
    assert not np.allclose(there, points)
    assert np.allclose(recentred(there, centred.layout, structure.layout), points)


def _compare(structure: Structure, monkeypatch) -> None:
    walked = sample(structure, FEW, None, 1)
    assert walked.facts["preconditioner"] == "curvature"
    plain = approach_to(structure, reach=Reach(parameters=1))
    monkeypatch.setattr("core.mmm.sampling.nuts.approach_to", lambda *_: plain)
    slow = sample(structure, SamplerSettings(draws=1000, tune=600, chains=2, seed=5), None, 1)
    one, two = (trace.points.reshape(-1, structure.layout.size) for trace in (walked, slow))
    known = np.minimum(ess_bulk(walked.points), ess_bulk(slow.points))
    error = np.abs(one.mean(axis=0) - two.mean(axis=0)) / np.hypot(one.std(axis=0), two.std(axis=0))
    assert (error * np.sqrt(known)).max() < 5
    assert np.median(np.abs(np.log(one.std(axis=0) / two.std(axis=0)))) < 0.1


def test_the_walk_does_not_change_a_national_posterior(monkeypatch):
    _compare(national(), monkeypatch)


def test_the_walk_does_not_change_a_posterior_with_centred_effects(monkeypatch):
    _compare(telling(), monkeypatch)
