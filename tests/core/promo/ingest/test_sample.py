"""The retailer's two workbooks give the sums that are known for them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from core.json_values import from_json, to_json
from core.promo import read_sales
from core.promo.ingest import SalesMapping, inspect_sales

ROOT = Path(__file__).parents[4]
FILES = sorted((ROOT / "sample_data" / "retail").glob("Sales_*.xlsb"))
KEYS = ["date", "channel", "department", "promo_flag"]
A_CENT = (
    0.01 + 1e-7
)  # the till lines were rounded one by one: their sum can differ by a cent from the known one


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    known = pd.read_csv(
        ROOT / "tests" / "data" / "promo" / "sales_aggregated_expected.csv", parse_dates=["date"]
    )
    return known.sort_values(KEYS, ignore_index=True)


def test_the_two_workbooks_give_the_known_sums(expected: pd.DataFrame) -> None:
    sales, report = read_sales(FILES, mapping=None, today=dt.date(2025, 10, 10))
    found = sales.sort_values(KEYS, ignore_index=True)
    assert list(sales.columns) == list(expected.columns)
    pd.testing.assert_frame_equal(found[KEYS], expected[KEYS], check_dtype=False)
    assert (found["units"] == expected["units"]).all()
    pd.testing.assert_series_equal(found["discount_pct"], expected["discount_pct"])
    for money in ("sales_value", "margin_value"):
        assert (found[money] - expected[money]).abs().max() <= A_CENT
    assert (report.rows_read, report.rows_rejected, len(report.rejected)) == (26_347, 0, 0)
    assert report.quality_score == 100.0
    assert (report.first_on, report.last_on) == (dt.date(2023, 10, 1), dt.date(2025, 9, 30))


def test_the_guess_says_why_and_survives_json() -> None:
    found = inspect_sales(FILES[0], FILES[0].name)
    assert found.mapping is not None and not found.faults
    assert found.channel_words == {"Web": "online", "Store": "offline"}
    assert found.promo_words == {"N": False, "Y": True}
    assert "promo" in found.reason("Promo")
    assert from_json(SalesMapping, to_json(found.mapping)) == found.mapping
