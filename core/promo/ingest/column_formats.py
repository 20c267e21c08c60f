"""What a whole file agrees on before any row is judged: dates, decimal marks, words, discount scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.cell_problems import FORMATS
from core.data.dates import DateOrder
from core.data.numbers import NumberFormat, read_numbers
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity, name_some, shortened
from core.data.vocabulary import CURRENCY, CURRENCY_SIGNS, says
from core.promo.ingest.cells import Fault, Floats, coded, day_texts, is_dated, numbers, says_missing
from core.promo.ingest.date_column import Place, read_days
from core.promo.ingest.lines import Batch, Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.vocabulary import (
    MOST_NAMES,
    NAMED,
    channel_codes,
    codes_among,
    promo_codes,
    totals_among,
)

MONEY = (
    *(SalesColumn.SALES_VALUE, SalesColumn.MARGIN_VALUE, SalesColumn.COST_VALUE, SalesColumn.MARGIN_PCT),
    *(SalesColumn.UNITS, SalesColumn.DISCOUNT_PCT),
)
WORDS = {SalesColumn.CHANNEL: 5_000, SalesColumn.PROMO_FLAG: 50_000, SalesColumn.DATE: 100_000}


LOW_MARGIN_SHARE = 0.05  # of margins in percent that may lie below 1 % before shares are suspected among them


PERCENTAGES = (SalesColumn.DISCOUNT_PCT, SalesColumn.MARGIN_PCT)
CODE_LETTERS = 3


def currencies_among(texts: Iterable[str]) -> set[str]:
    """The currencies that a column of currencies names by sign or by a code of three letters."""
    plain = {text.strip().lower() for text in texts if says_missing(text) is Fault.NONE}
    return {
        CURRENCY_SIGNS.get(text, text.upper())
        for text in plain
        if text in CURRENCY_SIGNS or (len(text) == CODE_LETTERS and text.isalpha())
    }


def refuse_currencies(
    columns: Mapping[SalesColumn, set[str]], named: Mapping[str, set[str]], mapping: SalesMapping, file: str
) -> None:
    """FileProblem where `columns` of numbers or the column that `named` the currency mix them, or where a
    percentage is an amount of money."""
    found = {mapping.columns[column]: codes for column, codes in columns.items()}
    for header, codes in (found | dict(named)).items():
        if len(codes) > 1:
            raise FileProblem(
                f"{file}: column {header} has amounts in different currencies ({name_some(sorted(codes))}), "
                "which cannot be added up: convert them to one."
            )
    for column in PERCENTAGES:
        if columns.get(column):
            raise FileProblem(
                f"{file}: column {mapping.columns[column]} holds amounts of money "
                f"({name_some(sorted(columns[column]))}); the {column.label} is needed."
            )
    if len(set().union(*found.values())) > 1:
        said = [f"{header} is in {min(codes)}" for header, codes in found.items() if codes]
        raise FileProblem(f"{file} mixes currencies: {name_some(said)}. Convert them to one.")


def refuse_unlike(files: Mapping[str, frozenset[str]]) -> None:
    """FileProblem where files are in different currencies, as far as they say."""
    said = {file: codes for file, codes in files.items() if codes}
    if len(set().union(*said.values())) > 1:
        each = [f"{file} is in {name_some(sorted(codes))}" for file, codes in said.items()]
        raise FileProblem(
            f"The files are in different currencies, which cannot be added up: {name_some(each)}. "
            "Convert them to one."
        )


@dataclass
class Scale:
    """Numbers without a percent sign: how many lie within 0..1 and beyond, and the first of each.

    `parts` whether any lies between 0 and 1. Cells with a percent sign speak for themselves.
    """

    within: int = 0
    beyond: int = 0
    parts: bool = False
    first_within: tuple[Place, float] | None = None
    first_beyond: tuple[Place, float] | None = None

    def add(self, batch: Batch, sizes: Floats) -> None:
        """Look at a batch's sizes (without signs), NaN where there is none."""
        with np.errstate(invalid="ignore"):
            within, beyond = (sizes > 0) & (sizes <= 1), sizes > 1
        self.within, self.beyond = self.within + int(within.sum()), self.beyond + int(beyond.sum())
        parts = within & (sizes < 1)
        self.parts |= bool(parts.any())
        self.first_within = self.first_within or _first(batch, sizes, parts)
        self.first_beyond = self.first_beyond or _first(batch, sizes, beyond)

    @property
    def is_share(self) -> bool:
        """Most values up to 1, some of them parts of 1: shares, of which a loss may be over 1."""
        return self.parts and self.within > self.beyond


