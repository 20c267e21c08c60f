import json
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.json_values import from_json, to_json
from core.promo.baseline import Backtest, Baseline
from core.promo.days import BaselineMethod, cell_days
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import Kpi, PromoKpis
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from tests.core.promo.made import (
    MARGIN_POINTS,
    TAKEN_FROM_AUDIO,
    made_baseline,
    made_sales,
    made_segments,
    made_settings,
    made_uplift,
    uplift_on,
)

START, END = "2024-03-04", "2024-03-10"
ADDS_UP = ("sales_value", "margin_value", "ebit", "units")
PLACES = [(d, c) for d in ("Audio", "Gaming", "TV") for c in ("offline", "online")]


def forecast():
    return made_baseline().forecast(START, END)


FORECAST = []


def asked(*lines, rules=None, **other):
    if not FORECAST:
        FORECAST.append(forecast())
    scenario = PromoScenario("Test", START, END, "balanced", lines, **other)
    return evaluate(scenario, made_baseline(), made_uplift(), rules or made_settings(), forecast=FORECAST[0])


@st.composite
def some_lines(draw):
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=6, unique=True))
    lines = []
    for department, channel in places:
        discount = draw(st.floats(0, 60).map(lambda x: round(x, 1)))
        segments = draw(st.sampled_from([("ALL",), ("LOYAL",), ("BARGAIN", "LAPSED")]))
        lines.append(Mechanic(department, channel, discount, segments))
    return lines


def cell_sums(department, channel):
    rows = forecast()
    rows = rows[(rows["department"] == department) & (rows["channel"] == channel)]
    return rows[["sales_value", "margin_value", "units"]].sum()


def test_no_discount_is_the_baseline():
    kpis = asked(Mechanic("TV", "online", 0), Mechanic("Audio", "offline", 0, ["LOYAL"]))
    assert kpis.totals == kpis.baseline
    assert set(kpis.deltas.values()) == {0.0}
    assert kpis.intervals["sales_value_delta"] == (0.0, 0.0)
    assert kpis.totals["sales_value"] == pytest.approx(forecast()["sales_value"].sum())
    assert kpis.dip["sales_value"] == 0 and kpis.cannibalised == {} and kpis.notes == ()


def test_one_line_by_hand():
    kpis, uplift = asked(Mechanic("Audio", "online", 15)), made_uplift()
    base = cell_sums("Audio", "online")
    gain = uplift.draws("Audio", "online", 15).mean()
    sales = base["sales_value"] * (1 + gain)
    margin = sales * (base["margin_value"] / base["sales_value"] - MARGIN_POINTS * 15 / 100)
    units = base["units"] * (1 + gain) / (1 - uplift.margin.price * 0.15)
    row = kpis.lines[0]
    assert row.uplift_pct == pytest.approx(100 * gain)
    assert row.uplift_lower_pct < row.uplift_pct < row.uplift_upper_pct
    assert row.sales_value == pytest.approx(sales)
    assert row.margin_pct == pytest.approx(100 * margin / sales, abs=0.01)
    own = next(row for row in kpis.breakdown["by_department"] if row["department"] == "Audio")
    assert own["sales_value_delta"] == pytest.approx(sales - base["sales_value"])
    assert own["margin_value_delta"] == pytest.approx(margin - base["margin_value"], rel=1e-3)
    assert own["units_delta"] == pytest.approx(units - base["units"])
    assert kpis.totals["ebit"] == pytest.approx(
        kpis.totals["margin_value"] - 0.10 * kpis.totals["sales_value"]
    )


def test_other_departments_of_the_same_channel_lose_what_was_measured():
    kpis = asked(Mechanic("TV", "online", 20))
    lost = kpis.cannibalised["Audio"]
    online = cell_sums("Audio", "online")["sales_value"]
    assert lost["sales_value"] == pytest.approx(TAKEN_FROM_AUDIO * online, rel=0.2)
    assert lost["lower"] < lost["sales_value"] < lost["upper"] and lost["lower"] > 0
    rows = {row["department"]: row for row in kpis.breakdown["by_department"]}
    assert rows["Audio"]["sales_value_delta"] == pytest.approx(-lost["sales_value"])


def test_the_dip_is_told_apart_from_the_period():
    kpis = asked(Mechanic("TV", "online", 20))
    after = kpis.dip
    assert (after["first_on"], after["last_on"]) == ("2024-03-11", "2024-03-24")
    week = (
        made_baseline().forecast("2024-03-11", "2024-03-24").query("department=='TV' and channel=='online'")
    )
    assert after["baseline_sales_value"] == pytest.approx(week["sales_value"].sum(), rel=0.01)
    assert after["share"] == pytest.approx(-0.05, abs=0.02)  # 10 % of the first of two weeks
    assert after["sales_value_lower"] < after["sales_value"] < after["sales_value_upper"] < 0
    alone = asked(Mechanic("TV", "online", 20)).totals["sales_value"]
    assert alone == kpis.totals["sales_value"]


