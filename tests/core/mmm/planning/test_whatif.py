"""A spend scenario: nothing changes nothing, and the forecast moves by exactly what media move."""

from dataclasses import astuple

import numpy as np
import pytest

from core.errors import UserError
from core.json_values import from_json, to_json
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.basis import future_rows, read_basis
from core.mmm.planning.whatif import driver_effects, forecast_recent, read_drivers, solve_whatif
from core.mmm.planning.whatif_inputs import DriverMode, DriverPlan
from core.mmm.planning.whatif_schedule import Fill, fill, first_whatif, scale, split_by_geo
from tests.core.mmm.samples import geo_model, plain, prior_model, robyn_model, weekly

DRAWS = 40


def _priced():
    return prior_model(weekly(60), plain(control_columns=[], treatment_columns={"price": 10.0}), draws=DRAWS)


@pytest.mark.parametrize("model_of", [_priced, geo_model], ids=["national", "geo"])
@pytest.mark.parametrize("mode", list(DriverMode))
def test_the_effect_is_the_difference_of_two_forecasts(model_of, mode):
    model = model_of()
    basis = read_basis(model)
    for driver in read_drivers(model, basis, DRAWS):
        plan = DriverPlan(mode, tuple(np.linspace(1.0, 3.0, basis.periods)))
        rows = future_rows(model, basis, basis.recent)
        changed = rows.copy()
        changed[driver.column] = driver.planned(plan).ravel()
        gap = model.predict(changed, DRAWS).sum("geo").values - model.predict(rows, DRAWS).sum("geo").values
        np.testing.assert_allclose(driver.effect(plan), gap, rtol=1e-6, atol=1e-6 * abs(gap).max())


def test_treatments_come_before_controls_and_know_what_was_seen():
    model = geo_model()
    drivers = read_drivers(model, read_basis(model), DRAWS)
    assert [d.treatment for d in drivers] == [True, False, False]
    assert (
        drivers[0].column == "Promo" and drivers[0].lowest <= drivers[0].typical.mean() <= drivers[0].highest
    )


def test_values_never_seen_are_told():
    model = _priced()
    basis = read_basis(model)
    (driver,) = read_drivers(model, basis, DRAWS)
    assert not driver.beyond_seen(DriverPlan(DriverMode.ADD, (0.0,) * basis.periods))
    assert driver.beyond_seen(DriverPlan(DriverMode.VALUE, (99.0,) * basis.periods))


def test_an_unknown_column_is_named():
    model = _priced()
    basis = read_basis(model)
    plans = {"weather": DriverPlan(DriverMode.ADD, (1.0,) * basis.periods)}
    with pytest.raises(UserError, match="weather"):
        driver_effects(read_drivers(model, basis, DRAWS), plans)


def test_what_changes_nothing_has_no_effect_of_its_own():
    model = _priced()
    basis = read_basis(model)
    plans = {"price": DriverPlan(DriverMode.PERCENT, (0.0,) * basis.periods)}
    assert driver_effects(read_drivers(model, basis, DRAWS), plans) == {}


@pytest.fixture(params=[robyn_model, geo_model], ids=["national", "geo"])
def case(request):
    model = request.param()
    basis = read_basis(model)
    return model, basis, forecast_recent(model, basis, 100)


def test_recent_spend_changes_nothing(case):
    model, basis, recent = case
    answer = solve_whatif(model, first_whatif(basis), basis, recent)
    assert answer.difference.lower == answer.difference.upper == 0
    assert answer.total_value == pytest.approx(basis.recent_total, abs=0.01)
    for point in answer.forecast:
        assert astuple(point.plan) == pytest.approx(astuple(point.recent))


def test_more_money_brings_more_with_a_paired_interval(case):
    model, basis, recent = case
    channel = max(basis.recent, key=basis.recent.get)
    answer = solve_whatif(
        model, scale(first_whatif(basis), basis, channel, 1.5 * basis.recent[channel]), basis, recent
    )
    assert answer.difference.lower > 0 and answer.probability_better == 1.0
    # Differences of the same draws are far more certain than the totals they come from.
    assert answer.difference.upper - answer.difference.lower < answer.kpi.upper - answer.kpi.lower


def test_the_forecast_moves_by_what_media_cause(case):
    model, basis, recent = case
    inputs = fill(first_whatif(basis), basis, Fill.PAUSE, basis.channels)
    answer = solve_whatif(model, inputs, basis, recent)
    moved = sum(point.plan.mean - point.recent.mean for point in answer.forecast)
    caused = answer.kpi.mean - recent.effects.window.sum(axis=1).mean()
    assert moved == pytest.approx(caused, rel=1e-6)
    assert answer.roas is None


def test_the_same_question_gets_the_same_answer(case):
    model, basis, recent = case
    inputs = fill(first_whatif(basis), basis, Fill.MORE, basis.channels[:1])
    first, second = (solve_whatif(model, inputs, basis, recent) for _ in range(2))
    assert first == second
    assert np.isfinite(first.draws.total).all()


def test_the_same_money_at_other_times_is_another_scenario(case):
    model, basis, recent = case
    early = first_whatif(basis)
    for name in basis.channels:
        early = early.with_series(name, [early.money(name)] + [0.0] * (basis.periods - 1))
    answer = solve_whatif(model, early, basis, recent)
    assert answer.total_value == pytest.approx(basis.recent_total, abs=0.01)
    assert answer.difference.mean < 0
    assert {beyond.what for beyond in answer.beyond} == {"period"}


def test_a_changed_driver_is_part_of_the_difference_and_of_the_forecast(case):
    model, basis, recent = case
    driver = recent.drivers[0]
    plan = DriverPlan(DriverMode.ADD, (driver.highest - driver.lowest or 1.0,) * basis.periods)
    answer = solve_whatif(model, first_whatif(basis).with_driver(driver.column, plan), basis, recent)
    (outcome,) = answer.drivers
    assert outcome.column == driver.column
    assert answer.difference.mean == pytest.approx(outcome.kpi.mean)
    assert outcome.kpi.lower < outcome.kpi.mean < outcome.kpi.upper
    assert answer.whole_kpi.mean - answer.recent_whole.mean == pytest.approx(outcome.kpi.mean)
    np.testing.assert_allclose(
        answer.total_draws - np.asarray(answer.recent_draws), answer.driver_draws, rtol=1e-3
    )
    assert from_json(WhatIfAnswer, to_json(answer)) == answer


def test_geos_may_have_money_of_their_own():
    model = geo_model()
    basis = read_basis(model)
    recent = forecast_recent(model, basis, 60)
    apart = split_by_geo(first_whatif(basis), basis)
    answer = solve_whatif(model, apart, basis, recent)
    assert answer.difference.mean == pytest.approx(0, abs=1e-4 * answer.kpi.mean)
    more = solve_whatif(model, fill(apart, basis, Fill.MORE, basis.channels, basis.geos[0]), basis, recent)
    assert more.difference.lower > 0
