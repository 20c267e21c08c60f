"""A month on its way to the target, and departments side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import NEUTRAL, Trace, empty, error_bars, faded, figure, rows_axis
from core.charts.formats import Wording
from core.charts.palette import COLOURS
from core.promo.charts import safe
from core.promo.days import Floats
from core.promo.opportunities.values import Gap, month_words

SOLD, AHEAD, PLANNED = COLOURS[4], COLOURS[0], COLOURS[2]
LOSS, GAIN = COLOURS[9], COLOURS[0]
TEXT_ROOM = 1.25
STRONG = 0.6  # of the colour's full strength: from there on only white is readable
MOST_TOLD = 14
HALF = 0.5  # a percent


@dataclass(frozen=True)
class _Step:
    name: str
    start: float
    size: float
    colour: str


def gap_waterfall(gap: Gap, wording: Wording) -> go.Figure:
    """How the month's sales come about: sold, still expected, planned; all of it with its 90 % interval, and
    the target beside it with what is missing."""
    steps, found = list(_steps(gap)), gap.sales_value
    labels = [step.name for step in steps]
    ends = [max(step.start, step.start + step.size) for step in steps]
    whole = labels.index("Expected")
    ends[whole] = found.upper
    reach = {
        "type": "scatter", "mode": "markers", "x": [found.expected], "y": [whole], "showlegend": False,
        "marker": {"color": NEUTRAL, "size": 1}, "hoverinfo": "skip",
        "error_x": error_bars([found.expected], [found.lower], [found.upper], NEUTRAL, 2.0),
    }  # fmt: skip
    # Texts stand behind the bars, where they are readable on any colour; the axis leaves room for them.
    span = [0, TEXT_ROOM * max(ends)]
    axis = {"title": {"text": f"Sales, {wording.currency}"}, "tickformat": "~s", "range": span}
    return figure(
        [_bars(steps, wording), reach, _texts(steps, ends, wording)], alt=_gap_words(gap, wording),
        height=max(240, 60 + 42 * len(steps)), xaxis=axis, yaxis=rows_axis(labels),
    )  # fmt: skip


def _steps(gap: Gap) -> Iterator[_Step]:
    """Rows from the top: parts first, then what they come to, the target and the difference."""
    found = gap.sales_value
    if gap.covered_until is not None:
        yield _Step("Sold so far" if gap.first_on else "Sold", 0.0, found.actual, SOLD)
    if gap.first_on is not None:
        yield _Step("Still to come", found.actual, found.forecast, AHEAD)
    if found.planned:
        yield _Step("Planned promotions", found.actual + found.forecast, found.planned, PLANNED)
    yield _Step("Expected", 0.0, found.expected, NEUTRAL)
    if found.target is not None and found.gap is not None:
        yield _Step("Target", 0.0, found.target, NEUTRAL)
        name = "Missing" if found.gap < 0 else "Beyond target"
        yield _Step(name, found.target, found.gap, LOSS if found.gap < 0 else GAIN)


def _bars(steps: list[_Step], wording: Wording) -> Trace:
    colours = [step.colour for step in steps]
    said = [f"{step.name}: {wording.money(abs(step.size))}" for step in steps]
    return {
        "type": "bar", "orientation": "h", "y": list(range(len(steps))), "x": [step.size for step in steps],
        "base": [step.start for step in steps], "width": 0.6, "showlegend": False,
        "marker": {"color": [faded(one, 0.6) for one in colours], "line": {"color": colours, "width": 1}},
        "customdata": said, "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


def _texts(steps: list[_Step], ends: list[float], wording: Wording) -> Trace:
    return {
        "type": "scatter", "mode": "text", "x": ends, "y": list(range(len(steps))), "hoverinfo": "skip",
        "text": [f" {wording.money(abs(step.size))}" for step in steps], "textposition": "middle right",
        "showlegend": False, "cliponaxis": False,
    }  # fmt: skip


def _gap_words(gap: Gap, wording: Wording) -> str:
    found = gap.sales_value
    span = f"90 % interval {wording.money(found.lower)} to {wording.money(found.upper)}"
    words = f"Sales of {month_words(gap.month)}: {wording.money(found.expected)} expected, {span}"
    if found.target is None or found.gap is None:
        return f"{words}; no target is set."
    side = "missing" if found.gap < 0 else "beyond"
    return f"{words}; target {wording.money(found.target)}, {wording.money(abs(found.gap))} {side}."


def signed(value: float) -> str:
    """Percent with its sign; none for what rounds to nothing."""
    return f"{value:+.0f} %" if abs(value) >= HALF else "0 %"


@dataclass(frozen=True)
class _Column:
    """One column of the heat map: what good means (`better` 1 for more, -1 for less), around `middle`; less
    than `least` away from it is pale however small all others are."""

    title: str
    say: Callable[[float], str]
    least: float
    better: int = 1
    middle: float = 0.0


COLUMNS = {
    "gap_pct": _Column("Against<br>target", signed, 10.0),
    "season_share": _Column("Season", lambda value: signed(100 * (value - 1)), 0.15, middle=1.0),
    "response_pct": _Column("Uplift at<br>10 % off", signed, 10.0),
    "headroom_pct": _Column("Unused<br>discount", lambda value: f"{value:.0f} pts", 10.0),
    "taken_pct": _Column("Takes from<br>others", lambda value: f"{value:.1f} %", 5.0, better=-1),
}


def department_map(frame: pd.DataFrame) -> go.Figure:
    """Departments (rows of `heat_map`) by what speaks for a promotion; each column has a scale of its own,
    green is good news, red bad: so is a target that is missed, although it asks for a promotion."""
    kept = [name for name in COLUMNS if name in frame and frame[name].notna().any()]
    if frame.empty or not kept:
        return empty("There are no sales to look at.")
    strength = np.stack([_strength(frame[name].to_numpy(float), COLUMNS[name]) for name in kept], axis=1)
    rows = [safe(str(name)) for name in frame["department"]]
    titles = [COLUMNS[name].title for name in kept]
    heat = {
        "type": "heatmap", "x": titles, "y": rows, "z": strength, "zmin": -1, "zmax": 1, "showscale": False,
        "colorscale": [[0.0, LOSS], [0.5, "rgba(139,147,161,0.06)"], [1.0, GAIN]], "xgap": 2, "ygap": 2,
        "customdata": [[_said(row, name) for name in kept] for _, row in frame.iterrows()],
        "hovertemplate": "%{y}, %{x}: %{customdata}<extra></extra>",
    }  # fmt: skip
    notes = [
        _note(titles[at], rows[k], _said(row, name), float(strength[k, at]))
        for k, (_, row) in enumerate(frame.iterrows())
        for at, name in enumerate(kept)
    ]
    down = {"autorange": "reversed", "showgrid": False}
    axis = {"side": "top", "showgrid": False, "tickangle": 0}
    height = max(240, 80 + 40 * len(rows))
    return figure([heat], alt=_map_words(frame), height=height, xaxis=axis, yaxis=down, annotations=notes)


def _strength(values: Floats, column: _Column) -> Floats:
    """(row,) from -1 to 1, the strongest of the column at the end."""
    apart = (values - column.middle) * column.better
    most = max(float(np.nanmax(np.abs(apart), initial=0.0)), column.least)
    return np.asarray(apart / most)


def _said(row: pd.Series, name: str) -> str:
    return COLUMNS[name].say(float(row[name])) if pd.notna(row[name]) else "–"


def _note(x: str, y: str, text: str, strength: float) -> dict[str, Any]:
    # The theme's own ink, light or dark, is unreadable on the strongest fields.
    font = {"size": 12} | ({"color": "#ffffff"} if abs(strength) > STRONG else {})
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": font}


def _map_words(frame: pd.DataFrame) -> str:
    rows = []
    for _, row in frame.head(MOST_TOLD).iterrows():
        parts = (
            f"{column.title.replace('<br>', ' ').lower()} {_said(row, name)}"
            for name, column in COLUMNS.items()
        )
        rows.append(f"{row['department']}: {', '.join(parts)}")
    return f"Departments and what speaks for a promotion. {'; '.join(rows)}."
