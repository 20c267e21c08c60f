"""Small vector charts for the one-pager, drawn with lines and boxes straight into the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.charts.base import FITTED, NEUTRAL
from core.charts.formats import short
from core.mmm.charts.channels import waterfall_start
from core.mmm.results.report import Report

Floats = NDArray[np.float64]
GRID, INK, QUIET, TOTAL = "#e3e9e8", "#14201f", "#5f6e6c", "#5b6b7d"


@dataclass(frozen=True)
class Plot:
    """A rectangle on the page with data scales; y grows upwards, all lengths in points."""

    canvas: Canvas
    font: str
    left: float
    bottom: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        """Where a value lies on the page, horizontally."""
        low, high = self.x_range
        return self.left + (value - low) / (high - low) * self.width

    def y(self, value: float) -> float:
        """Where a value lies on the page, vertically."""
        low, high = self.y_range
        return self.bottom + (value - low) / (high - low) * self.height

    def text(
        self, x: float, y: float, words: str, *, size: float = 7, ink: str = QUIET, at: str = "left"
    ) -> None:
        """Words at a place, `at` left, centre or right of it."""
        self.canvas.setFont(self.font, size)
        self.canvas.setFillColor(HexColor(ink))
        draw = {"left": self.canvas.drawString, "right": self.canvas.drawRightString}
        draw.get(at, self.canvas.drawCentredString)(x, y, words)

    def line(
        self, points: Sequence[tuple[float, float]], ink: str, width: float = 1, dash: bool = False
    ) -> None:
        """A line through data points."""
        path = self.canvas.beginPath()
        path.moveTo(self.x(points[0][0]), self.y(points[0][1]))
        for x, y in points[1:]:
            path.lineTo(self.x(x), self.y(y))
        self.canvas.setStrokeColor(HexColor(ink))
        self.canvas.setLineWidth(width)
        self.canvas.setDash(*([2.5, 1.8],) if dash else ())
        self.canvas.drawPath(path)
        self.canvas.setDash()

    def band(self, x: Floats, lower: Floats, upper: Floats, ink: str) -> None:
        """A soft band between two lines."""
        path = self.canvas.beginPath()
        corners = [*zip(x, upper, strict=True), *zip(x[::-1], lower[::-1], strict=True)]
        path.moveTo(self.x(corners[0][0]), self.y(corners[0][1]))
        for at, value in corners[1:]:
            path.lineTo(self.x(at), self.y(value))
        self._fill(ink, 0.2)
        self.canvas.drawPath(path, stroke=0, fill=1)
        self._fill(ink, 1)

    def box(self, x: tuple[float, float], y: tuple[float, float], ink: str, alpha: float = 1) -> None:
        """A filled box between data values."""
        left, bottom = self.x(min(x)), self.y(min(y))
        self._fill(ink, alpha)
        self.canvas.rect(left, bottom, self.x(max(x)) - left, self.y(max(y)) - bottom, stroke=0, fill=1)
        self._fill(ink, 1)

    def dot(self, x: float, y: float, ink: str, radius: float = 2.6) -> None:
        """A dot at a data point, with a white rim."""
        self._fill(ink, 1)
        self.canvas.setStrokeColor(HexColor("#ffffff"))
        self.canvas.setLineWidth(0.8)
        self.canvas.circle(self.x(x), self.y(y), radius, stroke=1, fill=1)

    def _fill(self, ink: str, alpha: float) -> None:
        self.canvas.setFillColor(HexColor(ink))
        self.canvas.setFillAlpha(alpha)


Place = tuple[Canvas, str, float, float, float, float]  # canvas, font, left, bottom, width, height


def round_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """About `count` round numbers between two values, ends included where they are round."""
    raw = (high - low) / count
    power = 10 ** np.floor(np.log10(raw)) if raw > 0 else 1.0
    step = float(min((m * power for m in (1, 2, 2.5, 5, 10)), key=lambda s: abs(s - raw)))
    return [float(v) for v in np.arange(np.ceil(low / step) * step, high + step * 1e-6, step)]


def returns_plot(place: Place, report: Report) -> None:
    """Average returns as bars, marginal ones as dots below, both with intervals; best on top."""
    frame = report.channels[np.isfinite(report.channels["roas"].astype(float))]
    frame = frame.sort_values("roas", ascending=False)
    canvas, font, left, bottom, width, height = place
    gutter, count = 62.0, max(len(frame), 1)
    most = float(frame[["roas_upper", "mroas_upper"]].max().max()) if len(frame) else 1.0
    inner = (left + gutter, bottom + 12, width - gutter - 6, height - 12)
    plot = Plot(canvas, font, *inner, (0.0, most * 1.03), (float(count), 0.0))
    vertical_grid(plot, lambda value: f"{value:g}")
    for at, row in enumerate(frame.to_dict("records")):
        ink = report.wording.colour(row["channel"])
        plot.box((0, row["roas"]), (at + 0.16, at + 0.58), ink, 0.85)
        plot.line([(row["roas_lower"], at + 0.37), (row["roas_upper"], at + 0.37)], INK, 0.9)
        plot.line([(row["mroas_lower"], at + 0.76), (row["mroas_upper"], at + 0.76)], ink, 1.1)
        plot.dot(row["mroas"], at + 0.76, ink, 2.6)
        name = clipped(report.wording.label(row["channel"]), canvas, font, 7.5, gutter - 6)
        plot.text(left, plot.y(at + 0.5) - 2.5, name, size=7.5, ink=INK)


def waterfall_plot(place: Place, report: Report) -> None:
    """From the baseline over each channel down to the total; the axis may begin inside the baseline."""
    canvas, font, left, bottom, width, height = place
    value = report.parts["value"].to_numpy(float)
    ends = np.cumsum(value)
    starts = np.concatenate([[0.0], ends[:-1]])
    first = waterfall_start(report.parts)
    reach = ends + report.parts["upper"].to_numpy(float) - value
    low, high = min(first, float(ends.min())), float(max(reach.max(), ends[-1]))
    inner = (left + 92, bottom + 12, width - 98, height - 12)
    plot = Plot(canvas, font, *inner, (low, high + 0.03 * (high - low)), (float(len(value) + 1), 0.0))
    vertical_grid(plot, lambda amount: f"{report.wording.kpi_prefix}{short(amount)}")
    rows = report.parts.to_dict("records")
    for at, (row, start, end) in enumerate(zip(rows, starts, ends, strict=True)):
        ink = report.wording.colours.get(row["component"], NEUTRAL)
        plot.box((max(start, low), end), (at + 0.18, at + 0.82), ink)
        shift = end - row["value"]
        plot.line([(row["lower"] + shift, at + 0.5), (row["upper"] + shift, at + 0.5)], INK, 0.9)
        _named_amount(
            plot, left, at, report.wording.label(row["component"]), report.wording.kpi(row["value"])
        )
    plot.box((low, float(ends[-1])), (len(value) + 0.18, len(value) + 0.82), TOTAL)
    _named_amount(plot, left, len(value), "Total", report.wording.kpi(float(ends[-1])))


def _named_amount(plot: Plot, left: float, at: int, name: str, amount: str) -> None:
    y = plot.y(at + 0.5) - 2.5
    plot.text(left, y, clipped(name, plot.canvas, plot.font, 7.5, 52), size=7.5, ink=INK)
    plot.text(plot.left - 5, y, amount, size=7, at="right")


def fit_plot(place: Place, report: Report) -> None:
    """Actual and modelled KPI with the interval's band."""
    canvas, font, left, bottom, width, height = place
    rows = report.fitted
    low = float(rows[["actual", "fitted_lower"]].min().min())
    high = float(rows[["actual", "fitted_upper"]].max().max())
    x = np.arange(len(rows), dtype=float)
    inner = (left + 30, bottom + 12, width - 36, height - 12)
    plot = Plot(canvas, font, *inner, (0.0, max(len(rows) - 1.0, 1.0)), (min(low, 0.9 * low), high))
    horizontal_grid(plot, report.wording.kpi_prefix)
    plot.band(x, rows["fitted_lower"].to_numpy(float), rows["fitted_upper"].to_numpy(float), FITTED)
    plot.line(list(zip(x, rows["fitted"], strict=True)), FITTED, 1.1)
    plot.line(list(zip(x, rows["actual"], strict=True)), NEUTRAL, 0.7)
    days = pd.DatetimeIndex(rows["date"])
    for at in (0, len(rows) // 2, len(rows) - 1):
        side = "left" if at == 0 else "right" if at == len(rows) - 1 else "centre"
        plot.text(plot.x(at), bottom + 2, f"{days[at]:%b %Y}", size=6.5, at=side)


def curve_plot(place: Place, report: Report, channel: str) -> None:
    """One response curve with its band, solid where spend was seen, and a dot at the mean spend."""
    canvas, font, left, bottom, width, height = place
    rows = report.curves[report.curves["channel"] == channel]
    x, mean, lower, upper = (rows[name].to_numpy(float) for name in ("spend", "mean", "lower", "upper"))
    mark = report.marks[report.marks["channel"] == channel].iloc[0]
    ink = report.wording.colour(channel)
    inner = (left, bottom + 9, width - 4, height - 22)
    plot = Plot(canvas, font, *inner, (0.0, float(x.max())), (0.0, float(upper.max()) or 1.0))
    plot.line([(0, 0), (float(x.max()), 0)], GRID, 0.7)
    plot.band(x, lower, upper, ink)
    seen = x <= float(mark["spend_max"])
    plot.line(list(zip(x[seen], mean[seen], strict=True)) or [(0.0, 0.0)], ink, 1.4)
    if (~seen).any():
        plot.line(list(zip(x[~seen], mean[~seen], strict=True)), ink, 1.1, dash=True)
    now = float(mark["spend_now"])
    plot.dot(now, float(np.interp(now, x, mean)), ink)
    label = clipped(report.wording.label(channel), canvas, font, 7, width)
    plot.text(left, bottom + height - 8, label, size=7, ink=INK)
    plot.text(
        left + width - 4, bottom + 1, f"{report.wording.symbol}{short(float(x.max()))}", size=6, at="right"
    )
    plot.text(left, bottom + 1, f"mean {report.wording.symbol}{short(now)}", size=6)


def clipped(text: str, canvas: Canvas, font: str, size: float, width: float) -> str:
    """The text, shortened with an ellipsis until it fits a width in points."""
    if canvas.stringWidth(text, font, size) <= width:
        return text
    while text and canvas.stringWidth(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text}…"


def vertical_grid(plot: Plot, write: Callable[[float], str]) -> None:
    """Upright lines at round values, each with its words below."""
    for value in round_ticks(*plot.x_range):
        plot.line([(value, plot.y_range[0]), (value, plot.y_range[1])], GRID, 0.6)
        plot.text(plot.x(value), plot.bottom - 9, write(value), size=6.5, at="centre")


def horizontal_grid(plot: Plot, prefix: str) -> None:
    """Level lines at round values, each with its amount at the left."""
    for value in round_ticks(*plot.y_range):
        plot.line([(plot.x_range[0], value), (plot.x_range[1], value)], GRID, 0.6)
        plot.text(plot.left - 3, plot.y(value) - 2, f"{prefix}{short(value)}", size=6.2, at="right")
