"""What a planned promotion is expected to bring: totals, deltas, breakdowns, each with its interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from core.promo.days import Floats

if TYPE_CHECKING:
    from core.promo.scenarios.response import Response
import numpy as np

Figures = Mapping[str, float]
Interval = tuple[float, float]


TAIL = 0.05  # on either side of a 90 % interval


def figures(sums: Floats, cost_to_serve_share: float) -> dict[str, Floats]:
    """The five figures by `Kpi`, each (...), of sales, margin and units (3, ...); margin in percent of sales,
    0 where nothing is sold; EBIT is the margin less the cost to serve."""
    sales, margin, units = sums
    return {
        Kpi.SALES.value: sales,
        Kpi.MARGIN.value: margin,
        Kpi.MARGIN_PCT.value: 100 * margin / np.where(sales > 0, sales, np.inf),
        Kpi.EBIT.value: margin - cost_to_serve_share * sales,
        Kpi.UNITS.value: units,
    }


def deltas(with_it: dict[str, Floats], without: dict[str, Floats]) -> dict[str, Floats]:
    """What changes, by `Kpi` and `_delta`; margin in points."""
    return {f"{name}_delta": with_it[name] - without[name] for name in with_it}


def interval(draws: Floats) -> Interval:
    """The ends of the 90 % interval of draws (draw,)."""
    lower, upper = np.quantile(draws, [TAIL, 1 - TAIL])
    return float(lower), float(upper)


def intervals(draws: dict[str, Floats]) -> dict[str, Interval]:
    """The 90 % interval of each figure's draws (draw,)."""
    ends = np.quantile(np.stack(list(draws.values())), [TAIL, 1 - TAIL], axis=1)
    return {name: (float(low), float(high)) for name, low, high in zip(draws, *ends, strict=True)}


def plain(values: dict[str, Floats]) -> dict[str, float]:
    """Single figures as plain numbers."""
    return {name: float(value) for name, value in values.items()}


class Kpi(StrEnum):
    """The five figures of a promotion; margin in percent of sales, its delta in points."""

    SALES = "sales_value"
    MARGIN = "margin_value"
    MARGIN_PCT = "margin_pct"
    EBIT = "ebit"
    UNITS = "units"


class Breakdown(StrEnum):
    """By what the figures are told apart."""

    CHANNEL = "by_channel"
    DEPARTMENT = "by_department"
    SEGMENT = "by_segment"


@dataclass(frozen=True)
class LineKpis:
    """One line of the promotion, over its period.

    Money with and without the promotion, of the part of the department and sales channel that is aimed at
    (`share`); `uplift_pct` of what is aimed at with its 90 % interval; `margin_pct` of what is sold at the
    discount; `pooled` when the cell has no promotion of its own to learn from; `deepest_pct` the deepest
    discount ever tried there (anywhere, for a pooled one) and `untried` when this one lies beyond any tried.
    """

    department: str
    channel: str
    discount_pct: float
    segments: tuple[str, ...]
    share: float
    baseline_sales_value: float
    sales_value: float
    sales_value_delta: float
    margin_value_delta: float
    uplift_pct: float
    uplift_lower_pct: float
    uplift_upper_pct: float
    baseline_margin_pct: float
    margin_pct: float
    pooled: bool
    untried: bool
    deepest_pct: float


@dataclass(frozen=True)
class PromoKpis:
    """The figures of a promotion over its period, of all cells of its geo.

    `totals`, `baseline`, `deltas` by `Kpi`; `breakdown` lists of rows by `Breakdown`, each with its name
    (channel, department, segment_id), the five figures and their `_delta`; rows add up to totals and deltas.
    `intervals` 90 % of each figure and each `_delta`. `cannibalised` by department that loses: sales_value
    (what is lost, positive), lower, upper, share_pct of its baseline with share_lower_pct, share_upper_pct,
    and the `channel` that loses most, with its channel_share_pct.
    `after` the dip in the 14 days behind the promotion: first_on, last_on (ISO), baseline_sales_value of the
    promoted cells, sales_value (negative: lost) and share of that baseline, both with _lower and _upper; it
    is in no other figure. `seen` the ranges that history has shown: lowest and highest by figure. `response`
    is what a search for fixes needs; it is not kept.
    """

    totals: Figures
    deltas: Figures
    baseline: Figures
    breakdown: Mapping[str, tuple[Mapping[str, Any], ...]]
    intervals: Mapping[str, Interval]
    lines: tuple[LineKpis, ...]
    cannibalised: Mapping[str, Mapping[str, Any]]
    after: Mapping[str, Any]
    notes: tuple[str, ...]
    period_start: dt.date
    period_end: dt.date
    model_version: str
    seen: Mapping[str, Interval] = field(default_factory=dict)
    response: Response | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The figures as plain JSON values; `from_json` gives equal figures back."""
        plain = {part.name: getattr(self, part.name) for part in fields(self) if part.name != "response"}
        return plain | {
            "breakdown": {name: [dict(row) for row in rows] for name, rows in self.breakdown.items()},
            "cannibalised": {name: dict(row) for name, row in self.cannibalised.items()},
            "intervals": {name: list(ends) for name, ends in self.intervals.items()},
            "seen": {name: list(ends) for name, ends in self.seen.items()},
            "lines": [asdict(line) | {"segments": list(line.segments)} for line in self.lines],
            "notes": list(self.notes),
            "period_start": self.period_start.isoformat(),
            "period_end": self.period_end.isoformat(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> PromoKpis:
        """The figures kept by `to_json`, without what a search for fixes needs."""
        plain = {part.name: raw[part.name] for part in fields(cls) if part.name in raw}
        return cls(**plain | {
            "breakdown": {name: tuple(rows) for name, rows in raw["breakdown"].items()},
            "intervals": {name: (ends[0], ends[1]) for name, ends in raw["intervals"].items()},
            "seen": {name: (ends[0], ends[1]) for name, ends in raw.get("seen", {}).items()},
            "lines": tuple(LineKpis(**line | {"segments": tuple(line["segments"])}) for line in raw["lines"]),
            "notes": tuple(raw["notes"]),
            "period_start": dt.date.fromisoformat(raw["period_start"]),
            "period_end": dt.date.fromisoformat(raw["period_end"]),
        })  # fmt: skip
