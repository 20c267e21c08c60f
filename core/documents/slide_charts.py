"""What native PowerPoint charts share: colours, axes, error bars, number formats; all stay editable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Pt

from core.charts.formats import Wording

# The library's classes carry no types.
category_data: Any = CategoryChartData
xy_data: Any = XyChartData

Box = tuple[int, int, int, int]  # left, top, width, height in EMU
BASELINE = "#c3cad3"
INK = "#3c4a49"
TOTAL = "#5b6b7d"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cell_text(text: str) -> str:
    """A label for the workbook inside a chart, which would run a text that starts like a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def colour(hex_colour: str) -> RGBColor:
    """`#rrggbb` as PowerPoint's colour."""
    red, green, blue = (int(hex_colour[at : at + 2], 16) for at in (1, 3, 5))
    return RGBColor(red, green, blue)  # type: ignore[no-untyped-call]


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


def paint_series(series: Any, hex_colour: str) -> None:
    """Fill a series with one colour."""
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = colour(hex_colour)


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


def tick_months(axis: Any, months: int) -> None:
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
