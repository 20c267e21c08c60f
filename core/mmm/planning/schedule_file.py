"""A schedule read back from a file: our own workbook changed by hand, or any table of dates and channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.calendar import Granularity
from core.data.dates import DateOrder, read_dates
from core.data.files import list_sheets, read_table
from core.data.limits import MIB, ReadLimits
from core.data.numbers import read_numbers
from core.data.table import FileKind, RawTable
from core.errors import UserError
from core.mmm.arrays import Floats, Integers
from core.mmm.planning.schedule import (
    CHANNEL,
    DATE,
    SHEET,
    Schedule,
    ScheduleShape,
    clean,
    clean_heading,
    letters_of,
    text_of,
)
from core.mmm.planning.whatif_inputs import MOST_MONEY

LIMITS = ReadLimits(
    max_bytes=10 * MIB, max_inflated_bytes=200 * MIB, max_rows=100_000, max_columns=200, max_sheets=50,
    max_reader_seconds=30,
)  # fmt: skip
MOST_FAULTS = 20
SUM_NAMES = ("total", "sum")


class ScheduleReader:
    """One table being read; `faults` and `notes` collect what is found on the way."""

    def __init__(self, raw: RawTable, shape: ScheduleShape) -> None:
        self.raw, self.shape = raw, shape
        self.faults: list[str] = []
        self.notes: list[str] = []
        self.columns = list(raw.columns)

    def read(self) -> Schedule | None:
        """The schedule; None where faults were found."""
        roles = {column: self.shape.role(column) for column in self.columns}
        dates = next((column for column, role in roles.items() if role == "date"), None)
        if dates is None:
            self.faults.append(
                f"{self.raw.name} has no column of dates: call it {DATE}. Its columns are "
                f"{', '.join(f'“{column}”' for column in self.columns[:8])}."
            )
            return None
        geo = next((column for column, role in roles.items() if role == "geo"), None)
        # People add a row `Total` below: sums are no records.
        texts = [clean(str(value)) for value in self.raw.frame[dates]]
        rows = np.array([at for at, text in enumerate(texts) if text not in SUM_NAMES], dtype=np.int64)
        days, places = self._days(dates, rows), self._geos(geo, rows)
        is_long = any(clean(column) == CHANNEL.casefold() for column in self.columns)
        money = self._long(rows) if is_long else self._wide(rows, {dates, geo})
        self._check_dates(days, dates, rows)
        return None if self.faults else self._schedule(days, places, money)

    def _days(self, column: str, rows: Integers) -> list[pd.Timestamp | None]:
        values = self.raw.frame[column].iloc[rows]
        if pd.api.types.is_datetime64_any_dtype(values):
            return [None if pd.isna(day) else pd.Timestamp(day).normalize() for day in values]
        texts = [text_of(value) for value in values]
        wanted, readings = set(self.shape.dates), []
        for order in (None, *DateOrder):
            dates = read_dates(texts, order, self.raw.date1904).values
            days = [None if np.isnat(day) else pd.Timestamp(day).normalize() for day in dates]
            readings.append((sum(day in wanted for day in days if day is not None), days))
        # The order of day and month in which most days are those of the horizon.
        best = max(readings, key=lambda reading: reading[0])[1]
        for at, day in enumerate(best):
            if day is None:
                self.faults.append(f"{self.place(rows[at], column)}: “{texts[at][:40]}” is no date.")
        return best

    def _check_dates(self, days: Sequence[pd.Timestamp | None], column: str, rows: Integers) -> None:
        places: dict[pd.Timestamp, str] = {}
        for at, day in enumerate(days):
            if day is not None:
                places.setdefault(day, self.place(rows[at], column).split(" (")[0])
        self.faults += date_faults(
            pd.DatetimeIndex(list(places)), self.shape.dates, self.shape.frequency, places
        )

    def _geos(self, column: str | None, rows: Integers) -> list[str] | None:
        if column is None:
            return None
        if len(self.shape.geos) < 2:
            self.faults.append(
                f"{self.place(None, column)}: this model has no geographies; leave the column out."
            )
            return None
        known = {geo.casefold(): geo for geo in self.shape.geos}
        found = [text_of(value) for value in self.raw.frame[column].iloc[rows]]
        for at, text in enumerate(found):
            if clean(text) not in known:
                self.faults.append(
                    f"{self.place(rows[at], column)}: “{text[:40]}” is no geography of this model."
                )
        return [known.get(clean(text), text) for text in found]

    def _wide(self, rows: Integers, taken: set[str | None]) -> dict[str, Floats]:
        """Money by channel from one column each."""
        known, money = self.shape.known, {}
        for column in self.columns:
            name = clean(column)
            if column in taken or name in SUM_NAMES:
                continue
            channel = known.get(name)
            if channel is None:
                self._unknown(self.place(None, column), column)
            elif channel in money:
                self.faults.append(
                    f"{self.place(None, column)}: {self._label(channel)} has two columns; keep one."
                )
            else:
                money[channel] = self._amounts(column, rows)
        self._missing(set(money))
        return money

    def _long(self, rows: Integers) -> dict[str, Floats]:
        """Money by channel from rows of `Channel` and `Spend`; other channels' rows hold NaN."""
        head = next(column for column in self.columns if clean(column) == CHANNEL.casefold())
        spend = next((c for c in self.columns if clean(c).startswith(("spend", "money", "amount"))), None)
        if spend is None:
            self.faults.append(f"{self.raw.name} has a column “{head}” but none called Spend.")
            return {}
        known, amounts = self.shape.known, self._amounts(spend, rows)
        named = [text_of(value) for value in self.raw.frame[head].iloc[rows]]
        for text in dict.fromkeys(named):
            if clean(text) not in known:
                self._unknown(self.place(rows[named.index(text)], head), text)
        channels = np.array([known.get(clean(text), "") for text in named], dtype=object)
        self._missing(set(channels))
        return {name: np.where(channels == name, amounts, np.nan) for name in self.shape.channels}

    def _amounts(self, column: str, rows: Integers) -> Floats:
        """The column as money in cents; blank cells are 0, each fault is named."""
        values = self.raw.frame[column].iloc[rows]
        texts = [text_of(value) for value in values]
        exact = self.raw.kind is not FileKind.CSV
        reading = read_numbers(texts, None, self.raw.number_hint, plain_is_number=exact)
        amounts = np.where(reading.blank, 0.0, reading.values)
        wrong = reading.percent | pd.api.types.is_bool_dtype(values) | (reading.conflicts & ~reading.blank)
        for at in np.flatnonzero(~np.isfinite(amounts) | wrong):
            self.faults.append(f"{self.place(rows[at], column)}: “{texts[at][:40]}” is no amount of money.")
        for at in np.flatnonzero(np.isfinite(amounts) & (amounts < 0)):
            self.faults.append(
                f"{self.place(rows[at], column)}: spend cannot be negative ({texts[at][:40]})."
            )
        for at in np.flatnonzero(np.isfinite(amounts) & (amounts > MOST_MONEY)):
            self.faults.append(
                f"{self.place(rows[at], column)}: {texts[at][:40]} is more than a plan can hold."
            )
        if empty := int(reading.blank.sum()):
            cells = "1 empty cell counts" if empty == 1 else f"{empty} empty cells count"
            self.notes.append(f"{clean_heading(column)}: {cells} as 0.")
        cents: Floats = np.round(np.nan_to_num(amounts), 2)
        return cents

    def _schedule(
        self,
        days: list[pd.Timestamp | None],
        geos: list[str] | None,
        money: dict[str, Floats],
    ) -> Schedule | None:
        frame = pd.DataFrame({name: money[name] for name in self.shape.channels})
        first = pd.DatetimeIndex(days, name="date")
        frame.index = (
            first if geos is None else pd.MultiIndex.from_arrays([first, geos], names=["date", "geo"])
        )
        levels = list(range(frame.index.nlevels))
        counts = frame.notna().groupby(level=levels, sort=False).sum()
        for key in counts.index[(counts > 1).any(axis=1)]:
            parts = key if isinstance(key, tuple) else (key,)
            named = ", ".join(str(p.date()) if isinstance(p, pd.Timestamp) else str(p) for p in parts)
            self.faults.append(f"{named} stands in the file more than once.")
        summed = frame.groupby(level=levels).sum()
        if geos is not None:
            self._whole_geos(summed)
        return None if self.faults else Schedule(summed.round(2))

    def _whole_geos(self, frame: pd.DataFrame) -> None:
        for geo in self.shape.geos:
            there = set(frame.index.get_level_values(0)[frame.index.get_level_values(1) == geo])
            missing = sorted(set(frame.index.get_level_values(0)) - there)
            if missing:
                self.faults.append(
                    f"{geo} has no row for {missing[0]:%Y-%m-%d}"
                    + (f" and {len(missing) - 1} other dates." if len(missing) > 1 else ".")
                )

    def _unknown(self, place: str, name: str) -> None:
        every = ", ".join(self._label(channel) for channel in self.shape.channels)
        self.faults.append(f"{place}: “{name[:60]}” is no channel of this model. It has {every}.")

    def _missing(self, found: set[str]) -> None:
        for channel in self.shape.channels:
            if channel not in found:
                self.faults.append(
                    f"{self._label(channel)} is missing: write 0 where nothing is spent on it."
                )

    def _label(self, channel: str) -> str:
        return self.shape.wording.label(channel)

    def place(self, row: int | np.int64 | None, column: str) -> str:
        """Where in the file: `Plan!C7 (Search)` in our own sheet, else row and column by name."""
        name = clean_heading(column)[:40]
        line = self.raw.first_row - 1 if row is None else self.raw.row_in_file(int(row))
        if self.raw.sheet == SHEET and clean(self.columns[0]) == DATE.casefold():
            return f"{SHEET}!{letters_of(self.columns.index(column))}{line} ({name})"
        where = f"sheet {self.raw.sheet}, " if self.raw.sheet else ""
        return f"{where}row {line}, column “{name}”"


