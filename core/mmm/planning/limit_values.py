"""What a person sets of a budget's money: limits of a channel, a group, a month, a geo, or a rule by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.mmm.choices import Flighting

Amount = float | None


@dataclass(frozen=True)
class ChannelLimit:
    """Least and most money for one channel over the horizon; `locked` keeps its spend of the reference.

    `recent_value` is that spend. `test_value`: nothing is spent, or at least this much. `period_*_value` are
    the least and the most money of any one period; a missing side does not bind. `flighting` is the channel's
    own way of spreading its money over time, missing where it follows the plan's.
    """

    channel: str
    recent_value: float
    minimum_value: float
    maximum_value: float
    locked: bool = False
    test_value: Amount = None
    period_minimum_value: Amount = None
    period_maximum_value: Amount = None
    flighting: Flighting | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """The (lower, upper) limit that counts."""
        return (self.recent_value,) * 2 if self.locked else (self.minimum_value, self.maximum_value)

    @property
    def floor(self) -> float:
        """The least that may be spent."""
        return self.bounds[0]

    @property
    def has_period_limit(self) -> bool:
        """Whether any one period has a least or a most."""
        return self.period_minimum_value is not None or self.period_maximum_value is not None

    def faults(self, label: str) -> list[str]:
        """Every rule that the limit breaks, as sentences that name the channel by `label`."""
        found = _order_faults(
            f"{label}, any one period", self.period_minimum_value, self.period_maximum_value
        )
        if self.locked:
            return found
        if self.minimum_value < 0:
            found.append(f"{label}: the minimum cannot be negative ({self.minimum_value:,.2f}).")
        if self.maximum_value < self.minimum_value:
            found.append(_upside_down(label, self.minimum_value, self.maximum_value))
        return found + self._test_faults(label)

    def _test_faults(self, label: str) -> list[str]:
        if self.test_value is None:
            return []
        if self.test_value <= 0:
            return [f"{label}: money for a test must be above zero ({self.test_value:,.2f})."]
        if self.minimum_value > 0:
            return [
                f"{label}: a minimum of {self.minimum_value:,.2f} and “if at all, at least” exclude each "
                "other; clear one of them."
            ]
        if self.test_value > self.maximum_value:
            return [
                f"{label}: “if at all, at least” ({self.test_value:,.2f}) lies above the maximum "
                f"({self.maximum_value:,.2f})."
            ]
        return []


@dataclass(frozen=True)
class GroupLimit:
    """Least and most money for several channels together, in money or in shares (0..1) of the plan's whole.

    A missing side does not bind.
    """

    name: str
    channels: tuple[str, ...]
    minimum_value: Amount = None
    maximum_value: Amount = None
    minimum_share: Amount = None
    maximum_share: Amount = None

    @property
    def of_total(self) -> bool:
        """Whether the limits are shares of the plan's whole money."""
        return self.minimum_share is not None or self.maximum_share is not None

    @property
    def ends(self) -> tuple[Amount, Amount]:
        """(lower, upper) as they count: shares where any is set, else money."""
        if self.of_total:
            return self.minimum_share, self.maximum_share
        return self.minimum_value, self.maximum_value

    @property
    def floor(self) -> float:
        """The least that may be spent."""
        return self.ends[0] or 0.0

    def faults(self) -> list[str]:
        """Every rule that the group breaks, as sentences."""
        found = []
        if not self.name.strip():
            found.append("Every group needs a name.")
        if not self.channels:
            found.append(f"Group '{self.name}': choose its channels.")
        low, high = self.ends
        if low is None and high is None:
            found.append(f"Group '{self.name}': set a minimum or a maximum.")
        if self.of_total and any(share is not None and not 0 <= share <= 1 for share in (low, high)):
            found.append(f"Group '{self.name}': shares of the total lie between 0 and 100 %.")
        elif self.of_total and low is not None and high is not None and low > high:
            found.append(f"Group '{self.name}': the maximum ({high:.0%}) lies under the minimum ({low:.0%}).")
        elif not self.of_total:
            found += _order_faults(f"Group '{self.name}'", low, high)
        return found


@dataclass(frozen=True)
class MonthLimit:
    """Least and most money of one month of the horizon (`month` as 2026-01), all channels together."""

    month: str
    minimum_value: Amount = None
    maximum_value: Amount = None

    @property
    def name(self) -> str:
        """'January 2026'."""
        return f"{self.first_on:%B %Y}"

    @property
    def first_on(self) -> dt.date:
        """The first day of the month."""
        return dt.date.fromisoformat(f"{self.month}-01")

    @property
    def last_on(self) -> dt.date:
        """The last day of the month."""
        late = self.first_on + dt.timedelta(days=31)
        return late.replace(day=1) - dt.timedelta(days=1)

    @property
    def is_set(self) -> bool:
        """Whether it binds at all."""
        return self.minimum_value is not None or self.maximum_value is not None

    def faults(self) -> list[str]:
        """Every rule that the month breaks, as sentences."""
        return _order_faults(self.name, self.minimum_value, self.maximum_value)


@dataclass(frozen=True)
class GeoLimit:
    """Least and most money of one channel in one geo over the horizon; a missing side does not bind."""

    channel: str
    geo: str
    minimum_value: Amount = None
    maximum_value: Amount = None

    @property
    def is_set(self) -> bool:
        """Whether it binds at all."""
        return self.minimum_value is not None or self.maximum_value is not None

    def faults(self, label: str) -> list[str]:
        """Every rule that the limit breaks, as sentences that name the channel by `label`."""
        return _order_faults(f"{label} in {self.geo}", self.minimum_value, self.maximum_value)


@dataclass(frozen=True)
class LinearRule:
    """A linear rule by name: least <= sum of weight x money of each channel <= most, over some dates.

    `weights` by channel (a channel not named does not count); `start_on`, `end_on` are ISO days, missing
    where the horizon begins or ends; `geos` empty for all of them.
    """

    name: str
    weights: Mapping[str, float] = field(default_factory=dict)
    minimum_value: Amount = None
    maximum_value: Amount = None
    start_on: str | None = None
    end_on: str | None = None
    geos: tuple[str, ...] = ()

    def faults(self, row: int) -> list[str]:
        """Every broken rule, as sentences that name the row of the table where there is no name yet."""
        where = f"Rule '{self.name}'" if self.name.strip() else f"Rule in row {row}"
        found = [] if self.name.strip() else [f"{where}: give it a name."]
        if not any(self.weights.values()):
            found.append(f"{where}: give at least one channel a factor other than 0.")
        low, high = self.minimum_value, self.maximum_value
        if low is None and high is None:
            found.append(f"{where}: set “at least” or “at most”.")
        found += _order_faults(where, low, high)
        if self.start_on and self.end_on and self.end_on < self.start_on:
            found.append(f"{where}: it ends ({self.end_on}) before it begins ({self.start_on}).")
        return found


def _order_faults(where: str, low: Amount, high: Amount) -> list[str]:
    found = []
    if low is not None and low < 0:
        found.append(f"{where}: the minimum cannot be negative ({low:,.2f}).")
    if high is not None and high < 0:
        found.append(f"{where}: the maximum cannot be negative ({high:,.2f}).")
    if low is not None and high is not None and high < low:
        found.append(_upside_down(where, low, high))
    return found


def _upside_down(where: str, low: float, high: float) -> str:
    return f"{where}: the maximum ({high:,.2f}) lies under the minimum ({low:,.2f})."
