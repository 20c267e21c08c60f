"""Long media tables become one column per channel."""

import pandas as pd
import pytest

from core.data import ColumnRole, Prepared, detect, read_table
from core.mmm.prepare import prepare

WEEKS = pd.date_range("2023-01-02", periods=40, freq="7D")


def long_rows(**changes: object) -> pd.DataFrame:
    rows = [
        {"date": week.date(), "channel": channel, "spend": spend * (n + 1), "impressions": 100 * spend}
        for n, week in enumerate(WEEKS)
        for channel, spend in (("TV", 10), ("Search", 3))
    ]
    return pd.DataFrame(rows).assign(**changes)


def prepared(frame: pd.DataFrame) -> Prepared:
    table = read_table(frame.to_csv(index=False).encode(), "long.csv")
    return prepare(table, detect(table).mapping())


def test_each_channel_gets_its_spend_and_its_exposure() -> None:
    result = prepared(long_rows(revenue=500.0))
    assert result.ready or {item.code for item in result.errors} == {"constant_target"}
    assert list(result.mapping.columns_of(ColumnRole.SPEND)) == ["Search_spend", "TV_spend"]
    assert result.mapping.pairs == {"Search_spend": "Search_impressions", "TV_spend": "TV_impressions"}
    assert result.mapping.label_of("TV_spend") == "TV"
    assert result.frame["TV_spend"].tolist() == [10.0 * (n + 1) for n in range(40)]
    assert len(result.frame) == 40


def test_no_money_is_lost_or_invented() -> None:
    frame = long_rows()
    result = prepared(frame)
    wide = result.frame[["TV_spend", "Search_spend"]].to_numpy().sum()
    assert wide == pytest.approx(frame["spend"].sum())


def test_a_channel_without_a_row_spent_nothing_that_day_and_it_is_said() -> None:
    result = prepared(long_rows().drop(index=[1]))
    assert result.frame.loc[0, "Search_spend"] == 0.0
    assert any("count as 0" in note for note in result.notes)


def test_two_spellings_are_one_channel() -> None:
    frame = long_rows()
    frame.loc[2, "channel"] = "tv "
    result = prepared(frame)
    assert set(result.mapping.columns_of(ColumnRole.SPEND)) == {"TV_spend", "Search_spend"}
    assert "medium_spelling" in {item.code for item in result.problems}


def test_a_kpi_repeated_for_each_channel_counts_once() -> None:
    frame = long_rows()
    frame["revenue"] = [1000.0 + n // 2 for n in range(len(frame))]
    result = prepared(frame)
    assert result.frame["revenue"].tolist() == [1000.0 + n for n in range(40)]
    assert result.ready


def test_a_kpi_that_differs_between_channels_is_added_up_with_a_warning() -> None:
    frame = long_rows()
    frame["revenue"] = [float(n) for n in range(len(frame))]
    result = prepared(frame)
    assert result.frame.loc[0, "revenue"] == 1.0
    assert "kpi_repeated" in {item.code for item in result.problems}


def test_spend_without_a_channel_is_an_error_with_its_row() -> None:
    frame = long_rows()
    frame.loc[5, "channel"] = ""
    (fault,) = [item for item in prepared(frame).problems if item.code == "column_missing"]
    assert fault.row == 7


def test_regions_stay_apart() -> None:
    frame = pd.concat([long_rows(region="Nord"), long_rows(region="Süd", spend=1.0)])
    result = prepared(frame)
    assert result.mapping.geo_column == "region"
    assert result.frame.groupby("region")["TV_spend"].sum().tolist() == [8200.0, 40.0]