def _first(batch: Batch, sizes: Floats, where: np.ndarray) -> tuple[Place, float] | None:
    if not where.any():
        return None
    place = int(where.argmax())
    return (batch.sheet, int(batch.rows[place])), float(sizes[place])


def mixed_scale(scale: Scale | None, file: str, name: str, low_is_usual: bool) -> list[DataProblem]:
    """A warning where a column has values that look like shares beside ones that look like percentages.

    `low_is_usual` for margins: some lie below 1 % in any file.
    """
    if scale is None or scale.first_within is None or scale.first_beyond is None:
        return []
    few = scale.within <= LOW_MARGIN_SHARE * (scale.within + scale.beyond)
    if low_is_usual and not scale.is_share and few:
        return []
    read = "shares of 1, so that 0.2 is 20 %" if scale.is_share else "percentages, so that 0.2 is 0.2 %"
    (sheet, row), value = scale.first_beyond if scale.is_share else scale.first_within
    message = (
        f"{name}: cells up to 1 ({scale.within:,}) beside cells over 1 ({scale.beyond:,}); all were "
        f"read as {read}. Check {value:g} and write all of them the same way."
    )
    return [DataProblem(Severity.WARNING, "mixed_scale", message, file, sheet, name, row, f"{value:g}")]


@dataclass(frozen=True)
class ColumnAgreement:
    """How the cells of one file are to be read.

    `days` the day since 1970 of each text, `date_order` where the texts decided it, `channels` 0 online
    and 1 offline, `promos` 0 and 1 (None where there is no flag column): a negative number is the fault's.
    `formats` by column; `totals` the departments and geos that are the sum of others in their column,
    `codes` those that look like a missing value (NA) but are none,
    `currencies` the codes that the file speaks of.
    """

    days: Mapping[str, int]
    channels: Mapping[str, int]
    promos: Mapping[str, int] | None
    formats: Mapping[SalesColumn, NumberFormat]
    discount_is_share: bool
    margin_is_share: bool
    date_order: DateOrder | None = None
    problems: tuple[DataProblem, ...] = ()
    totals: Mapping[SalesColumn, frozenset[str]] = field(default_factory=dict)
    codes: Mapping[SalesColumn, frozenset[str]] = field(default_factory=dict)
    currencies: frozenset[str] = frozenset()


@dataclass
class _Column:
    """What was seen of one number column: votes for each decimal mark, its scale, the first cell in doubt,
    the first that is a workbook's number 1.234 or its text for 1,234."""

    votes: Counter[NumberFormat] = field(default_factory=Counter)
    scale: Scale = field(default_factory=Scale)
    dotted: tuple[Place, str] | None = None
    unclear: tuple[Place, str] | None = None
    currencies: set[str] = field(default_factory=set)


@dataclass
class _Seen:
    """Distinct texts with the place of each one's first cell, and the number columns."""

    words: dict[SalesColumn, dict[str, Place]] = field(default_factory=lambda: {c: {} for c in WORDS})
    numbers: dict[SalesColumn, _Column] = field(default_factory=dict)
    names: dict[SalesColumn, set[str]] = field(default_factory=dict)
    currencies: dict[str, set[str]] = field(default_factory=dict)
    rows: int = 0


