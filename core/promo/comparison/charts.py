"""Promotions side by side: what each adds to sales, margin and EBIT, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.mmm.charts.base import NEUTRAL, Trace, empty, error_bars, figure, rows_axis, rows_height
from core.mmm.wording import Wording
from core.palette import COLOURS
from core.promo.scenarios.kpis import PromoKpis

MEASURES = {"sales_value": "Sales", "margin_value": "Margin", "ebit": "EBIT"}
LANE = 0.18


@dataclass(frozen=True)
class Contender:
    """One promotion of a comparison: the name it goes by there, and its figures."""

    name: str
    kpis: PromoKpis


def promos_compared(contenders: Sequence[Contender], wording: Wording) -> go.Figure:
    """The change of sales, margin and EBIT by promotion in money, one row a figure and one lane a promotion,
    with 90 % intervals."""
    if not contenders:
        return empty("Choose promotions to compare.")
    traces = [_marks(one, place, len(contenders), wording) for place, one in enumerate(contenders)]
    axis = {"title": {"text": f"Change, {wording.currency}"}, "zeroline": True, "zerolinecolor": NEUTRAL}
    rows = rows_axis(list(MEASURES.values()))
    return figure(traces, alt=_words(contenders, wording), height=rows_height(4), xaxis=axis, yaxis=rows)


def _marks(one: Contender, place: int, count: int, wording: Wording) -> Trace:
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
        "name": one.name,
        "marker": {"color": colour, "size": 10},
        "error_x": error_bars(middle, ends[:, 0], ends[:, 1], colour),
        "customdata": said,
        "hovertemplate": "%{customdata}<extra>%{fullData.name}</extra>",
    }


def _words(contenders: Sequence[Contender], wording: Wording) -> str:
    parts = [f"{one.name} {wording.money(one.kpis.deltas['sales_value'])} of sales" for one in contenders]
    return f"Change of sales, margin and EBIT with 90 % intervals: {', '.join(parts)}."
