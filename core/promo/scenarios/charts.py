"""What a promotion changes, told apart: one bar a row with its interval, sales above margin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.charts.base import NEUTRAL, Trace, empty, error_bars, faded, figure, rows_axis, rows_height
from core.charts.formats import Wording
from core.charts.palette import COLOURS
from core.promo.scenarios.kpis import Breakdown, Kpi, PromoKpis

SHOWN = {Kpi.SALES: ("Sales", COLOURS[4]), Kpi.MARGIN: ("Margin", COLOURS[0])}
BAR = 0.34
WORDS = {Breakdown.CHANNEL: "sales channel", Breakdown.DEPARTMENT: "department", Breakdown.SEGMENT: "segment"}


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


def safe(text: str) -> str:
    """Plotly reads a little HTML; angle brackets stay text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
