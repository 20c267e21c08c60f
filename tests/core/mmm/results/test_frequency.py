"""Channels with reach and frequency in everything a model answers, against what `predict` says."""

import numpy as np
import pandas as pd
import pytest

from core.mmm import BudgetProblem, FittedMMM, optimize, simulate
from core.mmm.model.media import media_terms
from core.mmm.model.transforms import saturation
from core.mmm.optimiser.horizon import horizon_of, kpi_by_variable
from core.mmm.planning.effects import plan_effects
from tests.core.mmm.samples import plain, prior_model, video, weekly, with_video

GEOS = {"geo_column": "geo", "use_geo": True, "population_column": "people"}


def two_geos():
    frames = [
        weekly(60, seed, **video(60, seed + 11)).assign(geo=geo, people=people)
        for seed, (geo, people) in enumerate([("north", 1e6), ("south", 3e5)])
    ]
    return pd.concat(frames, ignore_index=True)


def geo_model(**changes):
    return prior_model(two_geos(), with_video(**(GEOS | changes)), draws=40)


def future(frame, periods):
    """Rows after the data without any media."""
    last = pd.Timestamp(frame.date.max())
    dates = pd.date_range(last, periods=periods + 1, freq="7D")[1:].strftime("%Y-%m-%d")
    rows = [own.tail(periods).assign(date=dates) for _, own in frame.groupby("geo")]
    return pd.concat(rows, ignore_index=True).assign(reach=0.0, often=0.0, zeta=0.0, cost=0.0)


def caused(model, rows):
    """(draw, period) what predict says that the media of `rows` cause, all geos together."""
    nothing = rows.assign(reach=0.0, often=0.0, zeta=0.0)
    both = [model.predict(own, draws=40).sum("geo").values for own in (rows, nothing)]
    return both[0] - both[1]


def rows_of(frame, schedule):
    """Future rows in which a schedule of money bought reach at last year's price, shares and frequency."""
    rows, year = future(frame, len(schedule)), frame[frame.date > "2023-02-26"]
    for geo, own in year.groupby("geo"):
        here = rows.geo == geo
        rows.loc[here, "reach"] = schedule["video"].to_numpy() * own.reach.sum() / year.cost.sum()
        rows.loc[here, "often"] = (own.reach * own.often).sum() / own.reach.sum()
        rows.loc[here, "zeta"] = schedule["zeta"].to_numpy() * own.zeta.sum() / year.zeta.sum()
    return rows


SCHEDULE = pd.DataFrame({"video": [100.0, 0.0, 250.0, 80.0], "zeta": [0.0, 90.0, 40.0, 200.0]})


def test_what_if_says_the_same_as_predict():
    model = geo_model()
    gap = simulate(model, SCHEDULE, draws=40) - simulate(model, SCHEDULE * 0, draws=40)
    slow = caused(model, rows_of(two_geos(), SCHEDULE))
    np.testing.assert_allclose(gap.values[:, :4], slow, rtol=1e-8)
    effects = (
        plan_effects(model, SCHEDULE, draws=40).by_period
        - plan_effects(model, SCHEDULE * 0, draws=40).by_period
    )
    np.testing.assert_allclose(effects, slow, rtol=1e-8)


def test_past_reach_still_works_after_the_data():
    model = geo_model()
    left = simulate(model, SCHEDULE.iloc[:3] * 0, draws=40).values[:, :3]
    silent = np.pad(model.structure.exposure, ((0, 0), (0, 0), (0, 3)))
    slow = media_terms(model.posterior.media, silent, 60)
    assert (slow[..., 0] > 0).any()
    np.testing.assert_allclose(left, slow.sum(axis=(1, 3)), rtol=1e-10)


def test_a_plan_is_linear_in_the_money_of_such_a_channel():
    model = geo_model()
    problem = BudgetProblem(model, periods=4, total=500.0)
    horizon = horizon_of(model.structure, model.posterior.media, problem.pattern())
    once, slope, _ = kpi_by_variable(horizon, problem.variables, np.array([400.0, 100.0]))
    twice, same, _ = kpi_by_variable(horizon, problem.variables, np.array([800.0, 100.0]))
    none, _, _ = kpi_by_variable(horizon, problem.variables, np.array([0.0, 100.0]))
    np.testing.assert_allclose(twice[:, 0] - once[:, 0], once[:, 0] - none[:, 0], rtol=1e-9)
    np.testing.assert_allclose(slope[:, 0] * 400, once[:, 0] - none[:, 0], rtol=1e-9)
    np.testing.assert_allclose(same[:, 0], slope[:, 0])
    even = pd.DataFrame({"video": [100.0] * 4, "zeta": [25.0] * 4})
    np.testing.assert_allclose(once.sum(axis=1), simulate(model, even, draws=40).sum("period"), rtol=1e-9)


