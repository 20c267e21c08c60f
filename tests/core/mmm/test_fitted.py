from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.mmm import Cancelled, FittedMMM, fit
from tests.core.mmm.samples import MERIDIAN, ROBYN, geo_model, plain, prior_model, robyn, robyn_model, weekly

SUMMARY = [
    "spend", "contribution", "contribution_lower", "contribution_upper", "share", "roas", "roas_lower",
    "roas_upper", "mroas", "mroas_lower", "mroas_upper",
]  # fmt: skip


def test_a_short_fit_converges_and_reports_itself():
    found = robyn_model().diagnostics
    assert found["max_rhat"] < 1.03 and found["min_ess_bulk"] > 200 and found["divergences"] == 0
    assert found["converged"] and found["r2"] > 0.9 and found["wmape"] < 0.05
    assert found["seconds"] >= found["seconds_compile"] >= 0
    assert set(found["contraction"]) == set(ROBYN.channels)


def test_five_geos_converge_too():
    found = geo_model().diagnostics
    assert found["max_rhat"] < 1.05 and found["divergences"] == 0 and found["converged"]


def test_parts_add_up_to_the_fitted_kpi():
    for model in (robyn_model(), geo_model()):
        fitted = model.fitted().fitted
        parts = model.decomposition().groupby("date").value.sum()
        np.testing.assert_allclose(parts, fitted, rtol=0.02)
        assert np.abs(fitted - model.structure.panel.kpi.sum(axis=0)).mean() < 0.2 * fitted.mean()


def test_the_band_of_the_fit_holds_about_its_share_of_the_data():
    frame = robyn_model().fitted(level=0.9)
    inside = (frame.actual >= frame.fitted_lower) & (frame.actual <= frame.fitted_upper)
    assert 0.8 <= inside.mean() <= 1


def test_the_channel_summary_has_the_columns_of_the_contract_in_the_configured_order():
    table = robyn_model().channel_summary()
    assert list(table.channel) == list(ROBYN.channels)
    assert set(SUMMARY) | {"decay", "half_life"} <= set(table.columns)
    paid = table.iloc[:5]
    np.testing.assert_allclose(paid.spend, robyn()[list(ROBYN.channel_columns)].sum())
    np.testing.assert_allclose(paid.roas, paid.contribution / paid.spend, rtol=1e-9)
    np.testing.assert_allclose(table.share, table.contribution / robyn().revenue.sum())
    assert (table.contribution_lower <= table.contribution).all()
    assert np.isnan(table.roas.iloc[5]) and table.spend.iloc[5] == 0


def test_the_summary_of_all_dates_equals_the_sum_of_contributions():
    model = robyn_model()
    summed = model.contributions(model.posterior.draws).sum(["geo", "date"]).mean("draw")
    np.testing.assert_allclose(model.channel_summary().contribution, summed, rtol=1e-9)


def test_date_ranges_cut_the_summary_and_add_up():
    model = robyn_model()
    first = model.channel_summary(end="2017-12-31").contribution
    second = model.channel_summary(start="2018-01-01").contribution
    np.testing.assert_allclose(first + second, model.channel_summary().contribution, rtol=1e-9)
    with pytest.raises(UserError, match="No period of the data"):
        model.channel_summary(start="2031-01-01")


def test_roas_of_a_window_counts_only_what_its_own_spend_earned_in_it():
    model = prior_model(weekly(), plain())
    start, end = model.dates[20], model.dates[29]
    row = model.channel_summary(start=start, end=end).set_index("channel").loc["zeta"]
    frame = weekly().drop(columns="sales")
    off = frame.assign(zeta=frame.zeta.where((model.dates < start) | (model.dates > end), 0.0))
    exact = model.contributions(60).sel(channel="zeta").sum("geo")
    other = prior_counterfactual(model, off)
    inside = (exact - other).mean("draw").sel(date=slice(start, end)).sum().item()
    after = (exact - other).mean("draw").sel(date=slice(model.dates[30], None)).sum().item()
    assert row.roas * row.spend == pytest.approx(inside, rel=1e-9)
    assert row.carried_out == pytest.approx(after, rel=1e-9)


