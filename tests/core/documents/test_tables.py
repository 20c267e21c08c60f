"""No cell of ours is run as a formula by a spreadsheet."""

from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents.tables import safe_cells, to_csv_bytes, to_xlsx_bytes

DAY = pd.Timestamp("2024-01-01")
ATTACKS = ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x")', "＝1"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_that_would_run_begins_with_an_apostrophe(attack: str) -> None:
    assert safe_cells(pd.DataFrame({"a": [attack]})).loc[0, "a"] == f"'{attack}"
    assert safe_cells(pd.DataFrame({attack: [1]})).columns[0] == f"'{attack}"


def test_numbers_dates_flags_and_harmless_texts_stay_as_they_are() -> None:
    frame = pd.DataFrame(
        {
            "n": [-1.5],
            "t": ["TV - spot"],
            "d": [DAY],
            "f": [True],
            "m": ["-5,2"],
            "x": [None],
        }
    )
    pd.testing.assert_frame_equal(safe_cells(frame), frame, check_dtype=False)


def test_the_frame_handed_in_is_not_changed() -> None:
    frame = pd.DataFrame({"a": ["=1"], "b": pd.Categorical(["@x"])})
    safe_cells(frame)
    assert frame.loc[0, "a"] == "=1"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=8))
def test_no_text_whatsoever_begins_like_a_formula(texts: list[str]) -> None:
    safe = safe_cells(pd.DataFrame({"a": pd.Series(texts, dtype=object)}))["a"]
    running = safe.str.match(r"[=@\t\r]") | safe.str.match(r"[+-](?![\d.,' ]*(e[+-]?\d+)?%?$)")
    assert not running.any()


def test_csv_carries_a_mark_for_excel_and_dates_without_hours() -> None:
    content = to_csv_bytes(pd.DataFrame({"date": [DAY], "a": ["=1"]}))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines() == ["date,a", "2024-01-01,'=1"]


def test_a_workbook_holds_texts_as_texts_and_survives_odd_sheet_names() -> None:
    frame = pd.DataFrame({"a": ["=1+1", "http://x.y"], "n": [1.5, float("nan")], "d": [DAY, pd.NaT]})
    content = to_xlsx_bytes({"Spend [EUR]/week": frame, "x" * 40: frame, "X" * 40: frame, "": frame})
    book = openpyxl.load_workbook(BytesIO(content))
    assert len(book.sheetnames) == 4
    sheet = book[book.sheetnames[0]]
    assert sheet["A2"].data_type == "s" and sheet["A2"].value == "'=1+1"
    assert sheet["A3"].hyperlink is None
    assert sheet["B3"].value is None and sheet["C3"].value is None
    assert sheet["C2"].value.isoformat() == "2024-01-01T00:00:00"
