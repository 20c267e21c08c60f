"""Charts by channel: return, share of spend against share of effect, the waterfall, geographies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import (
    INK,
    NEUTRAL,
    Trace,
    dots,
    empty,
    error_bars,
    faded,
    figure,
    interval_words,
    name_rows,
    rows_axis,
    rows_height,
    rows_of_bars,
)
from core.charts.formats import Wording

TOTAL = "#5b6b7d"
AVERAGE, NEXT, BEFORE = -0.2, 0.12, 0.36  # lanes inside a channel's row
NO_SPEND = "No money was spent in this range, so there is no return to show."


def _colours(frame: pd.DataFrame, wording: Wording) -> list[str]:
    return [wording.colour(name) for name in frame["channel"]]


def _labels(frame: pd.DataFrame, wording: Wording) -> list[str]:
    return [wording.label(name) for name in frame["channel"]]


def _bars(frame: pd.DataFrame, column: str, colour: str = INK, thickness: float = 1.4) -> dict[str, Any]:
    return error_bars(frame[column], frame[f"{column}_lower"], frame[f"{column}_upper"], colour, thickness)


def _break_even(wording: Wording) -> list[dict[str, Any]]:
    if not wording.returns_in_money:
        return []
    edge = {"type": "line", "xref": "x", "yref": "paper", "x0": 1, "x1": 1, "y0": 0, "y1": 1}
    return [{**edge, "line": {"color": NEUTRAL, "width": 1.2, "dash": "dash"}}]


def _kpi_axis(wording: Wording) -> dict[str, Any]:
    return {"exponentformat": "B", "tickprefix": wording.kpi_prefix, "title": {"text": wording.kpi_label}}


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
    traces = _returns(frame, wording)
    if year_before is not None and not year_before.empty:
        traces.append(_year_before(frame, year_before, np.arange(len(frame), dtype=float)))
    name_rows(traces, _labels(frame, wording))
    alt = f"{wording.return_name} and marginal return by channel, with the {interval_words(level)}."
    return figure(
        traces,
        alt=alt,
        height=rows_height(len(frame)),
        xaxis={"title": {"text": wording.return_name}, "rangemode": "tozero"},
        yaxis=rows_axis(_labels(frame, wording)),
        shapes=_break_even(wording),
    )


def _returns(frame: pd.DataFrame, wording: Wording) -> list[Trace]:
    """A bar for the average return of each row, a diamond in the lane below for the marginal one."""
    colours, rows = _colours(frame, wording), np.arange(len(frame), dtype=float)
    filled = {"color": [faded(colour, 0.85) for colour in colours]}
    diamond = {"color": colours, "symbol": "diamond", "size": 11, "line": {"color": "#ffffff", "width": 1}}
    average = rows_of_bars(rows + AVERAGE, frame["roas"], "Average", filled, width=0.36)
    marginal = dots(frame["mroas"].to_numpy(float), rows + NEXT, "Marginal (next 1 %)", diamond)
    return [average | {"error_x": _bars(frame, "roas")}, marginal | {"error_x": _bars(frame, "mroas")}]


def _year_before(
    frame: pd.DataFrame, year_before: pd.DataFrame, rows: np.ndarray, column: str = "roas"
) -> Trace:
    old = year_before.set_index("channel").reindex(frame["channel"])
    marker = {"symbol": "circle-open", "size": 9, "color": NEUTRAL, "line": {"width": 2}}
    bars = _bars(old, column, faded(NEUTRAL, 0.6), 1.2)
    return dots(old[column].to_numpy(float), rows + BEFORE, "A year before", marker, error_x=bars)


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
        height=rows_height(len(frame)),
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
    """From the baseline, channel by channel, down to the total KPI.

    `parts`: component, value, lower, upper (KPI units) in drawing order. Each step starts where the one
    before ended; its own interval is drawn on its end. Where the steps would be slivers beside the baseline
    the axis begins inside it, and the axis says so.
    """
    if parts.empty:
        return empty("There are no periods in this range.")
    value = parts["value"].to_numpy(float)
    labels = [wording.label(name) for name in [*parts["component"], "Total"]]
    colours = [*(wording.colours.get(name, NEUTRAL) for name in parts["component"]), TOTAL]
    ends = np.cumsum(value)
    steps = rows_of_bars(list(range(len(labels))), [*value, ends[-1]], "", {"color": colours}, width=0.62)
    steps["base"] = np.concatenate([[0.0], ends[:-1], [0.0]])
    low, high = [*parts["lower"], ends[-1]], [*parts["upper"], ends[-1]]
    steps |= {"error_x": error_bars([*value, ends[-1]], low, high), "showlegend": False}
    amounts = [wording.kpi(amount) for amount in [*value, ends[-1]]]
    steps |= {"customdata": labels, "text": amounts, "textposition": "none"}
    steps["hovertemplate"] = "%{customdata}: %{text}<extra></extra>"
    start = waterfall_start(parts)
    axis = _kpi_axis(wording) | {"range": [start, _furthest(parts, start)]}
    if start > 0:
        axis["title"] = {"text": f"{wording.kpi_label}; the axis begins at {wording.kpi(start)}"}
    alt = (
        f"Waterfall from the baseline over each channel to the total {wording.kpi_label}, "
        f"with the {interval_words(level)} of each step."
    )
    rows = rows_axis([f"{label}  {amount}" for label, amount in zip(labels, amounts, strict=True)])
    return figure([steps], alt=alt, height=rows_height(len(labels) - 1), xaxis=axis, yaxis=rows)


def waterfall_start(parts: pd.DataFrame, shown: float = 0.7) -> float:
    """Where the axis begins: at 0, or inside a baseline that would leave the steps under 1 - `shown`."""
    value = parts["value"].to_numpy(float)
    first, steps = float(value[0]), float(np.abs(value[1:]).sum())
    if first <= 0 or steps == 0 or steps > (1 - shown) * (first + steps):
        return 0.0
    raw = float(parts["lower"].iloc[0]) - 0.8 * steps
    digit = 10 ** np.floor(np.log10(max(steps, 1e-12)))
    return max(0.0, float(np.floor(raw / digit) * digit))


def _furthest(parts: pd.DataFrame, start: float) -> float:
    value = parts["value"].to_numpy(float)
    ends = np.cumsum(value) + (parts["upper"].to_numpy(float) - value)
    most = max(float(ends.max()), float(value.sum()))
    return most + 0.04 * (most - start)


def contribution(
    summary: pd.DataFrame, wording: Wording, level: float = 0.9, year_before: pd.DataFrame | None = None
) -> go.Figure:
    """What each channel caused, with its interval: channel, contribution, contribution_lower and _upper.

    Hollow dots show the year before, with its interval.
    """
    frame = summary.sort_values("contribution", ascending=False)
    if frame.empty:
        return empty("There is no channel in this model.")
    rows, labels = np.arange(len(frame), dtype=float), _labels(frame, wording)
    marker = {"color": _colours(frame, wording)}
    bars = rows_of_bars(rows - 0.06, frame["contribution"], wording.kpi_label, marker, width=0.5)
    traces = [bars | {"error_x": _bars(frame, "contribution")}]
    if year_before is not None and not year_before.empty:
        traces.append(_year_before(frame, year_before, rows, "contribution"))
    name_rows(traces, labels, ".3s", wording.kpi_prefix)
    alt = f"{wording.kpi_label} caused by each channel, with the {interval_words(level)}."
    height, axis = rows_height(len(frame)), _kpi_axis(wording) | {"rangemode": "tozero"}
    shown = len(traces) > 1
    return figure(traces, alt=alt, height=height, xaxis=axis, yaxis=rows_axis(labels), showlegend=shown)


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
