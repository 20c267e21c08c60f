"""The charts of a report's one-pager, drawn into matplotlib's axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.charts.base import FITTED, NEUTRAL
from core.charts.formats import short
from core.charts.palette import PAPER_GRID, PAPER_INK, PAPER_TOTAL
from core.charts.paper import (
    amount,
    amount_axis,
    band,
    bare,
    dates_below,
    dot,
    interval,
    name_above,
    rows,
)
from core.mmm.charts.channels import waterfall_start
from core.mmm.results.report import Report


def returns_chart(axes: Any, report: Report) -> None:
    """Average returns as bars, marginal ones as dots below, both with intervals; best on top."""
    frame = report.channels[np.isfinite(report.channels["roas"].astype(float))]
    frame = frame.sort_values("roas", ascending=False)
    rows(axes, [report.wording.label(name) for name in frame["channel"]])
    amount_axis(axes.xaxis, write=lambda value: f"{value:g}")
    for at, row in enumerate(frame.to_dict("records")):
        colour = report.wording.colour(row["channel"])
        axes.barh(at - 0.13, row["roas"], 0.42, color=colour, alpha=0.85)
        interval(axes, at - 0.13, row["roas_lower"], row["roas_upper"], PAPER_INK, 0.9)
        interval(axes, at + 0.26, row["mroas_lower"], row["mroas_upper"], colour, 1.1)
        dot(axes, row["mroas"], at + 0.26, colour)
    most = float(frame[["roas_upper", "mroas_upper"]].max().max()) if len(frame) else 1.0
    axes.set_xlim(0, most * 1.03)


def waterfall_chart(axes: Any, report: Report) -> None:
    """From the baseline over each channel down to the total; the axis may begin inside the baseline."""
    parts, words = report.parts, report.wording
    value = parts["value"].to_numpy(float)
    ends = np.cumsum(value)
    starts = np.concatenate([[0.0], ends[:-1]])
    reach = ends + parts["upper"].to_numpy(float) - value
    low = min(waterfall_start(parts), float(ends.min()))
    high = float(max(reach.max(), ends[-1]))
    rows(axes, [words.label(name) for name in [*parts["component"], "Total"]])
    amount_axis(axes.xaxis, words.kpi_prefix)
    for at, (row, start, end) in enumerate(zip(parts.to_dict("records"), starts, ends, strict=True)):
        begin = max(start, low)
        axes.barh(at, end - begin, 0.64, left=begin, color=words.colours.get(row["component"], NEUTRAL))
        shift = end - row["value"]
        interval(axes, at, row["lower"] + shift, row["upper"] + shift, PAPER_INK, 0.9)
        amount(axes, max(row["upper"] + shift, start), at, words.kpi(row["value"]))
    axes.barh(len(value), ends[-1] - low, 0.64, left=low, color=PAPER_TOTAL)
    amount(axes, float(ends[-1]), len(value), words.kpi(float(ends[-1])))
    axes.set_xlim(low, high + 0.16 * (high - low))  # room for the amounts


def fit_chart(axes: Any, report: Report) -> None:
    """Actual and modelled KPI with the interval's band."""
    table = report.fitted
    low = float(table[["actual", "fitted_lower"]].min().min())
    high = float(table[["actual", "fitted_upper"]].max().max())
    x = np.arange(len(table), dtype=float)
    bare(axes)
    amount_axis(axes.yaxis, report.wording.kpi_prefix)
    band(axes, x, table["fitted_lower"], table["fitted_upper"], FITTED)
    axes.plot(x, table["fitted"], color=FITTED, linewidth=1.1)
    axes.plot(x, table["actual"], color=NEUTRAL, linewidth=0.7)
    axes.set_xlim(0, max(len(table) - 1.0, 1.0))
    axes.set_ylim(min(low, 0.9 * low), high)
    dates_below(
        axes, pd.DatetimeIndex(table["date"]), {at: at for at in (0, len(table) // 2, len(table) - 1)}
    )


def curve_chart(axes: Any, report: Report, channel: str) -> None:
    """One response curve with its band, solid where spend was observed, and a dot at the mean spend."""
    table = report.curves[report.curves["channel"] == channel]
    x, mean, lower, upper = (table[name].to_numpy(float) for name in ("spend", "mean", "lower", "upper"))
    mark = report.marks[report.marks["channel"] == channel].iloc[0]
    colour, now = report.wording.colour(channel), float(mark["spend_now"])
    bare(axes, 6)
    band(axes, x, lower, upper, colour)
    inside = x <= float(mark["spend_max"])
    axes.plot(x[inside], mean[inside], color=colour, linewidth=1.4)
    beyond = x >= (x[inside].max() if inside.any() else 0.0)
    axes.plot(x[beyond], mean[beyond], color=colour, linewidth=1.1, linestyle=(0, (2.5, 1.8)))
    dot(axes, now, float(np.interp(now, x, mean)), colour)
    axes.axhline(0, color=PAPER_GRID, linewidth=0.7)
    axes.set_xlim(0, float(x.max()))
    axes.set_ylim(0, (float(upper.max()) or 1.0) * 1.02)
    symbol = report.wording.symbol
    axes.set_xticks([0, float(x.max())], [f"mean {symbol}{short(now)}", f"{symbol}{short(float(x.max()))}"])
    for label, side in zip(axes.get_xticklabels(), ("left", "right"), strict=True):
        label.set_ha(side)
    axes.set_yticks([])
    name_above(axes, report.wording.label(channel))
