"""Plans side by side as charts beyond their totals: what each channel brings in each of them."""

from __future__ import annotations

import plotly.graph_objects as go

from core.charts.base import Trace, error_bars, figure, interval_words
from core.charts.wording import Wording
from core.mmm.planning.compare import PlanComparison, PlanOutcome

ROW_HEIGHT = 20
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "star")
COLOURS = ("#8b93a1", "#4c7ef3", "#e07a1f", "#2ca58d", "#c2437c", "#7b61d1")


def plans_channels(comparison: PlanComparison, wording: Wording, level: float = 0.9) -> go.Figure:
    """KPI that each channel causes in each plan, with intervals; one symbol a plan."""
    channels, standings = comparison.channels, comparison.standings
    traces = [_dots(standing, n, channels, wording) for n, standing in enumerate(standings)]
    alt = f"{wording.kpi_label} caused by each channel in each plan, with the {interval_words(level)}."
    height = 120 + len(channels) * (16 + ROW_HEIGHT * len(standings))
    axis = {
        "tickformat": "~s", "tickprefix": wording.kpi_prefix, "rangemode": "tozero",
        "title": {"text": f"Caused {wording.kpi_label} in the window"},
    }  # fmt: skip
    return figure(
        traces, alt=alt, height=height, xaxis=axis, scattermode="group", yaxis={"autorange": "reversed"}
    )


def _dots(standing: PlanOutcome, place: int, channels: tuple[str, ...], wording: Wording) -> Trace:
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
