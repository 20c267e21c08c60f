"""How the cells of one file are to be read, told from all of it: dates, decimal marks, words, scales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.cell_problems import FORMATS
from core.data.dates import DateOrder
from core.data.numbers import Floats, NumberFormat, read_numbers
from core.data.problems import DataProblem, FileProblem, ProblemCode, Severity, name_some, shortened
from core.data.vocabulary import CURRENCY, CURRENCY_SIGNS, word_in
from core.promo.ingest.cells import Fault, coded, day_texts, is_dated, missing_fault, numbers
from core.promo.ingest.date_column import Place, read_days
from core.promo.ingest.lines import Batch, Lines
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.vocabulary import (
    MOST_NAMES,
    NAMED,
    channel_codes,
    code_names,
    promo_codes,
    total_names,
)

MONEY = (
    *(SalesColumn.SALES_VALUE, SalesColumn.MARGIN_VALUE, SalesColumn.COST_VALUE, SalesColumn.MARGIN_PCT),
    *(SalesColumn.UNITS, SalesColumn.DISCOUNT_PCT),
)
PERCENTAGES = (SalesColumn.DISCOUNT_PCT, SalesColumn.MARGIN_PCT)
# How many different texts a column may hold before it plainly is something else than the mapping says.
MOST_TEXTS = {SalesColumn.CHANNEL: 5_000, SalesColumn.PROMO_FLAG: 50_000, SalesColumn.DATE: 100_000}
LOW_MARGIN_SHARE = 0.05  # of margins in percent that may lie below 1 % before shares are suspected among them
CURRENCY_CODE_LETTERS = 3


@dataclass(frozen=True)
class ColumnFormats:
    """How the cells of one file are to be read.

    `days` the day since 1970 of each text, `date_order` where the texts decided it, `channels` 0 online
    and 1 offline, `promos` 0 and 1 (None where there is no flag column): a negative number is the fault's.
    `number_formats` by column; `totals` the departments and geos that are the sum of others in their column,
    `codes` those that look like a missing value (NA) but are none, `currencies` the codes the file names.
    """

    days: Mapping[str, int]
    channels: Mapping[str, int]
    promos: Mapping[str, int] | None
    number_formats: Mapping[SalesColumn, NumberFormat]
    discount_is_share: bool
    margin_is_share: bool
    date_order: DateOrder | None = None
    problems: tuple[DataProblem, ...] = ()
    totals: Mapping[SalesColumn, frozenset[str]] = field(default_factory=dict)
    codes: Mapping[SalesColumn, frozenset[str]] = field(default_factory=dict)
    currencies: frozenset[str] = frozenset()


@dataclass
class Scale:
    """Numbers without a percent sign: how many lie within 0..1 and beyond, and the first of each.

    `parts` whether any lies between 0 and 1. Cells with a percent sign leave nothing open.
    """

    within: int = 0
    beyond: int = 0
    parts: bool = False
    first_within: tuple[Place, float] | None = None
    first_beyond: tuple[Place, float] | None = None

    def add(self, batch: Batch, sizes: Floats) -> None:
        """Count a batch's sizes (without signs), NaN where there is none."""
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

    def mixture(self, file: str, name: str, low_is_usual: bool) -> list[DataProblem]:
        """A warning where values that look like shares stand beside ones that look like percentages.

        `low_is_usual` for margins: some lie below 1 % in any file.
        """
        if self.first_within is None or self.first_beyond is None:
            return []
        few = self.within <= LOW_MARGIN_SHARE * (self.within + self.beyond)
        if low_is_usual and not self.is_share and few:
            return []
        read = "shares of 1, so that 0.2 is 20 %" if self.is_share else "percentages, so that 0.2 is 0.2 %"
        (sheet, row), value = self.first_beyond if self.is_share else self.first_within
        message = (
            f"{name}: cells up to 1 ({self.within:,}) beside cells over 1 ({self.beyond:,}); all were "
            f"read as {read}. Check {value:g} and write all of them the same way."
        )
        return [DataProblem(Severity.WARNING, "mixed_scale", message, file, sheet, name, row, f"{value:g}")]


def _first(batch: Batch, sizes: Floats, where: np.ndarray) -> tuple[Place, float] | None:
    if not where.any():
        return None
    place = int(where.argmax())
    return (batch.sheet, int(batch.rows[place])), float(sizes[place])


