"""Text cells of a column read as numbers: the column decides the format, every cell keeps its fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.data.vocabulary import BLANK_WORDS, CURRENCY_CODES, CURRENCY_SIGNS, FORMULA_ERRORS

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class NumberFormat(StrEnum):
    """How a number is written: `point` is 1,234.56 and `comma` is 1.234,56."""

    POINT = "point"
    COMMA = "comma"


PROBE_CELLS = 2_000  # cells looked at closely before a long column is cast in one go

_CURRENCY = "|".join(
    sign.replace("$", r"\$")
    for sign in [*sorted(CURRENCY_SIGNS, key=len, reverse=True), *(code.lower() for code in CURRENCY_CODES)]
)
_CELL = (
    rf"^(?P<open>\()?\s*(?P<sign>-|\+)?\s*(?P<before>{_CURRENCY})?\s*(?P<second>-|\+)?\s*"
    r"(?P<body>[\d.,][\d.,'’ ]*(?:e[-+]?\d+)?)\s*(?P<last>-)?\s*(?P<percent>%)?\s*"
    rf"(?P<after>{_CURRENCY})?\s*(?P<close>\))?$"
)
_PLAIN = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
_POINT = (
    r"^([1-9]\d{0,2}(,\d{2,3})*,\d{3}(\.\d*)?|\d{1,3}([ '’]\d{3})+(\.\d*)?|(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?)$"
)
_COMMA = r"^([1-9]\d{0,2}(\.\d{3})+(,\d*)?|\d{1,3}([ '’]\d{3})+(,\d*)?|(\d+(,\d*)?|,\d+)(e[+-]?\d+)?)$"


@dataclass(frozen=True)
class NumberReading:
    """A column read as numbers, one entry per cell.

    `values` float, NaN where there is none; `bad` cells that are not numbers; `words` cells that say
    "missing" in a word; `errors` spreadsheet error values; `conflicts` cells written in the other format
    than the column; `percent` cells with a percent sign (their value is divided by 100).
    `number_format` is the column's, `decided` tells whether its cells (or the caller) decided it or whether
    it was assumed, `ambiguous` whether some value would differ in the other format.
    """

    values: Floats
    bad: Mask
    words: Mask
    errors: Mask
    conflicts: Mask
    percent: Mask
    blank: Mask
    number_format: NumberFormat
    decided: bool
    ambiguous: bool
    currencies: tuple[str, ...]
    leading_zeros: bool

    @property
    def share(self) -> float:
        """Share of the filled cells that are numbers, 0..1; 0 where all cells are blank."""
        filled = int((~self.blank & ~self.words & ~self.errors).sum())
        return float(np.isfinite(self.values).sum()) / filled if filled else 0.0


def read_numbers(
    cells: Sequence[str | None] | pa.Array | pa.ChunkedArray,
    number_format: NumberFormat | None = None,
    hint: NumberFormat | None = None,
    plain_is_number: bool = False,
) -> NumberReading:
    """The cells as numbers, vectorised over the distinct texts.

    `number_format` forces the column's format; `hint` decides only where the column itself does not.
    `plain_is_number` says that texts like 1.234 come from number cells of a workbook and are exact.
    """
    array = cells if isinstance(cells, pa.Array | pa.ChunkedArray) else pa.array(cells, pa.string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    array = array.cast(pa.string())
    if len(array) > 2 * PROBE_CELLS and number_format is None:
        plain = _read_plain(array, hint, plain_is_number)
        if plain is not None:
            return plain
    return _read_coded(array, number_format, hint, plain_is_number)


def _read_plain(array: pa.Array, hint: NumberFormat | None, plain_is_number: bool) -> NumberReading | None:
    """The long column in one cast where all cells are plain and a probe leaves no doubt, else None."""
    filled = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    texts = filled.drop_null()[:PROBE_CELLS]
    probe = _read_coded(texts, None, hint, plain_is_number)
    mark = r"\." if probe.number_format is NumberFormat.POINT else ","
    if probe.number_format is NumberFormat.COMMA:
        if plain_is_number or _match(filled, r"\.").any():
            return None
        filled = pc.replace_substring(filled, ",", ".")
    unseen = not _match(texts, mark).any() and bool(_match(filled, r"\.").any())
    if (not probe.decided or unseen) and not plain_is_number:
        return None
    try:
        values = pc.cast(filled, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    blank = _mask(pc.is_null(filled))
    if not np.isfinite(values[~blank]).all():
        return None
    none = np.zeros(len(array), dtype=np.bool_)
    zeros = bool(_match(filled, r"^0\d+$").any())
    return NumberReading(
        values, none, none, none, none, none, blank, probe.number_format, True, False, (), zeros
    )


def _read_coded(
    array: pa.Array, number_format: NumberFormat | None, hint: NumberFormat | None, plain_is_number: bool
) -> NumberReading:
    coded = array.dictionary_encode()
    codes = pc.fill_null(coded.indices, len(coded.dictionary)).to_numpy(zero_copy_only=False)
    texts = pa.concat_arrays([coded.dictionary, pa.array([""], pa.string())])
    weights = np.bincount(codes, minlength=len(texts))
    distinct = _read_distinct(texts, weights, number_format, hint, plain_is_number)
    fields = ("values", "bad", "words", "errors", "conflicts", "percent", "blank")
    spread = {name: getattr(distinct, name)[codes] for name in fields}
    return NumberReading(
        **spread,
        number_format=distinct.number_format,
        decided=distinct.decided,
        ambiguous=distinct.ambiguous,
        currencies=distinct.currencies,
        leading_zeros=distinct.leading_zeros,
    )


def _mask(array: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _match(texts: pa.Array, pattern: str) -> Mask:
    return _mask(pc.match_substring_regex(texts, pattern))


def _read_distinct(
    texts: pa.Array,
    weights: npt.NDArray[np.int64],
    number_format: NumberFormat | None,
    hint: NumberFormat | None,
    plain_is_number: bool,
) -> NumberReading:
    spaces = pc.replace_substring_regex(texts, "[\u00a0\u2007\u2009\u202f\t]", " ")
    tidy = pc.utf8_lower(pc.utf8_trim_whitespace(pc.replace_substring_regex(spaces, "[−‒]", "-")))
    blank = _mask(pc.equal(tidy, ""))
    words = _mask(pc.is_in(tidy, pa.array(BLANK_WORDS))) & ~blank
    errors = _mask(pc.is_in(tidy, pa.array(FORMULA_ERRORS)))
    read = ~(blank | words | errors)
    simple = _match(tidy, _PLAIN) & read
    body, negative, percent, currencies = _bare(tidy, simple)
    # Votes are the cells that allow only one of the two formats; `exact` ones are numbers already.
    exact = simple & plain_is_number
    point, comma = _match(body, _POINT) & read, _match(body, _COMMA) & read
    either = point & comma & _match(body, r"[.,]") & ~exact
    votes = (int(weights[point & ~comma & ~exact].sum()), int(weights[comma & ~point & ~exact].sum()))
    ambiguous = bool((weights[either] > 0).any())
    if number_format is not None:
        chosen, decided = number_format, True
    elif votes[0] != votes[1]:
        chosen, decided = (NumberFormat.POINT if votes[0] > votes[1] else NumberFormat.COMMA), True
    else:
        chosen, decided = hint or NumberFormat.POINT, not ambiguous
    # What can only be read in the other format is read in it, and is a conflict.
    if chosen is NumberFormat.POINT:
        other = comma & ~point & ~exact
        as_point, as_comma = point | exact, other
    else:
        other = point & ~comma & ~exact
        as_point, as_comma = other | exact, comma & ~exact
    values = _values(body, as_point, as_comma) * np.where(negative, -1.0, 1.0) / np.where(percent, 100.0, 1.0)
    used = currencies.filter(pa.array((as_point | as_comma) & (weights > 0)))
    signs = {str(text) for text in pc.unique(used).to_pylist() if text}
    return NumberReading(
        values=values,
        bad=read & ~np.isfinite(values),
        words=words,
        errors=errors,
        conflicts=other,
        percent=percent & (as_point | as_comma),
        blank=blank,
        number_format=chosen,
        decided=decided,
        ambiguous=ambiguous,
        currencies=tuple(sorted({CURRENCY_SIGNS.get(text, text.upper()) for text in signs})),
        leading_zeros=bool((_match(tidy, r"^0\d+$") & (weights > 0)).any()),
    )


def _bare(tidy: pa.Array, plain: Mask) -> tuple[pa.Array, Mask, Mask, pa.Array]:
    """The digits and separators alone; where a minus or brackets stood; a percent sign; the currency's text.

    The long pattern is run only over cells that are not plain already: it costs twenty times the others.
    """
    negative, percent = _match(tidy, "^-"), np.zeros(len(tidy), dtype=np.bool_)
    body = pc.if_else(pa.array(plain), pc.replace_substring_regex(tidy, "^[-+]", ""), "")
    if plain.all():
        return body, negative, percent, pa.nulls(len(tidy), pa.string())
    parts = pc.extract_regex(tidy.filter(pa.array(~plain)), _CELL)
    part = {
        name: _text(parts, name) for name in ("open", "sign", "second", "last", "percent", "close", "body")
    }
    brackets = _mask(pc.equal(part["open"], "(")) & _mask(pc.equal(part["close"], ")"))
    signs = sum(_mask(pc.equal(part[name], "-")).astype(int) for name in ("sign", "second", "last"))
    whole = (brackets | _mask(pc.equal(pc.binary_join_element_wise(part["open"], part["close"], ""), ""))) & (
        signs + brackets < 2
    )
    negative[~plain] = (signs + brackets) == 1
    percent[~plain] = _mask(pc.equal(part["percent"], "%"))
    kept = pc.if_else(pa.array(whole), pc.utf8_trim_whitespace(part["body"]), "")
    body = pc.replace_with_mask(body, pa.array(~plain), kept)
    money = pc.binary_join_element_wise(_text(parts, "before"), _text(parts, "after"), "")
    currency = pc.replace_with_mask(pa.nulls(len(tidy), pa.string()), pa.array(~plain), money)
    return body, negative, percent, currency


def _text(parts: pa.Array, name: str) -> pa.Array:
    return pc.fill_null(pc.struct_field(parts, name), "")


def _values(body: pa.Array, as_point: Mask, as_comma: Mask) -> Floats:
    point = pc.replace_substring_regex(body, "[,' ’]", "")
    comma = pc.replace_substring(pc.replace_substring_regex(body, "[.' ’]", ""), ",", ".")
    text = pc.if_else(
        pa.array(as_point), point, pc.if_else(pa.array(as_comma), comma, pa.scalar(None, pa.string()))
    )
    numbers = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(numbers), numbers, np.nan)
