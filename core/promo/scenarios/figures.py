"""The five figures of sales, margin and units, their deltas and intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.promo.scenarios.kpis import Interval, Kpi

Floats = NDArray[np.float64]
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
