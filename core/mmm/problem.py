"""What can be wrong with a data set, said in one sentence each, with the repair that is safe."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from core.errors import UserError


class RepairKind(StrEnum):
    """Changes to a data set that lose nothing silently."""

    DROP_DUPLICATES = "drop_duplicates"
    SUM_DUPLICATES = "sum_duplicates"
    DROP_ROWS = "drop_rows"
    DROP_COLUMN = "drop_column"
    FILL_MISSING_ZERO = "fill_missing_zero"
    INTERPOLATE = "interpolate"
    COMMON_CALENDAR = "common_calendar"


@dataclass(frozen=True)
class Problem:
    """One fault of a data set.

    `severity` "error" blocks a fit, "warning" is shown; `row` is the 1-based data row of its first place.
    """

    severity: Literal["error", "warning"]
    code: str
    message: str
    column: str | None = None
    row: int | None = None
    repair: RepairKind | None = None

    @property
    def blocks(self) -> bool:
        """Whether a fit is impossible until it is mended."""
        return self.severity == "error"


class DatasetProblem(UserError):
    """A frame that cannot be fitted; `faults` are the sentences, `problems` the same with their places."""

    def __init__(self, problems: Iterable[Problem | str] | str) -> None:
        given = [problems] if isinstance(problems, str) else list(problems)
        self.problems = [p if isinstance(p, Problem) else Problem("error", "frame", p) for p in given]
        super().__init__(problem.message for problem in self.problems)

    def __reduce__(self) -> tuple[type[DatasetProblem], tuple[list[Problem]]]:  # type: ignore[override]
        return type(self), (self.problems,)


@dataclass(frozen=True)
class Thresholds:
    """When a data set counts as too short, or its columns as too much alike."""

    error_years: float = 0.5
    warning_years: float = 1.0
    correlation: float = 0.95
    vif: float = 10.0
    same_as_target: float = 0.9999
    examples: int = 5


def listed(items: Iterable[object], most: int = Thresholds().examples) -> str:
    """The first few items in words, and how many more there are."""
    words = [str(item) for item in items]
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
