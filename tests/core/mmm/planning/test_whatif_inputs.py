"""Inputs of a spend scenario: refused where they mean nothing, JSON both ways, old forms still read."""

import json

import pandas as pd
import pytest

from core.data.calendar import Granularity
from core.errors import UserError
from core.json_values import to_json
from core.mmm.planning.basis import basis_of
from core.mmm.planning.whatif_inputs import (
    ALL_GEOS,
    DriverMode,
    DriverPlan,
    WhatIfInputs,
    read_whatif_inputs,
    spread_even,
    spread_like,
)

DAYS = ("2026-01-05", "2026-01-12")
MONEY = {ALL_GEOS: {"tv_S": (120.0, 30.5), "search_S": (0.0, 7.25)}}
GEO_MONEY = {"north": {"tv_S": (1.0, 2.0)}, "south": {"tv_S": (3.0, 4.0)}}


def test_inputs_survive_json_unchanged():
    drivers = {"price": DriverPlan(DriverMode.PERCENT, (-5.0, 0.0))}
    for money in (MONEY, GEO_MONEY):
        inputs = WhatIfInputs(DAYS, money, drivers, 0.8)
        assert read_whatif_inputs(json.loads(json.dumps(to_json(inputs)))) == inputs


def test_money_is_read_back_from_its_frame_and_from_long_rows():
    inputs = WhatIfInputs(DAYS, MONEY)
    assert WhatIfInputs.from_frame(inputs.frame) == inputs
    assert WhatIfInputs.from_rows(inputs.rows) == inputs
    geos = WhatIfInputs(DAYS, GEO_MONEY)
    assert WhatIfInputs.from_rows(geos.rows) == geos
    assert (
        WhatIfInputs.from_frame(geos.rows.pivot(index=["date", "geo"], columns="channel", values="spend"))
        == geos
    )


def test_geos_add_up_to_the_whole():
    inputs = WhatIfInputs(DAYS, GEO_MONEY)
    assert inputs.series("tv_S") == (4.0, 6.0)
    assert inputs.money("tv_S", "south") == 7.0
    assert inputs.total_value == 10.0


def test_money_is_kept_to_the_cent():
    assert WhatIfInputs(DAYS, {ALL_GEOS: {"tv_S": (1.004, 2.006)}}).series("tv_S") == (1.0, 2.01)


def test_every_fault_is_named_at_once():
    with pytest.raises(UserError) as caught:
        WhatIfInputs(
            DAYS,
            {ALL_GEOS: {"tv_S": (-1.0, 2.0), "search_S": (1.0,)}},
            {"price": DriverPlan(DriverMode.ADD, (1.0,))},
            labels={"tv_S": "Television"},
        )
    words = " ".join(caught.value.faults)
    assert "Television: -1.00 on 2026-01-05" in words
    assert "search_S: 1 amounts for 2 periods" in words and "price: 1 values for 2 periods" in words


def test_money_for_all_geos_and_for_one_do_not_mix():
    with pytest.raises(UserError, match="all geos together or for each"):
        WhatIfInputs(DAYS, {ALL_GEOS: {"tv_S": (1.0, 1.0)}, "north": {"tv_S": (1.0, 1.0)}})


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(bad):
    with pytest.raises(UserError):
        WhatIfInputs(DAYS, {ALL_GEOS: {"tv_S": (bad, 1.0)}})
    with pytest.raises(UserError):
        DriverPlan(DriverMode.ADD, (bad,))


def test_the_first_form_in_percent_still_opens_on_its_basis():
    dates = pd.date_range("2025-01-06", periods=20, freq="7D")
    spend = pd.DataFrame({"tv_S": 100.0, "search_S": 10.0}, index=dates)
    basis = basis_of(spend, pd.Series(1.0, index=dates), Granularity.WEEKLY, 4)
    old = {"periods": 4, "spend_pct": {"tv_S": 150.0, "search_S": 0.0}, "level": 0.8}
    inputs = read_whatif_inputs(old, basis)
    assert inputs.series("tv_S") == (150.0,) * 4 and inputs.money("search_S") == 0.0
    assert inputs.level == 0.8 and inputs.dates[0] == "2025-05-26"
    with pytest.raises(UserError, match="older form"):
        read_whatif_inputs(old)


def test_money_is_spread_to_the_cent_and_adds_up():
    assert sum(spread_even(100.0, 3)) == pytest.approx(100.0)
    assert spread_like(10.0, (1.0, 3.0)) == (2.5, 7.5)
    assert spread_like(10.0, (0.0, 0.0)) == (5.0, 5.0)
