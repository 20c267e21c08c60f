"""What a promotion changes, told apart: one bar a row with its interval, sales above margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.charts.base import (
    FITTED,
    INK,
    NEUTRAL,
    Trace,
    dots,
    empty,
    error_bars,
    faded,
    figure,
    line,
    rows_axis,
    rows_height,
)
from core.charts.formats import Wording
from core.charts.palette import COLOURS
from core.promo.charts import safe
from core.promo.scenarios.best_discounts import DiscountFrontierPoint
from core.promo.scenarios.kpis import Breakdown, Kpi, PromoKpis

SHOWN = {Kpi.SALES: ("Sales", COLOURS[4]), Kpi.MARGIN: ("Margin", COLOURS[0])}
BAR = 0.34
WORDS = {Breakdown.CHANNEL: "sales channel", Breakdown.DEPARTMENT: "department", Breakdown.SEGMENT: "segment"}


MEASURES = {"sales_value": "Sales", "margin_value": "Margin", "ebit": "EBIT"}
LANE = 0.18


@dataclass(frozen=True)
class ComparedPromo:
    """One promotion of a comparison: the name it goes by there, and its figures."""

    name: str
    kpis: PromoKpis


def promos_compared(contenders: Sequence[ComparedPromo], wording: Wording) -> go.Figure:
    """The change of sales, margin and EBIT by promotion in money, one row a figure and one lane a promotion,
    with 90 % intervals."""
    if not contenders:
        return empty("Choose promotions to compare.")
    traces = [_marks(one, place, len(contenders), wording) for place, one in enumerate(contenders)]
    axis = {"title": {"text": f"Change, {wording.currency}"}, "zeroline": True, "zerolinecolor": NEUTRAL}
    rows = rows_axis(list(MEASURES.values()))
    return figure(
        traces, alt=_compared_words(contenders, wording), height=rows_height(4), xaxis=axis, yaxis=rows
    )


def _marks(one: ComparedPromo, place: int, count: int, wording: Wording) -> Trace:
    lane = LANE * (place - (count - 1) / 2)
    middle = [one.kpis.deltas[name] for name in MEASURES]
    ends = np.array([one.kpis.intervals[f"{name}_delta"] for name in MEASURES])
    colour = COLOURS[place % len(COLOURS)]
    said = [
        f"{title}: {wording.money(value)} ({wording.money(low)} to {wording.money(high)})"
        for title, value, (low, high) in zip(MEASURES.values(), middle, ends, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": middle,
        "y": [row + lane for row in range(len(MEASURES))],
        "name": safe(one.name),
        "marker": {"color": colour, "size": 10},
        "error_x": error_bars(middle, ends[:, 0], ends[:, 1], colour),
        "customdata": said,
        "hovertemplate": "%{customdata}<extra>%{fullData.name}</extra>",
    }


def _compared_words(contenders: Sequence[ComparedPromo], wording: Wording) -> str:
    parts = [f"{one.name} {wording.money(one.kpis.deltas['sales_value'])} of sales" for one in contenders]
    return f"Change of sales, margin and EBIT with 90 % intervals: {', '.join(parts)}."


def frontier_chart(
    points: Sequence[DiscountFrontierPoint], chosen: int, now: tuple[float, float], wording: Wording
) -> go.Figure:
    """Change of margin over change of sales along the efficient promotions; the chosen one and the one on the
    table (`now`: its changes of sales and margin) are marked."""
    if not points:
        return empty("No discounts to choose from.")
    x, y = [point.sales_value_delta for point in points], [point.margin_value_delta for point in points]
    said = [_point_words(point, wording) for point in points]
    hover: Trace = {"customdata": said, "hovertemplate": "%{customdata}<extra></extra>"}
    path = line(x, y, "Efficient", FITTED, **hover) | {"mode": "lines+markers", "marker": {"size": 7}}
    picked = dots([x[chosen]], [y[chosen]], "Chosen", {"color": COLOURS[1], "size": 14}, **hover)
    picked["customdata"] = [said[chosen]]
    here = dots([now[0]], [now[1]], "On the table", {"color": INK, "size": 12, "symbol": "diamond"})
    axes = {
        "xaxis": {"title": {"text": f"Change of sales, {wording.currency}"}},
        "yaxis": {"title": {"text": f"Change of margin, {wording.currency}"}, "zeroline": True},
    }
    alt = f"{len(points)} efficient promotions, from most margin to most sales. Chosen: {said[chosen]}"
    return figure([path, picked, here], alt=alt, height=320, **axes)


def _point_words(point: DiscountFrontierPoint, wording: Wording) -> str:
    parts = (f"{safe(name)} {channel} {pct:g} %" for (name, channel, _), pct in point.discounts.items())
    discounts = ", ".join(parts)
    return (
        f"sales {wording.money(point.sales_value_delta)}, margin {wording.money(point.margin_value_delta)}, "
        f"{point.margin_pct:.1f} % margin: {discounts}"
    )


def breakdown_bars(kpis: PromoKpis, by: Breakdown | str, wording: Wording) -> go.Figure:
    """The change of sales and margin by sales channel, department or segment, with 90 % intervals; rows add
    up to the changes of the whole."""
    rows = sorted(kpis.breakdown[Breakdown(by)], key=lambda row: -abs(float(row["sales_value_delta"])))
    if not any(row["sales_value_delta"] for row in rows):
        return empty("Without any discount nothing changes.")
    labels = [safe(str(row["name"])) for row in rows]
    traces = [_bars(rows, labels, kpi, place, wording) for place, kpi in enumerate(SHOWN)]
    axis = {
        "title": {"text": f"Change, {wording.currency}"}, "zeroline": True, "zerolinecolor": NEUTRAL,
        "tickformat": "~s",
    }  # fmt: skip
    alt = _words(rows, Breakdown(by), wording)
    return figure(traces, alt=alt, height=rows_height(len(rows)), xaxis=axis, yaxis=rows_axis(labels))


def _bars(rows: Sequence[object], labels: list[str], kpi: Kpi, place: int, wording: Wording) -> Trace:
    name, colour = SHOWN[kpi]
    middle, lower, upper = (
        np.array([float(row[f"{kpi}_delta{end}"]) for row in rows])  # type: ignore[index]
        for end in ("", "_lower", "_upper")
    )
    said = [
        f"{label}: {wording.money(value)} ({wording.money(low)} to {wording.money(high)})"
        for label, value, low, high in zip(labels, middle, lower, upper, strict=True)
    ]
    return {
        "type": "bar", "orientation": "h", "x": middle, "width": BAR, "name": name, "customdata": said,
        "y": [row + BAR * (place - 0.5) for row in range(len(rows))],
        "marker": {"color": faded(colour, 0.7), "line": {"color": colour, "width": 1}},
        "error_x": error_bars(middle, lower, upper, NEUTRAL),
        "hovertemplate": f"%{{customdata}}<extra>{name}</extra>",
    }  # fmt: skip


def _words(rows: Sequence[object], by: Breakdown, wording: Wording) -> str:
    parts = [f"{row['name']} {wording.money(float(row['sales_value_delta']))}" for row in rows]  # type: ignore[index]
    return f"Change of sales and margin by {WORDS[by]}, with 90 % intervals. Sales: {', '.join(parts)}."
