"""Charts over time: actual against fitted, residuals, and what each part of the KPI contributed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import (
    FITTED,
    HOLDOUT,
    INK,
    NEUTRAL,
    Trace,
    band,
    days,
    dots,
    empty,
    faded,
    figure,
    interval_words,
    line,
)
from core.charts.formats import Wording

OUTSIDE = "#e4572e"
GREYS = ("#7b8494", "#9aa3b2", "#b4bcc8", "#646c7a", "#c9cfd8", "#565d69")


def _kpi_axis(wording: Wording, **extra: Any) -> dict[str, Any]:
    return {"exponentformat": "B", "tickprefix": wording.kpi_prefix, **extra}


def holdout_shapes(holdout_start: pd.Timestamp | None, end: str) -> dict[str, Any]:
    """Layout parts that shade and name the held-out periods; nothing when there are none."""
    if holdout_start is None:
        return {}
    start = str(pd.Timestamp(holdout_start))[:10]
    shade = {"type": "rect", "xref": "x", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1}
    note = {
        "x": start,
        "y": 1,
        "xref": "x",
        "yref": "paper",
        "text": "not seen in training",
        "showarrow": False,
    }
    return {
        "shapes": [{**shade, "fillcolor": HOLDOUT, "line": {"width": 0}, "layer": "below"}],
        "annotations": [{**note, "xanchor": "left", "yanchor": "top", "font": {"size": 11}}],
    }


def actual_and_fitted(
    fitted: pd.DataFrame,
    wording: Wording,
    level: float = 0.9,
    holdout_start: pd.Timestamp | None = None,
    year_before: pd.DataFrame | None = None,
) -> go.Figure:
    """Actual KPI against the fitted one with its interval; held-out periods shaded.

    `fitted`: date, actual, fitted, fitted_lower, fitted_upper in KPI units. `year_before`: date
    (already moved forward by a year), actual; drawn as a dotted line.
    """
    if fitted.empty:
        return empty("There are no periods in this range.")
    x = days(fitted["date"])
    traces = [band(x, fitted["fitted_lower"], fitted["fitted_upper"], FITTED, interval_words(level))]
    if year_before is not None and not year_before.empty:
        old = days(year_before["date"])
        traces.append(line(old, year_before["actual"], "A year before", NEUTRAL, dash="dot"))
    traces.append(line(x, fitted["fitted"], "Model", FITTED))
    marker = {"color": NEUTRAL, "size": 5}
    traces.append(line(x, fitted["actual"], "Actual", NEUTRAL, width=1, mode="lines+markers", marker=marker))
    alt = f"{wording.kpi_label} by period: actual and modelled, with the {interval_words(level)}."
    shading = holdout_shapes(holdout_start, x[-1])
    return figure(traces, alt=alt, yaxis=_kpi_axis(wording), hovermode="x unified", **shading)


def residuals(fitted: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """Actual minus fitted by period, with the model's interval around zero; points outside it stand out."""
    if fitted.empty:
        return empty("There are no periods in this range.")
    x, middle = days(fitted["date"]), fitted["fitted"]
    residual = (fitted["actual"] - middle).to_numpy(float)
    low, high = fitted["fitted_lower"] - middle, fitted["fitted_upper"] - middle
    outside = (residual < low.to_numpy(float)) | (residual > high.to_numpy(float))
    marker = {"size": 6, "color": np.where(outside, OUTSIDE, NEUTRAL).tolist()}
    points = dots(x, residual, "Actual minus model", marker)
    alt = f"Residuals by period: {int(outside.sum())} of {len(x)} lie outside the {interval_words(level)}."
    return figure(
        [band(x, low, high, FITTED, interval_words(level)), points], alt=alt, yaxis=_kpi_axis(wording)
    )


def component_colours(components: list[str], wording: Wording) -> dict[str, str]:
    """A colour for each component: channels keep theirs, parts of the baseline share greys."""
    parts = [name for name in components if name not in wording.colours]
    greys = {name: GREYS[at % len(GREYS)] for at, name in enumerate(parts)}
    return {name: wording.colours.get(name) or greys[name] for name in components}


