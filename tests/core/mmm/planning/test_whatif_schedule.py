"""Ready-made schedules, sliders and other horizons: money is never lost or invented."""

import pandas as pd
import pytest

from core.data.calendar import Granularity
from core.errors import UserError
from core.mmm.planning.basis import basis_of, read_basis
from core.mmm.planning.whatif_inputs import ALL_GEOS, DriverMode, DriverPlan, WhatIfInputs
from core.mmm.planning.whatif_schedule import (
    Fill,
    all_geos,
    fill,
    first_whatif,
    fit,
    has_months,
    month_frame,
    read_whatif,
    scale,
    split_by_geo,
    with_months,
)
from tests.core.mmm.samples import geo_model

DAYS = tuple(str(day.date()) for day in pd.date_range("2026-01-05", periods=6, freq="7D"))
INPUTS = WhatIfInputs(DAYS, {ALL_GEOS: {"tv": (10.0, 20.0, 30.0, 40.0, 5.0, 5.0), "web": (0.0,) * 6}})
JANUARY, FEBRUARY = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")


def test_a_week_belongs_to_the_month_of_its_date():
    assert month_frame(INPUTS.frame)["tv"].to_dict() == {JANUARY: 100.0, FEBRUARY: 10.0}


def test_an_edited_month_keeps_the_proportions_of_its_weeks():
    edited = with_months(INPUTS, ALL_GEOS, {(JANUARY, "tv"): 50.0})
    assert edited.series("tv") == (5.0, 10.0, 15.0, 20.0, 5.0, 5.0)


def test_a_month_without_money_is_spread_evenly_to_the_cent():
    edited = with_months(INPUTS, ALL_GEOS, {(JANUARY, "web"): 100.01})
    assert month_frame(edited.frame).loc[JANUARY, "web"] == pytest.approx(100.01)
    assert max(edited.series("web")[:4]) - min(edited.series("web")[:4]) < 0.011


def test_months_are_offered_only_where_periods_are_shorter():
    assert has_months(Granularity.WEEKLY, 13) and has_months(Granularity.DAILY, 28)
    assert not has_months(Granularity.MONTHLY, 12) and not has_months(Granularity.WEEKLY, 1)


def _basis(periods: int = 4, weeks: int = 60):
    dates = pd.date_range("2024-01-01", periods=weeks, freq="7D")
    spend = pd.DataFrame(
        {"tv": [float(week) for week in range(weeks)], "rest": [5.0] * (weeks - 10) + [0.0] * 10}, index=dates
    )
    return basis_of(spend, pd.Series(1.0, index=dates), Granularity.WEEKLY, periods)


def test_the_first_scenario_repeats_the_last_periods_one_by_one():
    inputs = first_whatif(_basis())
    assert inputs.series("tv") == (56.0, 57.0, 58.0, 59.0)
    assert inputs.dates[0] == "2025-02-24"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Fill.RECENT, (56.0, 57.0, 58.0, 59.0)),
        (Fill.LAST_YEAR, (8.0, 9.0, 10.0, 11.0)),
        (Fill.EVEN, (57.5, 57.5, 57.5, 57.5)),
        (Fill.MORE, (61.6, 62.7, 63.8, 64.9)),
        (Fill.LESS, (50.4, 51.3, 52.2, 53.1)),
        (Fill.PAUSE, (0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_fills_do_what_they_say(how, expected):
    basis = _basis()
    filled = fill(first_whatif(basis), basis, how, ["tv"])
    assert filled.series("tv") == pytest.approx(expected)
    assert filled.series("rest") == first_whatif(basis).series("rest")


def test_there_is_no_last_year_in_short_data():
    basis = _basis(weeks=30)
    with pytest.raises(UserError, match="no last year"):
        fill(first_whatif(basis), basis, Fill.LAST_YEAR, ["tv"])


def test_a_slider_keeps_the_proportions_of_the_periods():
    basis = _basis()
    moved = scale(first_whatif(basis), basis, "tv", 115.0)
    assert moved.series("tv") == (28.0, 28.5, 29.0, 29.5)
    paused = fill(moved, basis, Fill.PAUSE, ["tv"])
    assert scale(paused, basis, "tv", 230.0).series("tv") == (56.0, 57.0, 58.0, 59.0)
    assert scale(paused, basis, "rest", 10.0).series("rest") == (2.5,) * 4


def test_another_horizon_keeps_what_was_typed():
    inputs = first_whatif(_basis()).with_series("tv", (1.0, 2.0, 3.0, 4.0))
    inputs = inputs.with_driver("price", DriverPlan(DriverMode.ADD, (0.0, 1.0, 2.0, 3.0)))
    longer = fit(inputs, _basis(6))
    assert longer.series("tv") == (1.0, 2.0, 3.0, 4.0, 2.5, 2.5)
    assert longer.drivers["price"].values == (0.0, 1.0, 2.0, 3.0, 3.0, 3.0)
    assert fit(inputs, _basis(2)).series("tv") == (1.0, 2.0)


def test_newer_data_take_the_periods_in_order_and_new_channels_go_on():
    inputs = first_whatif(_basis()).with_series("tv", (1.0, 2.0, 3.0, 4.0))
    dates = pd.date_range("2026-01-05", periods=60, freq="7D")
    spend = pd.DataFrame({"tv": 9.0, "new": 7.0}, index=dates)
    other = fit(inputs, basis_of(spend, pd.Series(1.0, index=dates), Granularity.WEEKLY, 4))
    assert other.series("tv") == (1.0, 2.0, 3.0, 4.0) and other.series("new") == (7.0,) * 4
    assert other.channels == ("tv", "new")


def test_the_old_form_is_read_for_the_horizon_at_hand():
    inputs = read_whatif({"periods": 2, "spend_pct": {"tv": 50.0}}, _basis(4))
    assert inputs.periods == 4 and inputs.series("tv")[0] == pytest.approx(230.0 / 4 / 2)


def test_geos_share_the_money_to_the_cent_and_give_it_back():
    basis = read_basis(geo_model())
    inputs = first_whatif(basis)
    apart = split_by_geo(inputs, basis)
    assert apart.geos == basis.geos
    assert all_geos(apart) == inputs
    for name in basis.channels:
        assert apart.money(name, basis.geos[0]) == pytest.approx(
            inputs.money(name) * basis.geo_shares.loc[basis.geos[0], name], rel=1e-3
        )


def test_all_geos_scale_together_in_their_present_proportions():
    basis = read_basis(geo_model())
    name = basis.channels[0]
    apart = split_by_geo(first_whatif(basis), basis)
    doubled = scale(apart, basis, name, 2 * apart.money(name))
    assert doubled.money(name) == pytest.approx(2 * apart.money(name), abs=0.01)
    assert doubled.money(name, basis.geos[1]) == pytest.approx(2 * apart.money(name, basis.geos[1]), abs=0.02)


def test_a_driver_that_changes_nothing_is_no_change():
    inputs = first_whatif(_basis()).with_driver("price", DriverPlan(DriverMode.PERCENT, (0.0,) * 4))
    assert not inputs.drivers["price"].changes
    assert not inputs.with_driver("price", None).drivers
