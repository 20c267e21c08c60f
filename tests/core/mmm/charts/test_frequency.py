import numpy as np
import pandas as pd

from core.mmm import charts
from tests.core.mmm import hand_made as made

CURVE = pd.DataFrame({"channel": "tv_S", "frequency": np.linspace(1, 8, 15)})
for name, factor in (("kpi", 1.0), ("kpi_lower", 0.8), ("kpi_upper", 1.2), ("roas", 0.001)):
    CURVE[name] = factor * 1000 * CURVE.frequency / (9 + CURVE.frequency**2)
BEST = pd.Series({"now": 2.0, "best": 3.0, "best_lower": 2.2, "best_upper": 4.1})


def test_the_best_frequency_is_a_line_within_its_interval():
    chart = charts.frequency_curve(CURVE, BEST, made.WORDING)
    area, edge = chart.layout.shapes
    assert (area.x0, area.x1) == (2.2, 4.1) and edge.x0 == edge.x1 == 3.0
    assert "the best is 3.0 (2.2 to 4.1), today's 2.0" in charts.alt_text(chart)


def test_a_dot_with_its_interval_marks_today():
    chart = charts.frequency_curve(CURVE, BEST, made.WORDING)
    dot = chart.data[2]
    assert list(dot.x) == [2.0] and dot.y[0] == np.interp(2.0, CURVE.frequency, CURVE.kpi)
    assert dot.error_y.array[0] > 0
    assert chart.data[0].fill == "toself"


def test_without_an_optimum_or_a_channel_the_chart_says_so():
    flat = charts.frequency_curve(CURVE, BEST.replace(3.0, np.nan), made.WORDING)
    assert not flat.layout.shapes and "every frequency earns the same" in charts.alt_text(flat)
    none = charts.frequency_curve(CURVE.iloc[:0], BEST, made.WORDING)
    assert "no channel with reach and frequency" in charts.alt_text(none)
