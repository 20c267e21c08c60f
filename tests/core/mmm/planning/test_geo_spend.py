"""Money per geo: split in present shares it does what it did together; elsewhere it does something else."""

import numpy as np
import pytest

from core.mmm.optimiser.horizon import geo_shares
from core.mmm.planning.basis import read_basis
from core.mmm.planning.effects import plan_effects
from core.mmm.planning.whatif_schedule import first_whatif, split_by_geo
from tests.core.mmm.samples import geo_model


def test_shares_of_each_channel_add_up():
    np.testing.assert_allclose(geo_shares(geo_model().structure).sum(axis=0), 1.0)


def test_geos_in_their_present_shares_earn_what_they_earn_together():
    model = geo_model()
    basis = read_basis(model)
    inputs = first_whatif(basis)
    apart = split_by_geo(inputs, basis)
    together, own = (plan_effects(model, frame, 60) for frame in (inputs.frame, apart.rows))
    np.testing.assert_allclose(own.window, together.window, rtol=1e-5)
    np.testing.assert_allclose(own.by_period, together.by_period, rtol=1e-5)
    np.testing.assert_allclose(own.spend, together.spend)


def test_money_moved_to_one_geo_earns_less_where_curves_bend():
    model = geo_model()
    basis = read_basis(model)
    apart = split_by_geo(first_whatif(basis), basis)
    name = basis.channels[0]
    moved = apart
    for geo in basis.geos[1:]:
        moved = moved.with_series(name, [0.0] * basis.periods, geo)
    moved = moved.with_series(name, apart.series(name), basis.geos[0])
    assert moved.money(name) == pytest.approx(apart.money(name))
    before, after = (plan_effects(model, inputs.rows, 60) for inputs in (apart, moved))
    assert after.window[:, 0].mean() < before.window[:, 0].mean()
    np.testing.assert_allclose(after.window[:, 1], before.window[:, 1], rtol=1e-9)


def test_money_where_a_channel_rested_buys_at_the_national_price(monkeypatch):
    model = geo_model()
    basis = read_basis(model)
    panel = model.structure.panel
    monkeypatch.setitem(panel.__dict__, "spend", panel.spend.copy())
    panel.spend[0, :, 0] = 0.0
    apart = split_by_geo(first_whatif(basis), basis)
    name = basis.channels[0]
    more = apart.with_series(name, [2 * money + 100 for money in apart.series(name)], basis.geos[0])
    before, after = (plan_effects(model, inputs.rows, 20) for inputs in (apart, more))
    assert (after.window[:, 0] > before.window[:, 0]).all()
    np.testing.assert_allclose(after.window[:, 1:], before.window[:, 1:])
