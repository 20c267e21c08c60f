import numpy as np
import pytest

from core.charts.base import alt_text
from core.charts.formats import Wording
from core.promo.scenarios.charts import breakdown_bars
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from tests.core.promo.made import made_baseline, made_settings, made_uplift


def figures(discount):
    scenario = PromoScenario(
        "Test", "2024-03-04", "2024-03-10", "balanced", [Mechanic("TV", "online", discount)]
    )
    return evaluate(scenario, made_baseline(), made_uplift(), made_settings())


def test_bars_of_every_breakdown_add_up_and_carry_their_intervals():
    kpis = figures(20)
    for by in ("by_channel", "by_department", "by_segment"):
        chart = breakdown_bars(kpis, by, Wording())
        for bars, name in zip(chart.data, ("sales_value", "margin_value"), strict=True):
            assert np.sum(bars.x) == pytest.approx(kpis.deltas[name])
            assert (np.asarray(bars.error_x.array) >= 0).all() and np.max(bars.error_x.array) > 0
        assert "90 % intervals" in alt_text(chart)


def test_no_discount_is_said_instead_of_drawn():
    assert "nothing changes" in alt_text(breakdown_bars(figures(0), "by_department", Wording()))
