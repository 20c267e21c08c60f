from core.charts.base import alt_text
from core.charts.formats import Wording
from core.promo.opportunities.charts import department_map, gap_waterfall
from core.promo.opportunities.gap import gap
from core.promo.opportunities.heat_map import heat_map
from tests.core.promo.made import made_baseline, made_sales, made_settings, made_uplift
from tests.core.promo.opportunities.test_gap import targets

WORDING = Wording()


def drawn(month, goals):
    return gap_waterfall(gap(made_sales(), goals, month, "ALL", made_baseline()), WORDING)


def test_the_parts_of_a_month_stand_on_each_other_up_to_the_target():
    chart = drawn("2024-02", targets())
    bars = chart.data[0]
    assert list(chart.layout.yaxis.ticktext) == [
        "Sold so far",
        "Still to come",
        "Expected",
        "Target",
        "Missing",
    ]
    assert bars.base[1] == bars.x[0]
    assert abs(bars.x[0] + bars.x[1] - bars.x[2]) < 1
    assert abs(bars.base[4] + bars.x[4] - bars.x[2]) < 1
    assert "90 % interval" in alt_text(chart) and "missing" in alt_text(chart)
    assert chart.data[1].error_x.array[0] > 0


def test_a_month_that_is_over_or_without_a_target_shows_what_there_is():
    assert list(drawn("2024-01", targets()).layout.yaxis.ticktext)[-1] == "Beyond target"
    chart = drawn("2024-03", None)
    assert list(chart.layout.yaxis.ticktext) == ["Still to come", "Expected"]
    assert "no target is set" in alt_text(chart)


def test_departments_are_drawn_by_what_is_known_of_them():
    frame = heat_map(
        made_sales(), targets(), "2024-03", "ALL", made_baseline(), made_uplift(), made_settings()
    )
    chart = department_map(frame)
    heat = chart.data[0]
    assert list(heat.y) == list(frame["department"]) and len(heat.x) == 5
    assert heat.z.min() >= -1 and heat.z.max() <= 1
    assert heat.z[0][0] < 0  # short of target
    assert "TV: against target" in alt_text(chart)
    bare = heat_map(made_sales(), None, "2024-03", "ALL", made_baseline(), made_uplift(), made_settings())
    assert len(department_map(bare).data[0].x) == 4


def test_names_stay_text_and_nothing_to_draw_is_said():
    frame = heat_map(made_sales(), None, "2024-03", "ALL", made_baseline(), made_uplift(), made_settings())
    chart = department_map(frame.assign(department=["<b>TV</b>", "b", "c"]))
    assert chart.data[0].y[0] == "&lt;b&gt;TV&lt;/b&gt;"
    assert "no sales" in alt_text(department_map(frame.iloc[:0]))
