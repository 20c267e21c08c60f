"""Forecast and actual figures of a promotion, with errors and intervals: in all, by part and by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from core.promo.days import Flags, Floats
from core.promo.post_mortem.daily import DailyComparison
from core.promo.post_mortem.side_effects import LEVEL
from core.promo.post_mortem.values import DayRow, PartResult, Range
from core.promo.scenarios.kpis import PromoKpis

FLOOR = 1.0  # money or units: an error in percent of less than that says nothing
SIDE = float(norm.ppf((1 + LEVEL) / 2))
MONEY = ("sales_value", "margin_value", "ebit", "units")


@dataclass(frozen=True)
class Results:
    """`forecast`, `actual`, `baseline` figures of the days and cells that can be compared; `share` of the
    whole forecast that these are."""

    forecast: Mapping[str, float]
    actual: Mapping[str, float]
    baseline: Mapping[str, float]
    share: float


def results_of(comparison: DailyComparison, kpis: PromoKpis) -> Results:
    """The figures. Where days or cells are missing, the forecast is that of the others, in proportion to its
    course by department."""
    seen = comparison.on(None, comparison.compared)
    sums, base = np.zeros(3), np.zeros(3)
    names = ("sales_value", "margin_value", "units")
    for row in kpis.breakdown["by_department"]:
        part = _share(comparison, comparison.of({str(row["department"])}), kpis, row)
        sums += part * np.array([float(row[name]) for name in names])
        base += part * np.array([float(row[name]) - float(row[f"{name}_delta"]) for name in names])
    cost = _cost_share(kpis)
    found = comparison.actual[:, seen].sum(axis=1)
    whole = float(kpis.totals["sales_value"])
    share = float(sums[0]) / whole if whole > 0 else 1.0
    return Results(_figures(sums, cost), _figures(found, cost), _figures(base, cost), share)


def _share(comparison: DailyComparison, cells: Flags, kpis: PromoKpis, row: Mapping[str, object]) -> float:
    """How much of a department's forecast lies on days and in cells that can be compared."""
    whole = float(str(row["sales_value"]))
    seen = float(comparison.forecast[comparison.on(cells, comparison.compared)].sum())
    return min(seen / whole, 1.0) if whole > 0 else 1.0


def _cost_share(kpis: PromoKpis) -> float:
    """The cost to serve as a share of sales that the forecast was made with."""
    sales = float(kpis.totals["sales_value"])
    return (float(kpis.totals["margin_value"]) - float(kpis.totals["ebit"])) / sales if sales > 0 else 0.0


def _figures(sums: Floats, cost: float) -> dict[str, float]:
    sales, margin, units = (float(value) for value in sums)
    return {
        "sales_value": sales,
        "margin_value": margin,
        "margin_pct": 100 * margin / sales if sales > 0 else 0.0,
        "ebit": margin - cost * sales,
        "units": units,
    }


def errors_of(results: Results) -> dict[str, float | None]:
    """(actual - forecast) / |forecast| in percent, None under the floor; of `margin_pct` the difference in
    points."""
    found = {name: error_pct(results.actual[name], results.forecast[name]) for name in MONEY}
    return found | {"margin_pct": results.actual["margin_pct"] - results.forecast["margin_pct"]}


def error_pct(actual: float, forecast: float) -> float | None:
    """(actual - forecast) / |forecast| in percent; None where the forecast is under the floor."""
    return 100 * (actual - forecast) / abs(forecast) if abs(forecast) >= FLOOR else None


def intervals_of(results: Results, kpis: PromoKpis) -> dict[str, Range]:
    """The forecast's 90 % intervals. For a part of the days they shrink with the root of the part, as if days
    were off independently: they are, if anything, too wide."""
    found = {}
    for name in (*MONEY, "margin_pct"):
        if name in kpis.intervals:
            lower, upper = kpis.intervals[name]
            middle, now = float(kpis.totals[name]), float(results.forecast[name])
            scale = float(np.sqrt(results.share)) if name != "margin_pct" and results.share < 1 else 1.0
            found[name] = (now - (middle - lower) * scale, now + (upper - middle) * scale)
    return found


def parts_of(comparison: DailyComparison, kpis: PromoKpis, by: str) -> tuple[PartResult, ...]:
    """Sales by "department" or "channel", with intervals from the baseline's error and the lines' uplift."""
    names = sorted({str(getattr(cell, by)) for cell in comparison.cells})
    masks = [
        comparison.on(np.array([getattr(cell, by) == name for cell in comparison.cells]), comparison.compared)
        for name in names
    ]
    forecast = np.array([comparison.forecast[mask].sum() for mask in masks])
    actual = np.array([comparison.actual[0][mask].sum() for mask in masks])
    parts = [comparison.forecast * mask for mask in masks]
    off = np.sqrt(np.diag(comparison.log_covariance(parts)))
    own = np.array([_line_sd(kpis, by, name) for name in names]) / np.maximum(forecast, 1e-9)
    wide = np.exp(SIDE * np.sqrt(off**2 + own**2))
    return tuple(
        PartResult(name, float(f), float(a), error_pct(a, f), float(f / w), float(f * w))
        for name, f, a, w in zip(names, forecast, actual, wide, strict=True)
    )


def _line_sd(kpis: PromoKpis, by: str, name: str) -> float:
    """sd of the money that the lines of a part bring, from their uplift's interval."""
    widths = [
        line.baseline_sales_value * (line.uplift_upper_pct - line.uplift_lower_pct) / 200 / SIDE
        for line in kpis.lines
        if getattr(line, by) == name
    ]
    return float(np.sqrt(np.square(widths).sum()))


def days_of(comparison: DailyComparison, kpis: PromoKpis) -> tuple[DayRow, ...]:
    """Each day of the promotion and of the two weeks after: sales without promotion, forecast with its 90 %
    interval, and actual. After the promotion the forecast is the baseline."""
    size = len(comparison.dates)
    parts = [comparison.forecast * (np.arange(size) == day) for day in range(size)]
    off = np.diag(comparison.log_covariance(parts))
    money = np.array(
        [_line_sd(kpis, "department", name) for name in sorted({c.department for c in comparison.cells})]
    )
    whole = float(comparison.forecast[:, comparison.during].sum())
    uplift = float(np.sqrt(np.square(money).sum())) / whole if whole > 0 else 0.0
    wide = np.exp(SIDE * np.sqrt(off + np.where(comparison.during, uplift, 0.0) ** 2))
    forecast, plain = comparison.forecast.sum(axis=0), comparison.baseline.sum(axis=0)
    actual = comparison.actual[0].sum(axis=0)
    return tuple(
        DayRow(on.date(), float(b), float(f), float(f / w), float(f * w), float(a) if known else None)
        for on, b, f, w, a, known in zip(
            comparison.dates, plain, forecast, wide, actual, comparison.known, strict=True
        )
    )
