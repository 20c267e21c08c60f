"""The basis of a plan: recent spend, the most ever spent, and questions that stretch with the horizon."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.calendar import Granularity
from core.errors import UserError
from core.mmm.choices import Goal
from core.mmm.optimiser.limit import Limit
from core.mmm.planning.basis import (
    assumptions,
    basis_of,
    first_periods,
    future_rows,
    horizon_curves,
    read_basis,
)
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.budget_question import first_budget, stretch
from tests.core.mmm.samples import geo_model, robyn_model


def test_the_basis_knows_recent_spend_and_the_kpi():
    model = robyn_model()
    basis = read_basis(model)
    assert basis.periods == 13
    assert basis.recent == {name: round(value, 2) for name, value in model.recent_spend(13).items()}
    assert len(basis.actual) == len(model.dates) and basis.actual.min() > 0


def test_curves_cover_the_horizon_and_hold_their_mean():
    model = robyn_model()
    curves = horizon_curves(model, read_basis(model))
    steady = model.response_curves(120)
    assert (curves["lower"] <= curves["mean"]).all() and (curves["mean"] <= curves["upper"]).all()
    television = curves.loc[curves["channel"] == "tv_S"]
    np.testing.assert_allclose(television["mean"], 13 * steady.sel(channel="tv_S").mean("draw"))
    np.testing.assert_allclose(television["spend"], 13 * steady["spend"].values[model.channels.index("tv_S")])


@pytest.mark.parametrize("model_of", [robyn_model, geo_model])
def test_future_rows_can_be_forecast_and_more_spend_brings_more(model_of):
    model = model_of()
    basis = read_basis(model)
    usual = model.predict(future_rows(model, basis, basis.recent), draws=60)
    double = {name: 2 * value for name, value in basis.recent.items()}
    more = model.predict(future_rows(model, basis, double), draws=60)
    assert usual.sizes["date"] == basis.periods
    assert float(more.sum()) > float(usual.sum())
    last_year = basis.actual.iloc[-52:].mean()
    assert 0.5 < float(usual.sum("geo").mean()) / last_year < 2


def test_what_the_forecast_takes_for_granted_is_said():
    model = robyn_model()
    words = " ".join(assumptions(model, read_basis(model)))
    assert "prices" in words and "a year ago" in words


def _basis(periods: int = 4):
    dates = pd.date_range("2025-01-06", periods=20, freq="7D")
    spend = pd.DataFrame(
        {"tv": [100.0] * 10 + [10.0] * 10, "search": [float(week) for week in range(20)]}, index=dates
    )
    return basis_of(spend, pd.Series(1.0, index=dates), Granularity.WEEKLY, periods)


def test_recent_spend_covers_as_many_periods_as_the_horizon():
    assert _basis().recent == {"tv": 40.0, "search": 16.0 + 17 + 18 + 19}


def test_the_most_ever_spent_is_over_consecutive_periods():
    assert _basis().largest == {"tv": 400.0, "search": 70.0}


def test_the_horizon_begins_right_after_the_data():
    basis = _basis()
    assert (basis.start_on, basis.end_on) == ("2025-05-26", "2025-06-16")


@pytest.mark.parametrize("periods", [0, 21])
def test_a_horizon_longer_than_the_data_is_refused(periods):
    with pytest.raises(UserError, match="between 1 and 20 weeks"):
        _basis(periods)


def test_the_first_budget_is_recent_spend_with_room_to_move():
    inputs = first_budget(_basis())
    assert inputs.total_value == 110.0
    assert inputs.bounds == {"tv": (0.0, 600.0), "search": (0.0, 105.0)}


def test_last_year_is_the_same_periods_a_year_before_where_the_data_reach_back():
    assert _basis().last_year("tv") is None
    dates = pd.date_range("2024-01-01", periods=60, freq="7D")
    spend = pd.DataFrame({"tv": [float(week) for week in range(60)]}, index=dates)
    long = basis_of(spend, pd.Series(1.0, index=dates), Granularity.WEEKLY, 3)
    assert long.last_year("tv") == (8.0, 9.0, 10.0)
    assert long.recent_series("tv") == (57.0, 58.0, 59.0)


def test_the_most_in_one_period_and_of_all_channels_together():
    assert _basis().peak == {"tv": 100.0, "search": 19.0}
    assert _basis().largest_total == 400.0 + 6 + 7 + 8 + 9


def test_a_longer_horizon_takes_money_limits_and_target_along():
    question = BudgetInputs(
        4,
        110.0,
        first_budget(_basis()).limits,
        (Limit.group("all", ("tv", "search"), 10.0),),
        Goal.TARGET_KPI,
        50.0,
    )
    longer = stretch(question, _basis(8))
    assert longer.periods == 8
    assert longer.total_value == _basis(8).recent_total
    assert longer.bounds["tv"] == (0.0, 1200.0)
    assert longer.groups[0].lower == 20.0 and longer.groups[0].upper is None
    assert longer.target_value == 100.0


def test_newer_data_change_recent_spend_but_not_what_was_typed():
    question = BudgetInputs(4, 777.0, first_budget(_basis()).limits)
    older = replace(
        question, limits=tuple(replace(x, recent_value=1.0, maximum_value=5.0) for x in question.limits)
    )
    newer = stretch(older, _basis())
    assert newer.recent == _basis().recent
    assert newer.total_value == 777.0 and newer.bounds["tv"] == (0.0, 5.0)


def test_the_first_horizon_is_about_a_quarter_within_the_data():
    assert first_periods(Granularity.WEEKLY, 200) == 13
    assert first_periods(Granularity.DAILY, 20) == 20
