"""The ranges that history has shown: what a forecast is plausible against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.promo.days import Cell, CellDays
from core.promo.scenarios.kpis import Interval, Kpi
from core.promo.uplift import Uplift

Floats = NDArray[np.float64]
UPLIFT = "uplift_pct"
DISCOUNT = "discount_pct"


def seen_ranges(days: CellDays, cells: tuple[Cell, ...], uplift: Uplift, length: int) -> dict[str, Interval]:
    """Lowest and highest by name: sales, units and margin % of any `length` days in a row (`Kpi`), the sales
    of each department ("sales_value:TV"), and of all promotions the uplift and discount in percent."""
    at = [days.cells.index(cell) for cell in cells]
    sales, margin, units = (_runs(part[at], length) for part in (days.sales, days.margin, days.units))
    whole = sales.sum(axis=0)
    rate = 100 * margin.sum(axis=0) / np.where(whole > 0, whole, np.inf)
    found = {Kpi.SALES.value: _range(whole), Kpi.UNITS.value: _range(units.sum(axis=0))}
    found[Kpi.MARGIN_PCT.value] = _range(rate)
    for name in sorted({cell.department for cell in cells}):
        mine = [place for place, cell in enumerate(cells) if cell.department == name]
        found[department_key(name)] = _range(sales[mine].sum(axis=0))
    return found | _events(uplift)


def department_key(department: str) -> str:
    """Under which name the sales of a department are kept."""
    return f"{Kpi.SALES.value}:{department}"


def _events(uplift: Uplift) -> dict[str, Interval]:
    """Of promotions in the history; nothing where there were none."""
    events = uplift.regression.events
    if not events:
        return {}
    effects, _ = uplift.regression.effects
    discounts = np.array([event.discount_pct for event in events])
    return {UPLIFT: _range(100 * np.expm1(effects)), DISCOUNT: _range(discounts)}


def _runs(cube: Floats, length: int) -> Floats:
    """(cell, run) sums over every `length` days in a row, of all days where there are fewer."""
    width = min(length, cube.shape[1])
    sums = np.concatenate([np.zeros((len(cube), 1)), np.nan_to_num(cube).cumsum(axis=1)], axis=1)
    return np.asarray(sums[:, width:] - sums[:, :-width])


def _range(values: Floats) -> Interval:
    return float(values.min()), float(values.max())