def test_only_the_targeted_share_of_revenue_reacts():
    whole, part = asked(Mechanic("Gaming", "online", 20)), asked(Mechanic("Gaming", "online", 20, ["LOYAL"]))
    gaming = [
        next(row for row in kpis.breakdown["by_department"] if row["department"] == "Gaming")
        for kpis in (whole, part)
    ]
    assert gaming[1]["sales_value_delta"] == pytest.approx(0.4 * gaming[0]["sales_value_delta"])
    assert part.lines[0].uplift_pct == pytest.approx(whole.lines[0].uplift_pct)


def test_segments_share_the_increment_by_revenue_and_sensitivity():
    kpis = asked(Mechanic("Audio", "online", 15))
    rows = {row["segment_id"]: row for row in kpis.breakdown["by_segment"]}
    assert set(rows) == {"LOYAL", "BARGAIN", "LAPSED", "REST"}
    weights = {"LOYAL": 0.4 * 0.7, "BARGAIN": 0.35 * 1.3, "LAPSED": 0.15, "REST": 0.10}
    audio = next(row for row in kpis.breakdown["by_department"] if row["department"] == "Audio")
    others = kpis.deltas["sales_value"] - audio["sales_value_delta"]
    shares = {"LOYAL": 0.4, "BARGAIN": 0.35, "LAPSED": 0.15, "REST": 0.10}
    for name, row in rows.items():
        mine = audio["sales_value_delta"] * weights[name] / sum(weights.values()) + others * shares[name]
        assert row["sales_value_delta"] == pytest.approx(mine)
    assert rows["REST"]["sales_value"] - rows["REST"]["sales_value_delta"] == pytest.approx(
        0.10 * kpis.baseline["sales_value"]
    )


def test_without_segments_all_customers_are_one_row():
    kpis = asked(Mechanic("TV", "online", 20), rules=made_settings(segments=None))
    (row,) = kpis.breakdown["by_segment"]
    assert row["segment_id"] == "ALL" and row["sales_value"] == pytest.approx(kpis.totals["sales_value"])


@settings(max_examples=40, deadline=None)
@given(some_lines())
def test_every_breakdown_adds_up_to_totals_and_deltas(lines):
    kpis = asked(*lines)
    for rows in kpis.breakdown.values():
        for name in ADDS_UP:
            size = abs(kpis.totals[name]) + 1
            assert sum(row[name] for row in rows) == pytest.approx(kpis.totals[name], abs=1e-9 * size)
            assert sum(row[f"{name}_delta"] for row in rows) == pytest.approx(
                kpis.deltas[name], abs=1e-9 * size
            )
    for name in ADDS_UP:
        assert kpis.totals[name] - kpis.baseline[name] == pytest.approx(kpis.deltas[name])


@settings(max_examples=30, deadline=None)
@given(some_lines(), st.randoms())
def test_the_order_of_lines_changes_nothing(lines, chance):
    other = list(lines)
    chance.shuffle(other)
    first, second = asked(*lines), asked(*other)
    assert first.totals == second.totals and first.intervals == second.intervals
    assert first.breakdown == second.breakdown and first.dip == second.dip
    assert [line.department for line in second.lines] == [line.department for line in other]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(PLACES), st.floats(1, 60), st.floats(0.5, 30))
def test_a_deeper_discount_never_sells_less(place, discount, more):
    less = asked(Mechanic(*place, discount))
    deep = asked(Mechanic(*place, discount + more))
    assert deep.totals["sales_value"] >= less.totals["sales_value"]
    assert deep.totals["units"] > less.totals["units"]
    assert deep.lines[0].margin_pct < less.lines[0].margin_pct


@settings(max_examples=20, deadline=None)
@given(some_lines())
def test_expectations_lie_within_their_intervals(lines):
    kpis = asked(*lines)
    for name in Kpi:
        lower, upper = kpis.intervals[name]
        assert lower <= kpis.totals[name] <= upper
        lower, upper = kpis.intervals[f"{name}_delta"]
        assert lower - 1e-9 <= kpis.deltas[name] <= upper + 1e-9


