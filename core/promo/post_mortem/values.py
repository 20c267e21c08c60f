"""What a post-mortem says, as values that turn into JSON and back."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.errors import UserError

FIGURES = ("sales_value", "margin_value", "margin_pct", "ebit", "units")
Range = tuple[float, float]


@dataclass(frozen=True)
class SavedPostMortem:
    """A post-mortem of a promotion. `learned_version` is the model's version that estimated from it, if any;
    `forecast_kpi_id` the figures it was held against, None once these were removed (the report has a copy).
    """

    id: uuid.UUID
    promo_id: uuid.UUID
    label: str
    report: PostMortem
    learned_version: str | None
    forecast_kpi_id: uuid.UUID | None
    created_by: str
    created_at: dt.datetime


@dataclass(frozen=True)
class PostPromoDip:
    """The worst 7 days of the two weeks after, in the promoted departments: `share` of the baseline that was
    missing (negative: sold less), its 90 % interval, and the money."""

    share: float
    lower: float
    upper: float
    flagged: bool
    worst_from: date
    worst_to: date
    sales_value: float

    def __post_init__(self) -> None:
        _ordered("The dip", self.lower, self.share, self.upper)


@dataclass(frozen=True)
class Cannibalisation:
    """A department without a promotion of its own: `share` by which it sold more or less (negative) than its
    baseline during the promotion, its 90 % interval, and the money."""

    department: str
    share: float
    lower: float
    upper: float
    flagged: bool
    sales_value: float

    def __post_init__(self) -> None:
        _ordered(self.department, self.lower, self.share, self.upper)


@dataclass(frozen=True)
class PartResult:
    """Sales of a sales channel or department, forecast and actual; `error_pct` None under the floor, `inside`
    None where the forecast has no interval for it."""

    name: str
    forecast: float
    actual: float
    error_pct: float | None
    lower: float | None = None
    upper: float | None = None

    @property
    def inside(self) -> bool | None:
        """Whether the actual lies in the forecast's 90 % interval."""
        if self.lower is None or self.upper is None:
            return None
        return self.lower <= self.actual <= self.upper


@dataclass(frozen=True)
class DayRow:
    """One day of the promotion or the two weeks after: sales of the shop; `actual` None where no data are."""

    on: date
    baseline: float
    forecast: float
    lower: float
    upper: float
    actual: float | None


@dataclass(frozen=True)
class PostMortem:
    """A promotion's outcome against its forecast.

    `forecast`, `actual`, `errors` (percent, None under the floor) and `intervals` (90 %) by the names in
    `FIGURES`, over the days `period_start` to `covered_until`, which may end before `period_end` (then the
    forecast is that of the same days). `days` the course by day with the two weeks after. Money in the
    project's currency, `margin_pct` 0..100; an error of `margin_pct` is in points.
    """

    period_start: date
    period_end: date
    covered_until: date
    forecast: Mapping[str, float]
    actual: Mapping[str, float]
    errors: Mapping[str, float | None]
    intervals: Mapping[str, Range]
    by_channel: tuple[PartResult, ...]
    by_department: tuple[PartResult, ...]
    post_promo_dip: PostPromoDip | None
    cannibalization_signals: tuple[Cannibalisation, ...]
    insights: tuple[str, ...]
    learning_points: tuple[str, ...]
    days: tuple[DayRow, ...] = ()
    left_out: tuple[str, ...] = ()
    model_version: str | None = None

    def __post_init__(self) -> None:
        faults = [
            f"A post-mortem needs a number for {name} of its {what}."
            for what, part in (("forecast", self.forecast), ("actual", self.actual))
            for name in FIGURES
            if not math.isfinite(part.get(name, math.nan))
        ]
        if not self.period_start <= self.covered_until <= self.period_end:
            faults.append(
                f"The actual sales end on {self.covered_until}, outside {self.period_start} to "
                f"{self.period_end}."
            )
        if faults:
            raise UserError(faults)

    @property
    def complete(self) -> bool:
        """Whether the actual sales reach the promotion's last day."""
        return self.covered_until == self.period_end

    @property
    def inside_interval(self) -> dict[str, bool]:
        """By figure, whether the actual lies in the forecast's 90 % interval."""
        return {name: low <= self.actual[name] <= high for name, (low, high) in self.intervals.items()}


def _ordered(name: str, lower: float, share: float, upper: float) -> None:
    if not lower <= share <= upper:
        raise UserError(f"{name}: {share:g} lies outside its own interval {lower:g} to {upper:g}.")
