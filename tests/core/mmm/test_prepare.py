"""From files and mappings to one checked table, with every fault placed and every repair recorded."""

import json
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import (
    ColumnMap,
    ColumnRole,
    DataProblem,
    FileProblem,
    Mapping,
    Period,
    Prepared,
    RawTable,
    Repair,
    RepairCode,
    Severity,
    detect,
    read_table,
    to_mmm_config_fields,
)
from core.json_values import from_json, to_json
from core.mmm import MMMConfig, check
from core.mmm.prepare import prepare
from tests.core.data.uploads import SAMPLE

WEEKS = pd.date_range("2023-01-02", periods=60, freq="7D")
RNG = np.random.default_rng(5)


def clean() -> pd.DataFrame:
    tv, search = RNG.random(60) * 100 + 1, RNG.random(60) * 50 + 1
    return pd.DataFrame(
        {
            "date": WEEKS.strftime("%Y-%m-%d"),
            "sales": (1000 + 3 * tv + RNG.normal(0, 20, 60)).round(2),
            "tv_spend": tv.round(2),
            "search_spend": search.round(2),
            "temperature": RNG.normal(12, 6, 60).round(1),
        }
    ).astype(object)


def table_of(frame: pd.DataFrame, name: str = "media.csv") -> RawTable:
    return read_table(frame.to_csv(index=False).encode(), name)


def prepared(frame: pd.DataFrame, *repairs: Repair) -> Prepared:
    table = table_of(frame)
    return prepare(table, detect(table).mapping(), repairs)


def problem(result: Prepared, code: str) -> DataProblem:
    found = [item for item in result.problems if item.code == code]
    assert found, f"no {code} among {[item.code for item in result.problems]}"
    return found[0]


def test_clean_data_are_ready_and_typed() -> None:
    result = prepared(clean())
    assert result.ready and not result.problems
    assert str(result.frame["date"].dtype).startswith("datetime64")
    assert result.frame.dtypes.drop("date").eq("float64").all()


def test_the_prepared_sample_passes_the_models_own_checks() -> None:
    table = read_table(SAMPLE, "robyn_weekly.csv")
    result = prepare(table, detect(table).mapping())
    config = MMMConfig(**to_mmm_config_fields(result.mapping, result.frame))
    assert result.ready
    assert check(result.frame, config) == []


def test_a_cell_that_is_no_number_is_placed_in_the_file_and_can_be_read_as_zero() -> None:
    frame = clean()
    frame.loc[4, "tv_spend"] = "tbd"
    result = prepared(frame)
    fault = problem(result, "bad_number")
    assert fault.where == "media.csv, column tv_spend, row 6"
    assert fault.value == "tbd"
    assert [item.code for item in result.errors] == ["bad_number"]
    assert fault.repair is not None
    mended = prepared(frame, fault.repair)
    assert mended.ready
    assert mended.frame.loc[4, "tv_spend"] == 0.0
    assert mended.repairs_applied == (fault.repair,)


def test_a_blank_control_is_interpolated_on_request() -> None:
    frame = clean()
    frame.loc[[10, 11], "temperature"] = ""
    result = prepared(frame)
    fault = problem(result, "empty_cell")
    assert fault.row == 12
    assert fault.repair is not None and fault.repair.code == RepairCode.INTERPOLATE
    mended = prepared(frame, fault.repair)
    around = mended.frame["temperature"]
    assert around[10] == pytest.approx((2 * around[9] + around[12]) / 3)
    assert mended.ready


def test_repeated_periods_can_be_added_up() -> None:
    frame = pd.concat([clean(), clean().iloc[[3]]], ignore_index=True)
    result = prepared(frame)
    fault = problem(result, "duplicate")
    assert fault.severity is Severity.ERROR
    assert fault.repair is not None
    mended = prepared(frame, fault.repair)
    assert mended.ready and len(mended.frame) == 60
    two = frame[frame["date"] == frame.loc[3, "date"]]["tv_spend"].astype(float)
    assert mended.frame.loc[3, "tv_spend"] == pytest.approx(two.sum())


def test_missing_periods_can_be_filled_with_zero_media() -> None:
    result = prepared(clean().drop(index=[20, 21]))
    fault = problem(result, "missing_period")
    assert fault.repair is not None
    mended = prepared(clean().drop(index=[20, 21]), fault.repair)
    assert mended.ready and len(mended.frame) == 60
    assert (mended.frame.loc[[20, 21], ["tv_spend", "search_spend"]] == 0).all(axis=None)
    assert mended.frame["sales"].notna().all()


