"""What checks look at: a promotion's expected figures, from its KPIs or, while a fix is sought, anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.promo.days import Floats, Place
from core.promo.scenarios.kpis import Breakdown, Figures, Interval, Kpi, PromoKpis
from core.promo.scenarios.response import Response
from core.promo.scenarios.scenario import LineKey, PromoScenario


@dataclass(frozen=True)
class DepartmentProjection:
    """Sales and margin of a department with and without the promotion."""

    sales_value: float
    margin_pct: float
    baseline_sales_value: float
    baseline_margin_pct: float


@dataclass(frozen=True)
class Projection:
    """`uplift_pct` and `margin_pct` of what a line sells, by its key; `taken_pct` share of sales that
    promotions of others take, by department and sales channel."""

    scenario: PromoScenario
    totals: Figures
    baseline: Figures
    departments: Mapping[str, DepartmentProjection]
    uplift_pct: Mapping[LineKey, float]
    margin_pct: Mapping[LineKey, float]
    taken_pct: Mapping[Place, float]
    historical_ranges: Mapping[str, Interval]


def projection_of(scenario: PromoScenario, kpis: PromoKpis) -> Projection:
    """The projection that the KPIs show."""
    departments = {
        str(row["department"]): _department(
            {kpi: float(row[kpi]) for kpi in Kpi},
            {kpi: float(row[kpi] - row[f"{kpi}_delta"]) for kpi in Kpi},
        )
        for row in kpis.breakdown[Breakdown.DEPARTMENT]
    }
    taken = {
        (name, str(row["channel"])): float(row["channel_share_pct"])
        for name, row in kpis.cannibalised.items()
    }
    return Projection(
        scenario, kpis.totals, kpis.baseline, departments, {line.key: line.uplift_pct for line in kpis.lines},
        {line.key: line.margin_pct for line in kpis.lines}, taken, kpis.historical_ranges,
    )  # fmt: skip


def projection_at(scenario: PromoScenario, response: Response, ranges: Mapping[str, Interval]) -> Projection:
    """The projection of other discounts of the same promotion."""
    lines, exposure = scenario.mechanics, response.exposure(scenario.mechanics)
    effect = response.effect(exposure)
    moved = effect.taken + np.stack(
        [np.bincount(exposure.cell, row, len(response.cells)) for row in effect.gain]
    )
    departments, taken = {}, dict[Place, float]()
    for name in dict.fromkeys(cell.department for cell in response.cells):
        at = [place for place, cell in enumerate(response.cells) if cell.department == name]
        departments[name] = _department(_sums((response.base + moved)[:, at]), _sums(response.base[:, at]))
        if effect.taken[0, at].any():
            taken |= {(name, channel): pct for channel, pct in response.taken_pct(effect, name).items()}
    sums = response.line_sums(lines, exposure, effect)
    return Projection(
        scenario, _sums(response.base + moved), _sums(response.base), departments,
        {line.key: 100 * float(sums.uplift[place]) for place, line in enumerate(lines)},
        {line.key: sums.margin_pct(place) for place, line in enumerate(lines)}, taken, ranges,
    )  # fmt: skip


def _sums(cells: Floats) -> dict[str, float]:
    """Sales, margin, margin % and units of some cells (3, cell) together."""
    sales, margin, units = (float(value) for value in cells.sum(axis=1))
    rate = 100 * margin / sales if sales > 0 else 0.0
    return {Kpi.SALES: sales, Kpi.MARGIN: margin, Kpi.MARGIN_PCT: rate, Kpi.UNITS: units}


def _department(with_it: Mapping[str, float], without: Mapping[str, float]) -> DepartmentProjection:
    return DepartmentProjection(
        with_it[Kpi.SALES], with_it[Kpi.MARGIN_PCT], without[Kpi.SALES], without[Kpi.MARGIN_PCT]
    )