@dataclass
class _NumberScan:
    """What was found in one number column: votes for each decimal mark, its scale and currencies.

    `unclear` is the first cell in doubt, `dotted` the first that is a workbook's number 1.234 or its text for
    1,234.
    """

    votes: Counter[NumberFormat] = field(default_factory=Counter)
    scale: Scale = field(default_factory=Scale)
    dotted: tuple[Place, str] | None = None
    unclear: tuple[Place, str] | None = None
    currencies: set[str] = field(default_factory=set)


@dataclass
class _FileScan:
    """Distinct texts with the place of each one's first cell, names, currencies and the number columns."""

    texts: dict[SalesColumn, dict[str, Place]] = field(default_factory=lambda: {c: {} for c in MOST_TEXTS})
    numbers: dict[SalesColumn, _NumberScan] = field(default_factory=dict)
    names: dict[SalesColumn, set[str]] = field(default_factory=dict)
    currencies: dict[str, set[str]] = field(default_factory=dict)
    rows: int = 0

    def scale(self, column: SalesColumn) -> Scale:
        """The scale of a column, an empty one where the file has no such column."""
        return self.numbers[column].scale if column in self.numbers else Scale()


def find_column_formats(
    lines: Lines, mapping: SalesMapping, progress: Callable[[int], None]
) -> ColumnFormats:
    """One walk through the whole file; `progress` is called with the number of rows read.

    Raises FileProblem where its dates or currencies are mixed, or a column plainly is something else than the
    mapping says.
    """
    scan = _FileScan()
    for batch in lines.walk():
        _scan_batch(batch, mapping, lines.plain_is_number, scan)
        progress(min(scan.rows, lines.expected))
    currencies = {column: each.currencies for column, each in scan.numbers.items()}
    _refuse_mixed_currencies(currencies, scan.currencies, mapping, lines.name)
    number_formats, problems = _number_formats(scan, mapping, lines)
    days, order, doubts = read_days(scan.texts[SalesColumn.DATE], mapping, lines)
    problems += doubts
    share = mapping.discount_is_share
    for column in PERCENTAGES:
        settled = column is SalesColumn.DISCOUNT_PCT and share is not None
        if column in mapping.columns and not settled:
            low_is_usual = column is SalesColumn.MARGIN_PCT
            problems += scan.scale(column).mixture(lines.name, mapping.columns[column], low_is_usual)
    has_flag = SalesColumn.PROMO_FLAG in mapping.columns
    return ColumnFormats(
        days=days,
        channels=channel_codes(scan.texts[SalesColumn.CHANNEL], mapping),
        promos=promo_codes(scan.texts[SalesColumn.PROMO_FLAG], mapping) if has_flag else None,
        number_formats=number_formats,
        discount_is_share=scan.scale(SalesColumn.DISCOUNT_PCT).is_share if share is None else share,
        margin_is_share=scan.scale(SalesColumn.MARGIN_PCT).is_share,
        date_order=order,
        problems=tuple(problems),
        currencies=frozenset().union(*currencies.values(), *scan.currencies.values()),
        totals={column: total_names(names) for column, names in scan.names.items()},
        codes={column: code_names(names) for column, names in scan.names.items()},
    )


def _scan_batch(batch: Batch, mapping: SalesMapping, plain_is_number: bool, scan: _FileScan) -> None:
    scan.rows += len(batch.rows)
    for column, header in mapping.columns.items():
        array = batch.cells[header]
        if column in MOST_TEXTS and not (column is SalesColumn.DATE and is_dated(array)):
            known = scan.texts[column]
            codes, texts = day_texts(array) if column is SalesColumn.DATE else coded(array)
            fresh = [place for place, text in enumerate(texts) if text not in known]
            if fresh:
                # The place of the first cell of each text; -1 for texts that do not occur in the batch.
                first = np.full(len(texts), -1, dtype=np.int64)
                first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
                known |= {
                    texts[at]: (batch.sheet, int(batch.rows[first[at]])) for at in fresh if first[at] >= 0
                }
            if len(known) > MOST_TEXTS[column]:
                raise FileProblem(
                    f"Column {header} holds more than {MOST_TEXTS[column]:,} different values: it is not the "
                    f"{column.label}."
                )
        elif column in NAMED:
            names = scan.names.setdefault(column, set())
            if len(names) <= MOST_NAMES:
                names.update(coded(array)[1])
        elif column in MONEY:
            _scan_numbers(batch, array, plain_is_number, scan.numbers.setdefault(column, _NumberScan()))
    for header, array in batch.cells.items():
        if word_in(header, CURRENCY) and header not in mapping.headers:
            words = {text.strip().lower() for text in coded(array)[1] if missing_fault(text) is Fault.NONE}
            scan.currencies.setdefault(header, set()).update(
                CURRENCY_SIGNS.get(text, text.upper())
                for text in words
                if text in CURRENCY_SIGNS or (len(text) == CURRENCY_CODE_LETTERS and text.isalpha())
            )


