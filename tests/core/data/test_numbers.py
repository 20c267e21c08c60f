"""Cells read as numbers: the column decides the format, every doubtful cell is known."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.numbers import PROBE_CELLS, NumberFormat, read_numbers

FINITE = st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 2))


def one(text: str, **options: object) -> float:
    return float(read_numbers([text], **options).values[0])  # type: ignore[arg-type]


def grouped(value: float, thousands: str, decimal: str) -> str:
    return f"{value:,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,56 EUR", 1234.56),
        ("€ 1,234.56", 1234.56),
        ("12 %", 0.12),
        ("(1,234)", -1234.0),
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("CHF 1'234.50", 1234.5),
        ("-$5.10", -5.1),
        ("$ -5", -5.0),
        ("($1,200.5)", -1200.5),
        ("1234-", -1234.0),
        ("−3,5", -3.5),
        ("5e3", 5000.0),
        ("0,123", 0.123),
        ("1,23,456.78", 123456.78),
    ],
)
def test_a_cell_is_read_as_a_person_means_it(text: str, number: float) -> None:
    assert one(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["-", "n/a", "na", "N.A.", "null", "k.A."])
def test_a_word_for_missing_is_missing_and_known_as_a_word(text: str) -> None:
    reading = read_numbers([text, "1"])
    assert np.isnan(reading.values[0])
    assert reading.words.tolist() == [True, False]
    assert not reading.bad.any()


def test_a_blank_cell_is_missing_without_a_fault() -> None:
    reading = read_numbers(["", "  ", None, "1"])
    assert reading.blank.tolist() == [True, True, True, False]
    assert not (reading.bad | reading.words | reading.errors).any()


@pytest.mark.parametrize("text", ["abc", "1.2.3", "12 abc", "1,2,3", "--5", "(5", "nan1", "1e400", "5 5"])
def test_what_is_no_number_is_bad_and_never_a_value(text: str) -> None:
    reading = read_numbers([text, "1"])
    assert reading.bad.tolist() == [True, False]
    assert np.isnan(reading.values[0])


def test_formula_errors_are_told_apart_from_bad_texts() -> None:
    reading = read_numbers(["#DIV/0!", "#N/A", "1"])
    assert reading.errors.tolist() == [True, True, False]
    assert not reading.bad.any()


def test_the_column_decides_what_a_point_means() -> None:
    german = read_numbers(["1.234", "2,5"])
    english = read_numbers(["1.234", "2.5"])
    assert german.values.tolist() == [1234.0, 2.5]
    assert english.values.tolist() == [1.234, 2.5]


def test_a_column_that_could_be_either_is_open_and_can_be_forced_or_hinted() -> None:
    texts = ["1.234", "5.678"]
    open_column = read_numbers(texts)
    assert open_column.ambiguous and not open_column.decided
    assert read_numbers(texts, hint=NumberFormat.COMMA).values.tolist() == [1234.0, 5678.0]
    assert read_numbers(texts, NumberFormat.COMMA).decided


def test_a_cell_in_the_other_format_is_a_conflict_read_by_its_own_form() -> None:
    reading = read_numbers(["1,234.5", "2.25", "1.234,5"])
    assert reading.number_format is NumberFormat.POINT
    assert reading.conflicts.tolist() == [False, False, True]
    assert reading.values[2] == 1234.5


def test_numbers_of_a_workbook_are_exact_beside_texts_with_a_decimal_comma() -> None:
    reading = read_numbers(["1.234", "2,5"], plain_is_number=True)
    assert reading.values.tolist() == [1.234, 2.5]


def test_currencies_are_collected_from_signs_and_codes() -> None:
    assert read_numbers(["€ 5", "5 USD", "£3", "7"]).currencies == ("EUR", "GBP", "USD")


def test_leading_zeros_are_noticed() -> None:
    assert read_numbers(["00123", "4"]).leading_zeros
    assert not read_numbers(["0.5", "0", "10"]).leading_zeros


@settings(max_examples=40, deadline=None)
@given(st.lists(FINITE, min_size=1, max_size=30))
def test_every_number_written_with_thousands_and_cents_comes_back(numbers: list[float]) -> None:
    for number_format, marks in ((NumberFormat.POINT, (",", ".")), (NumberFormat.COMMA, (".", ","))):
        for unit in ("{}", "{} €", "EUR {}"):
            texts = [unit.format(grouped(value, *marks)) for value in numbers]
            reading = read_numbers(texts, number_format)
            assert not reading.bad.any()
            np.testing.assert_allclose(reading.values, numbers, atol=1e-9, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_as_python_writes_them_come_back_exactly(numbers: list[float]) -> None:
    reading = read_numbers([repr(value) for value in numbers], NumberFormat.POINT)
    assert reading.values.tolist() == numbers


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=20))
def test_no_text_breaks_the_reader_and_every_cell_has_exactly_one_fate(texts: list[str]) -> None:
    reading = read_numbers(texts)
    fates = np.vstack(
        [np.isfinite(reading.values), reading.bad, reading.words, reading.errors, reading.blank]
    )
    assert (fates.sum(axis=0) == 1).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(FINITE, min_size=3, max_size=12), st.sampled_from([".", ","]))
def test_the_quick_way_through_long_columns_agrees_with_the_careful_one(
    numbers: list[float], decimal: str
) -> None:
    texts = [f"{value:.2f}".replace(".", decimal) for value in numbers]
    long = texts * (2 * PROBE_CELLS // len(texts) + 1)
    quick, careful = read_numbers(pa.array(long)), read_numbers(texts)
    np.testing.assert_array_equal(quick.values[: len(texts)], careful.values)
    assert quick.number_format == careful.number_format


def test_a_bad_cell_deep_in_a_long_column_is_found() -> None:
    texts = [f"{value}.5" for value in range(3 * PROBE_CELLS)]
    texts[-7] = "n/a"
    texts[-3] = "1.234,5"
    reading = read_numbers(pa.array(texts))
    assert reading.words.nonzero()[0].tolist() == [len(texts) - 7]
    assert reading.conflicts.nonzero()[0].tolist() == [len(texts) - 3]
    assert math.isclose(reading.values[-3], 1234.5)
