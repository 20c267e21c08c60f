"""What a table is and what its columns are for, each with a reason a person can judge."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from core.data.calendar import Granularity
from core.data.cells import ColumnKind, TypedColumn, type_table
from core.data.dates import DateOrder
from core.data.guesses import Guess, GuessRules, friendly, guess_column, medium_of
from core.data.mapping import ColumnMap, ColumnRole, KpiKind, Mapping
from core.data.numbers import NumberFormat
from core.data.problems import DataProblem
from core.data.table import RawTable
from core.data.vocabulary import (
    CAMPAIGN_ID,
    CURRENCY,
    CURRENCY_CODES,
    CURRENCY_SIGNS,
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
    tokens,
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


@dataclass(frozen=True)
class Detection:
    """What was recognised in one table; `mapping()` is the start a person corrects.

    `currency` is None where nothing names one; `problems` are those of the file and of its cells.
    """

    kind: DatasetKind
    kind_reason: str
    guesses: tuple[Guess, ...]
    frequency: Granularity | None
    currency: str | None
    date_order: DateOrder | None
    number_format: NumberFormat | None
    problems: tuple[DataProblem, ...]
    kpi_kind: KpiKind = KpiKind.MONEY

    def columns_of(self, *roles: ColumnRole) -> tuple[str, ...]:
        """The columns guessed to have one of these roles."""
        return tuple(guess.column for guess in self.guesses if guess.role in roles)

    @property
    def date(self) -> str | None:
        """The date column."""
        return next(iter(self.columns_of(ColumnRole.DATE)), None)

    @property
    def target(self) -> str | None:
        """The column to be explained."""
        return next(iter(self.columns_of(ColumnRole.TARGET)), None)

    @property
    def geo(self) -> str | None:
        """The column of regions."""
        return next(iter(self.columns_of(ColumnRole.GEO)), None)

    @property
    def channels(self) -> tuple[str, ...]:
        """The spend columns."""
        return self.columns_of(ColumnRole.SPEND)

    def mapping(self) -> Mapping:
        """The roles as a mapping to be confirmed or changed."""
        columns = tuple(ColumnMap(g.column, g.role, g.label, g.pair) for g in self.guesses)
        label = next((guess.label for guess in self.guesses if guess.role is ColumnRole.TARGET), "")
        return Mapping(columns, self.currency or "EUR", label, self.kpi_kind)


def detect(table: RawTable, rules: GuessRules | None = None) -> Detection:
    """Kind, roles, currency and frequency of a table, from names in four languages and from content."""
    typed = type_table(table)
    guesses = [guess_column(column, name, rules) for name, column in typed.items()]
    kind, why = kind_of(guesses, typed)
    guesses = _settle_roles(guesses, typed, kind)
    date = next((guess.column for guess in guesses if guess.role is ColumnRole.DATE), None)
    targets = [guess.column for guess in guesses if guess.role is ColumnRole.TARGET]
    dated = typed[date] if date else None
    orders = {column.date_order for column in typed.values() if column.date_order}
    formats = {column.number_format for column in typed.values() if column.number_format}
    # Friendly names; columns that would be called the same keep their own.
    labels = [friendly(guess.column, guess.role) for guess in guesses]
    return Detection(
        kind=kind,
        kind_reason=why,
        guesses=tuple(
            replace(guess, label=label if labels.count(label) == 1 else guess.column)
            for guess, label in zip(guesses, labels, strict=True)
        ),
        frequency=frequency_of(dated.values) if dated is not None else None,
        currency=_currency(typed),
        date_order=dated.date_order if dated is not None else next(iter(orders), None),
        number_format=formats.pop() if len(formats) == 1 else None,
        problems=(*table.problems, *(problem for column in typed.values() for problem in column.problems)),
        kpi_kind=KpiKind.COUNT
        if targets
        and not word_in(targets[0], TARGET_MONEY)
        and word_in(targets[0], TARGET_COUNT - {"y", "target", "kpi"})
        else KpiKind.MONEY,
    )


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
    start, end, discount = _first_with(dates, START), _first_with(dates, END), _first_with(names, DISCOUNT)
    if start and end and discount:
        return DatasetKind.PROMO_CATALOG, f"each row runs from {start} to {end} with {discount}"
    campaign = _first_with(texts, CAMPAIGN_ID)
    reported = EXPOSURE | SPEND | frozenset({"conversions", "engagement"})
    measures = [name for name in names if word_in(name, reported)]
    if campaign and measures and (dates or len(measures) >= 2):
        reason = f"its rows are campaigns ({campaign}) with {', '.join(measures[:3])}"
        return DatasetKind.CAMPAIGN_METRICS, reason
    flags_and_texts = [name for name in names if typed[name].kind in (ColumnKind.TEXT, ColumnKind.FLAG)]
    department = _first_with(flags_and_texts, DEPARTMENT)
    sales = _first_with(numbers, TARGET_MONEY | MARGIN | TARGET_COUNT)
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


def _first_with(names: Sequence[str], words: frozenset[str]) -> str | None:
    return next((name for name in names if word_in(name, words)), None)


def frequency_of(dates: pd.Series) -> Granularity | None:
    """Daily, weekly or monthly by the commonest step between dates; None for other steps or too few."""
    days = np.unique(dates.dropna().to_numpy().astype("datetime64[D]"))
    if len(days) < 2:
        return None
    steps, counts = np.unique(np.diff(days).astype(int), return_counts=True)
    common = int(steps[counts.argmax()])
    if common == 1:
        return Granularity.DAILY
    if common == 7:
        return Granularity.WEEKLY
    return Granularity.MONTHLY if 28 <= common <= 31 else None


def _settle_roles(
    guesses: list[Guess], typed: Dictionary[str, TypedColumn], kind: DatasetKind
) -> list[Guess]:
    """Single roles go to the best guess, exposures find their spend, content fills what names left open."""
    guesses = _only_best(guesses, ColumnRole.DATE, "another column is the date")
    guesses = _settle_geo(guesses, typed)
    for role in (ColumnRole.POPULATION, ColumnRole.VALUE_PER_UNIT, ColumnRole.EVENT, ColumnRole.CHANNEL):
        guesses = _only_best(guesses, role, f"another column is the {role.value}")
    if kind is not DatasetKind.MIX_LONG:
        guesses = [
            _ignored(guess, "a column per channel was found") if guess.role is ColumnRole.CHANNEL else guess
            for guess in guesses
        ]
    guesses = _pair_exposures(guesses)
    targets = [guess for guess in guesses if guess.role is ColumnRole.TARGET]
    if not targets:
        return _target_by_content(guesses, typed)
    per_unit = any(guess.role is ColumnRole.VALUE_PER_UNIT for guess in guesses)
    wanted = TARGET_COUNT if per_unit else TARGET_MONEY
    best = max(targets, key=lambda guess: (word_in(guess.column, wanted) is not None, guess.confidence))
    why = f"{best.column} is the target; another outcome as a control would hide what media did"
    return [
        _ignored(guess, why) if guess.role is ColumnRole.TARGET and guess is not best else guess
        for guess in guesses
    ]


def _ignored(guess: Guess, why: str) -> Guess:
    return replace(guess, role=ColumnRole.IGNORE, reason=f"{guess.reason}, but {why}", pair=None)


def _only_best(guesses: list[Guess], role: ColumnRole, why: str) -> list[Guess]:
    candidates = [guess for guess in guesses if guess.role is role]
    best = max(candidates, key=lambda guess: guess.confidence, default=None)
    return [_ignored(guess, why) if guess.role is role and guess is not best else guess for guess in guesses]


def _settle_geo(guesses: list[Guess], typed: Dictionary[str, TypedColumn]) -> list[Guess]:
    """A text column is the region where name or content says so: dates repeat, and (date, text) does not."""
    guesses = [
        _ignored(guess, "it names one region only: the data are national")
        if guess.role is ColumnRole.GEO and typed[guess.column].values.nunique() == 1
        else guess
        for guess in guesses
    ]
    if any(guess.role is ColumnRole.GEO for guess in guesses):
        return _only_best(guesses, ColumnRole.GEO, "another column is the region")
    date = next((guess.column for guess in guesses if guess.role is ColumnRole.DATE), None)
    if date is None or not typed[date].values.duplicated().any():
        return guesses
    for index, guess in enumerate(guesses):
        column = typed[guess.column]
        if guess.role is not ColumnRole.IGNORE or column.kind is not ColumnKind.TEXT:
            continue
        texts = column.values.nunique()
        repeats = 1 < texts <= len(column.values) / 3
        if (
            repeats
            and not pd.DataFrame({"date": typed[date].values, "geo": column.values}).duplicated().any()
        ):
            reason = f"each date appears once for each of its {texts} texts"
            guesses[index] = replace(guess, role=ColumnRole.GEO, reason=reason, confidence=0.7)
            break
    return guesses


def _pair_exposures(guesses: list[Guess]) -> list[Guess]:
    """Exposures joined to the spend column of the same medium."""
    spends = {medium_of(guess.column): guess.column for guess in guesses if guess.role is ColumnRole.SPEND}
    settled, used = [], set[str]()
    for guess in guesses:
        medium = medium_of(guess.column)
        if guess.role is ColumnRole.EXPOSURE:
            pair = spends.get(medium)
            pair = None if pair in used else pair
            if pair:
                used.add(pair)
                guess = replace(guess, pair=pair, reason=f"{guess.reason}; it belongs to {pair}")
            else:
                guess = replace(guess, reason=f"{guess.reason}; no spend column of the same medium was found")
        if guess.role in (ColumnRole.SPEND, ColumnRole.EXPOSURE):
            guess = replace(guess, channel=" ".join(medium))
        settled.append(guess)
    return settled


def _target_by_content(guesses: list[Guess], typed: Dictionary[str, TypedColumn]) -> list[Guess]:
    """Without a telling name: the unnamed, always positive column that moves most with all media together."""
    open_columns = [
        guess for guess in guesses if guess.role is ColumnRole.CONTROL and guess.confidence <= 0.3
    ]
    media = [
        typed[guess.column].values.astype(float).fillna(0)
        for guess in guesses
        if guess.role is ColumnRole.SPEND
    ]
    if not open_columns:
        return guesses
    total = pd.concat(media, axis=1).sum(axis=1) if media else None

    def fit(guess: Guess) -> tuple[float, float]:
        values = typed[guess.column].values.astype(float)
        together = abs(float(values.corr(total))) if total is not None and total.std() > 0 else 0.0
        return (together if together == together else 0.0, float(values.mean()))

    best = max(open_columns, key=fit)
    reason = "its name says nothing; it is always positive and moves most with the media columns"
    return [
        replace(g, role=ColumnRole.TARGET, reason=reason, confidence=0.4) if g is best else g for g in guesses
    ]


def _currency(typed: Dictionary[str, TypedColumn]) -> str | None:
    """The currency the cells name, else the column names."""
    in_cells = {code for column in typed.values() for code in column.currencies}
    for name, column in typed.items():
        if word_in(name, CURRENCY) and column.kind is ColumnKind.TEXT:
            in_cells |= {
                code for code in column.values.dropna().str.upper().unique() if code in CURRENCY_CODES
            }
    if len(in_cells) == 1:
        return in_cells.pop()
    in_names = {token.upper() for name in typed for token in tokens(name) if token.upper() in CURRENCY_CODES}
    in_names |= {code for name in typed for sign, code in CURRENCY_SIGNS.items() if sign in name}
    return in_names.pop() if len(in_names) == 1 else None
