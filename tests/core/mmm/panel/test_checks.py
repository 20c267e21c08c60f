"""Every fault of a data set is named, in a sentence with its column, value and row."""

import numpy as np
import pandas as pd
import pytest

from core.mmm import DatasetProblem, RepairKind, check, fit
from tests.core.mmm.samples import MERIDIAN, ROBYN, meridian, plain, robyn, weekly


def problems(frame, **changes):
    return {problem.code: problem for problem in check(frame, plain(**changes))}


def changed(column, row, value):
    frame = weekly().astype({column: object})
    frame.loc[row, column] = value
    return frame


def test_clean_data_have_no_problems():
    assert check(weekly(), plain()) == []
    assert check(robyn(), ROBYN) == []
    assert check(meridian(), MERIDIAN) == []


def test_a_cell_that_is_no_date_is_named_with_its_row():
    found = problems(changed("date", 7, "soon"))["bad_date"]
    assert found.blocks and found.row == 8
    assert found.message.startswith("Column 'date' has 1 cells that are no date, first 'soon' in row 8")


def test_numbers_are_no_dates():
    assert problems(weekly(date=np.arange(60)))["bad_date"].row == 1


def test_identical_and_differing_duplicates_are_told_apart():
    same = pd.concat([weekly(), weekly().iloc[[4]]])
    found = problems(same)["duplicate"]
    assert found.row == 61 and "identical rows" in found.message and "2023-01-30" in found.message
    assert found.repair == RepairKind.DROP_DUPLICATES
    differing = pd.concat([weekly(), weekly().iloc[[4]].assign(sales=1)])
    assert problems(differing)["duplicate"].repair == RepairKind.SUM_DUPLICATES


def test_missing_weeks_are_listed():
    found = problems(weekly().drop(index=[10, 20]))["missing_period"]
    assert found.message.startswith("2 weeks are missing") and found.message.endswith(
        "2023-03-13, 2023-05-22."
    )


def test_mixed_frequencies_name_the_first_odd_date():
    frame = weekly()
    frame.loc[30, "date"] = "2023-08-03"
    found = problems(frame)["mixed_frequency"]
    assert "most are weekly, but 1 do not fit that calendar, first 2023-08-03 in row 31" in found.message


def test_dates_without_any_rhythm_are_refused():
    odd = pd.to_datetime("2023-01-01") + pd.to_timedelta(np.cumsum(np.tile([3, 12, 5], 20)), unit="D")
    assert "neither daily, weekly nor monthly" in problems(weekly(date=odd))["mixed_frequency"].message


def test_a_cell_that_is_no_number_is_named():
    found = problems(changed("zeta", 4, "n/a"))["not_a_number"]
    assert found.column == "zeta" and found.message.endswith(
        "1 cells that are no number, first 'n/a' in row 5."
    )


def test_negative_spend_is_named():
    assert (
        "'alpha' is negative in 1 rows, first -3 in row 9"
        in problems(changed("alpha", 8, -3.0))["negative"].message
    )


@pytest.mark.parametrize(
    ("column", "repair"),
    [("zeta", RepairKind.FILL_MISSING_ZERO), ("price", RepairKind.INTERPOLATE), ("sales", None)],
)
def test_empty_cells_offer_the_repair_that_is_safe(column, repair):
    found = problems(changed(column, 3, None))["empty_cell"]
    assert f"Column '{column}' is empty in 1 rows, first in row 4" in found.message
    assert found.repair == repair


def test_a_channel_of_zeros_is_named():
    found = problems(weekly(alpha=0.0))["all_zero"]
    assert (
        found.blocks
        and "'alpha' is 0 in every row" in found.message
        and found.repair == RepairKind.DROP_COLUMN
    )


def test_a_constant_target_is_named():
    assert "has the same value 5 in every row" in problems(weekly(sales=5.0))["constant_target"].message


@pytest.mark.parametrize(("weeks", "code", "blocks"), [(25, "too_short", True), (40, "short", False)])
def test_short_data_block_under_half_a_year_and_warn_under_a_year(weeks, code, blocks):
    found = problems(weekly(weeks))[code]
    assert found.blocks is blocks and f"cover {weeks} periods" in found.message


@pytest.mark.parametrize(("frequency", "enough", "few"), [("D", 370, 150), ("MS", 14, 5)])
def test_length_counts_in_time_at_any_frequency(frequency, enough, few):
    def frame(periods):
        return weekly(periods, date=pd.date_range("2023-01-01", periods=periods, freq=frequency))

    assert problems(frame(enough)) == {}
    assert "too_short" in problems(frame(few))


def test_channels_that_move_together_are_a_warning():
    frame = weekly()
    found = problems(frame.assign(alpha=frame.zeta * 2 + 1))
    assert not found["collinear"].blocks
    assert "'zeta' and 'alpha' move together (correlation 1.00)" in found["collinear"].message
    assert "variance inflation" in found["inflated"].message


def test_a_control_that_equals_the_target_blocks():
    frame = weekly()
    found = problems(frame.assign(price=frame.sales * 3))["control_is_target"]
    assert found.blocks and "repeats the target 'sales'" in found.message


def test_geos_with_unequal_calendars_are_named():
    frame = pd.concat([weekly().assign(geo="north"), weekly(seed=1).assign(geo="south").iloc[:-5]])
    found = problems(frame, geo_column="geo", use_geo=True)["uneven_geos"]
    assert "south has 55 of 60" in found.message and found.repair == RepairKind.COMMON_CALENDAR


def test_missing_columns_are_all_named():
    sentences = [problem.message for problem in check(weekly().drop(columns=["zeta", "price"]), plain())]
    assert (
        "Column 'zeta' is not in the data." in sentences and "Column 'price' is not in the data." in sentences
    )


def test_a_wrong_frame_raises_one_problem_that_lists_every_fault():
    frame = changed("zeta", 4, "x").astype({"alpha": object})
    frame.loc[2, "alpha"] = -1.0
    frame = pd.concat([frame, frame.iloc[[0]]])
    with pytest.raises(DatasetProblem) as caught:
        fit(frame, plain())
    assert len(caught.value.faults) == 3
    for part in ("repeat a date", "'alpha' is negative", "no number, first 'x'"):
        assert part in str(caught.value)


def test_a_column_name_that_occurs_twice_is_named():
    frame = weekly()
    frame = pd.concat([frame, frame[["zeta"]]], axis=1)
    assert "Column names occur twice: zeta." in [problem.message for problem in check(frame, plain())]