@pytest.mark.parametrize("sales", [-70.0, 0.0])
def test_where_returns_exceed_sales_the_baseline_stays_and_a_promotion_changes_nothing(sales):
    rows = forecast()
    none = (rows["department"] == "TV") & (rows["channel"] == "online")
    rows.loc[none, ["sales_value", "margin_value", "units"]] = sales / 7, -30.0, -2.0

    def kpis_of(*lines):
        plan = PromoScenario("Test", START, END, "balanced", lines)
        return evaluate(plan, made_baseline(), made_uplift(), made_settings(), forecast=rows)

    promoted, usual = (kpis_of(Mechanic("TV", "online", discount)) for discount in (20, 0))
    assert promoted.totals["sales_value"] <= usual.totals["sales_value"]  # Audio may lose, TV gains nothing
    line = promoted.lines[0]
    assert (line.sales_value_delta, line.margin_value_delta) == (0, 0)
    for kpis in (promoted, usual):
        for name in Kpi:
            lower, upper = kpis.intervals[name]
            assert lower <= kpis.totals[name] <= upper
    assert usual.totals["margin_value"] == pytest.approx(rows["margin_value"].sum())


def test_cells_without_history_and_discounts_beyond_any_say_so():
    kpis = asked(Mechanic("Audio", "offline", 10), Mechanic("TV", "online", 40))
    assert [line.pooled for line in kpis.lines] == [True, False]
    assert [line.untried for line in kpis.lines] == [False, True]
    assert "Audio, offline: no promotion of its own" in kpis.notes[0]
    assert "TV, online: 40 % is deeper than anything tried there (25 %)" in kpis.notes[1]


def test_unknown_departments_and_segments_are_refused_together():
    with pytest.raises(UserError) as caught:
        asked(Mechanic("Books", "online", 10), Mechanic("TV", "online", 10, ["VIP"]))
    assert len(caught.value.faults) == 2
    assert "Books, online: nothing was ever sold there" in str(caught.value)
    assert "the segment VIP is unknown; known are LOYAL, BARGAIN, LAPSED" in str(caught.value)


def test_figures_survive_json():
    kpis = asked(Mechanic("TV", "online", 20), Mechanic("Audio", "offline", 40, ["LOYAL"]))
    assert from_json(PromoKpis, json.loads(json.dumps(to_json(kpis)))) == kpis


def test_a_recalculation_takes_a_third_of_a_second_at_most():
    line = Mechanic("TV", "online", 20)
    asked(line)
    began = time.process_time()
    for _ in range(5):
        asked(line)
    assert (time.process_time() - began) / 5 <= 0.3


def test_a_geo_is_planned_alone_and_all_geos_are_their_sum():
    parts = [made_sales().assign(geo="North"), made_sales().assign(geo="South")]
    money = ["sales_value", "margin_value", "units"]
    parts[1][money] = parts[1][money] / 2
    days = cell_days(pd.concat(parts))
    empty = Backtest(pd.DataFrame(columns=["method", "origin", "days", "mape", "bias"]))
    baseline = Baseline(days, BaselineMethod.WEEKDAY_MEAN, empty, ())
    uplift, rules = uplift_on(baseline), made_settings()
    scenario = PromoScenario("Test", START, END, "balanced", [Mechanic("TV", "online", 20)])
    found = {
        geo: evaluate(replace(scenario, geo=geo), baseline, uplift, rules)
        for geo in ("ALL", "North", "South")
    }
    for name in ("sales_value", "margin_value"):
        both = found["North"].deltas[name] + found["South"].deltas[name]
        assert found["ALL"].deltas[name] == pytest.approx(both)
    with pytest.raises(UserError, match="Nothing was ever sold in the geo West; the sales know North, South"):
        evaluate(replace(scenario, geo="West"), baseline, uplift, rules)


def test_a_forecast_of_other_days_is_refused():
    scenario = PromoScenario("Test", START, END, "balanced", [Mechanic("TV", "online", 20)])
    short = forecast()[lambda rows: rows["date"] < pd.Timestamp(END)]
    with pytest.raises(UserError, match="every day from 2024-03-04 to 2024-03-10"):
        evaluate(scenario, made_baseline(), made_uplift(), made_settings(), forecast=short)


def test_segments_may_leave_nothing_over():
    full = made_segments()
    full["share_of_revenue"] = [0.5, 0.3, 0.2]
    kpis = asked(Mechanic("TV", "online", 20), rules=made_settings(segments=full))
    assert [row["segment_id"] for row in kpis.breakdown["by_segment"]] == ["LOYAL", "BARGAIN", "LAPSED"]


def test_the_whole_is_about_as_unsure_as_past_forecasts_missed_and_the_change_less():
    kpis = asked(Mechanic("TV", "online", 20))
    lower, upper = kpis.intervals["sales_value"]
    wide = (upper - lower) / (2 * 1.645) / kpis.totals["sales_value"]
    assert made_baseline().missed_sd * 0.9 < wide < 0.08
    change = np.diff(kpis.intervals["sales_value_delta"])[0]
    assert change < upper - lower
