"""Native PowerPoint charts of a report: editable, in the channels' colours, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Pt

from core.charts.base import NEUTRAL
from core.charts.formats import Wording
from core.mmm.charts.channels import waterfall_start
from core.mmm.results.report import Report

# The library's classes carry no types.
category_data: Any = CategoryChartData
xy_data: Any = XyChartData

Box = tuple[int, int, int, int]  # left, top, width, height in EMU
BASELINE = "#c3cad3"
INK = "#3c4a49"
MOST_POINTS = 160
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cell_text(text: str) -> str:
    """A label for the workbook inside a chart, which would run a text that starts like a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def colour(hex_colour: str) -> RGBColor:
    """`#rrggbb` as PowerPoint's colour."""
    red, green, blue = (int(hex_colour[at : at + 2], 16) for at in (1, 3, 5))
    return RGBColor(red, green, blue)  # type: ignore[no-untyped-call]


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
    for series, fill in ((marginal, BASELINE), (average, "#5b6b7d")):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour(fill)
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
    fill_points(step, [*colours, "#5b6b7d"])
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
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour(report.wording.colours.get(name, BASELINE))
    scaled_axis(chart.value_axis, kpi_format(report.wording))
    scaled_axis(chart.category_axis, "mmm yy")
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _tick_every(chart.category_axis, max(1, round((table.index[-1] - table.index[0]).days / 30 / 10)))
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


def error_bars(series: Any, minus: NDArray[np.float64], plus: NDArray[np.float64]) -> None:
    """Give a bar series its own error bar lengths; PowerPoint keeps them editable."""
    xml = (
        f"<c:errBars {nsdecls('c', 'a')}>"
        '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{_literal(plus)}</c:plus><c:minus>{_literal(minus)}</c:minus>"
        '<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="3C4A49"/></a:solidFill></a:ln></c:spPr>'
        "</c:errBars>"
    )
    element = series._element
    before = element.find(f"{{{element.nsmap['c']}}}cat")
    before.addprevious(parse_xml(xml))


def _literal(values: NDArray[np.float64]) -> str:
    points = "".join(
        f'<c:pt idx="{at}"><c:v>{value:.6g}</c:v></c:pt>' for at, value in enumerate(values.tolist())
    )
    return (
        f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numLit>'
    )


def around(middle: Any, lower: Any, upper: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lengths of error bars below and above; none where an end is unknown."""
    mean = np.asarray(middle, float)
    low, high = mean - np.asarray(lower, float), np.asarray(upper, float) - mean
    return np.nan_to_num(np.clip(low, 0, None)), np.nan_to_num(np.clip(high, 0, None))


def _reach(frame: pd.DataFrame, column: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return around(frame[column], frame[f"{column}_lower"], frame[f"{column}_upper"])


def kpi_format(wording: Wording) -> str:
    """Excel's number format for an amount of KPI in thousands or millions."""
    return _scaled(wording.kpi_prefix)


def money_format(wording: Wording) -> str:
    """Excel's number format for an amount of money in thousands or millions."""
    return _scaled(wording.symbol)


def _scaled(prefix: str) -> str:
    sign = f'"{prefix.replace(chr(34), "")}"' if prefix else ""
    return f'[>=1000000]{sign}0.0,,"M";[>=1000]{sign}0,"k";{sign}0'


def scaled_axis(axis: Any, number_format: str) -> None:
    """Write an axis in this number format."""
    axis.tick_labels.number_format = number_format
    axis.tick_labels.number_format_is_linked = False


def _tick_every(axis: Any, months: int) -> None:
    """A label each so many months, instead of one a period."""
    element = axis._element
    for name in ("majorUnit", "majorTimeUnit"):
        for old in element.findall(f"{{{element.nsmap['c']}}}{name}"):
            element.remove(old)
    for tag in (
        f'<c:majorUnit {nsdecls("c")} val="{months}"/>',
        f'<c:majorTimeUnit {nsdecls("c")} val="months"/>',
    ):
        element.append(parse_xml(tag))


def round_above(value: float) -> float:
    """The next round number above a value, so that the longest error bar stays inside the chart."""
    step = 10 ** np.floor(np.log10(value)) / 5
    return float(np.ceil(value * 1.02 / step) * step)


def placed(slide: Any, kind: XL_CHART_TYPE, box: Box, data: Any) -> Chart:
    """A chart on a slide, in the house's quiet colours."""
    chart: Chart = slide.shapes.add_chart(kind, *box, data).chart
    chart.font.size, chart.font.color.rgb = Pt(11), colour(INK)
    for axis in (chart.category_axis, chart.value_axis):
        axis.format.line.color.rgb = colour("#d5dcdb")
        axis.has_major_gridlines = False
    chart.value_axis.has_major_gridlines = True
    chart.value_axis.major_gridlines.format.line.color.rgb = colour("#e8edec")
    return chart


def fill_points(series: Any, colours: Sequence[str]) -> None:
    """Give each point of a series a colour of its own."""
    for at, hex_colour in enumerate(colours):
        fill = series.points[at].format.fill
        fill.solid()
        fill.fore_color.rgb = colour(hex_colour)


def legend(chart: Chart) -> None:
    """A legend on top of the chart."""
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(11)
