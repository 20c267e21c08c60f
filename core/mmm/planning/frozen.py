"""What a frozen plan keeps besides question and answer: the words of its figures and what they stand on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.charts.wording import Wording
from core.mmm.planning.origin import PlanOrigin


@dataclass(frozen=True)
class Frozen:
    """Labels, currency and KPI label as they were, and the facts about model and data."""

    wording: Wording
    origin: PlanOrigin

    def to_json(self) -> dict[str, Any]:
        """Both as plain JSON values; `from_json` gives equal ones back."""
        words: dict[str, Any] = json.loads(json.dumps(asdict(self.wording)))
        return {"wording": words, "origin": self.origin.to_json()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Frozen:
        """What `to_json` kept."""
        known = Wording.__dataclass_fields__
        words = {name: value for name, value in raw["wording"].items() if name in known}
        return cls(Wording(**words), PlanOrigin.from_json(raw["origin"]))