def prior_counterfactual(model, frame):
    """Contribution of zeta had the media been those of `frame`, its level unchanged."""
    import xarray as xr

    from core.mmm.model.media import media_terms
    from core.mmm.model.structure import scaled_exposure

    raw = frame[["zeta", "alpha"]].to_numpy(dtype=float)[None]
    panel = replace(model.structure.panel, exposure=raw)
    values = media_terms(model.posterior.media, scaled_exposure(panel, model.structure.scales))[:, 0, :, 0]
    return xr.DataArray(values, dims=("draw", "date"), coords={"date": model.dates})


def test_geo_rows_add_up_to_the_channel_rows():
    model = geo_model()
    by_geo = model.geo_summary().groupby("channel", sort=False)[["spend", "contribution"]].sum()
    whole = model.channel_summary().set_index("channel")[["spend", "contribution"]]
    pd.testing.assert_frame_equal(by_geo, whole, rtol=1e-9)
    assert set(SUMMARY) <= set(model.geo_summary().columns)


def test_value_turns_contributions_into_money_for_roas():
    table = geo_model().channel_summary().iloc[:5]
    assert (table.roas < 0.1 * table.contribution / table.spend).all()


def test_response_curves_start_at_nothing_and_rise():
    curves = robyn_model().response_curves(points=20)
    assert curves.dims == ("draw", "channel", "point") and curves.spend.shape == (5, 20)
    assert (curves.isel(point=0) == 0).all()
    assert (np.diff(curves.values, axis=-1) >= 0).all()


def test_a_curve_at_the_mean_of_a_steady_channel_is_its_contribution_per_period():
    frame = weekly(zeta=80.0)
    model = prior_model(frame, plain())
    curve = model.response_curves(points=4)  # 0, 0.5, 1 and 1.5 times the largest spend
    late = model.contributions(60).sel(channel="zeta").isel(date=slice(20, None), geo=0).mean("date")
    np.testing.assert_allclose(curve.sel(channel="zeta").isel(point=2), late, rtol=1e-9)


def test_carry_over_shares_add_up_to_one():
    weights = robyn_model().carry_over()
    np.testing.assert_allclose(weights.groupby("channel")["mean"].sum(), 1.0)
    assert (weights.lower <= weights["upper"]).all()


def test_spend_by_date_and_the_most_recent_of_it():
    model = geo_model()
    spend = [MERIDIAN.spend_columns[name] for name in MERIDIAN.channel_columns]
    assert model.frame.shape == (156, 5)
    assert model.recent_spend(156).sum() == pytest.approx(model.structure.panel.spend.sum())
    assert model.channels == MERIDIAN.channel_columns and len(spend) == 5 and model.frequency == "weekly"


def test_a_fit_is_the_same_again_for_the_same_seed():
    again = fit(robyn(), ROBYN, draws=300, tune=500, chains=4, seed=3)
    np.testing.assert_array_equal(again.trace, robyn_model().trace)


def test_progress_reports_stages_in_order_and_can_cancel():
    seen = []
    fit(weekly(), plain(), draws=60, tune=60, chains=1, progress=lambda *report: seen.append(report))
    stages = list(dict.fromkeys(stage for stage, *_ in seen))
    assert stages[:2] == ["prepare", "compile"] and stages[-2:] == ["sample", "summarise"]
    assert seen[-2][1:3] == (120, 120)

    def stop(stage, done, total, divergences):
        return stage in ("prepare", "compile")

    with pytest.raises(Cancelled):
        fit(robyn(), ROBYN, draws=2000, tune=2000, chains=4, progress=stop)


def test_too_much_effort_is_refused():
    with pytest.raises(UserError) as caught:
        fit(weekly(), plain(), draws=10**6, chains=0)
    assert len(caught.value.faults) == 2


def test_a_model_saved_and_loaded_gives_the_same_answers(tmp_path):
    import arviz as az

    for model in (robyn_model(), geo_model()):
        model.save(tmp_path)
        again = FittedMMM.load(tmp_path)
        pd.testing.assert_frame_equal(again.channel_summary(), model.channel_summary())
        np.testing.assert_allclose(again.baseline(20), model.baseline(20))
        np.testing.assert_allclose(again.contributions(20), model.contributions(20))
        assert again.diagnostics == model.diagnostics and again.config == model.config
        posterior = az.from_netcdf(tmp_path / "posterior.nc").posterior
        assert set(posterior.share.dims) == {"chain", "draw", "channel"}
        assert not list(tmp_path.glob("*.p*kl"))


def test_an_incomplete_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"posterior\.nc, data\.parquet, model\.json missing"):
        FittedMMM.load(tmp_path)
