import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.mmm import simulate
from core.mmm.model.media import media_terms
from tests.core.mmm.samples import geo_model, plain, prior_model, robyn, robyn_model, weekly


def schedule(model, periods=6, money=50.0):
    return pd.DataFrame(money, index=range(periods), columns=list(model.channels))


def test_a_schedule_continues_the_data_as_if_it_had_been_in_it():
    frame = weekly()
    model = prior_model(frame, plain())
    plan = schedule(model)
    plan["alpha"] = np.arange(6) * 10.0
    found = simulate(model, plan, draws=60)
    raw = np.concatenate([frame[["zeta", "alpha"]].to_numpy(), plan.to_numpy(), np.zeros((7, 2))])
    exposure = np.ascontiguousarray((raw / model.structure.scales.exposure[0]).T[:, None, :])
    slow = media_terms(model.posterior.media, exposure, 60)[:, 0].sum(axis=-1)
    np.testing.assert_allclose(found, slow, rtol=1e-10)
    assert found.dims == ("draw", "period") and found.sizes["period"] == 6 + 7
    assert found.in_window.sum() == 6
    assert pd.Timestamp(found.date.values[0]) == model.dates[-1] + pd.Timedelta(days=7)


def test_geos_keep_their_shares_and_exposure_its_price():
    model = geo_model()
    year = model.structure.panel.spend[:, -52:, :5]
    steady = pd.DataFrame(np.tile(year.sum(axis=(0, 1)) / 52, (30, 1)), columns=list(model.channels))
    late = simulate(model, steady, draws=50).isel(period=25)
    curves = model.response_curves(points=3)
    assert late.mean("draw") > 0 and curves.sizes["channel"] == 5


def test_channels_left_out_spend_nothing_but_the_past_still_works():
    model = robyn_model()
    nothing = simulate(model, pd.DataFrame(index=range(4)), draws=50)
    only_tv = simulate(model, pd.DataFrame({"tv_S": [1e4] * 4}), draws=50)
    assert (nothing >= 0).all() and nothing.isel(period=0).mean() > 0
    assert only_tv.isel(period=0).mean() > nothing.isel(period=0).mean()


def test_controls_add_the_baseline_of_those_periods():
    model = robyn_model()
    dates = pd.date_range(model.dates[-1], periods=7, freq="7D")[1:]
    controls = robyn().tail(6)[["competitor_sales_B", "events"]].assign(DATE=dates)
    found = simulate(model, schedule(model), controls=controls, draws=50)
    base = found.baseline.mean("draw").values
    assert np.isnan(base[6:]).all()
    assert base[:6].mean() == pytest.approx(robyn().revenue.mean(), rel=0.3)


def test_every_fault_of_a_schedule_is_named():
    model = robyn_model()
    wrong = schedule(model).rename(columns={"tv_S": "television"}).astype(object)
    wrong.loc[2, "ooh_S"] = -1.0
    with pytest.raises(UserError) as caught:
        simulate(model, wrong)
    assert len(caught.value.faults) == 2
