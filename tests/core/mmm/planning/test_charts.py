"""Charts of plans draw every channel with its interval and describe themselves."""

import numpy as np
import pandas as pd
import pytest

from core.charts.base import alt_text
from core.mmm.planning.charts import (
    forecast_fan,
    kpi_before_after,
    move_on_curve,
    plans_kpi,
    plans_spend,
    spend_before_after,
)
from core.mmm.planning.compare import compare_plans
from tests.core.mmm.plan_examples import WORDING, budget_answer, outcome, saved, whatif_answer


def _curves() -> pd.DataFrame:
    spend = np.linspace(0, 200_000, 21)
    rows = [
        pd.DataFrame({"channel": name, "spend": spend, "mean": np.sqrt(spend), "lower": 0.0, "upper": spend})
        for name in ("tv_S", "search_S")
    ]
    return pd.concat(rows)


@pytest.mark.parametrize("answer", [budget_answer(), whatif_answer()])
def test_money_of_every_channel_is_drawn_before_and_after(answer):
    chart = spend_before_after(answer, WORDING)
    before, after = chart.data
    assert list(before.y) == ["Television", "Search"]
    assert list(after.x) == [outcome.after_value for outcome in answer.channels]


def test_caused_kpi_carries_its_interval():
    before, after = kpi_before_after(budget_answer(), WORDING).data
    assert list(after.x) == [120_000.0, 180_000.0]
    assert list(after.error_x.array) == [60_000.0, 90_000.0]
    assert list(before.error_x.arrayminus) == [100_000.0, 50_000.0]


def test_dots_side_by_side_are_set_apart_across_the_axis_of_values():
    figure = kpi_before_after(budget_answer(), WORDING)
    assert {trace.orientation for trace in figure.data} == {"h"}


def _move(moved: float = 40_000.0, channel: int = 0):
    return move_on_curve(_curves(), budget_answer(moved).channels[channel], WORDING)


def test_a_move_is_an_arrow_on_the_curve():
    (arrow,) = _move().layout.annotations
    assert (arrow.ax, arrow.x) == (100_000.0, 60_000.0)
    assert "Television" in alt_text(_move())


def test_a_channel_that_stays_gets_no_arrow():
    assert not _move(moved=0.0).layout.annotations


def test_the_curve_is_dashed_beyond_what_was_seen():
    curve = move_on_curve(_curves(), outcome("tv_S", 100_000.0, 180_000.0), WORDING)
    (dashed,) = [trace for trace in curve.data if trace.line.dash == "dash"]
    assert min(dashed.x) == 150_000.0


def test_the_axis_ends_a_little_beyond_what_is_marked():
    assert max(max(trace.x) for trace in _move().data) <= 1.15 * 150_000


def test_the_fan_joins_actual_forecast_and_baseline():
    actual = pd.Series([8.0, 9.0], index=pd.to_datetime(["2025-12-22", "2025-12-29"]))
    chart = forecast_fan(actual, whatif_answer().forecast, WORDING)
    assert [trace.name for trace in chart.data] == [
        "Actual", "90 % interval", "As recent", "This scenario", "Without paid media",
    ]  # fmt: skip
    assert list(chart.data[1].y) == [12.0, 8.0]


def test_without_a_forecast_the_chart_says_why():
    assert "cannot forecast" in alt_text(forecast_fan(pd.Series(dtype=float), (), WORDING))


def test_plans_of_one_name_keep_their_own_bar():
    comparison = compare_plans([saved(1, "A"), saved(2, "A", 9_000.0)], 1)
    assert list(plans_kpi(comparison, WORDING).data[0].y) == ["A", "A (2)"]
    assert [trace.name for trace in plans_spend(comparison, WORDING).data] == ["Television", "Search"]


def test_every_chart_describes_itself():
    comparison = compare_plans([saved(1, "A"), saved(2, "B")], 1)
    charts = [spend_before_after(budget_answer(), WORDING), kpi_before_after(budget_answer(), WORDING),
              _move(), plans_kpi(comparison, WORDING),
              plans_spend(comparison, WORDING)]  # fmt: skip
    assert all(len(alt_text(chart)) > 20 for chart in charts)
