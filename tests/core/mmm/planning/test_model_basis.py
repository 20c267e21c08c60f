"""What a fitted model tells a plan: recent money, curves over the horizon, rows that can be forecast."""

import numpy as np
import pytest

from core.mmm.planning.model_basis import assumptions, future_rows, horizon_curves, read_basis
from tests.core.mmm.samples import geo_model, robyn_model


def test_the_basis_knows_recent_spend_and_the_kpi():
    model = robyn_model()
    basis = read_basis(model)
    assert basis.periods == 13
    assert basis.recent == {name: round(value, 2) for name, value in model.recent_spend(13).items()}
    assert len(basis.actual) == len(model.dates) and basis.actual.min() > 0


def test_curves_cover_the_horizon_and_hold_their_mean():
    model = robyn_model()
    curves = horizon_curves(model, read_basis(model))
    steady = model.response_curves(120)
    assert (curves["lower"] <= curves["mean"]).all() and (curves["mean"] <= curves["upper"]).all()
    television = curves.loc[curves["channel"] == "tv_S"]
    np.testing.assert_allclose(television["mean"], 13 * steady.sel(channel="tv_S").mean("draw"))
    np.testing.assert_allclose(television["spend"], 13 * steady["spend"].values[model.channels.index("tv_S")])


@pytest.mark.parametrize("model_of", [robyn_model, geo_model])
def test_future_rows_can_be_forecast_and_more_spend_brings_more(model_of):
    model = model_of()
    basis = read_basis(model)
    usual = model.predict(future_rows(model, basis, basis.recent), draws=60)
    double = {name: 2 * value for name, value in basis.recent.items()}
    more = model.predict(future_rows(model, basis, double), draws=60)
    assert usual.sizes["date"] == basis.periods
    assert float(more.sum()) > float(usual.sum())
    last_year = basis.actual.iloc[-52:].mean()
    assert 0.5 < float(usual.sum("geo").mean()) / last_year < 2


def test_what_the_forecast_takes_for_granted_is_said():
    model = robyn_model()
    words = " ".join(assumptions(model, read_basis(model)))
    assert "prices" in words and "a year ago" in words