def test_negative_spend_can_be_set_to_zero() -> None:
    frame = clean()
    frame.loc[7, "tv_spend"] = -50
    fault = problem(prepared(frame), "negative")
    assert (fault.row, fault.column) == (9, "tv_spend")
    assert fault.repair is not None
    assert prepared(frame, fault.repair).frame["tv_spend"].min() == 0.0


def test_an_all_zero_channel_can_be_left_out() -> None:
    frame = clean()
    frame["search_spend"] = 0
    result = prepared(frame)
    fault = problem(result, "all_zero")
    assert fault.repair is not None
    mended = prepared(frame, fault.repair)
    assert mended.ready
    assert "search_spend" not in mended.frame
    assert mended.mapping.role_of("search_spend") is ColumnRole.IGNORE


def test_a_row_of_totals_is_recognised_and_can_be_dropped() -> None:
    frame = clean()
    frame.loc[60] = ["Total", 99999, 1, 1, 1]
    result = prepared(frame)
    fault = problem(result, "total_row")
    assert fault.row == 62
    assert fault.repair is not None
    mended = prepared(frame, fault.repair)
    assert mended.ready and len(mended.frame) == 60


def test_a_wrong_date_and_an_empty_one_are_two_problems_with_places() -> None:
    frame = clean()
    frame.loc[5, "date"] = "soon"
    frame.loc[6, "date"] = ""
    result = prepared(frame)
    assert problem(result, "bad_date").row == 7
    assert problem(result, "blank_date").row == 8


def test_a_kpi_that_ends_before_the_media_can_be_trimmed() -> None:
    frame = clean()
    frame.loc[57:, "sales"] = ""
    result = prepared(frame)
    fault = problem(result, "empty_cell")
    assert fault.repair is not None and fault.repair.code == RepairCode.TRIM_TO_KPI
    assert len(prepared(frame, fault.repair).frame) == 57


def test_mixed_currencies_block_and_say_which() -> None:
    frame = clean()
    frame["tv_spend"] = [f"{'€' if n % 2 else '$'} {value}" for n, value in enumerate(frame["tv_spend"])]
    fault = problem(prepared(frame), "mixed_currency")
    assert fault.severity is Severity.ERROR
    assert "EUR, USD" in fault.message


def test_an_ambiguous_date_order_is_said_and_can_be_chosen() -> None:
    frame = clean().head(12)
    frame["date"] = [f"{n % 12 + 1:02d}/{n % 12 + 1:02d}/2023" for n in range(12)]
    frame["date"] = [f"01/{n + 1:02d}/2023" for n in range(12)]
    table = table_of(frame)
    mapping = detect(table).mapping()
    assert problem(prepare(table, mapping), "date_ambiguous").severity is Severity.WARNING
    chosen = prepare(table, mapping.replace(date_order="month_first"))
    assert not [item for item in chosen.problems if item.code == "date_ambiguous"]
    assert chosen.frame["date"].dt.month.unique().tolist() == [1]


def test_an_ambiguous_number_format_follows_the_other_columns_or_the_choice() -> None:
    frame = clean()
    frame["tv_spend"] = [f"{n + 1}.{n + 100}" for n in range(60)]
    frame["search_spend"] = [f"{n}.5" for n in range(60)]
    table = table_of(frame)
    mapping = detect(table).mapping()
    point = prepare(table, mapping)
    assert problem(point, "number_ambiguous").severity is Severity.INFO
    assert point.frame.loc[0, "tv_spend"] == 1.1
    frame["search_spend"], frame["sales"], frame["temperature"] = range(60), range(100, 160), range(60)
    table = table_of(frame)
    comma = prepare(table, mapping.replace(number_format="comma"))
    assert comma.frame.loc[0, "tv_spend"] == 1100.0
    assert problem(prepare(table, mapping), "number_ambiguous").severity is Severity.WARNING


def test_what_the_mapping_lacks_is_a_problem_and_never_an_exception() -> None:
    table = table_of(clean())
    result = prepare(table, detect(table).mapping().with_role("sales", ColumnRole.IGNORE))
    assert not result.ready
    assert "No column is marked as the KPI to explain" in problem(result, "mapping").message


