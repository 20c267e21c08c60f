"""Effects of a plan by channel add up to the simulation of the whole, and respond to money as they should."""

import numpy as np
import pytest

from core.mmm import simulate
from core.mmm.planning.basis import even_spend, read_basis
from core.mmm.planning.effects import channel_outcomes, plan_effects
from tests.core.mmm.samples import geo_model, robyn_model


@pytest.mark.parametrize("model_of", [robyn_model, geo_model])
def test_channels_add_up_to_the_simulated_media_kpi(model_of):
    model = model_of()
    basis = read_basis(model)
    schedule = even_spend(basis.recent, basis)
    effects = plan_effects(model, schedule, 100)
    whole = simulate(model, schedule, draws=100)
    inside = whole.values[:, whole["in_window"].values]
    np.testing.assert_allclose(effects.by_period, inside, rtol=1e-8)
    np.testing.assert_allclose(effects.window.sum(axis=1), inside.sum(axis=1), rtol=1e-8)
    np.testing.assert_allclose(effects.total, whole.values.sum(axis=1), rtol=1e-8)


def test_without_spend_a_channel_has_no_return_and_earns_nothing_of_its_own():
    model = robyn_model()
    basis = read_basis(model)
    effects = plan_effects(model, even_spend({**basis.recent, "tv_S": 0.0}, basis), 50)
    place = basis.channels.index("tv_S")
    assert channel_outcomes(basis, effects, effects, {**basis.recent}, 0.9)[place].roas_after is None
    assert np.abs(effects.earned[:, place]).max() < 1e-6
    assert effects.window[:, place].mean() > 0  # earlier spend is still at work


def test_the_next_percent_earns_less_than_the_average_where_a_curve_is_concave():
    model = robyn_model()
    basis = read_basis(model)
    effects = plan_effects(
        model, even_spend({name: 4 * basis.largest[name] for name in basis.channels}, basis), 100
    )
    for own in channel_outcomes(basis, effects, effects, {**basis.recent}, 0.9):
        assert own.next_roas.mean < own.roas_after.mean


def test_cents_of_the_channels_add_up_to_the_money_of_the_plan():
    model = robyn_model()
    basis = read_basis(model)
    third = dict.fromkeys(basis.channels, 100000 / 3)
    rows = channel_outcomes(
        basis, *[plan_effects(model, even_spend(third, basis), 20)] * 2, dict(basis.recent), 0.9
    )
    assert round(sum(row.after_value for row in rows), 2) == round(len(basis.channels) * 100_000 / 3, 2)
