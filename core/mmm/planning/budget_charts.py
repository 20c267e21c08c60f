"""Charts of a budget's answer over time, by geo, and against risk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.base import INK, NEUTRAL, Trace, days, empty, figure
from core.charts.formats import Wording, percent, probability
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.budget_answer import FrontierPoint
from core.mmm.planning.plan_text import split_label
from core.mmm.results.evidence import Floats

SCHEDULE_HEIGHT = 320
CELL_HEIGHT = 34
NEAR = 4.0  # times the width of the frontier
PLAN = "#4c7ef3"
SHADES = [[0.0, "rgba(76,126,243,0.06)"], [1.0, "rgba(76,126,243,0.95)"]]
LESS, MORE = "rgba(194,87,26,0.6)", "rgba(47,111,219,0.6)"  # told apart by any kind of colour vision


def schedule_bars(answer: BudgetAnswer, wording: Wording) -> go.Figure:
    """Money of every period, stacked by channel."""
    rows = _schedule(answer)
    if rows.empty:
        return empty("This plan was saved without its schedule.")
    bars = [
        {"type": "bar", "x": days(rows.index), "y": rows[name].to_numpy(float), "name": wording.label(name),
         "marker": {"color": wording.colour(name)},
         "text": [wording.money(value) for value in rows[name]], "textposition": "none",
         "hovertemplate": f"%{{x}}, {wording.label(name)}: %{{text}}<extra></extra>"}
        for name in rows.columns
    ]  # fmt: skip
    alt = f"Spend of every {wording.period} of the plan, stacked by channel."
    axis = {"tickformat": "~s", "tickprefix": wording.symbol, "rangemode": "tozero"}
    return figure(bars, alt=alt, height=SCHEDULE_HEIGHT, barmode="stack", bargap=0.15, yaxis=axis,
                  legend={"traceorder": "normal"})  # fmt: skip


def schedule_heat(answer: BudgetAnswer, wording: Wording) -> go.Figure:
    """Money of every period (columns) and channel (rows): the darker, the more of the channel's own peak."""
    rows = _schedule(answer)
    if rows.empty:
        return empty("This plan was saved without its schedule.")
    money = rows.to_numpy(float).T
    peak = money.max(axis=1, keepdims=True)
    texts = [[wording.money(value) for value in own] for own in money]
    heat = {
        "type": "heatmap",
        "x": days(rows.index),
        "y": [wording.label(name) for name in rows.columns],
        "z": money / np.where(peak > 0, peak, 1.0),
        "zmin": 0,
        "zmax": 1,
        "colorscale": SHADES,
        "showscale": False,
        "text": texts,
        "hovertemplate": "%{y}, %{x}: %{text}<extra></extra>",
        "xgap": 2,
        "ygap": 2,
    }
    alt = f"Spend of every {wording.period} by channel; darker is nearer to the channel's own peak."
    return figure([heat], alt=alt, height=_rows_height(len(money)), yaxis={"autorange": "reversed"})


def geo_moves(answer: BudgetAnswer, wording: Wording) -> go.Figure:
    """How much money each geo (rows) and channel (columns) gains or loses against before."""
    if not answer.geos:
        return empty("Geos keep their shares in this plan.")
    cells = pd.DataFrame([vars(cell) for cell in answer.geos])
    cells["change"] = cells["after_value"] - cells["before_value"]
    order = list(dict.fromkeys(cells["geo"])), list(dict.fromkeys(cells["channel"]))
    change, after, before = (
        cells.pivot(index="geo", columns="channel", values=name).loc[order[0], order[1]].to_numpy(float)
        for name in ("change", "after_value", "before_value")
    )
    reach = max(float(np.abs(change).max()), 1.0)
    texts = [
        [f"{wording.money(b)} → {wording.money(a)}" for a, b in zip(own, old, strict=True)]
        for own, old in zip(after, before, strict=True)
    ]
    heat = {
        "type": "heatmap",
        "x": [wording.label(name) for name in order[1]],
        "y": order[0],
        "z": change,
        "zmin": -reach,
        "zmax": reach,
        "colorscale": [[0.0, LESS], [0.5, "rgba(139,147,161,0.12)"], [1.0, MORE]],
        "showscale": False,
        "customdata": texts,
        "text": [[_change(value, wording) for value in own] for own in change],
        "texttemplate": "%{text}",
        "textfont": {"color": INK},
        "hovertemplate": "%{y}, %{x}: %{customdata}<extra></extra>",
        "xgap": 2,
        "ygap": 2,
    }
    alt = "Change of spend by geo and channel against before."
    xaxis = {"side": "top"}
    return figure([heat], alt=alt, height=_rows_height(len(order[0])), xaxis=xaxis,
                  yaxis={"autorange": "reversed"})  # fmt: skip


