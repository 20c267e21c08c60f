"""Changes to a table that a person agreed to; they are recorded and replayed with the data set."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MOST_ROWS_DROPPED = 2_000  # a repair that names more rows is not offered: the file itself needs mending


class RepairCode(StrEnum):
    """The repairs that are known to be safe when a person asks for them."""

    DROP_ROWS = "drop_rows"
    FILL_DOWN = "fill_down"
    DROP_COLUMN = "drop_column"
    DROP_DUPLICATES = "drop_duplicates"
    SUM_DUPLICATES = "sum_duplicates"
    FILL_MISSING_ZERO = "fill_missing_zero"
    INTERPOLATE = "interpolate"
    COMMON_CALENDAR = "common_calendar"
    FILL_PERIODS = "fill_periods"
    TRIM_TO_KPI = "trim_to_kpi"
    CLIP_NEGATIVE = "clip_negative"


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
