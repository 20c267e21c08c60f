"""Charts of a budget's answer: every period, every geo, and the frontier with the plan on it."""

from dataclasses import replace

import pytest

from core.charts.base import alt_text
from core.mmm.planning.answers import GeoSpend
from core.mmm.planning.budget_answer import FrontierPoint, efficient
from core.mmm.planning.budget_charts import frontier_chart, geo_moves, schedule_bars, schedule_heat
from tests.core.mmm.plan_examples import WORDING, budget_answer

POINTS = (
    FrontierPoint(310_000.0, 200_000.0, 0.9, {"tv_S": 60_000.0, "search_S": 90_000.0}),
    FrontierPoint(305_000.0, 220_000.0, 0.8, {"tv_S": 70_000.0, "search_S": 80_000.0}),
)


def test_bars_add_up_to_the_money_of_each_period():
    bars = schedule_bars(budget_answer(), WORDING).data
    assert [bar.name for bar in bars] == ["Television", "Search"]
    assert sum(bar.y[0] for bar in bars) == 150_000.0


def test_the_heat_map_shows_each_channel_against_its_own_peak():
    (heat,) = schedule_heat(budget_answer(), WORDING).data
    assert list(heat.y) == ["Television", "Search"] and [row[0] for row in heat.z] == [1.0, 1.0]
    assert heat.text[0][0] == "€60.0k"


def test_a_plan_without_a_schedule_says_so():
    assert "without its schedule" in alt_text(schedule_bars(replace(budget_answer(), schedule=()), WORDING))


def test_geos_show_what_moves_with_its_sign():
    answer = replace(
        budget_answer(),
        geos=(GeoSpend("North", "tv_S", 10_000.0, 4_000.0), GeoSpend("South", "tv_S", 1.0, 1.0)),
    )
    (heat,) = geo_moves(answer, WORDING).data
    assert heat.text[0][0] == "-€6.00k" and heat.text[1][0] == "="
    assert "Geos keep" in alt_text(geo_moves(budget_answer(), WORDING))


def test_the_frontier_marks_the_picked_point_and_the_plan():
    answer = budget_answer()
    chart = frontier_chart(POINTS, 1, answer, WORDING, 0.1)
    assert [trace.name for trace in chart.data] == ["Frontier", "This plan"]
    assert list(chart.data[0].marker.symbol) == ["circle-open", "circle"]
    assert chart.data[1].y[0] == pytest.approx(answer.draws.total.mean())
    assert "10 %" in alt_text(chart)


def test_a_plan_that_another_beats_in_both_is_not_on_the_frontier():
    beaten = FrontierPoint(304_000.0, 190_000.0, 0.7, {"tv_S": 1.0})
    alike = FrontierPoint(309_999.0, 200_001.0, 0.9, {"tv_S": 2.0})
    assert efficient((beaten, *POINTS, alike)) == POINTS
