"""Cells read as dates: the whole column decides the order of day and month."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.dates import DateForm, DateOrder, read_dates, serial_of

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


def day(text: str, **options: object) -> str:
    value = read_dates([text], **options).values[0]  # type: ignore[arg-type]
    return str(np.datetime_as_string(value, unit="D")) if not np.isnat(value) else "none"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31.12.2024", "2024-12-31"),
        ("1.2.24", "2024-02-01"),
        ("2024-01-31", "2024-01-31"),
        ("2024/1/5", "2024-01-05"),
        ("20240131", "2024-01-31"),
        ("2024-01-31T12:30:00.123Z", "2024-01-31"),
        ("31.12.2024 23:59", "2024-12-31"),
        ("12/31/24 5:00 PM", "2024-12-31"),
        ("2024-W05", "2024-01-29"),
        ("2024W05", "2024-01-29"),
        ("2024-W05-3", "2024-01-31"),
        ("KW 5 2024", "2024-01-29"),
        ("W05/2024", "2024-01-29"),
        ("202401", "2024-01-01"),
        ("2024-01", "2024-01-01"),
        ("01/2024", "2024-01-01"),
        ("Jan 2024", "2024-01-01"),
        ("Januar 2024", "2024-01-01"),
        ("März 24", "2024-03-01"),
        ("janv. 2024", "2024-01-01"),
        ("août 2024", "2024-08-01"),
        ("enero 2024", "2024-01-01"),
        ("Jan-24", "2024-01-01"),
        ("5 Jan 2024", "2024-01-05"),
        ("Jan 5, 2024", "2024-01-05"),
        ("Mon, 5 Feb 2024", "2024-02-05"),
        ("3 de enero de 2024", "2024-01-03"),
        ("2024-Q3", "2024-07-01"),
        ("45292", "2024-01-01"),
    ],
)
def test_a_cell_is_read_as_the_day_it_names(text: str, expected: str) -> None:
    assert day(text) == expected


@pytest.mark.parametrize(
    "text", ["2023-02-30", "2024-W54", "99999", "202413", "TV 12", "00123", "31.31.2024", "5"]
)
def test_what_is_no_day_is_bad(text: str) -> None:
    reading = read_dates([text])
    assert reading.bad.tolist() == [True]


def test_one_cell_above_twelve_decides_the_whole_column() -> None:
    american = read_dates(["12/31/2024", "01/02/2025"])
    european = read_dates(["31/12/2024", "01/02/2025"])
    assert american.order is DateOrder.MONTH_FIRST and str(american.values[1])[:10] == "2025-01-02"
    assert european.order is DateOrder.DAY_FIRST and str(european.values[1])[:10] == "2025-02-01"
    assert american.decided and european.decided


def test_where_no_cell_decides_steady_weeks_do_and_it_is_known_as_an_assumption() -> None:
    reading = read_dates(["01/01/2024", "08/01/2024", "05/02/2024", "12/02/2024"])
    assert not reading.decided and reading.ambiguous
    american = read_dates(["01/01/2024", "01/08/2024", "02/05/2024", "02/12/2024"])
    assert american.order is DateOrder.MONTH_FIRST


def test_the_order_can_be_chosen() -> None:
    assert day("01/02/2024", order=DateOrder.MONTH_FIRST) == "2024-01-02"
    assert day("01/02/2024", order=DateOrder.DAY_FIRST) == "2024-02-01"


def test_a_cell_that_needs_the_other_order_is_a_conflict() -> None:
    reading = read_dates(["30/12/2024", "29/12/2024", "12/30/2024"])
    assert reading.conflicts.tolist() == [False, False, True]
    assert np.isnat(reading.values[2])


def test_day_numbers_count_from_1904_where_the_workbook_says_so() -> None:
    assert day("43830", date1904=True) == "2024-01-01"
    assert read_dates(["43830"], date1904=True).forms == {DateForm.SERIAL}


@settings(max_examples=40, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=20))
def test_every_day_survives_every_unambiguous_way_of_writing(days: list[dt.date]) -> None:
    for pattern in (
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y%m%d",
        "%d %b %Y",
        "%B %d, %Y",
        "%Y-%m-%d %H:%M:%S",
        "%G-W%V-%u",
    ):
        reading = read_dates([value.strftime(pattern) for value in days])
        assert [value.astype("datetime64[D]").item() for value in reading.values] == days


@settings(max_examples=40, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(["/", ".", "-"]))
def test_every_day_survives_in_a_known_order(days: list[dt.date], mark: str) -> None:
    for order, pattern in ((DateOrder.DAY_FIRST, "%d{0}%m{0}%Y"), (DateOrder.MONTH_FIRST, "%m{0}%d{0}%Y")):
        reading = read_dates([value.strftime(pattern.format(mark)) for value in days], order)
        assert [value.astype("datetime64[D]").item() for value in reading.values] == days


@settings(max_examples=40, deadline=None)
@given(DAYS)
def test_a_day_number_is_its_day(value: dt.date) -> None:
    assert day(str(serial_of(value))) == value.isoformat()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=15), max_size=15))
def test_no_text_breaks_the_reader(texts: list[str]) -> None:
    reading = read_dates(texts)
    assert (reading.bad | reading.blank | ~np.isnat(reading.values)).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=40))
def test_a_column_of_one_order_is_never_split(days: list[dt.date]) -> None:
    reading = read_dates([value.strftime("%d/%m/%Y") for value in days])
    assert not reading.bad.any()
