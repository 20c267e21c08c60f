"""Native PowerPoint charts of a plan: money and caused KPI before and after, schedule, what limits cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pptx.chart.chart import Chart
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION

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
)
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.report import PlanReport, limit_prices


def money_chart(slide: Any, box: Box, report: PlanReport) -> Chart:
    """Spend of each channel before and after, as bars."""
    rows = report.answer.frame.iloc[::-1]  # a bar chart draws its first category at the bottom
    columns = ((report.after, "after_value"), (report.before, "before_value"))
    return _pairs(slide, box, report, rows, columns, money_format(report.wording))


def kpi_chart(slide: Any, box: Box, report: PlanReport) -> Chart:
    """KPI that each channel causes before and after, with intervals as error bars."""
    rows = report.answer.frame.iloc[::-1]
    columns = ((report.after, "kpi_after"), (report.before, "kpi_before"))
    chart = _pairs(slide, box, report, rows, columns, kpi_format(report.wording))
    for series, (_, column) in zip(chart.plots[0].series, columns, strict=True):
        error_bars(series, *around(rows[column], rows[f"{column}_lower"], rows[f"{column}_upper"]))
    most = float(rows[["kpi_before_upper", "kpi_after_upper"]].to_numpy(float).max(initial=0.0))
    if most > 0:
        chart.value_axis.maximum_scale = round_above(most)
    if rows[["kpi_before_lower", "kpi_after_lower"]].to_numpy(float).min(initial=0.0) >= 0:
        chart.value_axis.minimum_scale = 0
    return chart


def _pairs(
    slide: Any, box: Box, report: PlanReport, rows: pd.DataFrame, columns: Any, number_format: str
) -> Chart:
    data = category_data(number_format=number_format)
    data.categories = [cell_text(report.wording.label(name)) for name in rows["channel"]]
    for name, column in columns:
        data.add_series(name, rows[column].astype(float).tolist())
    chart = placed(slide, XL_CHART_TYPE.BAR_CLUSTERED, box, data)
    after, before = chart.plots[0].series
    for series, fill in ((after, TOTAL), (before, BASELINE)):
        paint_series(series, fill)
    fill_points(after, [report.wording.colour(name) for name in rows["channel"]])
    chart.plots[0].gap_width, chart.plots[0].overlap = 60, -5
    scaled_axis(chart.value_axis, number_format)
    legend(chart)
    return chart


def schedule_chart(slide: Any, box: Box, report: PlanReport) -> Chart:
    """Money of each period as stacked columns, all geos together."""
    frame = report.schedule.frame.groupby(level="date").sum()
    data = category_data(number_format=money_format(report.wording))
    data.categories = [f"{day.day} {day:%b %y}" for day in pd.DatetimeIndex(frame.index)]
    for name in frame.columns:
        data.add_series(cell_text(report.wording.label(str(name))), frame[name].tolist())
    chart = placed(slide, XL_CHART_TYPE.COLUMN_STACKED, box, data)
    for series, name in zip(chart.plots[0].series, frame.columns, strict=True):
        paint_series(series, report.wording.colours.get(str(name), NEUTRAL))
    chart.plots[0].gap_width, chart.plots[0].overlap = 40, 100
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    scaled_axis(chart.value_axis, money_format(report.wording))
    legend(chart)
    return chart


def price_chart(slide: Any, box: Box, report: PlanReport) -> Chart:
    """KPI gained by one more unit of money at each limit that the plan runs into, the dearest on top."""
    prices = limit_prices(report)
    data = category_data(number_format="0.00")
    data.categories = [cell_text(name) for name, _ in reversed(prices)]
    data.add_series(f"{report.wording.kpi_label} of one more unit", [price for _, price in reversed(prices)])
    chart = placed(slide, XL_CHART_TYPE.BAR_CLUSTERED, box, data)
    series = chart.plots[0].series[0]
    paint_series(series, "#0b7a70")
    series.invert_if_negative = False
    chart.plots[0].gap_width = 60
    chart.has_legend = chart.has_title = False
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    return chart


def forecast_chart(slide: Any, box: Box, report: PlanReport) -> Chart:
    """The whole KPI by period: the scenario with the ends of its interval, and as recently."""
    answer = report.answer
    assert isinstance(answer, WhatIfAnswer)
    data = category_data(number_format=kpi_format(report.wording))
    days = pd.DatetimeIndex([point.date for point in answer.forecast])
    data.categories = [f"{day.day} {day:%b %y}" for day in days]
    lines = {
        report.after: [point.plan.mean for point in answer.forecast],
        "Lower end": [point.plan.lower for point in answer.forecast],
        "Upper end": [point.plan.upper for point in answer.forecast],
        report.before: [point.recent.mean for point in answer.forecast],
    }
    for name, values in lines.items():
        data.add_series(name, values)
    chart = placed(slide, XL_CHART_TYPE.LINE, box, data)
    for series, ink in zip(chart.plots[0].series, ("#2f5fd0", "#a9bdf0", "#a9bdf0", TOTAL), strict=True):
        series.format.line.color.rgb = colour(ink)
        series.smooth = False
    low = min(lines["Lower end"])
    chart.value_axis.minimum_scale = 0.0 if low < 0.3 * max(lines["Upper end"]) else _floor(low)
    scaled_axis(chart.value_axis, kpi_format(report.wording))
    legend(chart)
    return chart


def _floor(value: float) -> float:
    """The round number below a positive value at which an axis may begin."""
    step = float(10 ** np.floor(np.log10(value)))
    return float(np.floor(value * 0.97 / step) * step)
