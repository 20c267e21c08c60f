"""What checks look at: a promotion's expected figures, from its KPIs or, while a fix is sought, anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.promo.days import Floats
from core.promo.scenarios.kpis import Breakdown, Figures, Interval, Kpi, PromoKpis
from core.promo.scenarios.response import LineSums, PromoEffect, Response, line_sums, taken_pct
from core.promo.scenarios.scenario import Mechanic, PromoScenario

Place = tuple[str, str]


@dataclass(frozen=True)
class LineProjection:
    """A line with its expected uplift and margin on what it sells, in percent."""

    line: Mechanic
    uplift_pct: float
    margin_pct: float


@dataclass(frozen=True)
class DepartmentProjection:
    """Sales and margin of a department with and without the promotion."""

    sales_value: float
    margin_pct: float
    baseline_sales_value: float
    baseline_margin_pct: float


@dataclass(frozen=True)
class Projection:
    """`taken_pct` share of sales that promotions of others take, by department and the channel hit most."""

    scenario: PromoScenario
    totals: Figures
    baseline: Figures
    departments: Mapping[str, DepartmentProjection]
    lines: tuple[LineProjection, ...]
    taken_pct: Mapping[Place, float]
    seen: Mapping[str, Interval]


def projection_of(scenario: PromoScenario, kpis: PromoKpis) -> Projection:
    """The standing that the KPIs show."""
    departments = {
        str(row["department"]): _department(
            {kpi: float(row[kpi]) for kpi in Kpi},
            {kpi: float(row[kpi] - row[f"{kpi}_delta"]) for kpi in Kpi},
        )
        for row in kpis.breakdown[Breakdown.DEPARTMENT]
    }
    known = {(row.department, row.channel, tuple(sorted(row.segments))): row for row in kpis.lines}
    lines = tuple(
        LineProjection(line, known[line.lot].uplift_pct, known[line.lot].margin_pct)
        for line in scenario.mechanics
    )
    taken = {
        (name, str(row["channel"])): float(row["channel_share_pct"])
        for name, row in kpis.cannibalised.items()
    }
    return Projection(scenario, kpis.totals, kpis.baseline, departments, lines, taken, kpis.seen)


def projection_at(scenario: PromoScenario, response: Response, seen: Mapping[str, Interval]) -> Projection:
    """The standing of other discounts of the same promotion."""
    aims = response.aims(scenario.mechanics)
    sold = response.sold(aims)
    cells_moved = [np.bincount(aims.cell, row, len(response.cells)) for row in sold.gain]
    moved = sold.taken + np.stack(cells_moved)
    cells = _places(response)
    departments = {
        name: _department(_sums((response.base + moved)[:, at]), _sums(response.base[:, at]))
        for name, at in cells.items()
    }
    sums = line_sums(response, scenario.mechanics, aims, sold)
    lines = tuple(_line(place, line, sums) for place, line in enumerate(scenario.mechanics))
    return Projection(
        scenario, _sums(response.base + moved), _sums(response.base), departments, lines,
        _taken(response, sold, cells), seen,
    )  # fmt: skip


def _places(response: Response) -> dict[str, list[int]]:
    """The cells of each department."""
    found: dict[str, list[int]] = {}
    for at, cell in enumerate(response.cells):
        found.setdefault(cell.department, []).append(at)
    return found


def _sums(cells: Floats) -> dict[str, float]:
    """Sales, margin, margin % and units of some cells (3, cell) together."""
    sales, margin, units = (float(value) for value in cells.sum(axis=1))
    rate = 100 * margin / sales if sales > 0 else 0.0
    return {Kpi.SALES: sales, Kpi.MARGIN: margin, Kpi.MARGIN_PCT: rate, Kpi.UNITS: units}


def _department(with_it: Mapping[str, float], without: Mapping[str, float]) -> DepartmentProjection:
    return DepartmentProjection(
        with_it[Kpi.SALES], with_it[Kpi.MARGIN_PCT], without[Kpi.SALES], without[Kpi.MARGIN_PCT]
    )


def _line(place: int, line: Mechanic, sums: LineSums) -> LineProjection:
    sales, margin, _ = sums.usual[:, place] + sums.moved[:, place]
    return LineProjection(
        line, 100 * float(sums.uplift[place]), 100 * float(margin / sales) if sales > 0 else 0.0
    )


def _taken(response: Response, sold: PromoEffect, cells: Mapping[str, list[int]]) -> dict[Place, float]:
    found = {}
    for name, at in cells.items():
        if sold.taken[0, at].any():
            for channel in sorted({response.cells[place].channel for place in at}):
                found[name, channel] = taken_pct(response, sold, at, channel)
    return found
