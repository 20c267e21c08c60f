"""The charts of a plan on paper: those of its one-pager, and the picture for a slide or a mail."""

from __future__ import annotations

from io import BytesIO
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd

from core.charts.base import NEUTRAL
from core.charts.formats import Wording
from core.charts.palette import PAPER_QUIET
from core.charts.paper import amount, amount_axis, band, bare, dates_below, dot, interval, new_figure, rows
from core.mmm.planning.answers import BudgetAnswer, ChannelOutcome, WhatIfAnswer
from core.mmm.planning.report import PlanReport

MOST_ROWS = 12
PLAN = "#2f5fd0"
PICTURE_WIDTH, PICTURE_DPI = 792, 160  # points and dots per inch


def shown_channels(answer: BudgetAnswer | WhatIfAnswer, most: int = MOST_ROWS) -> list[ChannelOutcome]:
    """The channels with the most spend in the plan or before it, as many as fit."""
    ranked = sorted(answer.channels, key=lambda o: -max(o.after_value, o.before_value))
    return ranked[:most]


def spend_chart(axes: Any, outcomes: list[ChannelOutcome], wording: Wording, size: float = 5.8) -> None:
    """Spend of each channel: pale before, full after."""
    rows(axes, [wording.label(outcome.channel) for outcome in outcomes])
    amount_axis(axes.xaxis, wording.symbol)
    for at, outcome in enumerate(outcomes):
        colour = wording.colour(outcome.channel)
        for value, row, alpha in (
            (outcome.before_value, at - 0.19, 0.35),
            (outcome.after_value, at + 0.19, 1),
        ):
            axes.barh(row, value, 0.34, color=colour, alpha=alpha)
            amount(axes, value, row, wording.money(value), size)
    most = max((max(o.before_value, o.after_value) for o in outcomes), default=1.0) or 1.0
    axes.set_xlim(0, most * 1.18)


def kpi_chart(axes: Any, outcomes: list[ChannelOutcome], wording: Wording, size: float = 5.2) -> None:
    """KPI that each channel adds: a grey dot before, a coloured one after, with their intervals."""
    rows(axes, [wording.label(outcome.channel) for outcome in outcomes])
    amount_axis(axes.xaxis, wording.kpi_prefix)
    for at, outcome in enumerate(outcomes):
        colour = wording.colour(outcome.channel)
        for estimate, row, ink in (
            (outcome.kpi_before, at - 0.18, NEUTRAL),
            (outcome.kpi_after, at + 0.18, colour),
        ):
            interval(axes, row, estimate.lower, estimate.upper, ink)
            dot(axes, estimate.mean, row, ink, size)
    ends = [end for o in outcomes for end in (o.kpi_before.upper, o.kpi_after.upper)]
    low = min([0.0, *(end for o in outcomes for end in (o.kpi_before.lower, o.kpi_after.lower))])
    axes.set_xlim(low, max([*ends, 1e-9]) * 1.03)


def schedule_chart(axes: Any, report: PlanReport) -> None:
    """Spend of each period, channels stacked."""
    frame = report.schedule.frame.groupby(level="date").sum()
    bare(axes)
    amount_axis(axes.yaxis, report.wording.symbol)
    axes.grid(False, axis="x")
    base = np.zeros(len(frame))
    for name in frame.columns:
        value = frame[name].to_numpy(float)
        colour = report.wording.colour(str(name))
        axes.bar(np.arange(len(frame)) + 0.12, value, 0.76, bottom=base, color=colour, align="edge")
        base += value
    axes.set_xlim(0, len(frame))
    axes.set_ylim(0, (float(base.max()) or 1.0) * 1.04)
    ends = {0: 0, len(frame): len(frame) - 1} if len(frame) > 1 else {0: 0}
    dates_below(axes, pd.DatetimeIndex(frame.index), ends)


def forecast_chart(axes: Any, report: PlanReport) -> None:
    """The whole KPI of each period: the scenario with its band, and as recently."""
    answer = report.answer
    assert isinstance(answer, WhatIfAnswer)
    points, x = answer.forecast, np.arange(len(answer.forecast), dtype=float)
    bare(axes)
    amount_axis(axes.yaxis, report.wording.kpi_prefix)
    low, high = [p.plan.lower for p in points], [p.plan.upper for p in points]
    band(axes, x, low, high, PLAN)
    axes.plot(x, [p.recent.mean for p in points], color=PAPER_QUIET, linewidth=0.9, linestyle=(0, (2.5, 1.8)))
    axes.plot(x, [p.plan.mean for p in points], color=PLAN, linewidth=1.3)
    if len(points) == 1:  # no line goes through a single period
        axes.vlines(0, low, high, color=PLAN, linewidth=1.0)
        dot(axes, 0, points[0].plan.mean, PLAN)
    axes.set_xlim(0, len(points) - 1) if len(points) > 1 else axes.set_xlim(-0.5, 0.5)
    axes.set_ylim(min(min(low), 0.9 * min(low)), max(high) * 1.02)
    dates_below(axes, pd.DatetimeIndex([p.date for p in points]), {at: at for at in (0, len(points) - 1)})


def price_chart(axes: Any, prices: list[tuple[str, float]]) -> None:
    """KPI of one more unit of money at each limit."""
    rows(axes, [name for name, _ in prices])
    amount_axis(axes.xaxis, write=lambda value: f"{value:g}")
    axes.barh(range(len(prices)), [price for _, price in prices], 0.6, color="#0b7a70")
    axes.margins(x=0.05)


def plan_png(answer: BudgetAnswer | WhatIfAnswer, wording: Wording, title: str, sentence: str) -> bytes:
    """A PNG on white: left the spend, right the incremental KPI with its interval; a title and a sentence."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    outcomes = list(answer.channels)
    picture = new_figure(PICTURE_WIDTH, 144 + 40 * max(len(outcomes), 1))
    picture.set_layout_engine("constrained")
    FigureCanvasAgg(picture)
    picture.suptitle(f"{title}\n{fill(sentence, 130)}", fontsize=11, ha="left", x=0.02)
    left, right = picture.subplots(1, 2, sharey=True)
    spend_chart(left, outcomes, wording, 8)
    kpi_chart(right, outcomes, wording, 7)
    names = (
        "Spend: before (pale) and plan",
        f"Caused {wording.kpi_label} with interval: before (grey) and plan",
    )
    for axes, name in zip((left, right), names, strict=True):
        axes.set_title(name, fontsize=10, loc="left")
        axes.tick_params(labelsize=8)
    file = BytesIO()
    picture.savefig(file, format="png", dpi=PICTURE_DPI, facecolor="white")
    return file.getvalue()