def test_a_column_of_the_mapping_that_the_file_lacks_is_named() -> None:
    table = table_of(clean())
    mapping = detect(table).mapping()
    result = prepare(table_of(clean().drop(columns="search_spend")), mapping)
    assert "search_spend" in problem(result, "column_missing").message


def test_text_in_a_spend_column_is_never_taken_for_a_number() -> None:
    frame = clean()
    frame["tv_spend"] = ["high", "low", "none"] * 20
    table = table_of(frame)
    mapping = detect(table).mapping().with_role("tv_spend", ColumnRole.SPEND)
    fault = problem(prepare(table, mapping), "bad_number")
    assert fault.count == 40


def test_repairs_are_replayed_in_order_and_written_down() -> None:
    frame = clean()
    frame.loc[4, "tv_spend"] = "tbd"
    frame.loc[60] = ["Total", 99999, 1, 1, 1]
    result = prepared(frame)
    while result.repairs_offered:
        result = prepared(frame, *result.repairs_applied, result.repairs_offered[0])
    assert result.ready
    mapping = detect(table_of(frame)).mapping()
    record = json.loads(json.dumps([to_json(item) for item in (mapping, *result.repairs_applied)]))
    repairs = [from_json(Repair, repair) for repair in record[1:]]
    again = prepare(table_of(frame), from_json(Mapping, record[0]), repairs)
    pd.testing.assert_frame_equal(again.frame, result.frame)
    problems = json.loads(json.dumps([to_json(item) for item in result.problems]))
    assert [from_json(DataProblem, item) for item in problems] == list(result.problems)


def test_unused_exposure_with_gaps_only_warns() -> None:
    frame = clean().assign(tv_grps=list(range(60))).astype(object)
    frame.loc[3, "tv_grps"] = ""
    result = prepared(frame)
    assert result.ready
    assert problem(result, "empty_cell").severity is Severity.WARNING


def test_preparing_nothing_is_refused() -> None:
    with pytest.raises(FileProblem):
        prepare([], Mapping(()))


def test_the_frame_is_sorted_by_geo_and_date() -> None:
    text = StringIO()
    rows = [(week.date(), geo, n + 5.0, 2.0 * n) for n, week in enumerate(WEEKS) for geo in ("b", "a")]
    pd.DataFrame(rows, columns=["date", "geo", "sales", "tv_spend"]).sample(frac=1, random_state=1).to_csv(
        text, index=False
    )
    table = read_table(text.getvalue().encode(), "geo.csv")
    result = prepare(table, detect(table).mapping())
    assert result.frame["geo"].tolist() == ["a"] * 60 + ["b"] * 60
    assert result.frame["date"].iloc[:60].is_monotonic_increasing


def test_rows_in_different_currencies_block_and_say_which() -> None:
    frame = clean().assign(currency=["EUR"] * 40 + ["USD"] * 20)
    fault = problem(prepared(frame), "mixed_currency")
    assert "EUR (40 rows), USD (20 rows)" in fault.message
    assert (fault.column, fault.row) == ("currency", 42)


def test_dates_under_merged_cells_can_be_filled_from_above() -> None:
    rows = [
        {
            "date": week.date() if channel == "TV" else "",
            "channel": channel,
            "spend": 5.0 + n,
            "sales": 100 + n % 7,
        }
        for n, week in enumerate(WEEKS)
        for channel in ("TV", "Search")
    ]
    result = prepared(pd.DataFrame(rows))
    fault = problem(result, "blank_date")
    assert fault.repair is not None and fault.repair.code == RepairCode.FILL_DOWN
    mended = prepared(pd.DataFrame(rows), fault.repair)
    assert mended.ready
    assert mended.frame["Search_spend"].sum() == mended.frame["TV_spend"].sum()


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.sampled_from(list(ColumnRole)), min_size=12, max_size=12),
    st.sampled_from(["as_is", "weekly"]),
)
def test_no_mapping_however_wrong_is_an_exception(roles: list[ColumnRole], period: str) -> None:
    table = read_table(SAMPLE.read_bytes(), "robyn_weekly.csv")
    columns = tuple(ColumnMap(name, role) for name, role in zip(table.columns, roles, strict=True))
    mapping = Mapping(columns, period=Period(period))
    result = prepare(table, mapping)
    result = prepare(table, mapping, result.repairs_offered[:3])
    json.dumps([to_json(problem) for problem in result.problems])