def test_the_best_plan_earns_what_it_says():
    model = geo_model()
    problem = BudgetProblem(model, periods=4, total=1500.0)
    plan = optimize(problem, draws=40)
    found = simulate(model, plan.schedule, draws=40).sum("period").mean().item()
    assert plan.kpi == pytest.approx(found, rel=1e-6)
    assert plan.kpi >= plan.reference_kpi


def test_response_curves_hold_frequency_and_scale_reach():
    model = geo_model()
    curves = model.response_curves(points=5)
    own = curves.sel(channel="video")
    steady = pd.DataFrame({"video": [float(own.spend[2])] * 30, "zeta": 0.0})
    late = simulate(model, steady, draws=40).values[:, 25]
    np.testing.assert_allclose(own.values[:, 2], late, rtol=1e-6)
    np.testing.assert_allclose(own.values[:, 4], 2 * own.values[:, 2], rtol=1e-10)


def test_one_percent_more_reach_returns_as_much_as_the_rest():
    table = geo_model().channel_summary().set_index("channel").loc["video"]
    assert table.mroas == pytest.approx(table.roas, rel=1e-6)


def test_a_saved_model_answers_as_before(tmp_path):
    model = geo_model(spend_columns={})
    model.save(tmp_path)
    again = FittedMMM.load(tmp_path)
    for name in ("exposure", "spend", "average_frequency"):
        np.testing.assert_allclose(getattr(again.structure.panel, name), getattr(model.structure.panel, name))
    pd.testing.assert_frame_equal(again.frequency_curve(7), model.frequency_curve(7), rtol=1e-9)
    pd.testing.assert_frame_equal(again.channel_summary(), model.channel_summary(), rtol=1e-9)


def test_geos_added_up_keep_every_impression():
    frame = two_geos()
    model = prior_model(frame, with_video(geo_column="geo", population_column="people"), draws=4)
    panel = model.structure.panel
    found = panel.exposure[0, :, 0] * panel.average_frequency[0, :, 0]
    np.testing.assert_allclose(found, (frame.reach * frame.often).groupby(frame.date).sum().to_numpy())


def test_the_curve_of_frequency_spreads_the_same_impressions():
    model, frame = geo_model(), two_geos()
    curve = model.frequency_curve(points=9)
    year = frame[frame.date > "2023-02-26"]
    impressions = (year.reach * year.often).groupby(year.geo).sum().to_numpy() / 52
    np.testing.assert_allclose(curve.reach, impressions.sum() / curve.frequency)
    media, scale = model.posterior.media, model.structure.scales.exposure[:, 0]
    often = float(curve.frequency[5])
    slow = [
        (media.beta[s, :, 0] * impressions / scale / often).sum()
        * saturation("hill", np.array([often]), media.half[s, 0], media.slope[s, 0])[0]
        for s in range(40)
    ]
    assert curve.kpi[5] == pytest.approx(np.mean(slow), rel=1e-10)
    assert curve.kpi_lower[5] == pytest.approx(np.quantile(slow, 0.05), rel=1e-10)
    spend = year.groupby("date").cost.sum().mean()
    assert curve.roas[5] == pytest.approx(curve.kpi[5] / spend, rel=1e-10)


def test_the_best_frequency_is_the_textbook_one_of_every_draw():
    model = geo_model()
    row = model.optimal_frequency(level=0.5).iloc[0]
    media = model.posterior.media
    half, slope = media.half[:, 0], media.slope[:, 0]
    textbook = np.where(slope > 1, half * np.maximum(slope - 1, 0) ** (1 / slope), 1.0)
    textbook = np.clip(textbook, 1.0, row.top)
    step = (row.top - 1) / 599
    assert row.best_lower == pytest.approx(np.quantile(textbook, 0.25), abs=step)
    assert row.best_upper == pytest.approx(np.quantile(textbook, 0.75), abs=step)
    curve = model.frequency_curve(points=400)
    assert row.best == pytest.approx(curve.frequency[curve.kpi.argmax()], abs=row.top / 300)
    assert row.gain >= -1e-9


def test_without_saturation_every_frequency_earns_the_same():
    model = geo_model(saturation="none")
    curve, row = model.frequency_curve(points=4), model.optimal_frequency().iloc[0]
    np.testing.assert_allclose(curve.kpi, curve.kpi[0])
    assert np.isnan(row.best) and row.now > 1


def test_models_without_such_channels_have_empty_frames():
    model = prior_model(weekly(), plain(), draws=4)
    assert model.frequency_curve().empty and model.optimal_frequency().empty
