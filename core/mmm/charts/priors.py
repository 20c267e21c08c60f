"""What a set-up implies before any training: shares of media and baseline, saturation by channel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts.base import NEUTRAL, Trace, band, dots, empty, error_bars, faded, figure, line
from core.charts.formats import Wording, percent
from core.charts.palette import KPI_COLOUR

Floats = NDArray[np.float64]

BINS = 48
MOST_SHARE = 1.5  # shares beyond are counted into the last bar


def prior_shares(media: Floats, baseline: Floats, wording: Wording, level: float = 0.9) -> go.Figure:
    """How likely each share of the KPI is for all media together and for the baseline, before training.

    `media`, `baseline`: shares of the KPI (0..1, in principle any number) by prior draw.
    """
    if not media.size:
        return empty("There are no media in this set-up.")
    edges = np.linspace(min(0.0, _low(baseline)), MOST_SHARE if (media > 1).mean() > 0.01 else 1.0, BINS + 1)
    traces = [
        _bars(baseline, edges, "Baseline: all else", NEUTRAL, level),
        _bars(media, edges, "All media", KPI_COLOUR, level),
    ]
    spans = f"media {_range(media, level)}, baseline {_range(baseline, level)}"
    alt = f"Shares of {wording.kpi_label} believed before training: {spans}."
    hidden = {"visible": False}
    return figure(
        traces, alt=alt, height=240, barmode="overlay", bargap=0.04, xaxis=_share_axis(wording), yaxis=hidden
    )


def _share_axis(wording: Wording) -> dict[str, Any]:
    return {"tickformat": ".0%", "title": {"text": f"Share of {wording.kpi_label}"}}


def _low(shares: Floats) -> float:
    return float(max(-0.5, np.quantile(shares, 0.005)))


def _range(shares: Floats, level: float) -> str:
    low, high = np.quantile(shares, [(1 - level) / 2, (1 + level) / 2])
    return f"{percent(float(low))} to {percent(float(high))}"


def _bars(shares: Floats, edges: Floats, name: str, colour: str, level: float) -> Trace:
    counts, _ = np.histogram(np.clip(shares, edges[0], edges[-1]), edges)
    return {
        "type": "bar",
        "x": (edges[:-1] + edges[1:]) / 2,
        "y": counts / len(shares),
        "width": np.diff(edges),
        "name": f"{name}: {_range(shares, level)}",
        "marker": {"color": faded(colour, 0.55), "line": {"width": 0}},
        "hovertemplate": "%{x:.0%}: %{y:.1%} of the belief<extra></extra>",
    }


def carry_over_shapes(weights: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """How an effect is believed to spread over the periods: channel, lag, mean, lower, upper (0..1)."""
    if weights.empty:
        return empty("There are no media in this set-up.")
    alt = (
        f"Believed share of the effect by {wording.period} after the spend, with {percent(level)} intervals."
    )
    step = max(1, round(float(weights["lag"].max()) / 8))
    lags = {"title": {"text": f"{wording.period.capitalize()}s after the spend"}, "dtick": step}
    shares = {"title": {"text": "Of the whole effect"}, "tickformat": ".0%", "range": [0, 1.02]}
    return figure(_lines(weights, "lag", wording), alt=alt, height=280, xaxis=lags, yaxis=shares)


def saturation_shapes(curves: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """How a channel's effect is believed to flatten: channel, exposure, mean, lower, upper.

    `exposure` is a multiple of the channel's usual (median non-zero) exposure; effects are shares of the
    greatest one.
    """
    if curves.empty:
        return empty("No channel of this set-up saturates.")
    alt = f"Believed saturation of {curves['channel'].nunique()} channels with {percent(level)} intervals."
    times = {"title": {"text": "Exposure, times the usual"}, "ticksuffix": "×"}
    shares = {"title": {"text": "Of the greatest effect"}, "tickformat": ".0%", "range": [0, 1.02]}
    return figure(_lines(curves, "exposure", wording), alt=alt, height=280, xaxis=times, yaxis=shares)


def _lines(table: pd.DataFrame, along: str, wording: Wording) -> list[Trace]:
    traces: list[Trace] = []
    for name, rows in table.groupby("channel", sort=False):
        colour, label = wording.colour(str(name)), wording.label(str(name))
        x = rows[along].tolist()
        shade = band(x, rows["lower"], rows["upper"], colour, label, legendgroup=label, showlegend=False)
        traces += [shade, line(x, rows["mean"], label, colour, legendgroup=label, showlegend=True)]
    return traces


def channel_shares(shares: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """What each channel is believed to cause before training: channel, mean, lower, upper (0..1)."""
    if shares.empty:
        return empty("There are no media in this set-up.")
    labels = [wording.label(name) for name in shares["channel"]]
    colours = [wording.colour(name) for name in shares["channel"]]
    spans = error_bars(shares["mean"], shares["lower"], shares["upper"])
    trace = dots(shares["mean"], labels, "Share", {"color": colours, "size": 10}, error_x=spans)
    alt = f"Believed share of {wording.kpi_label} by channel, with {percent(level)} intervals."
    return figure(
        [trace | {"hovertemplate": "%{y}: %{x:.1%}<extra></extra>"}],
        alt=alt,
        height=240,
        showlegend=False,
        xaxis=_share_axis(wording) | {"rangemode": "tozero"},
        yaxis={"autorange": "reversed"},
    )
