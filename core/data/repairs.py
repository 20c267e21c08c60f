"""Changes to a table that a person agreed to; they are recorded and replayed with the data set."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class RepairCode(StrEnum):
    """The repairs that are known to be safe when a person asks for them."""

    SUM_DUPLICATES = "sum_duplicates"
    KEEP_LAST_DUPLICATE = "keep_last_duplicate"
    FILL_PERIODS_ZERO_MEDIA = "fill_periods_zero_media"
    DROP_ROWS = "drop_rows"
    FILL_ZERO = "fill_zero"
    INTERPOLATE = "interpolate"
    DROP_COLUMN = "drop_column"
    CLIP_NEGATIVE = "clip_negative"
    MODEL = "model"


@dataclass(frozen=True)
class Repair:
    """One offered or applied repair: what it does (`code`), to which column, and the button's text (`label`).

    `params` are plain JSON values, for example the rows to drop.
    """

    code: str
    label: str
    column: str | None = None
    params: Dictionary[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", RepairCode(self.code))
        if not self.label:
            raise ValueError("A repair needs a label.")

    def __hash__(self) -> int:
        return hash((self.code, self.column, self.label))

    def to_json(self) -> dict[str, Any]:
        """Plain values for the data set's record."""
        return {
            "code": str(self.code),
            "label": self.label,
            "column": self.column,
            "params": dict(self.params),
        }

    @classmethod
    def from_json(cls, plain: Dictionary[str, Any]) -> Repair:
        """The repair that `to_json` wrote."""
        return cls(plain["code"], plain["label"], plain.get("column"), plain.get("params") or {})
