"""A report as one page of A4 landscape: figures, findings, four charts, the method."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.charts.palette import PAPER_INK, PAPER_QUIET
from core.documents.page import (
    BAND,
    BRAND,
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    WARN,
    PdfPage,
    clipped,
    fonts_for,
    one_page,
)
from core.mmm.documents.paper_charts import curve_chart, fit_chart, returns_chart, waterfall_chart
from core.mmm.results.insights import HINT_COLOURS
from core.mmm.results.judgement import Trust
from core.mmm.results.report import Report

MOST_GAPS = 2
TRUST_COLOURS = {Trust.GOOD: BRAND, Trust.CARE: "#8a6400", Trust.NONE: WARN}
CURVES = 6


def to_pdf(report: Report) -> bytes:
    """The one-pager as bytes. User text is drawn as text, never as markup."""
    return one_page(
        f"{report.model}: what media did", lambda canvas: Page(canvas, report, *fonts(report)).draw()
    )


def fonts(report: Report) -> tuple[str, str]:
    """Regular and bold font with every letter of the report: Helvetica, or DejaVu beyond cp1252."""
    names = [report.project, report.model, report.wording.kpi_label, report.wording.symbol]
    return fonts_for(
        "".join([*names, *report.wording.labels.values(), *report.insights.texts, *report.method])
    )


class Page(PdfPage):
    """The one-pager being drawn: a canvas, the report and its fonts."""

    def __init__(self, canvas: Canvas, report: Report, font: str, bold: str) -> None:
        super().__init__(canvas, font, bold)
        self.report = report

    def draw(self) -> None:
        """Everything, from top to bottom."""
        report = self.report
        made = f"Intervals: {report.level * 100:.0f} %  ·  made on {report.made_on:%d.%m.%Y}"
        self.head("What media did", f"{report.project}  ·  {report.model}", report.range_words, made)
        self.tiles(report.kpi_tiles(), PAGE_HEIGHT - BAND - 68)
        self._left_column(PAGE_HEIGHT - BAND - 84)
        self._charts(PAGE_HEIGHT - BAND - 84)
        self.foot(report.method)

    def _left_column(self, top: float) -> None:
        width = 236.0
        top = self.heading("The findings that matter", MARGIN, top - 12)
        if self.report.insights.warning:
            top = self.paragraph(self.report.insights.warning, MARGIN, top, width, WARN, bold=True) - 6
        for at, finding in enumerate(self.report.insights.sentences, start=1):
            self.canvas.setFillColor(HexColor(BRAND))
            self.canvas.circle(MARGIN + 7, top - 7, 7, stroke=0, fill=1)
            self.words(MARGIN + 7, top - 10, str(at), 8.5, "#ffffff", bold=True, centre=True)
            top = self.paragraph(finding, MARGIN + 21, top, width - 21) - 7
        trust = self.report.judgement.trust
        top = self.heading("How far to trust it", MARGIN, top - 14)
        top = self.paragraph(str(trust), MARGIN, top, width, TRUST_COLOURS[trust], bold=True) - 2
        for reason in self.report.judgement.reasons[:3]:
            top = self.paragraph(reason.statement, MARGIN, top, width) - 3
        if self.report.limitations:
            top = self.heading("What it cannot tell", MARGIN, top - 14)
            for gap in self.report.limitations[:MOST_GAPS]:
                top = self.paragraph(gap.what, MARGIN, top, width) - 3
        self._hints(top - 16, width)

    def _hints(self, top: float, width: float) -> None:
        """The budget hints, as many as there is room for above the foot."""
        rows = self.report.hints.to_dict("records")[: max(0, int((top - 70) / 13))]
        if not rows:
            return
        top = self.heading("A hint for the next budget", MARGIN, top) - 6
        for row in rows:
            name = clipped(
                self.report.wording.label(row["channel"]), self.canvas, self.font, 8.6, width * 0.36
            )
            returns = (
                f"next {self.report.wording.symbol}1 returns {self.report.wording.per_money(row['mroas'])}"
            )
            self.words(MARGIN, top, name, 8.6, PAPER_INK)
            self.words(
                MARGIN + width * 0.38,
                top,
                returns if self.report.wording.returns_in_money else "",
                8,
                PAPER_QUIET,
            )
            self.words(
                MARGIN + width, top, str(row["hint"]), 8.6, HINT_COLOURS[row["hint"]], bold=True, right=True
            )
            top -= 13

    def _charts(self, top: float) -> None:
        words, gap, left = self.report.wording, 18.0, MARGIN + 236 + 24
        width = (PAGE_WIDTH - MARGIN - left - gap) / 2
        height = (top - 62) / 2 - 26
        second, upper, lower = left + width + gap, top - 22 - height, top - 48 - 2 * height
        self.heading(f"{words.return_name}: average, and the next 1 % (dot)", left, top - 12, width)
        self.chart(left, upper, width, height, lambda axes: returns_chart(axes, self.report))
        self.heading(f"Where {words.kpi_label} came from", second, top - 12, width)
        self.chart(second, upper, width, height, lambda axes: waterfall_chart(axes, self.report))
        self.heading(f"{words.kpi_label}: actual and model", left, upper - 16, width)
        self.chart(left, lower, width, height, lambda axes: fit_chart(axes, self.report), gutter=30)
        self.heading(f"Effect against spend per {words.period}", second, upper - 16, width)
        self._curves(second, lower, width, height)

    def _curves(self, left: float, bottom: float, width: float, height: float) -> None:
        order = self.report.channels.sort_values("spend", ascending=False)["channel"]
        drawn = [name for name in order if name in set(self.report.curves["channel"])][:CURVES]
        columns, rows = (3 if len(drawn) > 2 else max(len(drawn), 1)), (2 if len(drawn) > 3 else 1)
        for at, channel in enumerate(drawn):
            across, down = at % columns, at // columns
            self.chart(
                left + across * width / columns,
                bottom + (rows - 1 - down) * height / rows,
                width / columns - 6,
                height / rows - 4,
                lambda axes, channel=channel: curve_chart(axes, self.report, channel),  # type: ignore[misc]
                gutter=0,
                below=9,
                above=13,
            )
