"""Several files of one data set put side by side."""

import numpy as np
import pandas as pd

from core.data import (
    ColumnMap,
    ColumnRole,
    DataProblem,
    Mapping,
    Prepared,
    RawTable,
    Severity,
    detect,
    read_table,
)
from core.mmm.prepare import prepare

WEEKS = pd.date_range("2023-01-02", periods=50, freq="7D")
RNG = np.random.default_rng(2)


def media() -> pd.DataFrame:
    return pd.DataFrame(
        {"week": WEEKS, "tv_spend": RNG.random(50).round(3) + 1, "radio_spend": RNG.random(50).round(3) + 1}
    )


def sales() -> pd.DataFrame:
    return pd.DataFrame(
        {"Datum": WEEKS, "Umsatz": RNG.random(50).round(3) * 1000, "temperature": RNG.normal(size=50)}
    )


def table_of(frame: pd.DataFrame, name: str) -> RawTable:
    return read_table(frame.to_csv(index=False).encode(), name)


def together(*frames: pd.DataFrame) -> Prepared:
    tables = [table_of(frame, f"file{number}.csv") for number, frame in enumerate(frames, start=1)]
    return prepare(tables, [detect(table).mapping() for table in tables])


def problem(result: Prepared, code: str) -> DataProblem:
    return next(item for item in result.problems if item.code == code)


def test_two_files_meet_on_their_dates_whatever_the_columns_are_called() -> None:
    result = together(media(), sales())
    assert result.ready
    assert result.frame.shape == (50, 5)
    assert result.mapping.target_column == "Umsatz"
    assert result.mapping.date_column == "week"


def test_rows_of_either_file_stay_and_the_gaps_are_counted() -> None:
    result = together(media().iloc[:-2], sales().iloc[1:])
    assert len(result.frame) == 50
    assert "missing cells" in problem(result, "join_gaps").message
    assert not result.ready


def test_a_name_used_twice_is_told_apart_by_the_file() -> None:
    result = together(media(), sales().assign(tv_spend=1.5 + np.arange(50)))
    assert "tv_spend (file2)" in result.frame
    assert problem(result, "column_conflict").severity is Severity.WARNING
    assert result.frame["tv_spend"].max() < 3


def test_exposure_in_one_file_finds_its_spend_in_the_other() -> None:
    result = together(media(), sales().assign(tv_impressions=np.arange(50)))
    assert result.mapping.pairs == {"tv_spend": "tv_impressions"}


def test_files_of_different_frequency_meet_as_weeks() -> None:
    days = pd.date_range("2023-01-02", periods=350, freq="D")
    daily = pd.DataFrame({"day": days, "tv_spend": np.arange(350.0)})
    tables = [
        read_table(frame.to_csv(index=False).encode(), name)
        for frame, name in ((daily, "d.csv"), (sales(), "w.csv"))
    ]
    mappings = [detect(table).mapping() for table in tables]
    assert "Sum them to weeks" in problem(prepare(tables, mappings), "mixed_frequency").message
    result = prepare(tables, [mappings[0].replace(period="weekly"), mappings[1]])
    assert result.ready
    assert result.frame["tv_spend"].sum() == daily["tv_spend"].sum()


def test_a_national_control_is_shared_by_all_regions_but_national_spend_is_not() -> None:
    rows = [(week, place, 5.0 + n, 2.0 * n) for n, week in enumerate(WEEKS) for place in ("a", "b")]
    geo = pd.DataFrame(rows, columns=["week", "region", "sales", "tv_spend"])
    weather = pd.DataFrame({"week": WEEKS, "temperature": RNG.normal(size=50)})
    shared = together(geo, weather)
    assert shared.ready and len(shared.frame) == 100
    fault = problem(together(geo, media()), "geo_missing")
    assert fault.severity is Severity.ERROR
    assert "count once for every geo" in fault.message


def test_problems_of_cells_name_the_file_they_are_in() -> None:
    broken = sales().astype(object)
    broken.loc[3, "temperature"] = "warm"
    fault = problem(together(media(), broken), "bad_number")
    assert fault.where == "file2.csv, column temperature, row 5"


def test_one_mapping_serves_files_of_the_same_columns_only() -> None:
    mapping = Mapping((ColumnMap("week", ColumnRole.DATE), ColumnMap("tv_spend", ColumnRole.SPEND)))
    table = read_table(media().to_csv(index=False).encode(), "a.csv")
    assert prepare([table], mapping).mapping.columns_of(ColumnRole.SPEND) == ("tv_spend",)
