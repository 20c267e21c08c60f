"""Charts by channel: return, share of spend against share of effect, the waterfall, geographies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.mmm.charts_base import (
    NEUTRAL,
    Trace,
    dots,
    empty,
    error_bars,
    faded,
    figure,
    interval_words,
    rows_of_bars,
)
from core.mmm.wording import Wording

ROW = 46  # height of one channel's row in a horizontal chart, pixels
TOTAL = "#5b6b7d"
MARGINAL = "#d0a215"
NO_SPEND = "No money was spent in this range, so there is no return to show."


def _height(rows: int) -> int:
    return max(300, 90 + ROW * rows)


def _colours(frame: pd.DataFrame, wording: Wording) -> list[str]:
    return [wording.colour(name) for name in frame["channel"]]


def _labels(frame: pd.DataFrame, wording: Wording) -> list[str]:
    return [wording.label(name) for name in frame["channel"]]


def _bars(frame: pd.DataFrame, column: str, colour: str = NEUTRAL, thickness: float = 1.6) -> dict[str, Any]:
    return error_bars(frame[column], frame[f"{column}_lower"], frame[f"{column}_upper"], colour, thickness)


def _break_even(wording: Wording) -> list[dict[str, Any]]:
    if not wording.returns_in_money:
        return []
    edge = {"type": "line", "xref": "x", "yref": "paper", "x0": 1, "x1": 1, "y0": 0, "y1": 1}
    return [{**edge, "line": {"color": NEUTRAL, "width": 1.2, "dash": "dash"}}]


def _kpi_axis(wording: Wording) -> dict[str, Any]:
    return {"tickformat": "~s", "tickprefix": wording.kpi_prefix, "title": {"text": wording.kpi_label}}


def roas(
    summary: pd.DataFrame, wording: Wording, level: float = 0.9, year_before: pd.DataFrame | None = None
) -> go.Figure:
    """Average and marginal return of each channel with intervals; hollow dots show the year before.

    `summary`: channel, roas, roas_lower, roas_upper, mroas, mroas_lower, mroas_upper. Channels without spend
    have no return and are left out. A dashed line marks break-even where returns are money.
    """
    frame = summary[np.isfinite(summary["roas"].astype(float))].sort_values("roas", ascending=False)
    if frame.empty:
        return empty(NO_SPEND)
    y, colours = _labels(frame, wording), _colours(frame, wording)
    filled = {"color": [faded(colour, 0.85) for colour in colours]}
    diamond = {"color": colours, "symbol": "diamond", "size": 11, "line": {"color": "#ffffff", "width": 1.2}}
    marginal = frame["mroas"].to_numpy(float)
    traces: list[Trace] = [
        rows_of_bars(y, frame["roas"], "Average", filled, width=0.5, error_x=_bars(frame, "roas")),
        dots(marginal, y, "Marginal (next 1 %)", diamond, error_x=_bars(frame, "mroas", MARGINAL, 1.2)),
    ]
    if year_before is not None and not year_before.empty:
        traces.append(_year_before(frame, year_before, wording))
    alt = f"{wording.return_name} and marginal return by channel, with the {interval_words(level)}."
    return figure(
        traces,
        alt=alt,
        height=_height(len(frame)),
        xaxis={"title": {"text": wording.return_name}, "rangemode": "tozero"},
        yaxis={"autorange": "reversed"},
        shapes=_break_even(wording),
    )


def _year_before(frame: pd.DataFrame, year_before: pd.DataFrame, wording: Wording) -> Trace:
    old = year_before.set_index("channel").reindex(frame["channel"])
    marker = {"symbol": "circle-open", "size": 10, "color": NEUTRAL, "line": {"width": 2}}
    bars = _bars(old, "roas", faded(NEUTRAL, 0.6), 1)
    return dots(old["roas"].to_numpy(float), _labels(frame, wording), "A year before", marker, error_x=bars)


def spend_and_effect(summary: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """Each channel's share of spend next to its share of the media effect, the latter with its interval.

    `summary`: channel, spend, contribution, contribution_lower, contribution_upper. The interval of a share
    is that of its contribution over the mean total effect.
    """
    frame = shares(summary).sort_values("effect_share", ascending=False)
    if frame.empty:
        return empty("No channel had spend or effect in this range.")
    y, colours = _labels(frame, wording), _colours(frame, wording)
    pale = {"color": [faded(c, 0.35) for c in colours], "line": {"color": colours, "width": 1}}
    bars = _bars(frame, "effect_share")
    traces: list[Trace] = [
        rows_of_bars(y, frame["effect_share"], "Share of effect", {"color": colours}, error_x=bars),
        rows_of_bars(y, frame["spend_share"], "Share of spend", pale),
    ]
    alt = f"Share of spend and share of effect by channel, with the {interval_words(level)} of the effect."
    return figure(
        traces,
        alt=alt,
        height=_height(len(frame)),
        barmode="group",
        bargap=0.3,
        xaxis={"tickformat": ".0%", "rangemode": "tozero"},
        yaxis={"autorange": "reversed"},
    )


def shares(summary: pd.DataFrame) -> pd.DataFrame:
    """channel, spend_share, effect_share with _lower and _upper: fractions of all spend and effect."""
    spend, effect = summary["spend"].fillna(0.0), summary["contribution"]
    total_spend, total_effect = float(spend.sum()), float(effect.sum())
    if total_effect == 0:
        return pd.DataFrame(columns=["channel", "spend_share", "effect_share"])
    return pd.DataFrame(
        {
            "channel": summary["channel"],
            "spend_share": spend / total_spend if total_spend else 0.0 * spend,
            "effect_share": effect / total_effect,
            "effect_share_lower": summary["contribution_lower"] / total_effect,
            "effect_share_upper": summary["contribution_upper"] / total_effect,
        }
    )


def waterfall(parts: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """From the baseline, channel by channel, to the total KPI.

    `parts`: component, value, lower, upper (KPI units) in drawing order. Each step starts where the one
    before ended; its own interval is drawn on its end.
    """
    if parts.empty:
        return empty("There are no periods in this range.")
    value = parts["value"].to_numpy(float)
    names = [wording.label(name) for name in parts["component"]]
    colours = [wording.colours.get(name, NEUTRAL) for name in parts["component"]]
    steps = _columns(names, value, colours, wording)
    steps["base"] = np.concatenate([[0.0], np.cumsum(value)[:-1]])
    steps["error_y"] = error_bars(value, parts["lower"], parts["upper"])
    total = _columns(["Total"], np.array([value.sum()]), [TOTAL], wording)
    alt = (
        f"Waterfall from the baseline over each channel to the total {wording.kpi_label}, "
        f"with the {interval_words(level)} of each step."
    )
    return figure([steps, total], alt=alt, height=360, yaxis=_kpi_axis(wording), bargap=0.25)


def _columns(names: list[str], value: np.ndarray, colours: list[str], wording: Wording) -> Trace:
    return {
        "type": "bar",
        "x": names,
        "y": value,
        "marker": {"color": colours},
        "showlegend": False,
        "text": [wording.kpi(amount) for amount in value],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "hovertemplate": "%{x}: %{text}<extra></extra>",
    }


def contribution(summary: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """What each channel caused, with its interval: channel, contribution, contribution_lower and _upper."""
    frame = summary.sort_values("contribution", ascending=False)
    if frame.empty:
        return empty("There is no channel in this model.")
    marker = {"color": _colours(frame, wording)}
    bars = rows_of_bars(_labels(frame, wording), frame["contribution"], "Caused", marker, width=0.55)
    bars |= {"showlegend": False, "error_x": _bars(frame, "contribution")}
    alt = f"{wording.kpi_label} caused by each channel, with the {interval_words(level)}."
    height, reverse = _height(len(frame)), {"autorange": "reversed"}
    return figure([bars], alt=alt, height=height, xaxis=_kpi_axis(wording), yaxis=reverse)


def geo_returns(geo_summary: pd.DataFrame, wording: Wording, level: float = 0.9) -> go.Figure:
    """Return by geography and channel with intervals: geo, channel, roas, roas_lower, roas_upper."""
    frame = geo_summary[np.isfinite(geo_summary["roas"].astype(float))]
    if frame.empty:
        return empty(NO_SPEND)
    traces: list[Trace] = []
    for name, rows in frame.groupby("channel", sort=False):
        colour, channel = wording.colour(str(name)), str(name)
        bars = _bars(rows, "roas", faded(colour, 0.7))
        where, value = rows["geo"].astype(str).tolist(), rows["roas"].to_numpy(float)
        marker = {"color": colour, "size": 9}
        traces.append(dots(where, value, wording.label(channel), marker, offsetgroup=channel, error_y=bars))
    alt = f"{wording.return_name} by geography and channel, with the {interval_words(level)}."
    axis = {"title": {"text": wording.return_name}, "rangemode": "tozero"}
    return figure(traces, alt=alt, height=340, scattermode="group", yaxis=axis)
