"""What a whole file agrees on before any row is judged: dates, decimal marks, words, discount scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from core.data.cell_problems import FORMATS
from core.data.dates import DateOrder
from core.data.number_words import CURRENCY_CODES
from core.data.numbers import NumberFormat, read_numbers
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity, name_some, shortened
from core.data.vocabulary import CURRENCY, says
from core.promo.facts.cells import Floats, coded, day_texts, is_dated, numbers
from core.promo.facts.dating import Place, read_days
from core.promo.facts.lines import Batch, Lines
from core.promo.facts.mapping import SalesColumn, SalesMapping
from core.promo.facts.meanings import channel_codes, promo_codes
from core.promo.facts.totals import MOST_NAMES, NAMED, totals_among

MONEY = (
    *(SalesColumn.SALES_VALUE, SalesColumn.MARGIN_VALUE, SalesColumn.COST_VALUE, SalesColumn.MARGIN_PCT),
    *(SalesColumn.UNITS, SalesColumn.DISCOUNT_PCT),
)
WORDS = {SalesColumn.CHANNEL: 5_000, SalesColumn.PROMO_FLAG: 50_000, SalesColumn.DATE: 100_000}


@dataclass(frozen=True)
class Agreement:
    """How the cells of one file are to be read.

    `days` the day since 1970 of each text, `date_order` where the texts decided it, `channels` 0 online
    and 1 offline, `promos` 0 and 1 (None where there is no flag column): a negative number is the fault's.
    `formats` by column; `totals` the departments and geos that are the sum of others in their column.
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


@dataclass
class _Column:
    """What was seen of one number column: votes for each decimal mark, the largest value, whether any lies
    between 0 and 1, the first cell in doubt."""

    votes: Counter[NumberFormat] = field(default_factory=Counter)
    largest: float = 0.0
    parts: bool = False
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


def agree(lines: Lines, mapping: SalesMapping, tell: Callable[[int], None]) -> Agreement:
    """One walk through the whole file, telling how many rows were seen.

    Raises FileProblem where its dates or currencies are mixed, or a column plainly is something else than the
    mapping says.
    """
    seen = _Seen()
    for batch in lines.walk():
        _look(batch, mapping, lines.plain_is_number, seen)
        tell(min(seen.rows, lines.expected))
    _refuse_currencies(seen, mapping, lines.name)
    formats, unclear = _formats(seen, mapping, lines)
    days, order, doubts = read_days(seen.words[SalesColumn.DATE], mapping, lines)
    named = SalesColumn.PROMO_FLAG in mapping.columns
    share = mapping.discount_is_share
    return Agreement(
        days=days,
        channels=channel_codes(seen.words[SalesColumn.CHANNEL], mapping),
        promos=promo_codes(seen.words[SalesColumn.PROMO_FLAG], mapping) if named else None,
        formats=formats,
        discount_is_share=_is_share(seen, SalesColumn.DISCOUNT_PCT) if share is None else share,
        margin_is_share=_is_share(seen, SalesColumn.MARGIN_PCT),
        date_order=order,
        problems=(*unclear, *doubts),
        totals={column: totals_among(names) for column, names in seen.names.items()},
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
            codes = {text.strip().upper() for text in coded(array)[1]}
            seen.currencies.setdefault(name, set()).update(codes & set(CURRENCY_CODES))


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


def _refuse_currencies(seen: _Seen, mapping: SalesMapping, name: str) -> None:
    """Amounts in different currencies cannot be added up."""
    found = {mapping.columns[column]: each.currencies for column, each in seen.numbers.items()}
    for header, codes in (found | seen.currencies).items():
        if len(codes) > 1:
            raise FileProblem(
                f"{name}: column {header} has amounts in different currencies ({name_some(sorted(codes))}), "
                "which cannot be added up: convert them to one."
            )


def _first_places(codes: np.ndarray, count: int) -> np.ndarray:
    """Where each code stands first, -1 for codes that do not occur."""
    first = np.full(count, -1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


def _vote(batch: Batch, array: pa.Array, plain_is_number: bool, seen: _Column) -> None:
    """Which decimal mark this batch's cells need, and the largest value without a percent sign."""
    if not pa.types.is_string(array.type):
        _weigh(np.abs(numbers(array, NumberFormat.POINT, plain_is_number).values), seen)
        return
    reading = read_numbers(array, plain_is_number=plain_is_number)
    seen.currencies.update(reading.currencies)
    fraction = np.isfinite(reading.values) & (reading.values % 1 != 0)
    if reading.decided and (reading.ambiguous or fraction.any()):
        seen.votes[reading.number_format] += len(array)
    elif reading.ambiguous and seen.unclear is None:
        seen.unclear = _unclear_cell(batch, array)
    _weigh(np.abs(np.where(reading.percent, np.nan, reading.values)), seen)


def _weigh(sizes: Floats, seen: _Column) -> None:
    seen.largest = max(seen.largest, float(np.nanmax(sizes, initial=0.0)))
    with np.errstate(invalid="ignore"):
        seen.parts |= bool(((sizes > 0) & (sizes < 1)).any())


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


def _is_share(seen: _Seen, column: SalesColumn) -> bool:
    """All values up to 1, some of them parts of 1: shares. Cells with a percent sign speak for themselves."""
    known = seen.numbers.get(column)
    return known is not None and known.parts and known.largest <= 1
