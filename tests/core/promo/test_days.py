import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.promo.days import Cell, cell_days
from core.promo.events import dip_days, events_of
from tests.core.promo.samples import shop


def test_a_day_with_both_kinds_of_rows_is_a_promo_day_with_all_its_sales():
    row = {"date": "2024-01-01", "channel": "online", "department": "a", "margin_value": 1.0, "units": 1}
    facts = pd.DataFrame(
        [
            row | {"promo_flag": False, "discount_pct": np.nan, "sales_value": 100.0},
            row | {"promo_flag": True, "discount_pct": 10.0, "sales_value": 30.0},
            row | {"promo_flag": True, "discount_pct": 20.0, "sales_value": 10.0},
        ]
    )
    days = cell_days(facts)
    assert days.cells == (Cell("a", "online"),)
    assert days.sales[0, 0] == 140.0
    assert days.promo[0, 0]
    assert days.discount_pct[0, 0] == pytest.approx((30 * 10 + 10 * 20) / 40)


def test_days_without_a_row_are_unknown_and_not_nothing():
    facts = shop(60)
    days = cell_days(facts[facts["date"] != pd.Timestamp("2023-01-05")])
    assert np.isnan(days.sales[:, 3]).all()
    assert not days.sold[:, 3].any()


def test_geos_are_cells_of_their_own():
    days = cell_days(pd.concat([shop(30).assign(geo="DE"), shop(30).assign(geo="AT")]))
    assert len(days.cells) == 4
    assert {cell.geo for cell in days.cells} == {"AT", "DE"}


def test_missing_columns_are_named():
    with pytest.raises(UserError, match="discount_pct, units"):
        cell_days(shop(30).drop(columns=["discount_pct", "units"]))


def test_each_run_of_promo_days_is_an_event_and_a_new_discount_begins_another():
    facts = shop(100)
    facts.loc[(facts["date"] >= "2023-02-13") & facts["promo_flag"], "discount_pct"] = 30.0
    found = [(event.start, event.stop, event.discount_pct) for event in events_of(cell_days(facts))]
    assert found == [(40, 42, 20.0), (42, 45, 30.0), (80, 85, 30.0)]


def test_the_weeks_after_a_promo_are_its_shadow():
    shadows = dip_days(cell_days(shop(100)))
    assert np.flatnonzero(shadows.near[0]).tolist() == [*range(45, 52), *range(85, 92)]
    assert np.flatnonzero(shadows.far[0]).tolist() == [*range(52, 59), *range(92, 99)]
    assert not shadows.near[1].any()
