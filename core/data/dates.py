"""Text cells of a column read as dates: the whole column decides whether day or month comes first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.data.vocabulary import month_of


class DateOrder(StrEnum):
    """Which part of 01/02/2024 comes first."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    YEAR_FIRST = "year_first"


class DateForm(StrEnum):
    """How a cell says its date; `week`, `month` and `quarter` stand for the first day of that period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    SERIAL = "serial"


@dataclass(frozen=True)
class DateBounds:
    """What can be a date of marketing data at all: years, and the Excel day numbers of those years."""

    first_year: int = 1970
    last_year: int = 2100

    @property
    def serials(self) -> tuple[int, int]:
        """Day numbers of the 1900 date system at the bounds."""
        return serial_of(dt.date(self.first_year, 1, 1)), serial_of(dt.date(self.last_year, 12, 31))


@dataclass(frozen=True)
class DateReading:
    """A column read as dates, one entry per cell.

    `values` datetime64[us], NaT where there is none; `bad` filled cells that are no date; `forms` what kinds
    of writing occur; `order` the order used for cells like 01/02/2024; `decided` whether a cell decided it;
    `ambiguous` whether some value would differ in the other order; `conflicts` cells that need the other
    order.
    """

    values: npt.NDArray[np.datetime64]
    bad: npt.NDArray[np.bool_]
    conflicts: npt.NDArray[np.bool_]
    blank: npt.NDArray[np.bool_]
    forms: frozenset[DateForm]
    order: DateOrder
    decided: bool
    ambiguous: bool

    @property
    def share(self) -> float:
        """Share of the filled cells that are dates, 0..1; 0 where all cells are blank."""
        filled = int((~self.blank).sum())
        return float((~np.isnat(self.values)).sum()) / filled if filled else 0.0


def serial_of(day: dt.date) -> int:
    """The day number of a spreadsheet's 1900 date system (25569 is 1970-01-01)."""
    return (day - dt.date(1899, 12, 30)).days


LONGEST_DATE = 48  # characters; longer texts are never dates and not worth the patterns

_CLOCK = (
    r"(?:[T ]+(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<ap>[ap]m)?\s*(?P<z>z|utc|gmt|[+-]\d{2}:?\d{2})?)?$"
)
_WORD = r"[^\W\d_]+\.?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("ymd", r"(?P<y>\d{4})(?P<sep>[-/. ])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})\.?" + _CLOCK),
        ("dmy", r"(?P<a>\d{1,2})(?P<sep>[-/. ])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<y>\d{4}|\d{2})" + _CLOCK),
        ("ymd", r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + _CLOCK),
        ("week", r"(?P<y>\d{4})[-/ ]?(?:w|kw|wk|s|cw)[- ]?(?P<w>\d{1,2})(?:-(?P<wd>[1-7]))?$"),
        ("week", r"(?:w|kw|wk|week|woche|semaine|semana|sem\.?|s|cw)[- ]?(?P<w>\d{1,2})[-/, ]+(?P<y>\d{4})$"),
        ("quarter", r"(?P<y>\d{4})[-/ ]?[qt](?P<q>[1-4])$"),
        ("quarter", r"[qt](?P<q>[1-4])[-/ ]*(?P<y>\d{4})$"),
        ("month", r"(?P<y>\d{4})[-/.]?(?P<m>\d{2})$"),
        ("month", r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})$"),
        (
            "named_day",
            rf"(?:{_WORD},?\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?[-/ ]*(?:de |of )?(?P<n>{_WORD})[-/, "
            rf"]*(?:de )?(?P<y>\d{{4}}|\d{{2}})" + _CLOCK,
        ),
        (
            "named_day",
            rf"(?:{_WORD},?\s+)?(?P<n>{_WORD})[-/ ]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[-/ ]+(?P<y>\d{{4}})"
            + _CLOCK,
        ),
        ("named_month", rf"(?P<n>{_WORD})[-/,. ]*(?:de )?(?P<y>\d{{4}}|'?\d{{2}})$"),
        ("named_month", rf"(?P<y>\d{{4}})[-/ ]*(?P<n>{_WORD})$"),
        ("serial", r"(?P<serial>\d{5})(?:\.(?P<part>\d+))?$"),
    )
)


@dataclass
class _Cell:
    """One distinct text: its fixed date, or the two numbers whose order the column decides."""

    fixed: dt.datetime | None = None
    pair: tuple[int, int, int] | None = None
    clock: dt.timedelta = field(default_factory=dt.timedelta)
    form: DateForm | None = None
    dotted: bool = False

    def in_order(self, order: DateOrder) -> dt.datetime | None:
        """The moment this cell means in an order; None where the order makes it no day."""
        if self.pair is None:
            return self.fixed
        first, second, year = self.pair
        day, month = (second, first) if order is DateOrder.MONTH_FIRST else (first, second)
        return _day(year, month, day, self.clock)


