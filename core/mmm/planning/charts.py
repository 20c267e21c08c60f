"""Charts of plans: money moved, curves with the move marked, forecast fans, plans side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import NEUTRAL, Trace, band, days, empty, error_bars, faded, figure, interval_words
from core.charts.formats import Wording
from core.mmm.planning.answers import BudgetAnswer, ChannelOutcome, ForecastPoint, WhatIfAnswer
from core.mmm.planning.compare import PlanComparison, PlanOutcome

PLAN = "#4c7ef3"
ROW_HEIGHT = 46
BESIDE_HEIGHT = 60
CURVE_HEIGHT = 220
TEXT_ROOM = 1.2
REACH = 1.15  # of the money marked on a curve


PLAN_ROW_HEIGHT = 20
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "star")
COLOURS = ("#8b93a1", "#4c7ef3", "#e07a1f", "#2ca58d", "#c2437c", "#7b61d1")


def plans_channels(comparison: PlanComparison, wording: Wording, level: float = 0.9) -> go.Figure:
    """KPI that each channel causes in each plan, with intervals; one symbol a plan."""
    channels, standings = comparison.channels, comparison.outcomes
    traces = [_plan_dots(standing, n, channels, wording) for n, standing in enumerate(standings)]
    alt = f"{wording.kpi_label} caused by each channel in each plan, with the {interval_words(level)}."
    height = 120 + len(channels) * (16 + PLAN_ROW_HEIGHT * len(standings))
    axis = {
        "tickformat": "~s", "tickprefix": wording.kpi_prefix, "rangemode": "tozero",
        "title": {"text": f"Caused {wording.kpi_label} in the window"},
    }  # fmt: skip
    return figure(
        traces, alt=alt, height=height, xaxis=axis, scattermode="group", yaxis={"autorange": "reversed"}
    )


def _plan_dots(standing: PlanOutcome, place: int, channels: tuple[str, ...], wording: Wording) -> Trace:
    known = {o.channel: o.kpi_after for o in standing.plan.answer.channels}
    names = [name for name in channels if name in known]
    kpi = [known[name] for name in names]
    colour = COLOURS[place % len(COLOURS)]
    texts = [f"{wording.kpi(k.mean)} ({wording.kpi(k.lower)} to {wording.kpi(k.upper)})" for k in kpi]
    mean = [k.mean for k in kpi]
    return {
        "type": "scatter", "mode": "markers", "y": [wording.label(name) for name in names], "x": mean,
        "name": standing.plan.name, "offsetgroup": str(place), "orientation": "h",
        "marker": {"color": colour, "symbol": SYMBOLS[place % len(SYMBOLS)], "size": 9},
        "error_x": error_bars(mean, [k.lower for k in kpi], [k.upper for k in kpi], colour),
        "text": texts, "hovertemplate": f"%{{y}}, {standing.plan.name}: %{{text}}<extra></extra>",
    }  # fmt: skip


def spend_before_after(
    answer: BudgetAnswer | WhatIfAnswer, wording: Wording, before: str = "Today's split", after: str = "Plan"
) -> go.Figure:
    """Money of each channel before and after, one pair of bars a channel."""
    rows = answer.frame
    if rows.empty:
        return empty("There is no paid channel to plan.")
    y = [wording.label(name) for name in rows["channel"]]
    colours = [wording.colour(name) for name in rows["channel"]]
    pale = [faded(colour, 0.3) for colour in colours]
    bars = []
    for name, column, fill in ((before, "before_value", pale), (after, "after_value", colours)):
        texts = [wording.money(value) for value in rows[column]]
        bars.append(
            {"type": "bar", "orientation": "h", "y": y, "x": rows[column].to_numpy(float), "name": name,
             "marker": {"color": fill, "line": {"color": colours, "width": 1}}, "text": texts,
             "textposition": "outside", "cliponaxis": False,
             "hovertemplate": f"%{{y}}, {name.lower()}: %{{text}}<extra></extra>"}
        )  # fmt: skip
    alt = f"Spend by channel, {before.lower()} against {after.lower()}."
    # Texts stand behind the bars, where they are readable on any colour; the axis leaves room for them.
    most = float(rows[["before_value", "after_value"]].to_numpy().max(initial=1.0))
    axis = {**_axis(wording.symbol), "range": [0, TEXT_ROOM * most]}
    return figure(bars, alt=alt, height=_height(len(y)), xaxis=axis, barmode="group", bargap=0.3,
                  yaxis={"autorange": "reversed"}, legend={"traceorder": "normal"})  # fmt: skip


def kpi_before_after(
    answer: BudgetAnswer | WhatIfAnswer,
    wording: Wording,
    level: float = 0.9,
    before: str = "Today's split",
    after: str = "Plan",
) -> go.Figure:
    """KPI that each channel causes before and after, with intervals."""
    rows = answer.frame
    if rows.empty:
        return empty("There is no paid channel to plan.")
    traces = [
        _dots(rows, column, name, symbol, wording)
        for name, column, symbol in ((before, "kpi_before", "circle-open"), (after, "kpi_after", "circle"))
    ]
    alt = (
        f"{wording.kpi_label} caused by each channel, {before.lower()} against {after.lower()}, "
        f"with the {interval_words(level)}."
    )
    axis = {**_axis(wording.kpi_prefix), "title": {"text": f"Caused {wording.kpi_label} in the window"}}
    return figure(traces, alt=alt, height=_height(len(rows)), xaxis=axis, scattermode="group",
                  yaxis={"autorange": "reversed"})  # fmt: skip


def _dots(rows: pd.DataFrame, column: str, name: str, symbol: str, wording: Wording) -> Trace:
    """Means with their intervals, one a channel."""
    colours = [wording.colour(channel) for channel in rows["channel"]]
    mean, low, high = (rows[f"{column}{end}"].to_numpy(float) for end in ("", "_lower", "_upper"))
    spans = [
        f"{wording.kpi(m)} ({wording.kpi(a)} to {wording.kpi(b)})"
        for m, a, b in zip(mean, low, high, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "y": [wording.label(channel) for channel in rows["channel"]],
        "x": mean,
        "name": name,
        "offsetgroup": column,
        # Without it a group of dots is set apart along the money axis, which would falsify their values.
        "orientation": "h",
        "marker": {"color": colours, "symbol": symbol, "size": 11, "line": {"color": colours, "width": 2}},
        "error_x": error_bars(mean, low, high, NEUTRAL if symbol == "circle-open" else PLAN),
        "text": spans,
        "hovertemplate": f"%{{y}}, {name.lower()}: %{{text}}<extra></extra>",
    }


def move_on_curve(
    curves: pd.DataFrame, outcome: ChannelOutcome, wording: Wording, level: float = 0.9
) -> go.Figure:
    """Response of one channel over the whole horizon, with an arrow from the money of today to the plan's.

    `curves`: channel, spend, mean, lower, upper (money and KPI over the horizon). Beyond the most that was
    ever spent the line is dashed; the axis ends a little beyond whatever is marked.
    """
    rows = curves.loc[curves["channel"] == outcome.channel]
    label = wording.label(outcome.channel)
    if rows.empty:
        return empty(f"There is no curve for {label}.")
    marked = max(outcome.before_value, outcome.after_value)
    reach = REACH * max(marked, min(outcome.seen_value, 3 * marked))
    shown = rows.loc[rows["spend"] <= max(reach, rows["spend"].iloc[min(2, len(rows) - 1)])]
    alt = (
        f"Response curve of {label} with today's spend {wording.money(outcome.before_value)} (ring) and the "
        f"plan's {wording.money(outcome.after_value)} (dot), with the {interval_words(level)}."
    )
    arrow = _arrow(rows, outcome, wording.colour(outcome.channel))
    axes = {"xaxis": _axis(wording.symbol), "yaxis": _axis(wording.kpi_prefix)}
    return figure(_curve(shown, outcome, wording), alt=alt, height=CURVE_HEIGHT, annotations=arrow, **axes)


def _curve(rows: pd.DataFrame, outcome: ChannelOutcome, wording: Wording) -> list[Trace]:
    x, y = rows["spend"].to_numpy(float), rows["mean"].to_numpy(float)
    colour, label = wording.colour(outcome.channel), wording.label(outcome.channel)
    group = {"showlegend": False}
    seen = x <= max(outcome.seen_value, x[min(1, len(x) - 1)])
    beyond = x >= x[seen].max()
    here = [outcome.before_value, outcome.after_value]
    line = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", **group}
    ends = {
        "type": "scatter", "mode": "markers", "x": here, "y": np.interp(here, x, y),
        "marker": {"color": colour, "size": 11, "symbol": ["circle-open", "circle"],
                   "line": {"color": colour, "width": 2}},
        "text": [f"Today {wording.money(here[0])}", f"Plan {wording.money(here[1])}"],
        "hovertemplate": f"{label}: %{{text}}<extra></extra>", **group,
    }  # fmt: skip
    return [
        band(x.tolist(), rows["lower"], rows["upper"], colour, label, **group),
        {**line, "x": x[seen], "y": y[seen], "line": {"color": colour, "width": 2.2}},
        {
            **line,
            "x": x[beyond],
            "y": y[beyond],
            "line": {"color": colour, "width": 2, "dash": "dash"},
        },
        ends,
    ]


def forecast_fan(
    actual: pd.Series,
    forecast: Sequence[ForecastPoint],
    wording: Wording,
    level: float = 0.9,
) -> go.Figure:
    """The KPI as it was, then its forecast as planned with the interval, as recent, and the baseline alone.

    `actual`: KPI by date (the last part of the data); `forecast`: one point per future period.
    """
    if not forecast:
        return empty("This model cannot forecast the baseline, so the whole KPI is not shown.")
    dates = [point.date for point in forecast]
    plan = [point.plan for point in forecast]
    texts = [f"{wording.kpi(p.mean)} ({wording.kpi(p.lower)} to {wording.kpi(p.upper)})" for p in plan]
    recent = [point.recent.mean for point in forecast]
    traces: list[Trace] = [
        _line("Actual", days(actual.index), actual.to_numpy(float), NEUTRAL, 2.0),
        band(dates, [p.lower for p in plan], [p.upper for p in plan], PLAN, interval_words(level)),
        _line("As recent", dates, recent, NEUTRAL, 2.0, "dash"),
        _line("This scenario", dates, [p.mean for p in plan], PLAN, 2.6)
        | {"text": texts, "hovertemplate": "%{x}: %{text}<extra>This scenario</extra>"},
        _line("Without paid media", dates, [point.baseline for point in forecast], NEUTRAL, 1.4, "dot"),
    ]
    alt = (
        f"{wording.kpi_label} as it was and its forecast to {dates[-1]} for this scenario, "
        f"with the {interval_words(level)}."
    )
    return figure(traces, alt=alt, height=340, yaxis=_axis(wording.kpi_prefix))


def _line(
    name: str,
    x: Sequence[str],
    y: Sequence[float] | np.ndarray,
    colour: str,
    width: float,
    dash: str = "solid",
) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": name,
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": f"%{{x}}: %{{y:.3~s}}<extra>{name}</extra>",
    }


def plans_kpi(comparison: PlanComparison, wording: Wording, level: float = 0.9) -> go.Figure:
    """Caused KPI of each plan, window and carry-over together, with intervals."""
    standings = comparison.outcomes
    names = [standing.plan.name for standing in standings]
    kpi = [standing.kpi for standing in standings]
    texts = [f"{wording.kpi(k.mean)} ({wording.kpi(k.lower)} to {wording.kpi(k.upper)})" for k in kpi]
    mean = np.array([k.mean for k in kpi])
    bars = {"type": "bar", "orientation": "h", "y": _unlike(names), "x": mean, "showlegend": False,
            "text": texts, "textposition": "none",
            "marker": {"color": faded(PLAN, 0.55), "line": {"color": PLAN, "width": 1}},
            "error_x": error_bars(mean, [k.lower for k in kpi], [k.upper for k in kpi]),
            "hovertemplate": "%{y}: %{text}<extra></extra>", "width": 0.55}  # fmt: skip
    alt = f"{wording.kpi_label} caused by each plan, with the {interval_words(level)}."
    axis = {**_axis(wording.kpi_prefix), "title": {"text": f"Caused {wording.kpi_label}"}}
    return figure([bars], alt=alt, height=110 + BESIDE_HEIGHT * len(names), xaxis=axis,
                  yaxis={"autorange": "reversed"})  # fmt: skip


def plans_spend(comparison: PlanComparison, wording: Wording) -> go.Figure:
    """Money of each plan, stacked by channel."""
    names = _unlike([standing.plan.name for standing in comparison.outcomes])
    bars = []
    for channel in comparison.channels:
        spend = [
            next((o.after_value for o in standing.plan.answer.channels if o.channel == channel), 0.0)
            for standing in comparison.outcomes
        ]
        label = wording.label(channel)
        bars.append(
            {"type": "bar", "orientation": "h", "y": names, "x": spend, "name": label, "width": 0.55,
             "marker": {"color": wording.colour(channel)}, "text": [wording.money(value) for value in spend],
             "textposition": "none", "hovertemplate": f"%{{y}}, {label}: %{{text}}<extra></extra>"}
        )  # fmt: skip
    alt = "Spend of each plan, stacked by channel."
    axis = {"tickformat": "~s", "tickprefix": wording.symbol, "title": {"text": "Spend"}}
    return figure(bars, alt=alt, height=110 + BESIDE_HEIGHT * len(names), xaxis=axis, barmode="stack",
                  yaxis={"autorange": "reversed"}, legend={"traceorder": "normal"})  # fmt: skip


def _height(channels: int) -> int:
    return max(220, 80 + ROW_HEIGHT * channels)


def _arrow(rows: pd.DataFrame, outcome: ChannelOutcome, colour: str) -> list[dict[str, object]]:
    """An arrow along the curve from today's money to the plan's; none for a move too small to see."""
    x, y = rows["spend"].to_numpy(float), rows["mean"].to_numpy(float)
    start, stop = outcome.before_value, outcome.after_value
    if abs(stop - start) <= 0.02 * max(start, stop):
        return []
    start_y, stop_y = np.interp([start, stop], x, y)
    places = {"x": stop, "y": stop_y, "ax": start, "ay": start_y, "axref": "x", "ayref": "y"}
    look = {"text": "", "showarrow": True, "arrowhead": 2, "arrowsize": 1.2, "arrowwidth": 1.8}
    return [{**places, **look, "arrowcolor": colour, "standoff": 7, "startstandoff": 7}]


def _axis(prefix: str) -> dict[str, object]:
    return {"tickformat": "~s", "tickprefix": prefix, "rangemode": "tozero"}


def _unlike(names: Sequence[str]) -> list[str]:
    """Names that differ: equal ones would share one bar."""
    seen: dict[str, int] = {}
    shown = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        shown.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return shown
