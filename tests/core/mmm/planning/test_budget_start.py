"""Where a budget question begins: reference, months, and what another horizon makes of the limits."""

from dataclasses import replace

import pytest

from core.mmm.optimiser.limit import Limit
from core.mmm.planning.budget_inputs import Reference
from core.mmm.planning.budget_start import (
    basis_for_reference,
    first_budget,
    has_last_year,
    horizon_months,
    periods_of_month,
    start_budget,
)
from core.mmm.planning.model_basis import read_basis
from tests.core.mmm.samples import geo_model, robyn_model


def test_last_year_is_the_same_periods_a_year_before():
    model = robyn_model()
    basis = read_basis(model, 13)
    before = basis_for_reference(basis, Reference.LAST_YEAR)
    own = model.frame.iloc[-52:-39].sum()
    assert has_last_year(basis)
    assert before.recent == pytest.approx(own.to_dict(), abs=0.01)
    assert basis_for_reference(basis, Reference.RECENT) is basis


def test_geos_are_compared_with_their_own_last_year():
    basis = read_basis(geo_model(), 13)
    before = basis_for_reference(basis, Reference.LAST_YEAR)
    whole = sum(before.of(geo).recent[basis.channels[0]] for geo in basis.geos)
    assert whole == pytest.approx(before.recent[basis.channels[0]], abs=0.1)


def test_months_hold_every_period_once():
    basis = read_basis(robyn_model(), 13)
    months = horizon_months(basis)
    assert sum(periods_of_month(basis, month) for month in months) == 13
    assert list(months) == sorted(months)


def test_a_kept_question_is_left_alone_on_its_own_basis():
    basis = read_basis(robyn_model(), 13)
    kept = first_budget(basis)
    assert start_budget(basis, kept, {}) is kept


def test_half_the_horizon_takes_half_of_every_amount_and_drops_months_beyond_it():
    model = robyn_model()
    long, short = read_basis(model, 26), read_basis(model, 13)
    months = horizon_months(long)
    first = first_budget(long)
    name = first.limits[0].channel
    limit = replace(first.limits[0], test_value=first.limits[0].maximum_value, period_maximum_value=900.0)
    asked = replace(
        first, limits=(limit, *first.limits[1:]), chosen_value={name: 1.0},
        months=(Limit.month(months[0], 10.0), Limit.month(months[-1], 10.0)),
        rules=(Limit.linear("Floor", {name: 1.0}, 100.0),),
    )  # fmt: skip
    made = start_budget(short, asked, {})
    own = next(own for own in made.limits if own.channel == name)
    assert own.test_value == own.maximum_value == pytest.approx(limit.maximum_value / 2, abs=0.01)
    assert own.period_maximum_value == 900.0
    assert [month.year_month for month in made.months] == [months[0]]
    assert made.rules[0].lower == 50.0 and not made.chosen_value


def test_geo_limits_are_dropped_where_there_are_no_geos():
    basis = read_basis(robyn_model(), 13)
    asked = replace(
        first_budget(basis), by_geo=True, geo_limits=(Limit.geo("tv_S", "North", 1.0),), periods=26
    )
    made = start_budget(basis, asked, {})
    assert not made.by_geo and not made.geo_limits