def agree(lines: Lines, mapping: SalesMapping, tell: Callable[[int], None]) -> ColumnAgreement:
    """One walk through the whole file, telling how many rows were seen.

    Raises FileProblem where its dates or currencies are mixed, or a column plainly is something else than the
    mapping says.
    """
    seen = _Seen()
    for batch in lines.walk():
        _look(batch, mapping, lines.plain_is_number, seen)
        tell(min(seen.rows, lines.expected))
    money = {column: each.currencies for column, each in seen.numbers.items()}
    refuse_currencies(money, seen.currencies, mapping, lines.name)
    formats, unclear = _formats(seen, mapping, lines)
    days, order, doubts = read_days(seen.words[SalesColumn.DATE], mapping, lines)
    named = SalesColumn.PROMO_FLAG in mapping.columns
    share = mapping.discount_is_share
    return ColumnAgreement(
        days=days,
        channels=channel_codes(seen.words[SalesColumn.CHANNEL], mapping),
        promos=promo_codes(seen.words[SalesColumn.PROMO_FLAG], mapping) if named else None,
        formats=formats,
        discount_is_share=_scale(seen, SalesColumn.DISCOUNT_PCT).is_share if share is None else share,
        margin_is_share=_scale(seen, SalesColumn.MARGIN_PCT).is_share,
        date_order=order,
        problems=(*unclear, *doubts, *_scales(seen, mapping, lines)),
        currencies=frozenset().union(*money.values(), *seen.currencies.values()),
        totals={column: totals_among(names) for column, names in seen.names.items()},
        codes={column: codes_among(names) for column, names in seen.names.items()},
    )


def _look(batch: Batch, mapping: SalesMapping, plain_is_number: bool, seen: _Seen) -> None:
    seen.rows += len(batch.rows)
    for column, name in mapping.columns.items():
        array = batch.cells[name]
        if column in WORDS and not (column is SalesColumn.DATE and is_dated(array)):
            _remember(batch, column, name, array, seen.words[column])
        elif column in NAMED:
            known = seen.names.setdefault(column, set())
            if len(known) <= MOST_NAMES:
                known.update(coded(array)[1])
        elif column in MONEY:
            _vote(batch, array, plain_is_number, seen.numbers.setdefault(column, _Column()))
    for name, array in batch.cells.items():
        if says(name, CURRENCY) and name not in mapping.headers:
            seen.currencies.setdefault(name, set()).update(currencies_among(coded(array)[1]))


def _remember(batch: Batch, column: SalesColumn, name: str, array: pa.Array, known: dict[str, Place]) -> None:
    codes, texts = day_texts(array) if column is SalesColumn.DATE else coded(array)
    fresh = [place for place, text in enumerate(texts) if text not in known]
    if fresh:
        first = _first_places(codes, len(texts))
        known |= {texts[at]: (batch.sheet, int(batch.rows[first[at]])) for at in fresh if first[at] >= 0}
    if len(known) > WORDS[column]:
        raise FileProblem(
            f"Column {name} holds more than {WORDS[column]:,} different values: it is not the {column.label}."
        )


