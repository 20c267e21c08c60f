"""What a person asks of a spend scenario: frozen inputs that turn into JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import UserError


@dataclass(frozen=True)
class WhatIfInputs:
    """Spend of each channel in percent of its recent spend, over `periods` periods after the data."""

    periods: int
    spend_pct: Mapping[str, float]
    level: float = 0.9
    largest_pct: float = field(default=1000.0, compare=False)

    def __post_init__(self) -> None:
        faults = ["The scenario needs at least one period."] if self.periods < 1 else []
        faults += [
            f"{channel}: {share:g} % lies outside 0 to {self.largest_pct:g} %."
            for channel, share in self.spend_pct.items()
            if not 0 <= share <= self.largest_pct
        ]
        if faults:
            raise UserError(faults)

    def with_spend(self, channel: str, spend_pct: float) -> WhatIfInputs:
        """The same scenario with another spend for one channel."""
        return replace(self, spend_pct={**self.spend_pct, channel: spend_pct})

    def to_json(self) -> dict[str, Any]:
        """The inputs as plain JSON values; `from_json` gives equal inputs back."""
        shares = {channel: float(share) for channel, share in self.spend_pct.items()}
        return {
            "periods": self.periods,
            "spend_pct": shares,
            "level": self.level,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> WhatIfInputs:
        """The inputs kept by `to_json`."""
        return cls(int(raw["periods"]), dict(raw["spend_pct"]), float(raw.get("level", 0.9)))
