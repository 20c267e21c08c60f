"""Which of the product's kinds of data a table holds."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from enum import StrEnum

from core.data.cells import ColumnKind, TypedColumn
from core.data.guesses import Guess
from core.data.mapping import ColumnRole
from core.data.vocabulary import (
    CAMPAIGN_ID,
    DEPARTMENT,
    DISCOUNT,
    END,
    EXPOSURE,
    GOAL,
    MARGIN,
    SEGMENT,
    SPEND,
    START,
    TARGET_COUNT,
    TARGET_MONEY,
    word_in,
)


class DatasetKind(StrEnum):
    """What a file is about."""

    MIX = "mix"
    MIX_LONG = "mix_long"
    SALES = "sales"
    PROMO_CATALOG = "promo_catalog"
    CAMPAIGN_METRICS = "campaign_metrics"
    SEGMENTS = "segments"
    TARGETS = "targets"
    UNKNOWN = "unknown"


def kind_of(guesses: Sequence[Guess], typed: Dictionary[str, TypedColumn]) -> tuple[DatasetKind, str]:
    """The kind and the reason in words; the more special kinds are looked for first."""
    names = list(typed)
    dates = [name for name in names if typed[name].kind is ColumnKind.DATE]
    numbers = [name for name in names if typed[name].kind is ColumnKind.NUMBER]
    texts = [name for name in names if typed[name].kind is ColumnKind.TEXT]
    goals = [name for name in numbers if word_in(name, GOAL) and len(name.split("_")) > 1]
    if dates and len(goals) >= 2:
        return DatasetKind.TARGETS, f"it has goals by period: {', '.join(goals[:3])}"
    segments = [name for name in names if word_in(name, SEGMENT)]
    if not dates and len(segments) >= 2:
        return DatasetKind.SEGMENTS, f"it describes customer segments: {', '.join(segments[:3])}"
    start, end, discount = _first(dates, START), _first(dates, END), _first(names, DISCOUNT)
    if start and end and discount:
        return DatasetKind.PROMO_CATALOG, f"each row runs from {start} to {end} with {discount}"
    campaign = _first(texts, CAMPAIGN_ID)
    reported = EXPOSURE | SPEND | frozenset({"conversions", "engagement"})
    measures = [name for name in names if word_in(name, reported)]
    if campaign and measures and (dates or len(measures) >= 2):
        reason = f"its rows are campaigns ({campaign}) with {', '.join(measures[:3])}"
        return DatasetKind.CAMPAIGN_METRICS, reason
    flags_and_texts = [name for name in names if typed[name].kind in (ColumnKind.TEXT, ColumnKind.FLAG)]
    department = _first(flags_and_texts, DEPARTMENT)
    sales = _first(numbers, TARGET_MONEY | MARGIN | TARGET_COUNT)
    if dates and department and sales:
        return DatasetKind.SALES, f"its rows are sales by {department}: {sales}"
    if not dates:
        return DatasetKind.UNKNOWN, "no column holds dates"
    spends = [
        guess.column
        for guess in guesses
        if guess.role in (ColumnRole.SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC)
    ]
    channel = next((guess.column for guess in guesses if guess.role is ColumnRole.CHANNEL), None)
    money = [name for name in spends if word_in(name, SPEND | EXPOSURE)]
    if channel and money and len(spends) <= 4 and typed[channel].values.nunique() > 1:
        return DatasetKind.MIX_LONG, f"its rows give {', '.join(money)} for one {channel} at a time"
    if spends:
        return DatasetKind.MIX, f"it has one row per date and columns of media: {', '.join(spends[:3])}"
    if any(guess.role is ColumnRole.TARGET for guess in guesses):
        return DatasetKind.MIX, "it has dates and a KPI; media may come from another file"
    return DatasetKind.UNKNOWN, "it has dates, but neither media nor a KPI were recognised"


def _first(names: Sequence[str], words: frozenset[str]) -> str | None:
    return next((name for name in names if word_in(name, words)), None)
