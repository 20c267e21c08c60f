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
    says,
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
    dates = [name for name, column in typed.items() if column.kind is ColumnKind.DATE]
    for test in (_targets, _segments, _promo_catalog, _campaigns, _sales):
        why = test(names, dates, typed)
        if why:
            return _KINDS[test.__name__], why
    return _mix(guesses, dates, typed)


def _has(names: Sequence[str], words: frozenset[str]) -> str | None:
    return next((name for name in names if says(name, words)), None)


def _targets(names: list[str], dates: list[str], typed: Dictionary[str, TypedColumn]) -> str | None:
    goals = [
        name
        for name in names
        if says(name, GOAL) and len(name.split("_")) > 1 and typed[name].kind is ColumnKind.NUMBER
    ]
    return f"it has goals by period: {', '.join(goals[:3])}" if dates and len(goals) >= 2 else None


def _segments(names: list[str], dates: list[str], typed: Dictionary[str, TypedColumn]) -> str | None:
    found = [name for name in names if says(name, SEGMENT)]
    return (
        f"it describes customer segments: {', '.join(found[:3])}" if not dates and len(found) >= 2 else None
    )


def _promo_catalog(names: list[str], dates: list[str], typed: Dictionary[str, TypedColumn]) -> str | None:
    start, end = _has(dates, START), _has(dates, END)
    discount = _has(names, DISCOUNT)
    return f"each row runs from {start} to {end} with {discount}" if start and end and discount else None


def _campaigns(names: list[str], dates: list[str], typed: Dictionary[str, TypedColumn]) -> str | None:
    texts = [name for name in names if typed[name].kind is ColumnKind.TEXT]
    campaign = _has(texts, CAMPAIGN_ID)
    measures = [
        name for name in names if says(name, EXPOSURE | SPEND | frozenset({"conversions", "engagement"}))
    ]
    if campaign and measures and (dates or len(measures) >= 2):
        return f"its rows are campaigns ({campaign}) with {', '.join(measures[:3])}"
    return None


def _sales(names: list[str], dates: list[str], typed: Dictionary[str, TypedColumn]) -> str | None:
    texts = [name for name in names if typed[name].kind in (ColumnKind.TEXT, ColumnKind.FLAG)]
    department = _has(texts, DEPARTMENT)
    sales = _has(
        [name for name in names if typed[name].kind is ColumnKind.NUMBER],
        TARGET_MONEY | MARGIN | TARGET_COUNT,
    )
    if dates and department and sales:
        return f"its rows are sales by {department}: {sales}"
    return None


def _mix(
    guesses: Sequence[Guess], dates: list[str], typed: Dictionary[str, TypedColumn]
) -> tuple[DatasetKind, str]:
    if not dates:
        return DatasetKind.UNKNOWN, "no column holds dates"
    spends = [
        guess.column
        for guess in guesses
        if guess.role in (ColumnRole.SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC)
    ]
    channel = next((guess.column for guess in guesses if guess.role is ColumnRole.CHANNEL), None)
    money = [name for name in spends if says(name, SPEND | EXPOSURE)]
    if channel and money and len(spends) <= 4 and typed[channel].values.nunique() > 1:
        return DatasetKind.MIX_LONG, f"its rows give {', '.join(money)} for one {channel} at a time"
    if spends:
        return DatasetKind.MIX, f"it has one row per date and columns of media: {', '.join(spends[:3])}"
    if any(guess.role is ColumnRole.TARGET for guess in guesses):
        return DatasetKind.MIX, "it has dates and a KPI; media may come from another file"
    return DatasetKind.UNKNOWN, "it has dates, but neither media nor a KPI were recognised"


_KINDS = {
    "_targets": DatasetKind.TARGETS,
    "_segments": DatasetKind.SEGMENTS,
    "_promo_catalog": DatasetKind.PROMO_CATALOG,
    "_campaigns": DatasetKind.CAMPAIGN_METRICS,
    "_sales": DatasetKind.SALES,
}
