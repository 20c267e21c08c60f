"""The frame every chart of the mix model hangs in: size, margins, legend, alt text, bands and error bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

Trace = dict[str, Any]

HEIGHT = 300
MARGIN = 8
NEUTRAL = "#8b93a1"  # readable on white and on the dark background alike
INK = "#000037"  # a place holder that the screen's theme paints in its text colour, light or dark
FITTED = "#12998b"
ROW = 54  # height of one row in a horizontal chart, pixels
HOLDOUT = "rgba(139,147,161,0.16)"
LEGEND = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 1.02,
    "yanchor": "bottom",
    "title": {"text": ""},
}


def figure(traces: Sequence[Trace], *, alt: str, height: int = HEIGHT, **layout: Any) -> go.Figure:
    """A figure in the house's frame; `alt` is kept in `layout.meta` for the page to hand to screen readers.

    Traces and layout are plain dictionaries: one validation for the whole instead of one a property.
    """
    frame: dict[str, Any] = {
        "height": height,
        "margin": {"l": MARGIN, "r": MARGIN, "t": MARGIN, "b": MARGIN},
        "legend": LEGEND,
        "hovermode": "closest",
        "meta": {"alt": alt},
        "xaxis": {"automargin": True},
        "yaxis": {"automargin": True},
    }
    for name, value in layout.items():
        base = frame.get(name)
        frame[name] = {**base, **value} if isinstance(base, dict) and isinstance(value, dict) else value
    return go.Figure({"data": list(traces), "layout": frame})


def empty(message: str) -> go.Figure:
    """A figure that says why there is nothing to draw."""
    note = {"text": message, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    hidden = {"visible": False}
    return figure([], alt=message, annotations=[note], xaxis=hidden, yaxis=hidden)


def alt_text(chart: go.Figure) -> str:
    """The description of a chart for those who cannot see it."""
    return str(chart.layout.meta["alt"])


def faded(colour: str, alpha: float) -> str:
    """The colour `#rrggbb` with an opacity between 0 and 1."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def days(dates: pd.Series | pd.Index) -> list[str]:
    """Dates as ISO days, the form plotly reads without guessing."""
    return [day[:10] for day in pd.DatetimeIndex(dates).astype(str)]


def band(x: Sequence[Any], lower: Any, upper: Any, colour: str, name: str, **extra: Any) -> Trace:
    """An interval along `x` as one closed, softly filled shape."""
    edge = np.concatenate([np.asarray(upper, float), np.asarray(lower, float)[::-1]])
    around = [*x, *list(x)[::-1]]
    return {
        "type": "scatter",
        "x": around,
        "y": edge,
        "fill": "toself",
        "fillcolor": faded(colour, 0.2),
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "name": name,
        **extra,
    }


def error_bars(
    middle: Any, lower: Any, upper: Any, colour: str = INK, thickness: float = 1.4
) -> dict[str, Any]:
    """Asymmetric error bars from interval ends; never negative, so a mean outside its interval draws."""
    mean = np.asarray(middle, float)
    return {
        "type": "data",
        "symmetric": False,
        "array": np.clip(np.asarray(upper, float) - mean, 0, None),
        "arrayminus": np.clip(mean - np.asarray(lower, float), 0, None),
        "color": colour,
        "thickness": thickness,
        "width": 5,
    }


def line(x: Any, y: Any, name: str, colour: str, *, width: float = 1.8, **extra: Any) -> Trace:
    """A line in a colour; `dash` among the extras makes it dotted or dashed."""
    style: dict[str, Any] = {"color": colour, "width": width}
    if "dash" in extra:
        style["dash"] = extra.pop("dash")
    y = np.asarray(y, float)
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "line": style, **extra}


def dots(x: Any, y: Any, name: str, marker: dict[str, Any], **extra: Any) -> Trace:
    """Markers without a line."""
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "name": name, "marker": marker, **extra}


def rows_of_bars(labels: Any, value: Any, name: str, marker: dict[str, Any], **extra: Any) -> Trace:
    """Horizontal bars, one a label or row: channel names stay readable on a narrow screen."""
    x = np.asarray(value, float)
    return {"type": "bar", "orientation": "h", "y": labels, "x": x, "name": name, "marker": marker, **extra}


def interval_words(level: float) -> str:
    """How an interval is called in a legend."""
    return f"{level * 100:.0f} % interval"


def rows_height(rows: int) -> int:
    """The height of a chart with so many rows, pixels."""
    return max(300, 90 + ROW * rows)


def rows_axis(labels: list[str]) -> dict[str, Any]:
    """One row a label, the first on top; numbers below allow several lanes in a row."""
    places = list(range(len(labels)))
    span = [len(labels) - 0.45, -0.55]
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": labels,
        "range": span,
        "showgrid": False,
        "zeroline": False,
    }


def name_rows(traces: list[Trace], labels: list[str], digits: str = ".2f", prefix: str = "") -> None:
    """What a row shows on hover: its label, and the value of the mark."""
    for trace in traces:
        trace["customdata"] = labels
        trace["hovertemplate"] = f"%{{customdata}}: {prefix}%{{x:{digits}}}<extra>%{{fullData.name}}</extra>"
