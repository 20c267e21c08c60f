"""A limit on spend as a person or the optimiser sets it: what it bounds, its two ends, who set it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.errors import UserError
from core.mmm.cents import to_cents

Amount = float | None


class LimitKind(StrEnum):
    """What a limit is about."""

    CHANNEL = "channel"
    GROUP = "group"
    PERIOD = "period"
    MONTH = "month"
    RULE = "rule"
    GEO = "geo"
    TOTAL = "total"


@dataclass(frozen=True)
class Limit:
    """The weighted spend of some channels, geos and dates, at least `lower` and at most `upper`.

    Empty `channels` or `geos` mean all of them; `start` and `end` are the first and last date of the
    periods that count, None is open. `of_total`: both ends are shares (0 to 1) of the plan's whole spend,
    else they are spend. `weights` multiply the spend of a channel, 1 where absent; they may be negative
    ("television at least twice radio" is weights {"tv": 1, "radio": -2} with lower 0). A limit of kind
    PERIOD holds in each single period. `locked`: both ends keep the spend of the reference. `by_user` is
    False for a limit that nobody set: it keeps the plan near the data. Names are unique within a question.
    """

    name: str
    channels: tuple[str, ...] = ()
    geos: tuple[str, ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    lower: Amount = None
    upper: Amount = None
    of_total: bool = False
    weights: Mapping[str, float] = field(default_factory=dict)
    kind: LimitKind = LimitKind.RULE
    locked: bool = False
    by_user: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        object.__setattr__(self, "geos", tuple(self.geos))

    @classmethod
    def channel(cls, channel: str, lower: Amount, upper: Amount, *, locked: bool = False) -> Limit:
        """Spend of one channel over the horizon."""
        return cls(channel, (channel,), lower=lower, upper=upper, kind=LimitKind.CHANNEL, locked=locked)

    @classmethod
    def period(cls, channel: str, lower: Amount, upper: Amount) -> Limit:
        """Spend of one channel in any one period."""
        return cls(f"{channel} per period", (channel,), lower=lower, upper=upper, kind=LimitKind.PERIOD)

    @classmethod
    def geo(cls, channel: str, geo: str, lower: Amount = None, upper: Amount = None) -> Limit:
        """Spend of one channel in one geo over the horizon."""
        return cls(f"{channel} in {geo}", (channel,), (geo,), lower=lower, upper=upper, kind=LimitKind.GEO)

    @classmethod
    def group(
        cls, name: str, channels: Sequence[str], lower: Amount = None, upper: Amount = None,
        *, of_total: bool = False,
    ) -> Limit:  # fmt: skip
        """Spend of several channels together, in money or in shares of the plan's whole."""
        return cls(name, tuple(channels), lower=lower, upper=upper, of_total=of_total, kind=LimitKind.GROUP)

    @classmethod
    def month(cls, year_month: str, lower: Amount = None, upper: Amount = None) -> Limit:
        """Spend of all channels in one month, given as 2026-01 and named as January 2026."""
        first = dt.date.fromisoformat(f"{year_month}-01")
        last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        name = f"{first:%B %Y}"
        return cls(name, start=first, end=last, lower=lower, upper=upper, kind=LimitKind.MONTH)

    @classmethod
    def linear(
        cls, name: str, weights: Mapping[str, float], lower: Amount = None, upper: Amount = None,
        start: dt.date | None = None, end: dt.date | None = None, geos: Sequence[str] = (),
    ) -> Limit:  # fmt: skip
        """A sum of weight x spend over channels, dates and geos; a channel without a weight does not
        count."""
        channels = tuple(name for name, weight in weights.items() if weight)
        return cls(name, channels, tuple(geos), start, end, lower, upper, weights=weights)

    @classmethod
    def total(cls, value: float) -> Limit:
        """All spend of the plan, exactly this much."""
        return cls("total", lower=value, upper=value, kind=LimitKind.TOTAL)

    @property
    def year_month(self) -> str:
        """The month of a limit on a month, as 2026-01."""
        return f"{self.start:%Y-%m}"

    @property
    def subject(self) -> str:
        """What it is named after: its channel, else its own name."""
        about_channel = self.kind in (LimitKind.CHANNEL, LimitKind.PERIOD, LimitKind.GEO)
        return self.channels[0] if about_channel else self.name

    @property
    def geo_name(self) -> str:
        """The geo of a limit on one channel in one geo, else empty."""
        return self.geos[0] if self.kind == LimitKind.GEO else ""

    @property
    def is_set(self) -> bool:
        """Whether it has an end at all."""
        return self.lower is not None or self.upper is not None

    def side(self, side: str) -> float:
        """The end of one side ('lower' or 'upper'), 0 where it has none."""
        return (self.lower if side == "lower" else self.upper) or 0.0

    def scaled(self, factor: float) -> Limit:
        """The same for that many times the horizon: spend grows, to the cent, shares stay."""
        if self.of_total:
            return self
        ends = [None if end is None else to_cents(end * factor) for end in (self.lower, self.upper)]
        return replace(self, lower=ends[0], upper=ends[1])

    def faults(self, where: str) -> list[str]:
        """Every rule that the limit breaks, as sentences that name it by `where`."""
        found, named = [], self.kind in (LimitKind.GROUP, LimitKind.RULE)
        low, high = self.lower, self.upper
        if named and not self.name.strip():
            found.append(f"{where}: give it a name.")
        if self.kind == LimitKind.GROUP and not self.channels:
            found.append(f"{where}: choose its channels.")
        if any(not math.isfinite(weight) for weight in self.weights.values()):
            found.append(f"{where}: its factors must be numbers.")
        if named and not self.is_set:
            found.append(f"{where}: set a minimum or a maximum.")
        if self.of_total and any(share is not None and not 0 <= share <= 1 for share in (low, high)):
            found.append(f"{where}: shares of the total lie between 0 and 100 %.")
        elif low is not None and high is not None and high < low:
            ends = (f"{high:.0%}", f"{low:.0%}") if self.of_total else (f"{high:,.2f}", f"{low:,.2f}")
            found.append(f"{where}: the maximum ({ends[0]}) lies under the minimum ({ends[1]}).")
        if not self.of_total:
            for word, end in (("minimum", low), ("maximum", high)):
                if end is not None and not end >= 0:
                    found.append(f"{where}: the {word} cannot be negative ({end:,.2f}).")
        if self.start and self.end and self.end < self.start:
            found.append(f"{where}: it ends ({self.end}) before it begins ({self.start}).")
        return found


@dataclass(frozen=True)
class Constraint(Limit):
    """A linear limit with a name of its own, checked when it is made: UserError with every fault."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if faults := self.faults(f"Constraint '{self.name}'"):
            raise UserError(faults)
