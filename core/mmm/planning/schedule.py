"""The money of a plan by date and channel (and geo), in whole cents: what a workbook holds and reads back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.charts.formats import Wording
from core.data.calendar import Granularity
from core.mmm.cents import round_to_sum

DATE, GEO, CHANNEL, TOTAL = "Date", "Geo", "Channel", "Total"
SHEET = "Plan"
RESERVED = {name.casefold() for name in (DATE, GEO, CHANNEL, TOTAL)}
DATE_NAMES = ("date", "week", "day", "month", "period")
GEO_NAMES = ("geo", "geography", "region", "market")


@dataclass(frozen=True, eq=False)
class Schedule:
    """Money in whole cents: `frame` has one row a date (index `date`, or `date` and `geo`), one column a
    channel.

    Raises ValueError for an index of another kind and for money that is not finite or negative.
    """

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        if tuple(self.frame.index.names) not in (("date",), ("date", "geo")):
            raise ValueError(
                f"A schedule is indexed by date, or by date and geo; not {self.frame.index.names}."
            )
        if not ((self.frame >= 0) & (self.frame < float("inf"))).all(axis=None):
            raise ValueError("The money of a schedule is finite and never negative.")

    @property
    def by_geo(self) -> bool:
        """Whether each geo has money of its own."""
        return self.frame.index.nlevels == 2

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels, in the model's order."""
        return tuple(str(name) for name in self.frame.columns)

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Each date once, in order."""
        return pd.DatetimeIndex(self.frame.index.get_level_values("date").unique())

    @property
    def total(self) -> float:
        """All money, to the cent."""
        return round(float(self.frame.to_numpy().sum()), 2)

    def wide(self, wording: Wording) -> pd.DataFrame:
        """The sheet `Plan`: Date, Geo where there are some, a column for each channel, and the row's sum."""
        names = headings(self.channels, wording)
        table = self.frame.rename(columns=names).reset_index(names=self._index_names())
        table[DATE] = [str(day.date()) for day in pd.DatetimeIndex(table[DATE])]
        return table.assign(**{TOTAL: self.frame.sum(axis=1).round(2).to_numpy()})

    def long(self, wording: Wording) -> pd.DataFrame:
        """One row a date (and geo) and channel: Date, Geo, Channel, Spend."""
        names = headings(self.channels, wording)
        table = self.frame.rename(columns=names).reset_index(names=self._index_names())
        table[DATE] = [str(day.date()) for day in pd.DatetimeIndex(table[DATE])]
        return table.melt(self._index_names(), var_name=CHANNEL, value_name=f"Spend ({wording.currency})")

    def _index_names(self) -> list[str]:
        return [DATE, GEO] if self.by_geo else [DATE]


def schedule_of(rows: Sequence[Mapping[str, object]], channels: Sequence[str]) -> Schedule:
    """The schedule saved with an answer: rows with `date`, perhaps `geo`, and money by channel.

    Cents are rounded together: each channel's column adds up to its rounded sum.
    """
    keys = ["date", "geo"] if rows and "geo" in rows[0] else ["date"]
    frame = pd.DataFrame(list(rows), columns=[*keys, *channels])
    frame["date"] = pd.to_datetime(frame["date"])
    frame = frame.set_index(keys)[list(channels)].astype(float)
    return Schedule(in_cents(frame))


def in_cents(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every column rounded to cents that add up to the column's rounded sum."""
    return pd.DataFrame(
        {name: round_to_sum(frame[name].clip(lower=0).to_numpy(float)) for name in frame.columns},
        index=frame.index,
    )


def headings(channels: Sequence[str], wording: Wording) -> dict[str, str]:
    """The heading of each channel: its label, with its column's name where two would be called the same."""
    labels = [wording.label(name).casefold() for name in channels]
    return {
        name: f"{wording.label(name)} ({name})"
        if labels.count(label) > 1 or label in RESERVED
        else wording.label(name)
        for name, label in zip(channels, labels, strict=True)
    }


@dataclass(frozen=True)
class ScheduleShape:
    """What a schedule has to look like: the model's channels, its calendar right after the data, its geos.

    `dates` are as many as a horizon may have at most; a file may hold the first few of them. `own_names` are
    further headings by role (`date`, `geo`), as the data call them.
    """

    channels: tuple[str, ...]
    wording: Wording
    frequency: Granularity
    dates: pd.DatetimeIndex
    geos: tuple[str, ...] = ()
    own_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, str]:
        """Channel by everything its column may be called, in small letters."""
        shown = headings(self.channels, self.wording)
        names = {name.casefold(): name for name in self.channels}
        return {shown[name].casefold(): name for name in self.channels} | names

    def role(self, heading: str) -> str | None:
        """`date` or `geo` where the heading says so."""
        name = clean(heading)
        for role, names in (("date", DATE_NAMES), ("geo", GEO_NAMES)):
            if name in names or name == self.own_names.get(role, "").casefold():
                return role
        return None


def clean(text: str) -> str:
    """A heading or name as it is compared; the apostrophe that guards formulas does not count."""
    return clean_heading(text).casefold()


def clean_heading(text: str) -> str:
    """A heading as it is shown, without the apostrophe that guards formulas."""
    return text.strip().removeprefix("'").strip()


def text_of(value: object) -> str:
    """A cell as text, numbers without an exponent, blanks as nothing."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).strip()


def letters_of(position: int) -> str:
    """The letters of a spreadsheet's column, counted from 0: A, B, ... AA."""
    letters, left = "", position + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
