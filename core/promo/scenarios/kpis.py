"""What a planned promotion is expected to bring: totals, deltas, breakdowns, each with its interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from cattrs import override

from core.json_values import register_fields
from core.promo.days import Floats, Place
from core.promo.scenarios.response import Response
from core.promo.scenarios.scenario import LineKey

Figures = Mapping[str, float]
Interval = tuple[float, float]


TAIL = 0.05  # on either side of a 90 % interval


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

    Money with and without the promotion, of the part of the department and sales channel that is targeted
    (`share`); `uplift_pct` of what is targeted with its 90 % interval; `margin_pct` of what is sold at the
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

    @property
    def place(self) -> Place:
        """Department and sales channel."""
        return self.department, self.channel

    @property
    def key(self) -> LineKey:
        """Which line it is."""
        return self.department, self.channel, tuple(sorted(self.segments))


@dataclass(frozen=True)
class PromoKpis:
    """The figures of a promotion over its period, of all cells of its geo.

    `totals`, `baseline`, `deltas` by `Kpi`; `breakdown` lists of rows by `Breakdown`, each with its name
    (channel, department, segment_id), the five figures and their `_delta`; rows add up to totals and deltas.
    `intervals` 90 % of each figure and each `_delta`. `cannibalised` by department that loses: sales_value
    (what is lost, positive), lower, upper, share_pct of its baseline with share_lower_pct, share_upper_pct,
    and the `channel` that loses most, with its channel_share_pct.
    `dip` in the 14 days after the promotion: first_on, last_on (ISO), baseline_sales_value of the
    promoted cells, sales_value (negative: lost) and share of that baseline, both with _lower and _upper; it
    is in no other figure. `historical_ranges` what history has shown: lowest and highest by figure.
    `response` is what a search for fixes needs; it is not saved.
    """

    totals: Figures
    deltas: Figures
    baseline: Figures
    breakdown: Mapping[str, tuple[Mapping[str, Any], ...]]
    intervals: Mapping[str, Interval]
    lines: tuple[LineKpis, ...]
    cannibalised: Mapping[str, Mapping[str, Any]]
    dip: Mapping[str, Any]
    notes: tuple[str, ...]
    period_start: dt.date
    period_end: dt.date
    model_version: str
    historical_ranges: Mapping[str, Interval] = field(default_factory=dict)
    response: Response | None = field(default=None, compare=False, repr=False)


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


# Saved under the names they had first; the response is computed anew.
register_fields(
    PromoKpis,
    historical_ranges=override(rename="seen"),
    dip=override(rename="after"),
    response=override(omit=True),
)
