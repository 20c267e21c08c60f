"""Charts of behaviour: response curves, carry-over weights, what the data taught."""

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
    rows_of_bars,
)
from core.charts.formats import Wording
from core.mmm.results.judgement import FitThresholds


def response_curves(
    curves: pd.DataFrame, marks: pd.DataFrame, wording: Wording, level: float = 0.9
) -> go.Figure:
    """What each channel causes per period at steady spend: solid where spend was seen, dashed beyond.

    `curves`: channel, spend, mean, lower, upper. `marks`: channel, spend_now, spend_max (money per period).
    The mean spend of the range gets a dot; beyond the largest spend seen the curve is an extrapolation.
    """
    if curves.empty:
        return empty("There is no paid channel in this model.")
    traces: list[Trace] = []
    for name, rows in curves.groupby("channel", sort=False):
        mark = marks.loc[marks["channel"] == name].iloc[0]
        traces += _curve(rows, str(name), float(mark["spend_max"]), wording)
        traces.append(_dot_at_spend(rows, str(name), float(mark["spend_now"]), wording))
    names = ", ".join(wording.label(str(name)) for name in curves["channel"].unique())
    alt = f"Response to spend of {names}, with the {interval_words(level)}; dots mark mean spend."
    spend = {"title": {"text": f"Spend per {wording.period}"}, "tickprefix": wording.symbol}
    effect = {
        "title": {"text": f"{wording.kpi_label} per {wording.period}"},
        "tickprefix": wording.kpi_prefix,
    }
    shared = {"exponentformat": "B", "rangemode": "tozero"}
    return figure(traces, alt=alt, xaxis={**spend, **shared}, yaxis={**effect, **shared})


def _curve(rows: pd.DataFrame, name: str, most: float, wording: Wording) -> list[Trace]:
    colour, label = wording.colour(name), wording.label(name)
    x, y = rows["spend"].to_numpy(float), rows["mean"].to_numpy(float)
    seen = x <= most
    beyond = x >= (x[seen].max() if seen.any() else 0.0)
    shade = band(x.tolist(), rows["lower"], rows["upper"], colour, label, legendgroup=label, showlegend=False)
    solid = line(x[seen], y[seen], label, colour, width=2.2, legendgroup=label)
    ahead = line(x[beyond], y[beyond], label, colour, dash="dash", legendgroup=label, showlegend=False)
    return [shade, solid, ahead]


def _dot_at_spend(rows: pd.DataFrame, name: str, now: float, wording: Wording) -> Trace:
    colour, label, x = wording.colour(name), wording.label(name), rows["spend"].to_numpy(float)
    mean, low, high = ([float(np.interp(now, x, rows[end]))] for end in ("mean", "lower", "upper"))
    marker = {"color": colour, "size": 11, "line": {"color": "#ffffff", "width": 1.5}}
    trace = dots([now], mean, label, marker, legendgroup=label, showlegend=False)
    words = f"Spend in this range: {wording.money(now)} per {wording.period}<extra></extra>"
    return trace | {"error_y": error_bars(mean, low, high, colour), "hovertemplate": words}


def carry_over(weights: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """How an effect spreads over the periods after the spend: lag, channel, mean, lower, upper (0..1)."""
    if weights.empty:
        return empty("There is no channel with carry-over in this model.")
    traces: list[Trace] = []
    for name, rows in weights.groupby("channel", sort=False):
        bars = error_bars(rows["mean"], rows["lower"], rows["upper"])
        share, marker = rows["mean"].to_numpy(float), {"color": wording.colour(str(name))}
        base = {"type": "bar", "x": rows["lag"].tolist(), "y": share, "name": wording.label(str(name))}
        traces.append({**base, "marker": marker, "error_y": bars})
    alt = f"Share of the effect by {wording.period} after the spend, with the {interval_words(level)}."
    step = max(1, round(float(weights["lag"].max()) / 8))
    lag_axis = {"title": {"text": f"{wording.period.capitalize()}s after the spend"}, "dtick": step}
    share_axis = {"tickformat": ".0%", "range": [0, 1]}
    return figure(traces, alt=alt, height=240, xaxis=lag_axis, yaxis=share_axis, bargap=0.3)


def contraction(
    learned: pd.DataFrame, wording: Wording, barely: float = FitThresholds.contraction
) -> go.Figure:
    """How far the data narrowed what was believed before: channel, contraction (0 nothing, 1 everything).

    Contraction = 1 - posterior variance / prior variance of the log return; bars under `barely` are hollow.
    """
    if learned.empty:
        return empty("This model keeps no comparison of prior and posterior.")
    frame = learned.sort_values("contraction", ascending=False)
    value = frame["contraction"].clip(lower=0).to_numpy(float)
    colours = [wording.colour(name) for name in frame["channel"]]
    fill = [faded(c, 0.25) if v < barely else c for c, v in zip(colours, value, strict=True)]
    marker = {"color": fill, "line": {"color": colours, "width": 1}}
    labels = [wording.label(name) for name in frame["channel"]]
    bars = rows_of_bars(labels, value, "Learned", marker, showlegend=False, width=0.55)
    edge: dict[str, Any] = {"type": "line", "x0": barely, "x1": barely, "y0": 0, "y1": 1, "yref": "paper"}
    edge["line"] = {"color": NEUTRAL, "dash": "dash", "width": 1.2}
    axis = {"tickformat": ".0%", "range": [0, 1], "title": {"text": "Learned from the data"}}
    alt = "How much the data taught about each channel, from 0 (nothing) to 100 % (everything)."
    height, reverse = max(260, 80 + 36 * len(frame)), {"autorange": "reversed"}
    return figure([bars], alt=alt, height=height, xaxis=axis, yaxis=reverse, shapes=[edge])
