"""Days summed to weeks: sums, means, edges."""

import numpy as np
import pandas as pd
import pytest

from core.data import ColumnMap, ColumnRole, Mapping, Prepared, Weekday, read_table
from core.data.weeks import week_of
from core.mmm.prepare import prepare

DAYS = pd.date_range("2023-01-02", periods=7 * 30, freq="D")  # a Monday
MAPPING = Mapping(
    (
        ColumnMap("date", ColumnRole.DATE),
        ColumnMap("sales", ColumnRole.TARGET),
        ColumnMap("tv", ColumnRole.SPEND),
        ColumnMap("temperature", ColumnRole.CONTROL),
        ColumnMap("population", ColumnRole.POPULATION),
        ColumnMap("value", ColumnRole.VALUE_PER_UNIT),
        ColumnMap("event", ColumnRole.EVENT),
    ),
    period="weekly",  # type: ignore[arg-type]
    kpi_kind="count",  # type: ignore[arg-type]
)


def daily() -> pd.DataFrame:
    number = np.arange(len(DAYS))
    return pd.DataFrame(
        {
            "date": DAYS.strftime("%Y-%m-%d"),
            "sales": number % 7 + 1,
            "tv": number * 1.0,
            "temperature": number % 10,
            "population": 1000 + number,
            "value": np.where(number % 7 == 0, 20.0, 10.0),
            "event": np.where(number == 8, "Launch", "na"),
        }
    )


def weekly(frame: pd.DataFrame, mapping: Mapping = MAPPING) -> Prepared:
    return prepare(read_table(frame.to_csv(index=False).encode(), "daily.csv"), mapping)


def test_money_is_added_controls_are_averaged_population_is_the_last() -> None:
    result = weekly(daily())
    first = result.frame.iloc[0]
    assert len(result.frame) == 30
    assert first["sales"] == 28
    assert first["tv"] == pytest.approx(sum(range(7)))
    assert first["temperature"] == pytest.approx(np.mean(range(7)))
    assert first["population"] == 1006
    assert result.frame["event"].dropna().tolist() == ["Launch"]


def test_money_per_unit_is_weighted_with_the_units() -> None:
    assert weekly(daily()).frame.loc[0, "value"] == pytest.approx((1 * 20 + 27 * 10) / 28)


def test_nothing_is_lost_but_the_incomplete_weeks_that_are_named() -> None:
    frame = daily().iloc[3:-2]
    dropped = weekly(frame)
    kept = weekly(frame, MAPPING.replace(edge_weeks="keep"))
    assert len(dropped.frame) == 28
    assert kept.frame["tv"].sum() == pytest.approx(frame["tv"].sum())
    (said,) = [item for item in dropped.problems if item.code == "incomplete_week"]
    assert "2023-01-02 (4 of 7 days)" in said.message and "left out" in said.message


def test_a_week_can_begin_on_any_day() -> None:
    result = weekly(daily(), MAPPING.replace(week_start="sunday"))
    assert result.frame["date"].dt.day_name().unique().tolist() == ["Sunday"]
    for start in Weekday:
        days = pd.Series(DAYS)
        weeks = week_of(days, start)
        assert (weeks.dt.day_of_week == start.number).all()
        assert ((days - weeks).dt.days.between(0, 6)).all()


def test_missing_days_inside_are_reported() -> None:
    result = weekly(daily().drop(index=[10, 11]))
    (said,) = [item for item in result.problems if item.code == "incomplete_week"]
    assert "2023-01-09 (5 days)" in said.message


def test_a_blank_kpi_leaves_its_week_blank_and_blank_media_count_as_zero() -> None:
    frame = daily().astype(object)
    frame.loc[8, "sales"] = ""
    frame.loc[9, "tv"] = ""
    result = weekly(frame)
    assert np.isnan(result.frame.loc[1, "sales"])
    assert result.frame.loc[1, "tv"] == pytest.approx(sum(range(7, 14)) - 9)
    assert any("counted as 0" in item.message for item in result.problems)
