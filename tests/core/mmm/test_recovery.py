"""Data made with a known truth: the fit finds it, and its intervals hold it."""

import numpy as np
import pytest

from core.mmm import ChannelPrior, LiftTest, MMMConfig, Priors, fit
from core.mmm.model.curves import Adstock, Saturation
from core.mmm.model.transforms import adstock, adstock_weights, saturation
from tests.core.mmm.samples import plain, recovery, weekly


def recovered(**changes):
    data, truth, media = recovery()
    fields = {
        "date_column": "date",
        "target_column": "y",
        "channel_columns": media,
        "control_columns": ["c1", "c2"],
    }
    return fit(data, MMMConfig(**(fields | changes)), draws=400, tune=500, chains=2), truth


def test_contributions_of_the_public_benchmark_are_recovered():
    model, truth = recovered()
    found = model.contributions(400).sum("geo")
    error = np.abs(found.mean("draw").values - truth.to_numpy()).sum() / truth.to_numpy().sum()
    assert error < 0.15
    lower, upper = found.sum("date").quantile([0.05, 0.95], dim="draw").values
    inside = (truth.sum() >= lower) & (truth.sum() <= upper)
    assert inside.mean() >= 0.75
    assert model.diagnostics["divergences"] == 0 and model.diagnostics["min_ess_bulk"] > 200


def made(kind=Adstock.GEOMETRIC, shape=Saturation.HILL, weeks=120, seed=7):
    """Weekly sales of a baseline of 1000 and one strong channel whose true contribution is returned."""
    generator = np.random.default_rng(seed)
    media = generator.gamma(1.5, 40, weeks) * (generator.uniform(size=weeks) < 0.6)
    weights = (
        adstock_weights(kind, 0.6, 2.0, 8) if kind != Adstock.WEIBULL else adstock_weights(kind, 1.5, 2.0, 8)
    )
    carried = adstock(media / media[media > 0].mean(), weights)
    truth = 500 * saturation(shape, carried, 0.8, 1.5)
    season = 60 * np.sin(2 * np.pi * np.arange(weeks) / 52.18)
    sales = 1000 + season + truth + generator.normal(0, 25, weeks)
    return weekly(weeks, sales=sales, zeta=media), truth, weights


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("geometric", "logistic"), ("delayed", "hill"), ("weibull", "michaelis_menten")],
)
def test_every_shape_is_recovered_by_its_own_model(kind, shape):
    frame, truth, weights = made(Adstock(kind), Saturation(shape))
    model = fit(
        frame, plain(adstock={"zeta": kind}, saturation={"zeta": shape}), draws=300, tune=400, chains=2
    )
    row = model.channel_summary().set_index("channel").loc["zeta"]
    assert row.contribution == pytest.approx(truth.sum(), rel=0.2)
    mean = model.carry_over().query("channel == 'zeta'")["mean"].to_numpy()
    assert np.abs(mean - weights).max() < 0.2
    assert model.diagnostics["divergences"] == 0


def test_a_lift_test_pulls_the_channel_to_what_it_measured():
    frame, truth, _ = made()
    start, stop = 60, 68
    dates = frame.date.iloc[[start, stop - 1]].tolist()
    without = fit(frame, plain(), draws=300, tune=400, chains=2)
    test = LiftTest("zeta", dates[0], dates[1], 0.5 * truth[start:stop].sum(), 0.02 * truth[start:stop].sum())
    tested = fit(frame, plain(lift_tests=[test]), draws=300, tune=400, chains=2)

    def window(model):
        return model.channel_summary(start=dates[0], end=dates[1]).set_index("channel").loc["zeta"]

    assert abs(window(tested).roas * window(tested).spend - test.lift) < 0.3 * abs(
        window(without).roas * window(without).spend - test.lift
    )


def test_a_roas_prior_is_honoured_where_the_data_are_silent():
    frame = weekly(80)
    prior = Priors(channels={"zeta": ChannelPrior(roas_mean=0.05, roas_sd=0.005)})
    row = fit(frame, plain(priors=prior), draws=200, tune=300, chains=2).channel_summary().iloc[0]
    assert row.roas == pytest.approx(0.05, rel=0.15)


def test_intervals_of_the_forecast_hold_most_of_what_was_held_out():
    frame, _, _ = made(weeks=130)
    model = fit(frame, plain(holdout=13), draws=300, tune=400, chains=2)
    held = model.diagnostics["holdout"]
    assert held["periods"] == 13 and held["wmape"] < 0.08
    late = model.fitted(start=model.dates[-13])
    inside = (late.actual >= late.fitted_lower) & (late.actual <= late.fitted_upper)
    assert inside.mean() >= 0.7


@pytest.mark.parametrize(("frequency", "periods"), [("D", 400), ("MS", 48)])
def test_daily_and_monthly_data_are_fitted_too(frequency, periods):
    import pandas as pd

    frame = weekly(periods, date=pd.date_range("2020-01-01", periods=periods, freq=frequency))
    model = fit(frame, plain(), draws=100, tune=200, chains=2)
    assert model.structure.lags == {"D": 56, "MS": 3}[frequency]
    assert model.diagnostics["divergences"] == 0 and np.isfinite(model.channel_summary().contribution).all()
