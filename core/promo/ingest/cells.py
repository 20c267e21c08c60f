"""Cells of one batch as days, numbers and words; every cell that is none of them keeps its fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.dates import DateBounds
from core.data.numbers import Floats, Mask, NumberFormat, read_numbers
from core.data.vocabulary import BLANK_WORDS, FORMULA_ERRORS

Codes = NDArray[np.int64]
Faults = NDArray[np.uint8]
MOST = 1e12  # a single amount beyond this is no till line, whatever the currency
_EPOCH = dt.date(1970, 1, 1)
_CLOCK = (
    r"(?i)[T ]+([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?\s*([ap]m)?\s*"
    r"(z|utc|gmt|[+-]\d{2}:?\d{2})?$"
)


class Fault(IntEnum):
    """Why a cell cannot be taken; 0 is none."""

    NONE = 0
    EMPTY = 1
    MISSING_WORD = 2
    FORMULA_ERROR = 3
    NOT_NUMBER = 4
    ENDLESS = 5
    TOO_LARGE = 6
    NOT_DATE = 7
    OTHER_ORDER = 8
    OTHER_YEARS = 9
    NOT_A_DAY = 10
    TOTAL_ROW = 11
    REPEATED_HEADER = 12
    UNKNOWN_CHANNEL = 13
    UNKNOWN_PROMO = 14
    TOO_LONG = 15
    NEGATIVE = 16
    OVER_100 = 17
    BROKEN_ROW = 18
    NO_RESULT = 19
    PERCENTAGE = 20


REASONS = {
    Fault.EMPTY: "is empty",
    Fault.MISSING_WORD: "says that the value is missing",
    Fault.FORMULA_ERROR: "is a formula's error, not a value",
    Fault.NOT_NUMBER: "is not a number",
    Fault.ENDLESS: "is not a finite number",
    Fault.TOO_LARGE: "is larger than any sale can be",
    Fault.NOT_DATE: "is not a date",
    Fault.OTHER_ORDER: "has day and month the other way round than the column",
    Fault.OTHER_YEARS: "is a date outside the years 1970 to 2100",
    Fault.NOT_A_DAY: "is a week, month or quarter, not a day",
    Fault.TOTAL_ROW: "is a total of other rows",
    Fault.REPEATED_HEADER: "repeats the header",
    Fault.UNKNOWN_CHANNEL: "is neither online nor offline",
    Fault.UNKNOWN_PROMO: "does not say whether it was on promotion",
    Fault.TOO_LONG: "is longer than 50 characters",
    Fault.NEGATIVE: "is below 0 %",
    Fault.OVER_100: "is over 100 %",
    Fault.BROKEN_ROW: "the row has more cells than the header (a text with a delimiter needs quotes)",
    Fault.PERCENTAGE: "is a percentage, not an amount",
    Fault.NO_RESULT: "is a formula without a stored result",
}


def coded(array: pa.Array) -> tuple[Codes, list[str]]:
    """The array as codes into its distinct texts; empty cells are "", numbers as short as they can be."""
    encoded = array.dictionary_encode() if not pa.types.is_dictionary(array.type) else array
    texts = [_text(value) for value in encoded.dictionary.to_pylist()]
    codes = pc.fill_null(encoded.indices, len(texts)).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, [*texts, ""]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def looked_up(array: pa.Array, known: Mapping[str, int]) -> Codes:
    """The number that stands for each cell's text, which must be known."""
    codes, texts = coded(array)
    return np.array([known.get(text, -1) for text in texts], dtype=np.int64)[codes]


def is_dated(array: pa.Array) -> bool:
    """Whether the file itself says that the cells are dates."""
    return bool(pa.types.is_date(array.type) or pa.types.is_timestamp(array.type))


