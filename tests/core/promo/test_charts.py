import numpy as np
import pandas as pd
import pytest

from core.promo import charts, effects
from tests.core.promo.made import made_baseline, made_uplift
from tests.core.promo.samples import shop


def of(frame: pd.DataFrame, department: str) -> pd.DataFrame:
    return frame[frame["department"] == department]


def test_a_curve_is_solid_as_far_as_discounts_were_seen():
    uplift = made_uplift()
    curves, events, cells = (
        of(make(uplift), "Gaming") for make in (effects.curve_table, effects.event_table, effects.cell_table)
    )
    figure = charts.uplift_curves(curves, events, cells)
    deepest = cells.set_index("channel")["deepest_pct"]
    for channel in ("online", "offline"):
        lines = [
            t for t in figure.data if t.mode == "lines" and t.name == channel.capitalize() and t.fill is None
        ]
        solid = next(t for t in lines if t.line.dash is None)
        dotted = next(t for t in lines if t.line.dash == "dot")
        assert max(solid.x) == np.ceil(deepest[channel]) == min(dotted.x)
    points = [t for t in figure.data if t.mode == "markers"]
    assert sum(len(t.x) for t in points) == len(events)
    assert "90 % intervals" in charts_alt(figure)


def charts_alt(figure: object) -> str:
    return str(figure.layout.meta["alt"])  # type: ignore[attr-defined]


def test_a_cell_without_promotions_is_dotted_all_the_way():
    curves = pd.DataFrame(
        {"channel": "online", "discount_pct": [0.0, 1.0, 2.0], "mean": [0, 1, 2], "lower": [0, 1, 2],
         "upper": [0, 1, 2]}
    )  # fmt: skip
    none = pd.DataFrame(columns=["channel", "discount_pct", "mean", "lower", "upper", "start", "end"])
    seen = pd.DataFrame({"channel": ["online"], "deepest_pct": [0.0]})
    figure = charts.uplift_curves(curves, none, seen)
    solid = next(t for t in figure.data if t.fill is None and t.line.dash is None)
    assert list(solid.x) == [0.0]


def test_the_backtest_shows_both_methods_in_every_window():
    frame = made_baseline().backtest
    figure = charts.backtest(frame)
    assert {trace.name for trace in figure.data} == {"Seasonal", "Weekday mean"}
    assert all(len(trace.x) == frame["origin"].nunique() for trace in figure.data)
    assert "too short" in charts_alt(charts.backtest(frame.iloc[:0]))


def test_pale_fields_of_the_matrix_are_those_that_may_be_nothing():
    rivals = pd.DataFrame(
        [("a", "b", -5.0, -6.0, -4.0, True), ("b", "a", -5.0, -11.0, 1.0, False)],
        columns=["by", "on", "mean", "lower", "upper", "clear"],
    )
    heat = charts.cannibalisation(rivals).data[0]
    assert heat.z[0][1] == -5.0
    assert abs(heat.z[1][0]) < 2.0
    assert "a on b -5.0 %" in charts_alt(charts.cannibalisation(rivals))
    assert "nothing can be said" in charts_alt(charts.cannibalisation(rivals.iloc[:0]))


def test_the_dip_has_a_row_for_every_department():
    table = effects.dip_table(made_uplift().regression)
    figure = charts.dip(table)
    assert list(figure.layout.yaxis.ticktext) == list(dict.fromkeys(table["department"]))


def test_a_cell_of_one_version_alone_is_drawn_without_the_other():
    now = pd.DataFrame(
        {"department": ["a", "b"], "channel": "online", "mean": 1.0, "lower": 0.0, "upper": 2.0}
    )
    figure = charts.two_versions(now.iloc[:1], now, ("Version 1", "Version 2"), 20)
    before, after = figure.data
    assert np.isfinite(np.asarray(before.x, float)).sum() == 1
    assert np.isfinite(np.asarray(after.x, float)).sum() == 2


def test_sales_by_week_hold_whole_weeks_only_and_lose_no_money():
    facts = shop(days=33)  # from a Monday: four whole weeks and five days
    weeks = charts.weekly(facts)
    assert len(weeks) == 4
    first = facts[facts["date"] < facts["date"].min() + pd.Timedelta(days=28)]
    assert weeks.to_numpy().sum() == pytest.approx(first["sales_value"].sum())


def test_promotions_that_touch_are_shaded_as_one():
    spans = [("2024-01-05", "2024-01-08"), ("2024-01-01", "2024-01-04"), ("2024-02-01", "2024-02-01")]
    assert len(charts.joined(spans)) == 2
    figure = charts.sales_by_week(shop(), [("2023-03-01", "2023-03-05"), ("2030-01-01", "2030-01-02")])
    assert len(figure.layout.shapes) == 1
    assert figure.layout.shapes[0].x1 == "2023-03-06"


def test_names_of_departments_are_never_read_as_markup():
    rivals = pd.DataFrame(
        [("<b>x</b>", "<a href='#'>y</a>", -5.0, -6.0, -4.0, True)],
        columns=["by", "on", "mean", "lower", "upper", "clear"],
    )
    figure = charts.cannibalisation(rivals)
    drawn = [*figure.data[0].x, *figure.data[0].y, figure.data[0].customdata[0][0]]
    assert not any("<" in str(text) for text in drawn)