def _scan_numbers(batch: Batch, array: pa.Array, plain_is_number: bool, scan: _NumberScan) -> None:
    """Which decimal mark this batch's cells need, and the scale of those without a percent sign."""
    if not pa.types.is_string(array.type):
        scan.scale.add(batch, np.abs(numbers(array, NumberFormat.POINT, plain_is_number).values))
        return
    reading = read_numbers(array, plain_is_number=plain_is_number)
    scan.currencies.update(reading.currencies)
    fraction = np.isfinite(reading.values) & (reading.values % 1 != 0)
    # Thousands set apart twice, as in 1.234.567, are possible in one format only.
    if reading.decided and (
        reading.ambiguous
        or fraction.any()
        or pc.any(pc.match_substring_regex(array, r"\d[.,]\d{3}[.,]\d{3}")).as_py()
    ):
        scan.votes[reading.number_format] += len(array)
    elif reading.ambiguous and scan.unclear is None:
        scan.unclear = _first_match(batch, array, r"[.,]")
    if plain_is_number and scan.dotted is None:
        scan.dotted = _first_match(batch, array, r"^\s*-?[1-9]\d{0,2}\.\d{3}\s*$")
    scan.scale.add(batch, np.abs(np.where(reading.percent, np.nan, reading.values)))


def _first_match(batch: Batch, array: pa.Array, pattern: str) -> tuple[Place, str] | None:
    """The first cell that matches a pattern, with its place."""
    found = pc.fill_null(pc.match_substring_regex(array, pattern), False).to_numpy(zero_copy_only=False)
    if not found.any():
        return None
    place = int(found.argmax())
    return (batch.sheet, int(batch.rows[place])), str(array[place].as_py())


def _number_formats(
    scan: _FileScan, mapping: SalesMapping, lines: Lines
) -> tuple[dict[SalesColumn, NumberFormat], list[DataProblem]]:
    """Each column's own votes decide, then the file's other columns, then what the kind of file suggests."""
    decided = {column: each.votes.most_common(1)[0][0] for column, each in scan.numbers.items() if each.votes}
    agreed = set(decided.values())
    hint = agreed.pop() if len(agreed) == 1 else lines.number_hint
    formats, problems = {}, []
    why = "as the rest of the file" if hint else "as nothing in the file says otherwise"
    for column, each in scan.numbers.items():
        formats[column] = mapping.number_format or decided.get(column) or hint or NumberFormat.POINT
        if each.unclear and mapping.number_format is None and column not in decided:
            (sheet, row), text = each.unclear
            header = mapping.columns[column]
            message = (
                f"{header}: “{shortened(text)}” can be read in two ways; it was read with "
                f"{FORMATS[formats[column]]}, {why}. Choose the number format if that is wrong."
            )
            severity, code = Severity.INFO if hint else Severity.WARNING, ProblemCode.NUMBER_AMBIGUOUS
            problems.append(DataProblem(severity, code, message, lines.name, sheet, header, row, text))
    if NumberFormat.COMMA not in formats.values():
        return formats, problems
    # In a workbook whose texts have decimal commas no one knows whether 1.234 is a number or a text.
    for column, each in scan.numbers.items():
        if each.dotted is not None:
            (sheet, row), text = each.dotted[0], each.dotted[1].strip()
            header = mapping.columns[column]
            message = (
                f"{header}: “{text}” is {text} if the cell is a number and {text.replace('.', '')} if it is "
                "a text, and other texts here have a decimal comma; it was read as a number. Make texts "
                "numbers in Excel."
            )
            severity, code = Severity.WARNING, ProblemCode.NUMBER_AMBIGUOUS
            problems.append(DataProblem(severity, code, message, lines.name, sheet, header, row, text))
    return formats, problems


def _refuse_mixed_currencies(
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
        each = [f"{header} is in {min(codes)}" for header, codes in found.items() if codes]
        raise FileProblem(f"{file} mixes currencies: {name_some(each)}. Convert them to one.")
