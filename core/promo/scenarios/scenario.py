"""A promotion as somebody plans it: when, where, which departments at which discount, for whom."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import pandas as pd

from core.errors import UserError
from core.promo.days import ALL_GEOS, Place

ALL_SEGMENTS = "ALL"
MOST_PCT = 95.0
MOST_DAYS = 366
LONGEST_LABEL = 100
LineKey = tuple[str, str, tuple[str, ...]]


def says(text: str, word: str) -> bool:
    """Whether the word (or words) stands in the text by itself, in whatever case."""
    return _pattern(word).search(text) is not None


def without(text: str, word: str) -> str:
    """The text without the word; what it leaves closes up."""
    while says(text, word):
        text = " ".join(_pattern(word).sub(" ", text).split())
    return text


def _pattern(word: str) -> re.Pattern[str]:
    spaced = r"\s+".join(re.escape(part) for part in word.split())
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)


class ScenarioType(StrEnum):
    """Three postures and four mechanics that a promotion is begun with."""

    CONSERVATIVE = "conservative"
    BALANCED = "balanced"
    AGGRESSIVE = "aggressive"
    FLASH = "flash"
    BEST_DEAL = "best_deal"
    COUPON = "coupon"
    MEMBER_ONLY = "member_only"


@dataclass(frozen=True)
class Mechanic:
    """One line: a department in a sales channel at a discount (percent), for some segments or ("ALL",).

    UserError lists every fault.
    """

    department: str
    channel: str
    discount_pct: float
    segments: tuple[str, ...] = (ALL_SEGMENTS,)
    notes: str = ""

    def __post_init__(self) -> None:
        segments = (self.segments,) if isinstance(self.segments, str) else tuple(self.segments)
        object.__setattr__(self, "segments", segments)
        faults = list(self._faults())
        if faults:
            raise UserError(faults)
        object.__setattr__(self, "discount_pct", float(self.discount_pct))

    def _faults(self) -> Iterator[str]:
        for name, word in (("department", self.department), ("sales channel", self.channel)):
            if not isinstance(word, str) or not word.strip():
                yield f"A line needs a {name}, not {word!r}."
        if not is_number(self.discount_pct) or not 0 <= self.discount_pct <= MOST_PCT:
            yield f"{self.label}: a discount lies between 0 and {MOST_PCT:g} %, not {self.discount_pct!r}."
        if not self.segments or any(not isinstance(name, str) or not name.strip() for name in self.segments):
            yield f"{self.label}: name at least one segment, or {ALL_SEGMENTS}."
        elif len(set(self.segments)) < len(self.segments):
            yield f"{self.label}: a segment is named twice in {', '.join(self.segments)}."
        elif ALL_SEGMENTS in self.segments and len(self.segments) > 1:
            yield f"{self.label}: {ALL_SEGMENTS} already holds every segment; name it alone."

    @property
    def place(self) -> Place:
        """Where the line sells: department and sales channel."""
        return self.department, self.channel

    @property
    def label(self) -> str:
        """Where the line sells, in words."""
        return f"{self.department}, {self.channel}"

    @property
    def key(self) -> LineKey:
        """What tells this line from others of the same promotion: department, sales channel, segments."""
        return self.department, self.channel, tuple(sorted(self.segments))

    @property
    def for_all(self) -> bool:
        """Whether every customer gets the discount."""
        return self.segments == (ALL_SEGMENTS,)

    def overlaps(self, other: Mechanic) -> bool:
        """Whether some customer would get both lines for the same goods."""
        same = self.place == other.place
        shared = self.for_all or other.for_all or set(self.segments) & set(other.segments)
        return same and bool(shared)


@dataclass(frozen=True)
class PromoScenario:
    """A planned promotion from `start` to `end` (both included) in one geo or "ALL".

    Dates are given as dates, ISO words or timestamps and kept as dates. UserError lists every fault.
    """

    label: str
    start: dt.date
    end: dt.date
    scenario_type: ScenarioType
    mechanics: tuple[Mechanic, ...]
    geo: str = ALL_GEOS
    legal_text: str | None = None

    def __post_init__(self) -> None:
        faults = [*self._label_faults(), *self._date_faults(), *self._type_faults(), *self._line_faults()]
        if not isinstance(self.geo, str) or not self.geo.strip():
            faults.append(f"A promotion needs a geo, or {ALL_GEOS}.")
        if faults:
            raise UserError(faults)

    def _label_faults(self) -> Iterator[str]:
        if not isinstance(self.label, str) or not self.label.strip():
            yield "A promotion needs a name."
        elif len(self.label) > LONGEST_LABEL:
            yield f"The name has {len(self.label)} characters; at most {LONGEST_LABEL} fit."

    def _date_faults(self) -> Iterator[str]:
        days = {name: day_of(getattr(self, name)) for name in ("start", "end")}
        for name, day in days.items():
            if day is None:
                yield f"The {name} must be a date, not {getattr(self, name)!r}."
        start, end = days["start"], days["end"]
        if start is None or end is None:
            return
        if end < start:
            yield f"The promotion ends on {end}, before it starts on {start}."
        elif (end - start).days >= MOST_DAYS:
            yield f"A promotion lasts at most {MOST_DAYS} days, not {(end - start).days + 1}."
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)

    def _type_faults(self) -> Iterator[str]:
        try:
            object.__setattr__(self, "scenario_type", ScenarioType(self.scenario_type))
        except ValueError:
            known = ", ".join(ScenarioType)
            yield f"The type of a promotion must be one of {known}; it is {self.scenario_type!r}."

    def _line_faults(self) -> Iterator[str]:
        lines = tuple(self.mechanics) if isinstance(self.mechanics, Sequence) else ()
        if not lines:
            yield "A promotion needs at least one line."
        if not all(isinstance(line, Mechanic) for line in lines):
            yield "Every line of a promotion must be a Mechanic."
            return
        object.__setattr__(self, "mechanics", lines)
        twice = {first.label for first, second in combinations(lines, 2) if first.overlaps(second)}
        for place in sorted(twice):
            yield f"{place}: two lines give the same customers a discount; keep one or part the segments."

    @property
    def days(self) -> int:
        """How many days the promotion lasts."""
        return (self.end - self.start).days + 1


def day_of(value: object) -> dt.date | None:
    """A date, an ISO word or a timestamp as a date; None for anything else."""
    if isinstance(value, dt.datetime):
        return None if pd.isna(value) else value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def is_number(value: object) -> bool:
    """Whether it is a finite number and no word, flag or blank."""
    if isinstance(value, bool) or not hasattr(value, "__float__") or isinstance(value, str):
        return False
    return math.isfinite(float(value))
