"""Which header is probably what, from its words first and its cells second, with the reason for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.data.cells import ColumnKind, TypedColumn
from core.data.dates import read_dates
from core.promo.ingest.mapping import MARGINS, SalesColumn
from core.promo.ingest.vocabulary import (
    CATEGORY,
    CHANNEL,
    COST,
    DEPARTMENT,
    DISCOUNT,
    ENDINGS,
    MARGIN,
    NOT_MONEY,
    PERCENT,
    PROMO,
    REGION,
    SALES,
    SALES_DATE,
    SALES_SECOND,
    STORE,
    TAX,
    UNITS,
    WITHOUT,
    channels_of,
    header_word,
    is_promo,
)

MOST_CHANNEL_WORDS = 30
MOST_DEPARTMENTS = 300
# A discount of so much money is no percentage.
AMOUNT = frozenset({"value", "amount", "betrag", "wert", "montant", "importe", "eur", "usd", "gbp"})
# An amount of these is no sale, unless the header says that the sales are what is left of it.
REFUNDS = frozenset(
    {"refund", "refunds", "refunded", "return", "returns", "returned", "retoure", "retouren", "erstattung"}
)
TAKEN_OFF = REFUNDS | frozenset(
    {"shipping", "freight", "versandkosten", "coupon", "coupons", "voucher", "vouchers", "gutschein"}
    | {"fee", "fees", "deposit", "pfand"}
)
LEFT = frozenset(
    {"after", "net", "netto", "nette", "neto", "netti", "discounted", "nach", "less", "abzgl", "abzuglich"}
    | {"excl", "exkl", "minus", "apres"}
)
GROSS = frozenset({"gross", "brutto", "brut", "bruto", "lordo", "bruttoumsatz", "ttc"})
NET = frozenset({"net", "netto", "nettoumsatz", "neto", "ht", "netti"})
PART_OF = frozenset({"sub", "unter", "sous", "detail", "second", "2"})
CLEAR = 0.1  # points of confidence between the best header and the next, below which it is a tie


@dataclass(frozen=True)
class ColumnGuess:
    """What a header probably is (None: not used), why, and how sure that is (0..1)."""

    header: str
    column: SalesColumn | None
    reason: str
    confidence: float = 0.0


def guess_columns(
    typed: Mapping[str, TypedColumn], percent: Collection[str] = ()
) -> tuple[tuple[ColumnGuess, ...], tuple[str, ...]]:
    """A guess for every header, each sales column at most once, and a sentence for every tie.

    `percent` the headers whose cells carry a percent sign.
    """
    candidates = [g for name, column in typed.items() for g in _candidates(name, column, name in percent)]
    chosen: dict[str, ColumnGuess] = {}
    ties: list[str] = []
    for column in _ORDER:
        free = [g for g in candidates if g.column is column and g.header not in chosen]
        free.sort(key=lambda guess: -guess.confidence)
        if not free:
            continue
        rivals = [g for g in free[1:] if free[0].confidence - g.confidence < CLEAR]
        if rivals and column not in _FIRST_WINS:
            names = " and ".join([free[0].header, *(g.header for g in rivals)])
            ties.append(f"Columns {names} could each be the {column.label}: say which one is.")
        chosen[free[0].header] = free[0]
    # Sales before a discount that another column holds as an amount are not what was paid.
    gross = [h for h, g in chosen.items() if g.column is SalesColumn.SALES_VALUE and header_word(h, GROSS)]
    taken = [
        h for h in typed if h not in chosen and header_word(h, DISCOUNT | REFUNDS) and header_word(h, AMOUNT)
    ]
    if gross and taken:
        ties.append(
            f"{gross[0]} is what was sold before {taken[0]} is taken off: write what is left into its own "
            "column, or say that this one is the sales value."
        )
    guesses = []
    for name in typed:
        wanted = next((g.column for g in candidates if g.header == name), None)
        reason = "nothing in its name or cells says what it is; it is not used"
        if wanted is not None:
            better = next((header for header, g in chosen.items() if g.column is wanted), None)
            reason = f"it could be the {wanted.label}, but {better} fits better; it is not used"
        guesses.append(chosen.get(name) or ColumnGuess(name, None, reason))
    return tuple(guesses), tuple(ties)


# The more telling come first, so that "Discount %" is not left for the promotion flag.
_ORDER = (
    *(SalesColumn.DATE, SalesColumn.CHANNEL, SalesColumn.DEPARTMENT, SalesColumn.UNITS, *MARGINS),
    *(SalesColumn.DISCOUNT_PCT, SalesColumn.PROMO_FLAG, SalesColumn.SALES_VALUE, SalesColumn.GEO),
)
_FIRST_WINS = frozenset({SalesColumn.GEO, SalesColumn.PROMO_FLAG, *MARGINS[1:]})


def chosen_columns(guesses: Sequence[ColumnGuess]) -> dict[SalesColumn, str]:
    """Header by sales column; of several ways to the margin only the most direct is kept."""
    columns = {guess.column: guess.header for guess in guesses if guess.column is not None}
    ways = [way for way in MARGINS if way in columns]
    return {column: header for column, header in columns.items() if column not in ways[1:]}


def _candidates(name: str, column: TypedColumn, signed: bool) -> list[ColumnGuess]:
    if column.kind is ColumnKind.EMPTY:
        # A discount column is empty in a sample without promotions, and only its name can tell.
        word = header_word(name, DISCOUNT, ENDINGS["discount"])
        return [_by_name(name, SalesColumn.DISCOUNT_PCT, word, 0.6)] if word else []
    if column.kind is ColumnKind.DATE:
        word = header_word(name, SALES_DATE, ENDINGS["date"])
        reason = f"its cells are dates and its name contains “{word}”" if word else "its cells are dates"
        return [ColumnGuess(name, SalesColumn.DATE, reason, 0.9 if word else 0.6)]
    if column.kind is ColumnKind.NUMBER:
        return [guess for guess in _numbers(name, signed) if guess is not None] + _flags(name, column)
    return [*_text_guesses(name, column), *_flags(name, column)]


def _by_name(name: str, column: SalesColumn, word: str, confidence: float) -> ColumnGuess:
    return ColumnGuess(name, column, f"its name contains “{word}”", confidence)


def _numbers(name: str, signed: bool) -> list[ColumnGuess | None]:
    """What a column of numbers can be: percentages first, then the kinds of money, then counts."""
    percent = header_word(name, PERCENT) or signed
    discount, margin = (
        header_word(name, DISCOUNT, ENDINGS["discount"]),
        header_word(name, MARGIN, ENDINGS["margin"]),
    )
    left = header_word(name, SALES - AMOUNT, ENDINGS["sales"]) and header_word(name, LEFT)
    if discount and not left and not header_word(name, AMOUNT):
        return [_by_name(name, SalesColumn.DISCOUNT_PCT, discount, 0.95 if percent else 0.8)]
    if margin:
        way = SalesColumn.MARGIN_PCT if percent else SalesColumn.MARGIN_VALUE
        return [_by_name(name, way, margin, 0.9)]
    if percent:
        promo = header_word(name, PROMO, ENDINGS["promo"])
        return [_by_name(name, SalesColumn.DISCOUNT_PCT, promo, 0.7) if promo else None]
    if header_word(name, NOT_MONEY) or (
        header_word(name, TAX) and not header_word(name, SALES, ENDINGS["sales"])
    ):
        return []
    units, cost = header_word(name, UNITS, ENDINGS["units"]), header_word(name, COST, ENDINGS["cost"])
    if units:
        return [_by_name(name, SalesColumn.UNITS, units, 0.9)]
    if cost:
        return [_by_name(name, SalesColumn.COST_VALUE, cost, 0.85)]
    return [_sales(name)] if left or not (discount or header_word(name, TAKEN_OFF)) else []


def _sales(name: str) -> ColumnGuess | None:
    """Net sales before gross ones: the margin belongs to what was paid without tax."""
    word = header_word(name, SALES, ENDINGS["sales"])
    if word:
        net = header_word(name, NET) or (header_word(name, TAX) and header_word(name, WITHOUT))
        gross = header_word(name, GROSS) or header_word(name, TAX)
        return _by_name(name, SalesColumn.SALES_VALUE, word, 0.95 if net else 0.6 if gross else 0.8)
    value = header_word(name, SALES_SECOND)
    return _by_name(name, SalesColumn.SALES_VALUE, value, 0.5) if value else None


def _distinct(column: TypedColumn) -> list[str]:
    values = column.values.dropna().astype("str").str.strip()
    return [str(value) for value in pd.unique(values[values != ""])]


def _text_guesses(name: str, column: TypedColumn) -> Iterator[ColumnGuess]:
    """What a column of texts can be: sales channel, department, region, or dates that are hardly readable."""
    distinct = _distinct(column)
    if 0 < len(distinct) <= MOST_CHANNEL_WORDS:
        known = [word for word, channel in channels_of(distinct).items() if channel is not None]
        word = header_word(name, CHANNEL, ENDINGS["channel"])
        if word:
            yield _by_name(name, SalesColumn.CHANNEL, word, 0.95 if known else 0.7)
        elif len(known) == len(distinct) and not header_word(name, PROMO, ENDINGS["promo"]):
            shown = ", ".join(f"“{value}”" for value in known[:3])
            yield ColumnGuess(name, SalesColumn.CHANNEL, f"its cells name sales channels: {shown}", 0.8)
    many = 0.4 if len(distinct) > MOST_DEPARTMENTS else 0.0
    finer = 0.3 if header_word(name, PART_OF) else 0.0
    department = header_word(name, DEPARTMENT, ENDINGS["department"])
    category = header_word(name, CATEGORY)
    if distinct and (department or category):
        reason = f"its name contains “{department or category}” and it holds {len(distinct)} different texts"
        confidence = (0.95 if department else 0.75) - finer - many
        yield ColumnGuess(name, SalesColumn.DEPARTMENT, reason, confidence)
    region = header_word(name, REGION)
    if region:
        yield _by_name(name, SalesColumn.GEO, region, 0.5 if header_word(name, STORE) == region else 0.8)
    # Texts that are hardly dates under a name that says date: their faults are then reported cell by cell.
    word = header_word(name, SALES_DATE, ENDINGS["date"])
    if word and read_dates(distinct[:MOST_DEPARTMENTS]).share > 0.0:
        yield _by_name(name, SalesColumn.DATE, word, 0.4)


def _flags(name: str, column: TypedColumn) -> list[ColumnGuess]:
    """A flag by its name, or by cells that only say yes and no."""
    if header_word(name, PERCENT) or header_word(name, DISCOUNT, ENDINGS["discount"]):
        return []
    word, distinct = header_word(name, PROMO, ENDINGS["promo"]), _distinct(column)
    if word:
        return [_by_name(name, SalesColumn.PROMO_FLAG, word, 0.9)]
    yes_no = {is_promo(value.removesuffix(".0")) for value in distinct}
    if column.kind is not ColumnKind.NUMBER and yes_no == {True, False}:
        shown = " and ".join(f"“{value}”" for value in distinct[:2])
        return [ColumnGuess(name, SalesColumn.PROMO_FLAG, f"its cells only say {shown}", 0.5)]
    return []
