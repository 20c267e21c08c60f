"""The chart of a post-mortem: forecast with its band against what was sold, day by day."""

from __future__ import annotations

import plotly.graph_objects as go

from core.charts.base import INK, NEUTRAL, Trace, band, dots, figure, line
from core.charts.palette import COLOURS
from core.promo.post_mortem.values import PostMortem

FORECAST = COLOURS[0]
SHADE = "rgba(109,102,230,0.12)"


def course_chart(report: PostMortem, symbol: str = "") -> go.Figure:
    """Sales of the shop by day: forecast and 90 % interval, baseline, actual; the promotion is shaded."""
    rows = report.days
    dates = [row.on.isoformat() for row in rows]
    hover = f"%{{x|%a %d %b}}: {symbol}%{{y:,.0f}}<extra>%{{fullData.name}}</extra>"
    traces: list[Trace] = [
        band(dates, [row.lower for row in rows], [row.upper for row in rows], FORECAST, "90 % interval"),
        line(dates, [row.forecast for row in rows], "Forecast", FORECAST, hovertemplate=hover),
        line(
            dates,
            [row.baseline for row in rows],
            "Without promotion",
            NEUTRAL,
            dash="dot",
            hovertemplate=hover,
        ),
    ]
    known = [row for row in rows if row.actual is not None]
    on, sold = [row.on.isoformat() for row in known], [row.actual for row in known]
    traces.append(line(on, sold, "Actual", INK, width=2.2, hovertemplate=hover))
    traces.append(dots(on, sold, "Actual", {"color": INK, "size": 5}, showlegend=False, hoverinfo="skip"))
    promotion = {
        "type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
        "x0": f"{report.period_start}T00:00:00", "x1": f"{report.period_end}T23:59:59", "fillcolor": SHADE,
        "line": {"width": 0},
    }  # fmt: skip
    inside = sum(row.lower <= float(row.actual or 0.0) <= row.upper for row in known)
    alt = f"Sales by day: {inside} of {len(known)} days lie inside the forecast's 90 % interval."
    axis = {"tickprefix": symbol, "rangemode": "tozero"}
    return figure(traces, alt=alt, shapes=[promotion], yaxis=axis, height=340)
