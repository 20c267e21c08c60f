"""What a schedule in a file has to look like, and how its headings and cells are read as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.charts.wording import Wording
from core.data.calendar import Granularity
from core.mmm.planning.schedule import headings

DATE_NAMES = ("date", "week", "day", "month", "period")
GEO_NAMES = ("geo", "geography", "region", "market")


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
