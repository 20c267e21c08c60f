"""What one column is probably for, from its name first and its content second, with the reason in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.cells import ColumnKind, TypedColumn
from core.data.mapping import ColumnRole
from core.data.vocabulary import (
    CHANNEL_NAME,
    CHANNELS,
    CONTROL,
    DATE,
    EVENT,
    EXPOSURE,
    GEO,
    ORGANIC,
    PER_UNIT,
    POPULATION,
    RESULT,
    SPELLINGS,
    SPEND,
    SUFFIX_ROLES,
    TARGET_COUNT,
    TARGET_MONEY,
    TREATMENT,
    parts,
    tokens,
    word_in,
)


@dataclass(frozen=True)
class GuessRules:
    """What content alone may say: `min_zero_share` (0..1) of zeros make a column a channel that pauses."""

    min_zero_share: float = 0.1


@dataclass(frozen=True)
class Guess:
    """A column's probable role: `confidence` 0..1, `pair` an exposure's spend, `channel` its medium."""

    column: str
    role: ColumnRole
    reason: str
    confidence: float
    pair: str | None = None
    channel: str | None = None
    label: str = ""


def guess_column(column: TypedColumn, name: str, rules: GuessRules | None = None) -> Guess:
    """The role of one column looked at alone; `detect` settles what columns have to agree on."""
    rules = rules or GuessRules()
    if column.kind is ColumnKind.EMPTY:
        return Guess(name, ColumnRole.IGNORE, "it is empty", 1.0)
    if column.kind is ColumnKind.DATE:
        word = word_in(name, DATE)
        reason = f"its cells are dates and its name contains “{word}”" if word else "its cells are dates"
        return Guess(name, ColumnRole.DATE, reason, 0.95 if word else 0.8)
    if column.kind in (ColumnKind.TEXT, ColumnKind.FLAG):
        return _from_texts(column, name, rules)
    return _from_name(column, name) or _from_content(column, name, rules)


def _from_texts(column: TypedColumn, name: str, rules: GuessRules) -> Guess:
    distinct = column.values.dropna().astype("str")
    count = distinct[distinct != ""].nunique()
    for words, role in ((CHANNEL_NAME, ColumnRole.CHANNEL), (GEO, ColumnRole.GEO), (EVENT, ColumnRole.EVENT)):
        word = word_in(name, words)
        if word:
            return Guess(name, role, f"its name contains “{word}” and it holds {_texts(count)}", 0.9)
    media = [value for value in distinct.unique()[:50] if word_in(value, CHANNELS)]
    if count and len(media) >= 0.5 * min(count, 50):
        return Guess(name, ColumnRole.CHANNEL, f"its cells name media, for example “{media[0]}”", 0.8)
    return Guess(name, ColumnRole.IGNORE, f"it holds {_texts(count)}", 0.5)


def _texts(count: int) -> str:
    return "a single text" if count == 1 else f"{count} different texts"


def _from_name(column: TypedColumn, name: str) -> Guess | None:
    values = _values(column)
    counts_rows = len(values) > 2 and values[0] in (0.0, 1.0) and bool((np.diff(values) == 1).all())
    if counts_rows and not word_in(name, CHANNELS | SPEND | TARGET_COUNT | TARGET_MONEY):
        return Guess(name, ColumnRole.IGNORE, "its values only count the rows", 0.9)
    last = tokens(name)[-1] if tokens(name) else ""
    word = word_in(name, RESULT)
    if word and not word_in(name, CONTROL):
        return Guess(name, ColumnRole.IGNORE, f"its name contains “{word}”: a result, not an input", 0.8)
    if word_in(name, PER_UNIT) and word_in(
        name, TARGET_MONEY | frozenset({"value", "wert", "price"}) | PER_UNIT
    ):
        return Guess(
            name,
            ColumnRole.VALUE_PER_UNIT,
            f"its name says money per unit (“{word_in(name, PER_UNIT)}”)",
            0.85,
        )
    if re.match(r"x\d+[_ -]", name.lower()) and not word:
        return Guess(
            name, ColumnRole.SPEND, f"its name begins like a media column (“{name.split('_')[0]}”)", 0.7
        )
    if len(tokens(name)) > 1 and last in SUFFIX_ROLES:
        return Guess(name, ColumnRole(SUFFIX_ROLES[last]), f"its name ends in “_{name[-1]}”", 0.85)
    return _from_vocabulary(column, name)


def _from_vocabulary(column: TypedColumn, name: str) -> Guess | None:
    """The first list of words that fits, the more telling lists first."""
    medium = word_in(name, CHANNELS)
    lists: tuple[tuple[frozenset[str], ColumnRole, float], ...] = (
        (POPULATION, ColumnRole.POPULATION, 0.9),
        (CONTROL, ColumnRole.CONTROL, 0.85),
        (SPEND if not word_in(name, TARGET_MONEY) else frozenset(), ColumnRole.SPEND, 0.95),
        (ORGANIC, ColumnRole.ORGANIC, 0.85),
        (EXPOSURE, ColumnRole.EXPOSURE, 0.9 if medium else 0.75),
        (
            TREATMENT if not word_in(name, TARGET_MONEY) else frozenset({"price", "preis", "prix", "precio"}),
            ColumnRole.TREATMENT,
            0.8,
        ),
        (TARGET_MONEY, ColumnRole.TARGET, 0.9),
        (TARGET_COUNT, ColumnRole.TARGET, 0.8),
        (CHANNELS, ColumnRole.SPEND, 0.7),
        (EVENT, ColumnRole.CONTROL, 0.7),
    )
    for words, role, confidence in lists:
        word = word_in(name, words)
        if word:
            # Media cannot be negative: a column with many negative values is a control whatever its name
            # says.
            guess = Guess(name, role, f"its name contains “{word}”", confidence)
            values = _values(column)
            if (
                guess.role in (ColumnRole.SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC)
                and len(values)
                and float((values < 0).mean()) > 0.2
            ):
                return Guess(
                    guess.column,
                    ColumnRole.CONTROL,
                    f"{guess.reason}, but many of its values are negative",
                    0.5,
                )
            return guess
    return None


def _from_content(column: TypedColumn, name: str, rules: GuessRules) -> Guess:
    values = _values(column)
    if len(values) == 0:
        return Guess(name, ColumnRole.IGNORE, "it holds no numbers", 0.9)
    if float(np.std(values)) == 0:
        return Guess(name, ColumnRole.IGNORE, f"it has the same value everywhere ({values[0]:.6g})", 0.8)
    if (values < 0).any():
        return Guess(
            name, ColumnRole.CONTROL, "it has negative values, which media and most KPIs do not have", 0.5
        )
    if set(np.unique(values)) <= {0.0, 1.0}:
        return Guess(name, ColumnRole.CONTROL, "it is 0 or 1 in every row", 0.5)
    zeros = float((values == 0).mean())
    if re.fullmatch(r"[cz]\d+", name.lower()):
        return Guess(name, ColumnRole.CONTROL, "its name is a usual one for controls", 0.6)
    if zeros >= rules.min_zero_share or re.fullmatch(r"x\d+", name.lower()):
        return Guess(
            name, ColumnRole.SPEND, f"it pauses: {zeros:.0%} of its values are 0, the others positive", 0.5
        )
    return Guess(name, ColumnRole.CONTROL, "it is always positive and its name says nothing", 0.3)


def _values(column: TypedColumn) -> np.ndarray[Any, np.dtype[np.float64]]:
    numbers = pd.to_numeric(column.values, errors="coerce").to_numpy(dtype=float)
    return np.asarray(numbers[np.isfinite(numbers)])


def medium_of(name: str) -> tuple[str, ...]:
    """A media column's words without those of the measure: `search_clicks_P` gives `search`."""
    words = list(tokens(name))
    if len(words) > 1 and words[-1] in SUFFIX_ROLES:
        words.pop()
    kept = [
        word for word in words if not (word_in(word, SPEND) or (word_in(word, EXPOSURE) and len(words) > 1))
    ]
    return tuple(kept or words)


def friendly(name: str, role: ColumnRole) -> str:
    """A name to show: `tv_S` becomes `TV`, `competitor_sales_B` becomes `Competitor sales`."""
    words, written = list(tokens(name)), dict(zip(tokens(name), parts(name), strict=True))
    media = role in (ColumnRole.SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC)
    kept = list(medium_of(name)) if media else words
    if len(kept) > 1 and kept[-1] in SUFFIX_ROLES and kept[-1] == words[-1]:
        kept.pop()
    if len(kept) > 1 and re.fullmatch(r"[xcz]\d+", kept[0]):
        kept.pop(0)
    if role is ColumnRole.EXPOSURE:
        kept += [word for word in words if word_in(word, EXPOSURE)] or ["exposure"]
    shown = [SPELLINGS.get(word, written.get(word, word)) for word in dict.fromkeys(kept)]
    text = " ".join(shown) or name
    return text[0].upper() + text[1:]