def _first_places(codes: np.ndarray, count: int) -> np.ndarray:
    """Where each code stands first, -1 for codes that do not occur."""
    first = np.full(count, -1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


def _vote(batch: Batch, array: pa.Array, plain_is_number: bool, seen: _Column) -> None:
    """Which decimal mark this batch's cells need, and the scale of those without a percent sign."""
    if not pa.types.is_string(array.type):
        seen.scale.add(batch, np.abs(numbers(array, NumberFormat.POINT, plain_is_number).values))
        return
    reading = read_numbers(array, plain_is_number=plain_is_number)
    seen.currencies.update(reading.currencies)
    fraction = np.isfinite(reading.values) & (reading.values % 1 != 0)
    if reading.decided and (reading.ambiguous or fraction.any() or _has_groups(array)):
        seen.votes[reading.number_format] += len(array)
    elif reading.ambiguous and seen.unclear is None:
        seen.unclear = _unclear_cell(batch, array)
    if plain_is_number and seen.dotted is None:
        seen.dotted = _dotted_cell(batch, array)
    seen.scale.add(batch, np.abs(np.where(reading.percent, np.nan, reading.values)))


def _has_groups(array: pa.Array) -> bool:
    """Whether thousands are set apart twice, as in 1.234.567, which no other format allows."""
    return bool(pc.any(pc.match_substring_regex(array, r"\d[.,]\d{3}[.,]\d{3}")).as_py())


def _dotted_cell(batch: Batch, array: pa.Array) -> tuple[Place, str] | None:
    found = pc.fill_null(pc.match_substring_regex(array, r"^\s*-?[1-9]\d{0,2}\.\d{3}\s*$"), False)
    places = np.flatnonzero(found.to_numpy(zero_copy_only=False))
    if not len(places):
        return None
    return (batch.sheet, int(batch.rows[places[0]])), str(array[int(places[0])].as_py()).strip()


def _unclear_cell(batch: Batch, array: pa.Array) -> tuple[Place, str] | None:
    for place, text in enumerate(array.to_pylist()):
        if text and ("." in text or "," in text):
            return (batch.sheet, int(batch.rows[place])), text
    return None


def _formats(
    seen: _Seen, mapping: SalesMapping, lines: Lines
) -> tuple[dict[SalesColumn, NumberFormat], list[DataProblem]]:
    """Each column's own votes decide, then the file's other columns, then what the kind of file suggests."""
    decided = {column: each.votes.most_common(1)[0][0] for column, each in seen.numbers.items() if each.votes}
    agreed = set(decided.values())
    hint = agreed.pop() if len(agreed) == 1 else lines.number_hint
    formats, problems = {}, []
    for column, each in seen.numbers.items():
        formats[column] = mapping.number_format or decided.get(column) or hint or NumberFormat.POINT
        if each.unclear and mapping.number_format is None and column not in decided:
            problems.append(
                _said_unclear(lines, mapping.columns[column], formats[column], each.unclear, hint)
            )
    if NumberFormat.COMMA in formats.values():
        said = ((mapping.columns[column], each.dotted) for column, each in seen.numbers.items())
        problems += [_said_dotted(lines, name, dotted) for name, dotted in said if dotted is not None]
    return formats, problems


def _said_unclear(
    lines: Lines, name: str, used: NumberFormat, cell: tuple[Place, str], hint: NumberFormat | None
) -> DataProblem:
    (sheet, row), text = cell
    why = "as the rest of the file" if hint else "as nothing in the file says otherwise"
    message = (
        f"{name}: “{shortened(text)}” can be read in two ways; it was read with {FORMATS[used]}, {why}. "
        "Choose the number format if that is wrong."
    )
    severity = Severity.INFO if hint else Severity.WARNING
    return DataProblem(severity, ProblemCode.NUMBER_AMBIGUOUS, message, lines.name, sheet, name, row, text)


def _said_dotted(lines: Lines, name: str, cell: tuple[Place, str]) -> DataProblem:
    """In a workbook whose texts have decimal commas no one knows whether 1.234 is a number or a text."""
    (sheet, row), text = cell
    message = (
        f"{name}: “{text}” is {text} if the cell is a number and {text.replace('.', '')} if it is a text, "
        "and other texts here have a decimal comma; it was read as a number. Make texts numbers in Excel."
    )
    return DataProblem(
        Severity.WARNING, ProblemCode.NUMBER_AMBIGUOUS, message, lines.name, sheet, name, row, text
    )


def _scale(seen: _Seen, column: SalesColumn) -> Scale:
    return seen.numbers[column].scale if column in seen.numbers else Scale()


def _scales(seen: _Seen, mapping: SalesMapping, lines: Lines) -> list[DataProblem]:
    """Columns of percentages that mix their scales, unless a person said how the discount is written."""
    found = []
    for column in PERCENTAGES:
        said = column is SalesColumn.DISCOUNT_PCT and mapping.discount_is_share is not None
        if column in mapping.columns and not said:
            low = column is SalesColumn.MARGIN_PCT
            found += mixed_scale(_scale(seen, column), lines.name, mapping.columns[column], low)
    return found
