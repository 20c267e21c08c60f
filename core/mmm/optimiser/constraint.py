"""A rule over money by channel, geo and date that a person gives a name."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.errors import UserError


@dataclass(frozen=True)
class Constraint:
    """The weighted money of some channels, geos and dates, at least `lower` and at most `upper`.

    Empty `channels` or `geos` mean all of them; `start` and `end` are the first and last date of the
    periods that count, None is open. `of_total`: the limits are shares (0 to 1) of the plan's whole money.
    `weights` multiply the money of a channel, 1 where absent; they may be negative ("television at least
    twice radio" is weights {"tv": 1, "radio": -2} with lower 0). Raises UserError with every fault.
    """

    name: str
    channels: tuple[str, ...] = ()
    geos: tuple[str, ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    lower: float | None = None
    upper: float | None = None
    of_total: bool = False
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        object.__setattr__(self, "geos", tuple(self.geos))
        if faults := self._faults():
            raise UserError(faults)

    def _faults(self) -> list[str]:
        faults = [] if self.name.strip() else ["Every constraint needs a name."]
        sides = [side for side in (self.lower, self.upper) if side is not None]
        if not sides:
            faults.append(f"Constraint '{self.name}': set a lower or an upper limit.")
        if any(math.isnan(side) or side < 0 for side in sides):
            faults.append(f"Constraint '{self.name}': its limits must be 0 or more.")
        elif len(sides) == 2 and sides[0] > sides[1]:
            faults.append(
                f"Constraint '{self.name}': the lower limit {sides[0]:,.2f} lies over the upper one, "
                f"{sides[1]:,.2f}."
            )
        if self.of_total and any(side > 1 for side in sides):
            faults.append(f"Constraint '{self.name}': shares of the total lie between 0 and 1.")
        if self.start and self.end and self.start > self.end:
            faults.append(
                f"Constraint '{self.name}': it ends on {self.end}, before its start on {self.start}."
            )
        if any(not math.isfinite(weight) for weight in self.weights.values()):
            faults.append(f"Constraint '{self.name}': its weights must be numbers.")
        return faults

    def to_json(self) -> dict[str, Any]:
        """The constraint as plain JSON values; `from_json` gives an equal one back."""
        raw = asdict(self) | {"channels": list(self.channels), "geos": list(self.geos)}
        days = {name: day.isoformat() for name in ("start", "end") if (day := raw[name]) is not None}
        return raw | days | {"weights": dict(self.weights)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Constraint:
        """The constraint kept by `to_json`."""
        known = {key: value for key, value in raw.items() if key in cls.__dataclass_fields__}
        for name in ("start", "end"):
            if known.get(name):
                known[name] = dt.date.fromisoformat(str(known[name])[:10])
        return cls(**known)