def typed_days(array: pa.Array, bounds: DateBounds | None = None) -> tuple[Codes, Faults]:
    """Days since 1970 of cells that the file types as dates, with faults where there is none."""
    bounds = bounds or DateBounds()
    if pa.types.is_timestamp(array.type):
        array = pc.cast(pc.floor_temporal(array, unit="day"), pa.timestamp("s"), safe=False).cast(pa.date32())
    empty = np.asarray(array.is_null().to_numpy(zero_copy_only=False))
    days = pc.fill_null(array.cast(pa.date32()).cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
    first = (dt.date(bounds.first_year, 1, 1) - _EPOCH).days
    last = (dt.date(bounds.last_year, 12, 31) - _EPOCH).days
    faults = np.where((days < first) | (days > last), Fault.OTHER_YEARS, Fault.NONE)
    return days.astype(np.int64), np.where(empty, Fault.EMPTY, faults).astype(np.uint8)


def day_texts(array: pa.Array) -> tuple[Codes, list[str]]:
    """As `coded`, with the time of day cut off: a till writes a million moments, but few days."""
    codes, texts = coded(array)
    cut = pc.replace_substring_regex(pc.utf8_trim_whitespace(pa.array(texts, pa.string())), _CLOCK, "")
    return codes, [
        text.split(".")[0]
        if (len(text) > 6 and text[5] == "." and text.replace(".", "", 1).isdigit())
        else text
        for text in cut.to_pylist()
    ]


@dataclass(frozen=True)
class Numbers:
    """Cells as numbers.

    `values` (NaN with a fault), `faults`, `percent` where a percent sign stood (the value is divided by 100),
    `conflicts` where the other decimal mark was used; None where nowhere.
    """

    values: Floats
    faults: Faults
    percent: Mask | None = None
    conflicts: Mask | None = None


def numbers(array: pa.Array, number_format: NumberFormat, plain_is_number: bool) -> Numbers:
    """The cells as numbers written in a format."""
    if pa.types.is_boolean(array.type):
        return _no_numbers(array)
    if not pa.types.is_string(array.type):
        if not (pa.types.is_floating(array.type) or pa.types.is_integer(array.type)):
            return _no_numbers(array)
        return Numbers(*_finite(array.cast(pa.float64(), safe=False)))
    quick = _quick(array, number_format)
    if quick is not None:
        return Numbers(*_finite(quick))
    reading = read_numbers(array, number_format, plain_is_number=plain_is_number)
    faults = np.select(
        [reading.blank, reading.words, reading.errors, reading.bad],
        [Fault.EMPTY, Fault.MISSING_WORD, Fault.FORMULA_ERROR, Fault.NOT_NUMBER],
        Fault.NONE,
    )
    values = np.where(faults == Fault.NONE, reading.values, np.nan)
    faults = np.where((faults == Fault.NONE) & (np.abs(values) > MOST), Fault.TOO_LARGE, faults)
    found = pc.match_substring_regex(pc.fill_null(array, ""), r"(?i)^\s*[+-]?(inf|infinity|∞)\s*$")
    endless = np.asarray(found.to_numpy(zero_copy_only=False)) & (faults == Fault.NOT_NUMBER)
    faults = np.where(endless, Fault.ENDLESS, faults).astype(np.uint8)
    return Numbers(values, faults, reading.percent, reading.conflicts)


def _no_numbers(array: pa.Array) -> Numbers:
    empty = np.asarray(array.is_null().to_numpy(zero_copy_only=False))
    faults = np.where(empty, Fault.EMPTY, Fault.NOT_NUMBER).astype(np.uint8)
    return Numbers(np.full(len(array), np.nan), faults)


def _finite(array: pa.Array) -> tuple[Floats, Faults]:
    empty = np.asarray(array.is_null().to_numpy(zero_copy_only=False))
    values = pc.fill_null(array, 0.0).to_numpy(zero_copy_only=False)
    odd = np.where(np.isfinite(values), np.where(np.abs(values) > MOST, Fault.TOO_LARGE, 0), Fault.ENDLESS)
    faults = np.where(empty, Fault.EMPTY, odd).astype(np.uint8)
    return np.where(faults == Fault.NONE, values, np.nan), faults


def _quick(array: pa.Array, number_format: NumberFormat) -> pa.Array | None:
    """All cells in one cast where every one is empty or plain in the column's format; else None."""
    filled = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    if number_format is NumberFormat.COMMA:
        if pc.any(pc.match_substring(filled, ".")).as_py():
            return None
        filled = pc.replace_substring(filled, ",", ".")
    try:
        cast = pc.cast(filled, pa.float64())
    except pa.ArrowInvalid:
        return None
    finite = pc.all(pc.is_finite(cast)).as_py()
    return cast if finite is not False else None


def blank_rows(columns: Sequence[pa.Array]) -> Mask:
    """Where every cell of the row is empty."""
    blank: Mask | None = None
    for array in columns:
        empty = array.is_null()
        if pa.types.is_string(array.type):
            empty = pc.or_kleene(empty, pc.equal(pc.utf8_trim_whitespace(array), ""))
        here = np.asarray(pc.fill_null(empty, True).to_numpy(zero_copy_only=False), dtype=np.bool_)
        blank = here if blank is None else blank & here
        if not blank.any():
            break
    return blank if blank is not None else np.zeros(0, dtype=np.bool_)


def missing_fault(text: str) -> Fault:
    """The fault of a text that stands for a missing value, a formula's error or nothing; NONE otherwise."""
    plain = text.strip().lower()
    if not plain:
        return Fault.EMPTY
    if plain in FORMULA_ERRORS:
        return Fault.FORMULA_ERROR
    return Fault.MISSING_WORD if plain in BLANK_WORDS else Fault.NONE
