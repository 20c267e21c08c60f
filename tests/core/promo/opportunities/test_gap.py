import datetime as dt

import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.promo.opportunities.gap import gap
from core.promo.opportunities.values import targets_of
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from tests.core.promo.made import made_baseline, made_sales, made_settings, made_uplift

# The made sales end on 25 February 2024.


def targets(**other):
    rows = {
        "month": ["2024-01", "2024-02", "2024-03"], "geo": "DE", "sales_value_target": [7e5, 7e5, 8e5],
        "margin_pct_target": [22.0, 22.0, 23.0], "units_target": [14000.0, 14000.0, 16000.0],
    }  # fmt: skip
    return pd.DataFrame(rows | other)


def in_month(month):
    rows = made_sales()
    return rows[rows["date"].dt.strftime("%Y-%m") == month]


def test_a_past_month_is_what_was_sold_against_its_target():
    found = gap(made_sales(), targets(), "2024-01", "ALL", made_baseline())
    sold = in_month("2024-01")
    assert found.sales_value.actual == found.sales_value.expected == pytest.approx(sold["sales_value"].sum())
    assert found.sales_value.gap == pytest.approx(sold["sales_value"].sum() - 7e5)
    assert found.sales_value.lower == found.sales_value.upper == pytest.approx(found.sales_value.expected)
    rate = 100 * sold["margin_value"].sum() / sold["sales_value"].sum()
    assert found.margin_pct.gap == pytest.approx(rate - 22)
    assert found.units.gap == pytest.approx(sold["units"].sum() - 14000)
    assert found.first_on is None and found.notes == ()


def test_a_month_under_way_is_sales_so_far_and_the_baseline_for_the_rest():
    found = gap(made_sales(), targets(), "2024-02", "ALL", made_baseline())
    rest = made_baseline().forecast("2024-02-26", "2024-02-29")["sales_value"].sum()
    assert str(found.covered_until) == "2024-02-25"
    assert (str(found.first_on), str(found.last_on)) == ("2024-02-26", "2024-02-29")
    assert found.sales_value.forecast == pytest.approx(rest)
    assert found.sales_value.expected == pytest.approx(in_month("2024-02")["sales_value"].sum() + rest)
    assert found.sales_value.lower < found.sales_value.expected < found.sales_value.upper
    assert found.sales_value.upper - found.sales_value.lower < 0.3 * rest
    assert found.sales_value.gap_lower == pytest.approx(found.sales_value.lower - 7e5)


def test_planned_promotions_count_by_their_days_in_the_month():
    scenario = PromoScenario("Test", "2024-02-27", "2024-03-03", "balanced", [Mechanic("TV", "online", 20)])
    kpis = evaluate(scenario, made_baseline(), made_uplift(), made_settings())
    alone, planned = (
        gap(made_sales(), targets(), "2024-02", "ALL", made_baseline(), chosen) for chosen in ((), (kpis,))
    )
    moved = planned.sales_value.expected - alone.sales_value.expected
    assert moved == pytest.approx(kpis.deltas["sales_value"] * 3 / 6) == planned.sales_value.planned
    assert planned.margin_pct.planned < 0
    assert np.ptp([planned.sales_value.lower, planned.sales_value.upper]) > np.ptp(
        [alone.sales_value.lower, alone.sales_value.upper]
    )


def test_a_month_without_a_target_has_no_gap_and_says_so():
    for none in (None, targets().iloc[:0]):
        found = gap(made_sales(), none, "2024-03", "ALL", made_baseline())
        assert found.sales_value.target is None and found.sales_value.gap is None
        assert found.notes[0] == "No target is set for March 2024."


def test_target_geos_that_the_sales_do_not_know_are_the_whole_or_their_sum():
    one = gap(made_sales(), targets(), "2024-03", "DE", made_baseline())
    assert one.sales_value.target == 8e5
    both = pd.concat([targets(), targets(geo="AT", sales_value_target=2e5, margin_pct_target=18.0)])
    found = gap(made_sales(), both, "2024-03", "ALL", made_baseline())
    assert found.sales_value.target == pytest.approx(1e6)
    assert found.margin_pct.target == pytest.approx((8e5 * 23 + 2e5 * 18) / 1e6)
    assert any("the targets of DE, AT are added up" in note for note in found.notes)


def test_a_geo_that_the_sales_know_has_its_own_target():
    rows = pd.concat([targets(), targets(geo="AT", sales_value_target=2e5)])
    assert targets_of(rows, "2024-03", "AT", {"AT", "DE"}).sales_value == 2e5
    assert targets_of(rows, "2024-03", "FR", {"AT", "DE", "FR"}).sales_value is None


def test_units_may_have_no_target():
    found = gap(made_sales(), targets(units_target=np.nan), "2024-03", "ALL", made_baseline())
    assert found.units.target is None and found.sales_value.target == 8e5


def test_months_are_refused_in_words():
    with pytest.raises(UserError, match="written like 2024-10, not 'October'"):
        gap(made_sales(), targets(), "October", "ALL", made_baseline())
    with pytest.raises(UserError, match="no sales before or in March 2020"):
        gap(made_sales(), targets(), "2020-03", "ALL", made_baseline())


def test_a_sales_channel_whose_file_is_still_to_come_counts_as_a_forecast_not_as_nothing_sold():
    sales = made_sales()
    early = sales[(sales["channel"] == "online") | (sales["date"] <= "2024-02-15")]
    whole = gap(sales, targets(), "2024-02", "ALL", made_baseline())
    found = gap(early, targets(), "2024-02", "ALL", made_baseline())
    assert found.covered_until == dt.date(2024, 2, 15)
    assert found.sales_value.expected == pytest.approx(whole.sales_value.expected, rel=0.05)
