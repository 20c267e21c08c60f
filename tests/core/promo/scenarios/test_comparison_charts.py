"""The comparison's chart shows each promotion with its interval, and says so to those who cannot see it."""

from __future__ import annotations

import pytest

from core.charts.formats import Wording
from core.promo.scenarios.best_discounts import frontier
from core.promo.scenarios.charts import ComparedPromo, frontier_chart, promos_compared
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from tests.core.promo.made import made_baseline, made_settings, made_uplift


def _contender(name: str, discount_pct: float) -> ComparedPromo:
    lines = (Mechanic("TV", "online", discount_pct),)
    scenario = PromoScenario(name, "2024-03-04", "2024-03-10", "balanced", lines)
    return ComparedPromo(name, evaluate(scenario, made_baseline(), made_uplift(), made_settings()))


def test_each_promotion_has_a_mark_and_an_interval_in_every_row() -> None:
    mild, deep = _contender("Mild", 10.0), _contender("Deep", 20.0)
    drawn = promos_compared([mild, deep], Wording())
    assert [trace.name for trace in drawn.data] == ["Mild", "Deep"]
    for trace, one in zip(drawn.data, (mild, deep), strict=True):
        low, high = one.kpis.intervals["sales_value_delta"]
        assert trace.x[0] == one.kpis.deltas["sales_value"]
        assert trace.x[0] - trace.error_x.arrayminus[0] == pytest.approx(low)
        assert trace.x[0] + trace.error_x.array[0] == pytest.approx(high)
    assert len({*drawn.data[0].y, *drawn.data[1].y}) == 6


def test_the_chart_speaks_for_itself() -> None:
    assert "Mild" in promos_compared([_contender("Mild", 10.0)], Wording()).layout.meta["alt"]
    assert promos_compared([], Wording()).layout.annotations[0].text == "Choose promotions to compare."


def test_the_frontier_marks_what_is_chosen_and_what_lies_on_the_table() -> None:
    scenario = PromoScenario(
        "Deep", "2024-03-04", "2024-03-10", "balanced", (Mechanic("TV", "online", 20.0),)
    )
    points = frontier(scenario, made_baseline(), made_uplift(), made_settings(), points=5)
    drawn = frontier_chart(points, 1, (100.0, -50.0), Wording())
    path, chosen, here = drawn.data
    assert list(path.x) == sorted(path.x)
    assert chosen.x[0] == points[1].sales_value_delta
    assert (here.x[0], here.y[0]) == (100.0, -50.0)
    assert "TV online" in path.customdata[0]
