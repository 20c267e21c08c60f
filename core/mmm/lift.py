"""Lift tests: experiments whose measured effect the model must agree with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import UserError


@dataclass(frozen=True)
class LiftTest:
    """One experiment on one channel.

    `lift` (KPI units, a total over the window and over `geos`, not per period) is what the window's actual
    media earned compared with the same window under a changed spend; `lift_sd` is its standard error.
    `spend_change` is the money by which the comparison's spend differs from the actual one over the window
    (negative: less was spent in the comparison); None means that the comparison had no spend at all.
    `start` and `end` are ISO dates, both inclusive; `geos` None means all of them.
    """

    channel: str
    start: str
    end: str
    lift: float
    lift_sd: float
    geos: Sequence[str] | None = None
    spend_change: float | None = None

    def __post_init__(self) -> None:
        faults = []
        for name in ("start", "end"):
            try:
                day = dt.date.fromisoformat(str(getattr(self, name))[:10])
                object.__setattr__(self, name, day.isoformat())
            except ValueError:
                faults.append(f"Lift test of '{self.channel}': {name} '{getattr(self, name)}' is not a date.")
        if not faults and self.end < self.start:
            faults.append(
                f"Lift test of '{self.channel}': it ends {self.end}, before it starts {self.start}."
            )
        if not self.lift_sd > 0:
            faults.append(f"Lift test of '{self.channel}': lift_sd must be positive, not {self.lift_sd}.")
        if self.spend_change == 0:
            faults.append(f"Lift test of '{self.channel}': a spend_change of 0 tells nothing.")
        if self.geos is not None:
            object.__setattr__(self, "geos", tuple(str(geo) for geo in self.geos))
        if faults:
            raise UserError(faults)
