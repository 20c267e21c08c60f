"""Small vector charts of a plan for its one-pager."""

from __future__ import annotations

import pandas as pd

from core.charts.base import NEUTRAL
from core.charts.formats import short
from core.mmm.documents.pdf_charts import INK, QUIET, Place, Plot, clipped, horizontal_grid, vertical_grid
from core.mmm.planning.answers import ChannelOutcome, WhatIfAnswer
from core.mmm.planning.report import PlanReport

MOST_ROWS = 12
GUTTER = 66.0


def shown_channels(report: PlanReport) -> list[ChannelOutcome]:
    """The channels with the most money in the plan or before it, as many as fit."""
    ranked = sorted(report.answer.channels, key=lambda o: -max(o.after_value, o.before_value))
    return ranked[:MOST_ROWS]


def money_plot(place: Place, report: PlanReport) -> None:
    """Spend of each channel: pale before, full after."""
    rows, words = shown_channels(report), report.wording
    most = max((max(o.before_value, o.after_value) for o in rows), default=1.0) or 1.0
    plot = _rows_plot(place, (0.0, most * 1.18), len(rows))
    vertical_grid(plot, lambda value: f"{words.symbol}{short(value)}")
    for at, outcome in enumerate(rows):
        ink = words.colour(outcome.channel)
        plot.box((0, outcome.before_value), (at + 0.14, at + 0.46), ink, 0.35)
        plot.box((0, outcome.after_value), (at + 0.5, at + 0.86), ink)
        for value, low in ((outcome.before_value, at + 0.3), (outcome.after_value, at + 0.68)):
            plot.text(plot.x(value) + 3, plot.y(low) - 2, words.money(value), size=5.8)
        _name(plot, place, at, words.label(outcome.channel))


def kpi_plot(place: Place, report: PlanReport) -> None:
    """KPI that each channel causes: a grey dot before, a coloured one after, with their intervals."""
    rows, words = shown_channels(report), report.wording
    ends = [e for o in rows for e in (o.kpi_before.upper, o.kpi_after.upper)]
    low = min([0.0, *(e for o in rows for e in (o.kpi_before.lower, o.kpi_after.lower))])
    plot = _rows_plot(place, (low, max([*ends, 1e-9]) * 1.03), len(rows))
    vertical_grid(plot, lambda value: f"{words.kpi_prefix}{short(value)}")
    for at, outcome in enumerate(rows):
        pairs = ((outcome.kpi_before, at + 0.32, NEUTRAL), (outcome.kpi_after, at + 0.68, None))
        for estimate, place_of, ink in pairs:
            colour = ink or words.colour(outcome.channel)
            plot.line([(estimate.lower, place_of), (estimate.upper, place_of)], colour, 1.0)
            plot.dot(estimate.mean, place_of, colour, 2.4)
        _name(plot, place, at, words.label(outcome.channel))


def schedule_plot(place: Place, report: PlanReport) -> None:
    """Money of each period, channels stacked."""
    canvas, font, left, bottom, width, height = place
    frame = report.schedule.frame.groupby(level="date").sum()
    most = float(frame.sum(axis=1).max()) or 1.0
    inner = (left + 32, bottom + 12, width - 38, height - 14)
    plot = Plot(canvas, font, *inner, (0.0, float(len(frame))), (0.0, most * 1.04))
    horizontal_grid(plot, report.wording.symbol)
    for at, (_, row) in enumerate(frame.iterrows()):
        base = 0.0
        for name, value in row.items():
            plot.box((at + 0.12, at + 0.88), (base, base + value), report.wording.colour(str(name)))
            base += float(value)
    _days(plot, pd.DatetimeIndex(frame.index), bottom)


def forecast_plot(place: Place, report: PlanReport) -> None:
    """The whole KPI of each period: the scenario with its band, and as recently."""
    answer = report.answer
    assert isinstance(answer, WhatIfAnswer)
    canvas, font, left, bottom, width, height = place
    points = answer.forecast
    low, high = min(p.plan.lower for p in points), max(p.plan.upper for p in points)
    inner = (left + 32, bottom + 12, width - 38, height - 14)
    reach = (min(low, 0.9 * low), high * 1.02)
    plot = Plot(canvas, font, *inner, (0.0, max(len(points) - 1.0, 1.0)), reach)
    horizontal_grid(plot, report.wording.kpi_prefix)
    frame = pd.DataFrame([(p.plan.mean, p.plan.lower, p.plan.upper, p.recent.mean) for p in points])
    x = frame.index.to_numpy(float)
    if len(x) > 1:
        plot.band(x, frame[1].to_numpy(float), frame[2].to_numpy(float), "#2f5fd0")
        plot.line(list(zip(x, frame[3], strict=True)), QUIET, 0.9, dash=True)
        plot.line(list(zip(x, frame[0], strict=True)), "#2f5fd0", 1.3)
    _days(plot, pd.DatetimeIndex([p.date for p in points]), bottom)


def prices_plot(place: Place, rows: list[tuple[str, float]]) -> None:
    """KPI of one more unit of money at each limit."""
    reach = [*(price for _, price in rows), 0.0]
    low, high = min(reach), max(reach)
    pad = 0.05 * ((high - low) or 1.0)
    plot = _rows_plot(place, (low - (pad if low < 0 else 0), high + pad), len(rows), gutter=120.0)
    vertical_grid(plot, lambda value: f"{value:g}")
    for at, (name, price) in enumerate(rows):
        plot.box((0, price), (at + 0.2, at + 0.8), "#0b7a70")
        _name(plot, place, at, name, gutter=120.0)


def _rows_plot(place: Place, reach: tuple[float, float], rows: int, gutter: float = GUTTER) -> Plot:
    canvas, font, left, bottom, width, height = place
    inner = (left + gutter, bottom + 12, width - gutter - 6, height - 12)
    return Plot(canvas, font, *inner, reach, (float(max(rows, 1)), 0.0))


def _name(plot: Plot, place: Place, at: int, text: str, gutter: float = GUTTER) -> None:
    canvas, font, left, *_ = place
    plot.text(left, plot.y(at + 0.5) - 2.5, clipped(text, canvas, font, 7, gutter - 6), size=7, ink=INK)


def _days(plot: Plot, days: pd.DatetimeIndex, bottom: float) -> None:
    """The first and the last date below a chart over time."""
    plot.text(plot.left, bottom + 2, f"{days[0].day} {days[0]:%b %Y}", size=6.5)
    if len(days) > 1:
        right = plot.left + plot.width
        plot.text(right, bottom + 2, f"{days[-1].day} {days[-1]:%b %Y}", size=6.5, at="right")
