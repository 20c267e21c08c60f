"""Charts of a comparison: what models say of each channel, and what each forecast of the same slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import (
    INK,
    NEUTRAL,
    Trace,
    band,
    days,
    dots,
    empty,
    error_bars,
    figure,
    interval_words,
    line,
    name_rows,
    rows_axis,
    rows_height,
)
from core.charts.formats import Wording
from core.charts.palette import COLOURS

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")


def model_colours(labels: Sequence[str]) -> dict[str, str]:
    """One colour a model, the same in every chart of a comparison."""
    return {label: COLOURS[place % len(COLOURS)] for place, label in enumerate(labels)}


def channels_by_model(
    estimates: pd.DataFrame, order: Sequence[str], wording: Wording, figure_name: str, level: float = 0.9
) -> go.Figure:
    """What each model says of every channel: dots with intervals, one lane a model, channels in `order`.

    `estimates` as in `core.mmm.comparison.models`; `figure_name` is "roas" or "contribution".
    """
    known = estimates[estimates[figure_name].notna()]
    channels = [name for name in order if name in set(known["channel"])]
    if not channels:
        return empty("These models have no channel with such a figure.")
    labels = list(dict.fromkeys(estimates["model"]))
    colours = model_colours(labels)
    lanes = np.linspace(-0.3, 0.3, len(labels)) if len(labels) > 1 else [0.0]
    traces: list[Trace] = []
    for label, lane, symbol in zip(labels, lanes, SYMBOLS, strict=False):
        own = known[known["model"] == label].set_index("channel").reindex(channels)
        mean, low, high = (own[f"{figure_name}{side}"].to_numpy(float) for side in ("", "_lower", "_upper"))
        marker = {"color": colours[label], "symbol": symbol, "size": 10}
        bars = error_bars(mean, low, high, colours[label], 2.0)
        rows = np.arange(len(channels)) + lane
        traces.append(dots(mean, rows, label, marker, error_x=bars))
    words = [wording.label(name) for name in channels]
    money = figure_name == "contribution"
    title = f"{wording.kpi_label} contributed" if money else wording.return_name
    name_rows(traces, words, *((".3s", wording.kpi_prefix) if money else (".2f", "")))
    axis = {"title": {"text": title}, "rangemode": "tozero"}
    if money:
        axis |= {"tickformat": "~s", "tickprefix": wording.kpi_prefix}
    alt = f"{title} by channel in {len(labels)} models, with the {interval_words(level)}."
    height = max(rows_height(len(channels)), 90 + 16 * len(labels) * len(channels))
    return figure(traces, alt=alt, height=height, xaxis=axis, yaxis=rows_axis(words))


def past_forecasts(
    paths: Mapping[str, Sequence[pd.DataFrame]], labels: Sequence[str], wording: Wording
) -> go.Figure:
    """What happened, what each model had forecast slice by slice with 90 % intervals, and what repeating the
    past would have said.

    `paths`: {model: one frame a slice with date, actual, forecast, lower, upper, naive}; `labels` are all
    models of the comparison, so that each keeps its colour.
    """
    if not any(len(slices) for slices in paths.values()):
        return empty("No slice has been forecast yet.")
    colours = model_colours(labels)
    traces: list[Trace] = []
    for label, slices in paths.items():
        for place, path in enumerate(slices):
            group = {"legendgroup": label, "showlegend": place == 0}
            x = days(path["date"])
            shade = {"legendgroup": label, "showlegend": False}
            traces.append(band(x, path["lower"], path["upper"], colours[label], label, **shade))
            traces.append(line(x, path["forecast"], label, colours[label], width=2.2, **group))
    longest = max(paths.values(), key=len)
    for place, path in enumerate(longest):
        x, shown = days(path["date"]), {"showlegend": place == 0}
        traces.append(line(x, path["naive"], "Repeated", NEUTRAL, dash="dot", legendgroup="naive", **shown))
        marker = {"color": INK, "size": 6}
        traces.append(dots(x, path["actual"].to_numpy(float), "What happened", marker,
                           legendgroup="actual", **shown))  # fmt: skip
    axis = {"tickformat": "~s", "tickprefix": wording.kpi_prefix, "rangemode": "tozero"}
    alt = f"{wording.kpi_label} by {wording.period} in the slices, forecast before and as it happened."
    return figure(traces, alt=alt, height=340, yaxis=axis)


def share_by_fold(stability: pd.DataFrame, wording: Wording) -> go.Figure:
    """How far each channel's share of the KPI moved from slice to slice: mean, and the range of estimates.

    `stability` as in `core.mmm.validation.Summary`.
    """
    if stability.empty:
        return empty("No slice has been forecast yet.")
    ranked = stability.sort_values("share", ascending=False)
    words = [wording.label(name) for name in ranked["channel"]]
    colours = [wording.colour(name) for name in ranked["channel"]]
    bars = error_bars(ranked["share"], ranked["share_low"], ranked["share_high"], INK, 2.0)
    marker = {"color": colours, "size": 11}
    traces = [dots(ranked["share"].to_numpy(float), np.arange(len(words)), "Mean of the slices", marker,
                   error_x=bars, showlegend=False)]  # fmt: skip
    name_rows(traces, words, ".1%")
    axis = {"tickformat": ".0%", "rangemode": "tozero", "title": {"text": f"Share of {wording.kpi_label}"}}
    alt = "Share of each channel: the mean over the slices and the lowest and highest estimate."
    return figure(traces, alt=alt, height=rows_height(len(words)), xaxis=axis, yaxis=rows_axis(words))