def read_dates(
    cells: Sequence[str | None],
    order: DateOrder | None = None,
    date1904: bool = False,
    bounds: DateBounds | None = None,
) -> DateReading:
    """The cells as dates; `order` forces day or month first, otherwise the whole column decides.

    Where every cell could be read either way, the order with the steadier steps between dates wins, then
    dots mean day first (`decided` is False then). Excel day numbers are counted from 1904 with `date1904`.
    """
    bounds = bounds or DateBounds()
    texts = [str(cell).strip() if cell is not None else "" for cell in cells]
    distinct = {text: _read_cell(text, date1904, bounds) for text in dict.fromkeys(texts)}
    pairs = [cell for cell in distinct.values() if cell is not None and cell.pair is not None]
    chosen, decided = _decide(pairs, order)
    dates = {text: cell.in_order(chosen) if cell else None for text, cell in distinct.items()}
    clash = {text for text, cell in distinct.items() if cell and cell.pair and dates[text] is None}
    blank = np.array([text == "" for text in texts], dtype=np.bool_)
    values = np.array([dates[text] for text in texts], dtype="datetime64[us]")
    return DateReading(
        values=values,
        bad=np.isnat(values) & ~blank,
        conflicts=np.array([text in clash for text in texts], dtype=np.bool_),
        blank=blank,
        forms=frozenset(cell.form for cell in distinct.values() if cell and cell.form),
        order=chosen,
        decided=decided,
        ambiguous=any(_either_way(cell) for cell in pairs),
    )


def _either_way(cell: _Cell) -> bool:
    day, month = cell.in_order(DateOrder.DAY_FIRST), cell.in_order(DateOrder.MONTH_FIRST)
    return day is not None and month is not None and day != month


def _decide(pairs: Sequence[_Cell], order: DateOrder | None) -> tuple[DateOrder, bool]:
    if order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST):
        return order, True
    if not pairs:
        return order or DateOrder.YEAR_FIRST, True
    by_day = sum(cell.in_order(DateOrder.DAY_FIRST) is not None for cell in pairs)
    by_month = sum(cell.in_order(DateOrder.MONTH_FIRST) is not None for cell in pairs)
    if by_day != by_month:
        return (DateOrder.DAY_FIRST if by_day > by_month else DateOrder.MONTH_FIRST), True
    if not any(_either_way(cell) for cell in pairs):
        return DateOrder.DAY_FIRST, True
    steps = {}
    for choice in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST):
        days = sorted(day for cell in pairs if (day := cell.in_order(choice)) is not None)
        steps[choice] = len({later - earlier for earlier, later in pairwise(days)})
    if steps[DateOrder.DAY_FIRST] != steps[DateOrder.MONTH_FIRST]:
        return min(steps, key=lambda choice: steps[choice]), False
    dotted = any(cell.dotted for cell in pairs)
    return (DateOrder.DAY_FIRST if dotted else DateOrder.MONTH_FIRST), False


def _read_cell(text: str, date1904: bool, bounds: DateBounds) -> _Cell | None:
    if len(text) > LONGEST_DATE:
        return None
    for name, pattern in _PATTERNS:
        match = pattern.match(text)
        if match is None:
            continue
        cell = _build(name, match.groupdict(), date1904, bounds)
        if cell is not None:
            return cell
    return None


def _build(name: str, part: dict[str, str | None], date1904: bool, bounds: DateBounds) -> _Cell | None:
    if name == "serial":
        number = int(part["serial"] or 0) + (1462 if date1904 else 0)
        first, last = bounds.serials
        if not first <= number <= last:
            return None
        part_of_day = dt.timedelta(days=float("0." + (part.get("part") or "0")))
        moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=number)
        return _Cell(
            fixed=moment + dt.timedelta(seconds=round(part_of_day.total_seconds())), form=DateForm.SERIAL
        )
    text = str(part["y"]).lstrip("'")
    year = int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 70 else 1900)
    if not bounds.first_year <= year <= bounds.last_year:
        return None
    if not part.get("h"):
        clock = dt.timedelta()
    else:
        hour, minute, second = int(part["h"] or 0), int(part["mi"] or 0), int(part["s"] or 0)
        if part.get("ap"):
            hour = hour % 12 + (12 if str(part["ap"]).lower() == "pm" else 0)
        if hour > 24 or minute > 59 or second > 59:
            clock = None
        else:
            micro = int((part["f"] or "0").ljust(6, "0")[:6])
            clock = dt.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)
    if clock is None:
        return None
    if name == "dmy":
        pair = (int(part["a"] or 0), int(part["b"] or 0), year)
        cell = _Cell(pair=pair, clock=clock, form=DateForm.DAY, dotted=part["sep"] == ".")
        return cell if any(cell.in_order(order) for order in DateOrder) else None
    fixed, form = _fixed(name, part, year, clock)
    return _Cell(fixed=fixed, form=form) if fixed else None


def _fixed(
    name: str, part: dict[str, str | None], year: int, clock: dt.timedelta
) -> tuple[dt.datetime | None, DateForm]:
    if name == "week":
        return _week(year, int(part["w"] or 0), int(part.get("wd") or 1)), DateForm.WEEK
    if name == "quarter":
        return _day(year, 3 * int(part["q"] or 0) - 2, 1), DateForm.QUARTER
    month = month_of(part["n"] or "") if "n" in part else int(part["m"] or 0)
    if month is None:
        return None, DateForm.DAY
    if name in ("month", "named_month"):
        return _day(year, month, 1), DateForm.MONTH
    return _day(year, month, int(part["d"] or 0), clock), DateForm.DAY


def _day(year: int, month: int, day: int, clock: dt.timedelta | None = None) -> dt.datetime | None:
    try:
        return dt.datetime(year, month, day) + (clock or dt.timedelta())
    except ValueError:
        return None


def _week(year: int, week: int, weekday: int) -> dt.datetime | None:
    try:
        return dt.datetime.fromisocalendar(year, week, weekday)
    except ValueError:
        return None
