"""A known model on newer data."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from core.mmm import FittedMMM, fit
from core.mmm.fitted import load_model
from core.mmm.model.kernel import SPREAD
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import structure_of
from core.mmm.sampling.initialisation import approach_to
from core.mmm.sampling.precondition import CoordinateOrigin
from core.mmm.sampling.previous_fit import PreviousFit, Trusted, earlier_of
from tests.core.mmm.samples import MERIDIAN, ROBYN, meridian, prior_model, robyn, robyn_model

EFFORT = {"draws": 300, "tune": 400, "chains": 2, "seed": 6}


@cache
def before() -> FittedMMM:
    return fit(robyn().iloc[:-8], ROBYN, **EFFORT)


@cache
def after() -> FittedMMM:
    return fit(robyn(), before().config, warm=before(), **EFFORT)


def test_the_earlier_posterior_leads_with_little_tuning():
    told = after().diagnostics["sampler"]
    assert (told["preconditioner"], told["warm_start"], told["tune"]) == ("earlier posterior", True, 300)
    assert (told["engine"], told["draws"], told["target_accept"]) == ("kernel", 300, 0.85)
    assert not before().diagnostics["sampler"]["warm_start"]


def test_a_refit_gives_the_posterior_of_a_fit_from_scratch():
    cold, warm = (model.trace.reshape(-1, 25) for model in (robyn_model(), after()))
    assert after().diagnostics["max_rhat"] < 1.05
    apart = np.abs(warm.mean(axis=0) - cold.mean(axis=0)) / cold.std(axis=0)
    assert apart.max() < 0.35
    assert np.allclose(warm.std(axis=0) / cold.std(axis=0), 1, atol=0.3)


def test_a_channel_that_is_new_starts_at_its_prior():
    fewer = replace(ROBYN, channel_columns=ROBYN.channel_columns[:-1])
    small = fit(robyn(), fewer, **EFFORT)
    whole = structure_of(robyn(), ROBYN)
    way = earlier_of(small).coordinates(whole)
    assert way is not None and way.origin == CoordinateOrigin.EARLIER
    known = whole.layout.names.index("share[tv_S]")
    new = whole.layout.names.index("share[search_S]")
    spread = way.root @ way.root.T
    assert way.centre[known] == pytest.approx(small.trace[..., 0].mean())
    assert spread[known, new] == pytest.approx(0, abs=1e-9)
    assert spread[new, new] > 1


def test_a_model_of_other_things_leads_nothing():
    structure = structure_of(robyn(), ROBYN)
    assert earlier_of(before()).coordinates(structure, Trusted(share=1.01)) is None
    hasty = prior_model(robyn(), ROBYN)
    assert earlier_of(hasty).coordinates(structure) is None
    cold = fit(robyn(), hasty.config, warm=hasty, draws=60, tune=60, chains=2)
    assert not cold.diagnostics["sampler"]["warm_start"]


def test_an_earlier_posterior_of_other_data_leads_nothing():
    changed = robyn().assign(revenue=lambda frame: frame["revenue"] * np.where(frame.index > 180, 1.6, 1.0))
    approach = approach_to(structure_of(changed, ROBYN), earlier_of(before()))
    assert not approach.warm


def test_what_moved_is_kept_with_the_model(tmp_path):
    after().save(tmp_path)
    kept = load_model(tmp_path).diagnostics
    assert kept["stability"]["new_periods"] == 8
    assert kept["sampler"]["warm_start"] is True


@pytest.mark.parametrize(("known", "asked"), [(3, 4), (4, 3)])
def test_a_panel_that_gains_or_loses_a_geo_is_still_led_by_what_is_known(known, asked):
    rows, every = meridian(), sorted(meridian().geo.unique())

    def of(geos):
        return structure_of(rows[rows.geo.isin(every[:geos])], MERIDIAN)

    layout, wanted = of(known).layout, of(asked)
    centred = replace(wanted, layout=replace(wanted.layout, centring=np.ones_like(wanted.layout.centring)))
    points = draw_prior(layout, 2000, np.random.default_rng(0))
    way = PreviousFit(layout, points, True).coordinates(centred)
    assert way is not None and way.origin == CoordinateOrigin.EARLIER
    # Effects of a geo that both know are those of the earlier draws, times the spread that was divided out.
    place, channels = wanted.layout.geo_place, len(layout.tilt)
    spread = np.exp(points[:, layout.places[SPREAD]])
    effects = points[:, layout.geo_place : layout.geo_place + channels] * spread
    assert np.allclose(way.centre[place : place + channels], effects.mean(axis=0))
