"""Native PowerPoint charts of a report: editable, in the channels' colours, with their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pptx.chart.chart import Chart
from pptx.enum.chart import XL_CHART_TYPE, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.util import Pt

from core.charts.base import NEUTRAL
from core.documents.slide_charts import (
    BASELINE,
    TOTAL,
    Box,
    around,
    category_data,
    cell_text,
    colour,
    error_bars,
    fill_points,
    kpi_format,
    legend,
    money_format,
    paint_series,
    placed,
    round_above,
    scaled_axis,
    tick_months,
    xy_data,
)
from core.mmm.charts.channels import waterfall_start
from core.mmm.results.report import Report

MOST_POINTS = 160


def roas_chart(slide: Any, box: Box, report: Report) -> Chart:
    """Average and marginal returns as bars with their intervals as error bars, best channel on top."""
    frame = report.channels[np.isfinite(report.channels["roas"].astype(float))]
    frame = frame.sort_values("roas")  # a bar chart draws its first category at the bottom
    data = category_data(number_format="0.00")
    data.categories = [cell_text(report.wording.label(name)) for name in frame["channel"]]
    for name, column in (("Marginal (next 1 %)", "mroas"), ("Average", "roas")):
        data.add_series(name, frame[column].astype(float).tolist())
    chart = placed(slide, XL_CHART_TYPE.BAR_CLUSTERED, box, data)
    marginal, average = chart.plots[0].series
    for series, fill in ((marginal, BASELINE), (average, TOTAL)):
        paint_series(series, fill)
    fill_points(average, [report.wording.colour(name) for name in frame["channel"]])
    for series, column in ((marginal, "mroas"), (average, "roas")):
        error_bars(series, *_reach(frame, column))
    chart.plots[0].gap_width, chart.plots[0].overlap = 60, -5
    chart.value_axis.minimum_scale = 0
    chart.value_axis.maximum_scale = round_above(float(frame[["roas_upper", "mroas_upper"]].max().max()))
    legend(chart)
    return chart


def waterfall_chart(slide: Any, box: Box, report: Report) -> Chart:
    """From the baseline over each channel to the total, as stacked columns on invisible ones."""
    parts, words = report.parts, report.wording
    value = parts["value"].to_numpy(float)
    ends = np.cumsum(value)
    base = np.minimum(np.concatenate([[0.0], ends[:-1]]), ends)
    data = category_data(number_format=kpi_format(words))
    data.categories = [cell_text(words.label(name)) for name in [*parts["component"], "Total"]]
    data.add_series("Start", [*base.tolist(), 0.0])
    data.add_series(cell_text(words.kpi_label), [*np.abs(value).tolist(), float(ends[-1])])
    chart = placed(slide, XL_CHART_TYPE.COLUMN_STACKED, box, data)
    start, step = chart.plots[0].series
    start.format.fill.background()
    colours = [words.colours.get(name, NEUTRAL) for name in parts["component"]]
    fill_points(step, [*colours, TOTAL])
    low, high = around(value, parts["lower"], parts["upper"])
    error_bars(step, np.append(low, 0.0), np.append(high, 0.0))
    chart.plots[0].gap_width = 40
    chart.has_legend = False
    scaled_axis(chart.value_axis, kpi_format(words))
    start = waterfall_start(parts)
    if start > 0:
        chart.value_axis.minimum_scale = start
    return chart


def over_time_chart(slide: Any, box: Box, report: Report) -> Chart:
    """The KPI over time as stacked areas: the whole baseline, then each channel."""
    table = _by_period(report)
    data = category_data(number_format=kpi_format(report.wording))
    data.categories = [day.date() for day in table.index]
    for name in table.columns:
        data.add_series(cell_text(report.wording.label(name)), table[name].tolist())
    chart = placed(slide, XL_CHART_TYPE.AREA_STACKED, box, data)
    for series, name in zip(chart.plots[0].series, table.columns, strict=True):
        paint_series(series, report.wording.colours.get(name, BASELINE))
    scaled_axis(chart.value_axis, kpi_format(report.wording))
    scaled_axis(chart.category_axis, "mmm yy")
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    tick_months(chart.category_axis, max(1, round((table.index[-1] - table.index[0]).days / 30 / 10)))
    legend(chart)
    return chart


def _by_period(report: Report) -> pd.DataFrame:
    """Date by component, all baseline parts as one; months instead of periods when there are very many."""
    rows = report.decomposition
    is_channel = rows["component"].isin(list(report.wording.colours))
    rows = rows.assign(component=rows["component"].where(is_channel, "Baseline"))
    table = rows.pivot_table(index="date", columns="component", values="value", aggfunc="sum")
    channels = [name for name in report.wording.colours if name in table.columns]
    table = table[[*(["Baseline"] if "Baseline" in table.columns else []), *channels]]
    table.index = pd.DatetimeIndex(table.index)
    return table if len(table) <= MOST_POINTS else table.resample("MS").sum()


def curve_chart(slide: Any, box: Box, report: Report, channel: str) -> Chart:
    """One response curve with the ends of its interval and a dot at the mean spend."""
    rows = report.curves[report.curves["channel"] == channel]
    x = rows["spend"].to_numpy(float)
    now = float(report.marks.loc[report.marks["channel"] == channel, "spend_now"].iloc[0])
    data = xy_data(number_format=kpi_format(report.wording))
    for column in ("mean", "lower", "upper"):
        series = data.add_series(column.capitalize())
        for spend, effect in zip(x, rows[column].to_numpy(float), strict=True):
            series.add_data_point(float(spend), float(effect))
    dot = data.add_series("Mean spend")
    dot.add_data_point(now, float(np.interp(now, x, rows["mean"].to_numpy(float))))
    chart = placed(slide, XL_CHART_TYPE.XY_SCATTER_SMOOTH_NO_MARKERS, box, data)
    _curve_look(chart, report.wording.colour(channel))
    chart.has_legend = False
    scaled_axis(chart.category_axis, money_format(report.wording))
    scaled_axis(chart.value_axis, kpi_format(report.wording))
    chart.category_axis.maximum_scale = round_above(float(x.max()) / 1.02)
    chart.category_axis.major_unit = chart.category_axis.maximum_scale / 5
    return chart


def _curve_look(chart: Chart, hex_colour: str) -> None:
    mean, lower, upper, dot = chart.plots[0].series
    for series, width in ((mean, 2.25), (lower, 1.0), (upper, 1.0)):
        series.format.line.color.rgb = colour(hex_colour)
        series.format.line.width = Pt(width)
    for series in (lower, upper):
        series.format.line.dash_style = MSO_LINE.DASH
    dot.format.line.fill.background()
    dot.marker.style, dot.marker.size = XL_MARKER_STYLE.CIRCLE, 9
    dot.marker.format.fill.solid()
    dot.marker.format.fill.fore_color.rgb = colour(hex_colour)


def _reach(frame: pd.DataFrame, column: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return around(frame[column], frame[f"{column}_lower"], frame[f"{column}_upper"])
