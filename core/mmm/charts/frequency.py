"""The chart of frequency: what the same impressions would bring at another average frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import (
    NEUTRAL,
    Trace,
    band,
    dots,
    empty,
    error_bars,
    faded,
    figure,
    interval_words,
    line,
)
from core.charts.formats import Wording


def frequency_curve(
    curve: pd.DataFrame, optimum: pd.Series, wording: Wording, level: float = 0.9
) -> go.Figure:
    """KPI per period of one channel by average frequency, impressions held; a dot at today's frequency.

    `curve`: channel, frequency, kpi, kpi_lower, kpi_upper, roas. `optimum`: now, best, best_lower,
    best_upper; the best is a dashed line within its shaded interval, left out where there is none.
    """
    if curve.empty:
        return empty("There is no channel with reach and frequency in this model.")
    name = str(curve["channel"].iloc[0])
    colour, label = wording.colour(name), wording.label(name)
    x = curve["frequency"].to_numpy(float)
    shade = band(x.tolist(), curve["kpi_lower"], curve["kpi_upper"], colour, label, showlegend=False)
    words = f"%{{x:.1f}} contacts a head: {wording.kpi_prefix}%{{y:.3s}} a {wording.period}"
    returns = [f"<br>{wording.return_name} {wording.per_money(value)}" for value in curve["roas"]]
    told = returns if curve["roas"].notna().all() else [""] * len(x)
    template = f"{words}%{{customdata}}<extra></extra>"
    mean = line(x, curve["kpi"], label, colour, width=2.2, customdata=told, hovertemplate=template)
    traces = [shade, mean, _dot_now(curve, float(optimum["now"]), colour)]
    axis = {"title": {"text": "Average frequency"}, "range": [0.9, float(x[-1])]}
    effect = {"tickprefix": wording.kpi_prefix, "exponentformat": "B", "rangemode": "tozero"}
    alt = (
        f"{wording.kpi_label} from {label} per {wording.period} by average frequency at the same "
        f"impressions, with the {interval_words(level)}; {_best_in_words(optimum)}."
    )
    return figure(traces, alt=alt, xaxis=axis, yaxis=effect, showlegend=False, **_best(optimum, level))


def _dot_now(curve: pd.DataFrame, now: float, colour: str) -> Trace:
    x = curve["frequency"].to_numpy(float)
    mean, low, high = ([float(np.interp(now, x, curve[end]))] for end in ("kpi", "kpi_lower", "kpi_upper"))
    marker = {"color": colour, "size": 11, "line": {"color": "#ffffff", "width": 1.5}}
    trace = dots([now], mean, "Today", marker, hovertemplate=f"Today: {now:.1f}<extra></extra>")
    return trace | {"error_y": error_bars(mean, low, high, colour)}


def _best(optimum: pd.Series, level: float) -> dict[str, Any]:
    """The layout's shapes and label of the best frequency."""
    if not np.isfinite(optimum["best"]):
        return {}
    best, low, high = (float(optimum[end]) for end in ("best", "best_lower", "best_upper"))
    tall = {"yref": "paper", "y0": 0, "y1": 1}
    shade = {"type": "rect", "x0": low, "x1": high, "fillcolor": faded(NEUTRAL, 0.18), "layer": "below"}
    edge = {"type": "line", "x0": best, "x1": best, "line": {"color": NEUTRAL, "dash": "dash", "width": 1.4}}
    note = {
        "x": best, "y": 0, "yref": "paper", "yanchor": "bottom", "xanchor": "left", "xshift": 4,
        "text": f"best {best:.1f}", "showarrow": False, "font": {"color": NEUTRAL},
    }  # fmt: skip
    return {"shapes": [{**shade, **tall, "line": {"width": 0}}, {**edge, **tall}], "annotations": [note]}


def _best_in_words(optimum: pd.Series) -> str:
    if not np.isfinite(optimum["best"]):
        return "every frequency earns the same"
    low, high = optimum["best_lower"], optimum["best_upper"]
    return f"the best is {optimum['best']:.1f} ({low:.1f} to {high:.1f}), today's {optimum['now']:.1f}"
