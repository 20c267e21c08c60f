"""Prices, promotions and controls: their effect is what the model itself forecasts for them."""

import numpy as np
import pytest

from core.errors import UserError
from core.mmm.planning.basis import future_rows, read_basis
from core.mmm.planning.drivers import driver_effects, read_drivers
from core.mmm.planning.whatif_inputs import DriverMode, DriverPlan
from tests.core.mmm.samples import geo_model, plain, prior_model, weekly

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
