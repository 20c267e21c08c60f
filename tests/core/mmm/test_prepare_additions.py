"""A file with only the newest rows completes the table that is there."""

from pathlib import Path

import pandas as pd
import pytest

from core.data import detect, read_table
from core.data.prepared import starts_later
from core.mmm.prepare import added_to, prepare

ROBYN = Path(__file__).parents[3] / "sample_data" / "robyn_weekly.csv"


def prepared(frame: pd.DataFrame, *repairs):
    table = read_table(frame.to_csv(index=False).encode(), "robyn.csv")
    return prepare(table, detect(read_table(ROBYN, "robyn.csv")).mapping(), repairs)


@pytest.fixture(scope="module")
def whole() -> pd.DataFrame:
    return pd.read_csv(ROBYN, keep_default_na=False)


def test_old_rows_and_new_rows_make_the_whole_table(whole):
    old, new = prepared(whole.iloc[:-4]), prepared(whole.iloc[-4:])
    assert not new.ready  # four weeks alone are too short for a model
    both = added_to(old.frame, new)
    assert both.ready, both.errors
    pd.testing.assert_frame_equal(both.frame, prepared(whole).frame)


def test_a_row_in_both_counts_as_corrected(whole):
    corrected = whole.iloc[-4:].copy()
    corrected.iloc[0, corrected.columns.get_loc("revenue")] = 1.0
    both = added_to(prepared(whole).frame, prepared(corrected))
    assert len(both.frame) == len(whole)
    assert both.frame["revenue"].iloc[-4] == 1.0


def test_a_gap_between_old_and_new_is_found_and_can_be_filled(whole):
    old, new = prepared(whole.iloc[:-6]), prepared(whole.iloc[-4:])
    gap = added_to(old.frame, new)
    assert [problem.code for problem in gap.errors] == ["missing_period"]
    mended = added_to(old.frame, prepared(whole.iloc[-4:], *gap.repairs_offered))
    assert mended.ready
    assert len(mended.frame) == len(whole)


def test_a_file_that_begins_later_probably_holds_only_new_rows(whole):
    old, new = prepared(whole), prepared(whole.iloc[-4:])
    assert starts_later(old.frame, new.frame, old.mapping)
    assert not starts_later(old.frame, old.frame, old.mapping)
