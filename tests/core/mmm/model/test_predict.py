import numpy as np
import pandas as pd
import pytest

from core.mmm import DatasetProblem, fit
from core.mmm.model.structure import structure_of
from tests.core.mmm.samples import geo_model, plain, prior_model, robyn, robyn_model, weekly


def future(model, frame, config, rows=8):
    dates = pd.date_range(model.dates[-1], periods=rows + 1, freq="7D")[1:]
    return frame.tail(rows).drop(columns=config.target_column).assign(**{config.date_column: dates})


def test_past_rows_are_met_by_their_prediction():
    model = robyn_model()
    draws = model.predict(robyn())
    assert draws.dims == ("draw", "geo", "date") and draws.sizes["date"] == 208
    error = np.abs(draws.mean("draw").values[0] - robyn().revenue).mean() / robyn().revenue.mean()
    assert error < 0.04


def test_the_future_follows_the_data_with_growing_doubt():
    model = robyn_model()
    draws = model.predict(future(model, robyn(), model.config, 40), draws=400)
    spread = draws.std("draw").values[0]
    assert draws.date[0] == model.dates[-1] + pd.Timedelta(days=7)
    assert spread[-4:].mean() > 1.5 * spread[:4].mean()


def test_carry_over_reaches_into_the_future():
    config = plain(max_lag=8)
    model = prior_model(weekly(), config)
    rows = future(model, weekly(), config, 3).assign(zeta=0.0, alpha=0.0)
    media_free = prior_model(weekly(), config)
    left = model.predict(rows).values - baseline_and_noise(media_free, rows)
    assert (left > 0).all()
    exposure = model.structure.exposure
    for s in (0, 17):
        weights = model.posterior.media.weights[s]
        carried = sum(weights[0, lag] * exposure[0, 0, -lag] for lag in range(1, 8))
        half, slope = model.posterior.media.half[s, 0], model.posterior.media.slope[s, 0]
        zeta = model.posterior.media.beta[s, 0, 0] / (1 + (carried / half) ** -slope)
        assert zeta <= left[s, 0, 0] + 1e-9


def baseline_and_noise(model, rows):
    """The same prediction with the effect of media switched off."""
    media = model.posterior.media
    media.beta[:] = 0
    return model.predict(rows).values


def test_a_gap_missing_columns_and_empty_controls_are_named():
    model = robyn_model()
    rows = future(model, robyn(), model.config)
    with pytest.raises(DatasetProblem, match="follow the data without a gap"):
        model.predict(rows.iloc[1:])
    with pytest.raises(DatasetProblem, match="Column 'tv_S' is not in the data"):
        model.predict(rows.drop(columns="tv_S"))
    with pytest.raises(DatasetProblem, match="'competitor_sales_B' has no number in 8 rows"):
        model.predict(rows.assign(competitor_sales_B=np.nan))


def test_geo_frames_need_every_geo():
    model = geo_model()
    rows = pd.read_csv("tests/data/mmm/meridian_five_geos.csv")
    assert model.predict(rows, draws=10).shape == (10, 5, 156)
    with pytest.raises(DatasetProblem, match="one row for each of the geos"):
        model.predict(rows[rows.geo != "Geo3"])


def test_a_trend_continues_with_its_last_slope():
    weeks = np.arange(160)
    frame = weekly(160, sales=1000 + 3.0 * weeks + np.random.default_rng(0).normal(0, 5, 160))
    structure = structure_of(frame, plain(control_columns=[]))
    assert len(structure.recipe.knots) >= 4
    model = fit(frame, structure.config, draws=200, tune=300, chains=2)
    rows = future(model, frame, model.config, 26).assign(zeta=0.0, alpha=0.0)
    mean = model.predict(rows, draws=400).mean("draw").values[0]
    assert mean[-1] - mean[8] == pytest.approx(3.0 * 17, rel=0.6)