@dataclass(frozen=True, eq=False)
class ScheduleFile:
    """What was read: the schedule, and what is worth knowing about the reading."""

    schedule: Schedule
    notes: tuple[str, ...] = ()


def read_schedule(content: bytes, name: str, shape: ScheduleShape) -> ScheduleFile:
    """The schedule in an uploaded file, money in whole cents.

    A workbook's sheet `Plan` is taken where there is one, else its largest table; one column a channel, or
    one row a channel with its name in `Channel`. Raises UserError with every fault and its place.
    """
    sheets = [sheet.name for sheet in list_sheets(content, name, LIMITS)]
    raw = read_table(content, name, SHEET if SHEET in sheets else None, LIMITS)
    reader = ScheduleReader(raw, shape)
    schedule = reader.read()
    if reader.faults:
        faults = list(dict.fromkeys(reader.faults))
        if len(faults) > MOST_FAULTS:
            faults[MOST_FAULTS:] = [f"And {len(faults) - MOST_FAULTS} more of this kind."]
        raise UserError(faults)
    assert schedule is not None
    return ScheduleFile(schedule, tuple(reader.notes))


def date_faults(
    found: pd.DatetimeIndex,
    wanted: pd.DatetimeIndex,
    frequency: Granularity,
    places: Mapping[pd.Timestamp, str],
) -> list[str]:
    """Every way in which `found` is not the beginning of `wanted`; empty where it is.

    `wanted` are the dates of the longest horizon: the model's calendar, right after its data. `places` says
    where in the file each date comes first.
    """
    if found.empty:
        return ["The file holds no row with a date."]
    days, faults = found.sort_values(), []
    if days[0] != wanted[0]:
        faults.append(
            f"The plan begins on {wanted[0]:%Y-%m-%d}, right after the data; the file begins on "
            f"{days[0]:%Y-%m-%d}."
        )
    if len(days) > len(wanted):
        faults.append(f"A plan has at most {len(wanted)} {frequency.noun}s; the file has {len(days)}.")
    strange = days.difference(wanted)
    inside = strange[(strange >= wanted[0]) & (strange <= wanted[-1])]
    if len(inside):
        faults.append(
            f"{_some(inside, places)}: not the start of a {frequency.noun} of this model, whose dates go "
            f"{wanted[0]:%Y-%m-%d}" + (f", {wanted[1]:%Y-%m-%d}" if len(wanted) > 1 else "") + " and so on."
        )
    beyond = strange[strange > wanted[-1]]
    if len(beyond):
        faults.append(f"{_some(beyond, places)}: after {wanted[-1]:%Y-%m-%d}, the last date a plan may have.")
    known = days.intersection(wanted)
    if len(known):
        gaps = wanted[(wanted >= known[0]) & (wanted <= known[-1])].difference(days)
        if len(gaps):
            faults.append(f"The dates have gaps: {_some(gaps, {})} missing.")
    return faults


def _some(days: pd.DatetimeIndex, places: Mapping[pd.Timestamp, str], shown: int = 3) -> str:
    words = ", ".join(
        f"{day:%Y-%m-%d} ({places[day]})" if day in places else f"{day:%Y-%m-%d}" for day in days[:shown]
    )
    return words + (f" and {len(days) - shown} more" if len(days) > shown else "")