def contribution_over_time(
    decomposition: pd.DataFrame, wording: Wording, border: pd.DataFrame | None = None, level: float = 0.9
) -> go.Figure:
    """Stacked areas of what each part contributed; parts below zero stack downwards.

    `decomposition`: date, component, value (KPI units); first components lie at the bottom. `border`: date,
    lower, upper of the whole baseline: how uncertain the line between baseline and media is.
    """
    if decomposition.empty:
        return empty("There are no periods in this range.")
    components = list(dict.fromkeys(decomposition["component"]))
    colours = component_colours(components, wording)
    traces: list[Trace] = []
    for name in components:
        rows = decomposition[decomposition["component"] == name]
        traces += _areas(
            days(rows["date"]), rows["value"].to_numpy(float), wording.label(name), colours[name]
        )
    if border is not None and not border.empty:
        traces += _border(border, level)
    names = ", ".join(wording.label(name) for name in components)
    alt = f"{wording.kpi_label} by period, split into {names}."
    return figure(traces, alt=alt, height=360, yaxis=_kpi_axis(wording), hovermode="x unified")


def _areas(x: list[str], value: np.ndarray, label: str, colour: str) -> list[Trace]:
    base = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "line": {"width": 0.4, "color": colour},
        "name": label,
    }
    base |= {"legendgroup": label, "fillcolor": faded(colour, 0.85)}
    above = {**base, "y": np.clip(value, 0, None), "stackgroup": "above"}
    if not (value < 0).any():
        return [above]
    below = {**base, "y": np.clip(value, None, 0), "stackgroup": "below", "showlegend": False}
    return [above, below]


def _border(border: pd.DataFrame, level: float) -> list[Trace]:
    x, name = days(border["date"]), f"Baseline, {interval_words(level)}"
    style: dict[str, Any] = {"dash": "dot", "width": 1.3, "legendgroup": "border", "hoverinfo": "skip"}
    lower = line(x, border["lower"], name, INK, showlegend=False, **style)
    return [lower, line(x, border["upper"], name, INK, **style)]


def media_over_time(
    effect: pd.DataFrame, wording: Wording, level: float = 0.9, year_before: pd.DataFrame | None = None
) -> go.Figure:
    """The effect of media by period with its interval: date, channel, mean, lower, upper (KPI units).

    `year_before`: the same frame with its dates moved forward by a year; drawn dotted.
    """
    if effect.empty:
        return empty("There are no periods in this range.")
    traces: list[Trace] = []
    for name, rows in effect.groupby("channel", sort=False):
        x, colour, label = (
            days(rows["date"]),
            wording.colours.get(str(name), FITTED),
            wording.label(str(name)),
        )
        group: dict[str, Any] = {"legendgroup": label}
        traces.append(band(x, rows["lower"], rows["upper"], colour, label, showlegend=False, **group))
        traces.append(line(x, rows["mean"], label, colour, **group))
        if year_before is not None:
            old = year_before[year_before["channel"] == name]
            name_before = f"{label}, a year before"
            traces.append(
                line(days(old["date"]), old["mean"], name_before, colour, width=1.3, dash="dot", **group)
            )
    alt = f"{wording.kpi_label} caused by media in each period, with the {interval_words(level)}."
    return figure(traces, alt=alt, yaxis=_kpi_axis(wording, rangemode="tozero"), hovermode="x unified")


def spend_over_time(spend: pd.DataFrame, wording: Wording) -> go.Figure:
    """Stacked bars of spend: a frame of dates by channel, in the project's currency."""
    x = days(spend.index)
    traces: list[Trace] = []
    for name in spend.columns:
        marker = {"color": wording.colour(name), "line": {"width": 0}}
        y = spend[name].to_numpy(float)
        traces.append({"type": "bar", "x": x, "y": y, "name": wording.label(name), "marker": marker})
    axis = {"exponentformat": "B", "tickprefix": wording.symbol}
    alt = "Spend by period and channel."
    return figure(traces, alt=alt, barmode="stack", bargap=0.05, yaxis=axis, hovermode="x unified")
