"""Months of a schedule: they add up, and an edited month keeps the proportions of its weeks."""

import pandas as pd
import pytest

from core.data.calendar import Granularity
from core.mmm.planning.whatif_inputs import ALL_GEOS, WhatIfInputs
from core.mmm.planning.whatif_schedule import has_months, month_frame, with_months

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