def frontier_chart(
    points: Sequence[FrontierPoint], picked: int, answer: BudgetAnswer, wording: Wording, share: float
) -> go.Figure:
    """Expected KPI against the cautious one: the frontier, the picked point on it, this plan and before.

    `share` (0..1) is the chance to miss the cautious KPI.
    """
    missed = percent(share)
    texts = [_point_words(point, wording, missed) for point in points]
    sizes = [15 if place == picked else 10 for place in range(len(points))]
    symbols = ["circle" if place == picked else "circle-open" for place in range(len(points))]
    frontier: Trace = {
        "type": "scatter", "mode": "lines+markers", "name": "Frontier",
        "x": [point.low_kpi for point in points], "y": [point.kpi for point in points],
        "line": {"color": PLAN, "width": 1.6},
        "marker": {"color": PLAN, "size": sizes, "symbol": symbols, "line": {"color": PLAN, "width": 2}},
        "text": texts, "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
    before = split_label(answer.reference).capitalize()
    marks = [("This plan", answer.draws.total, INK, "diamond"),
             (before, np.asarray(answer.before_draws), NEUTRAL, "diamond-open")]  # fmt: skip
    alt = (
        f"Efficient frontier: expected {wording.kpi_label} against the one that is missed in {missed} of "
        f"cases, {len(points)} plans; this plan is marked."
    )
    axis = {"tickformat": "~s", "tickprefix": wording.kpi_prefix, "nticks": 6}
    named = {"text": f"{wording.kpi_label} missed in {missed} of cases"}
    # The plan is on the frontier or beside it; what it is compared with may be far away.
    shown = [marks[0], *(mark for mark in marks[1:] if mark[1].size and _near(mark[1], points, share))]
    traces = [frontier, *(_mark(name, draws, share, *look) for name, draws, *look in shown)]
    return figure(traces, alt=alt, height=SCHEDULE_HEIGHT, xaxis={**axis, "title": named},
                  yaxis={**axis, "title": {"text": f"Expected {wording.kpi_label}"}})  # fmt: skip


def _point_words(point: FrontierPoint, wording: Wording, missed: str) -> str:
    return (
        f"expected {wording.kpi(point.kpi)}, missed in {missed} of cases: {wording.kpi(point.low_kpi)}, "
        f"better than before: {probability(point.probability_better)}"
    )


def _near(draws: Floats, points: Sequence[FrontierPoint], share: float) -> bool:
    """Whether a plan lies near enough to the frontier to be drawn without squeezing it to a dot."""
    low = [point.low_kpi for point in points]
    gap = max(min(low) - float(np.quantile(draws, share)), 0.0)
    return gap <= NEAR * (max(low) - min(low))


def _mark(name: str, draws: Floats, share: float, colour: str, symbol: str) -> Trace:
    """One plan by the draws of its KPI."""
    marker = {"color": colour, "size": 12, "symbol": symbol, "line": {"color": colour, "width": 2}}
    return {"type": "scatter", "mode": "markers", "name": name, "x": [float(np.quantile(draws, share))],
            "y": [float(draws.mean())], "marker": marker,
            "hovertemplate": f"{name}<extra></extra>"}  # fmt: skip


def _schedule(answer: BudgetAnswer) -> pd.DataFrame:
    """Money by date and channel, channels in the order of the answer."""
    if not answer.schedule:
        return pd.DataFrame()
    rows = pd.DataFrame(list(answer.schedule)).set_index("date")
    return rows[[outcome.channel for outcome in answer.channels]]


def _rows_height(rows: int) -> int:
    return max(180, 70 + CELL_HEIGHT * rows)


def _change(value: float, wording: Wording) -> str:
    if abs(value) < 1:
        return "="
    return f"{'+' if value > 0 else ''}{wording.money(value)}"
