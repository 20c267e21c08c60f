"""A report as one page of A4 landscape: figures, findings, four charts, the method."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from core.mmm.answers.hints import HINT_COLOURS
from core.mmm.answers.report import Report
from core.mmm.answers.verdict import Trust
from core.mmm.exports.pdf_charts import (
    INK,
    QUIET,
    Place,
    clipped,
    curve_plot,
    fit_plot,
    returns_plot,
    waterfall_plot,
)
from core.mmm.wording import unbroken

PAGE_WIDTH, PAGE_HEIGHT = landscape(A4)
MARGIN = 34.0
MOST_GAPS = 2
BRAND, PALE, WARN = "#0b7a70", "#f3f6f6", "#b4441d"
BAND = 66.0
TRUST_COLOURS = {Trust.GOOD: BRAND, Trust.CARE: "#8a6400", Trust.NONE: WARN}
CURVES = 6


def to_pdf(report: Report) -> bytes:
    """The one-pager as bytes. User text is drawn as text, never as markup."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1)
    canvas.setTitle(f"{report.model}: what media did")
    canvas.setAuthor("Mixwright")
    page = Page(canvas, report, *fonts(report))
    page.draw()
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def fonts(report: Report) -> tuple[str, str]:
    """Regular and bold font with every letter of the report: Helvetica, or DejaVu beyond cp1252."""
    names = [report.project, report.model, report.wording.kpi_label, report.wording.symbol]
    text = "".join([*names, *report.wording.labels.values(), report.findings.paragraph, *report.method])
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return _dejavu()
    return "Helvetica", "Helvetica-Bold"


def _dejavu() -> tuple[str, str]:
    import matplotlib  # it brings the fonts along

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name, file in (("DejaVu", "DejaVuSans.ttf"), ("DejaVu-Bold", "DejaVuSans-Bold.ttf")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    return "DejaVu", "DejaVu-Bold"


class Page:
    """The one-pager being drawn: a canvas, the report and its fonts."""

    def __init__(self, canvas: Canvas, report: Report, font: str, bold: str) -> None:
        self.canvas, self.report, self.font, self.bold = canvas, report, font, bold

    def draw(self) -> None:
        """Everything, from top to bottom."""
        self._head()
        self._tiles(PAGE_HEIGHT - BAND - 68)
        self._left_column(PAGE_HEIGHT - BAND - 84)
        self._charts(PAGE_HEIGHT - BAND - 84)
        self._foot()

    def _head(self) -> None:
        self._box(0, PAGE_HEIGHT - BAND, PAGE_WIDTH, BAND, BRAND, radius=0)
        self._words(MARGIN, PAGE_HEIGHT - 34, "What media did", 21, "#ffffff", bold=True)
        names = f"{self.report.project}  ·  {self.report.model}"
        names = clipped(names, self.canvas, self.font, 10.5, PAGE_WIDTH * 0.6)
        self._words(MARGIN, PAGE_HEIGHT - 52, names, 10.5, "#d8efec")
        self._words(
            PAGE_WIDTH - MARGIN, PAGE_HEIGHT - 34, self.report.range_words, 11.5, "#ffffff", right=True
        )
        made = f"Intervals: {self.report.level * 100:.0f} %  ·  made on {self.report.made_on:%d.%m.%Y}"
        self._words(PAGE_WIDTH - MARGIN, PAGE_HEIGHT - 52, made, 9, "#d8efec", right=True)

    def _tiles(self, bottom: float) -> None:
        gap = 10.0
        width = (PAGE_WIDTH - 2 * MARGIN - 3 * gap) / 4
        for at, figure in enumerate(self.report.figures()):
            left = MARGIN + at * (width + gap)
            self._box(left, bottom, width, 56, PALE)
            self._words(left + 12, bottom + 41, figure.name, 8.5, QUIET)
            self._words(left + 12, bottom + 19, figure.value, 19, INK, bold=True)
            self._words(left + 12, bottom + 7, figure.note, 7.5, QUIET)

    def _left_column(self, top: float) -> None:
        width = 236.0
        top = self._heading("The findings that matter", MARGIN, top - 12)
        if self.report.findings.warning:
            top = self._paragraph(self.report.findings.warning, MARGIN, top, width, WARN, bold=True) - 6
        for at, finding in enumerate(self.report.findings.sentences, start=1):
            self.canvas.setFillColor(HexColor(BRAND))
            self.canvas.circle(MARGIN + 7, top - 7, 7, stroke=0, fill=1)
            self._words(MARGIN + 7, top - 10, str(at), 8.5, "#ffffff", bold=True, centre=True)
            top = self._paragraph(finding.text, MARGIN + 21, top, width - 21) - 7
        trust = self.report.verdict.trust
        top = self._heading("How far to trust it", MARGIN, top - 14)
        top = self._paragraph(str(trust), MARGIN, top, width, TRUST_COLOURS[trust], bold=True) - 2
        for reason in self.report.verdict.reasons[:3]:
            text = reason.what[0].upper() + reason.what[1:]
            top = self._paragraph(text, MARGIN, top, width) - 3
        if self.report.unknown:
            top = self._heading("What it cannot tell", MARGIN, top - 14)
            for gap in self.report.unknown[:MOST_GAPS]:
                top = self._paragraph(gap.what, MARGIN, top, width) - 3
        self._hints(top - 16, width)

    def _hints(self, top: float, width: float) -> None:
        """The budget hints, as many as there is room for above the foot."""
        rows = self.report.hints.to_dict("records")[: max(0, int((top - 70) / 13))]
        if not rows:
            return
        top = self._heading("A hint for the next budget", MARGIN, top) - 6
        for row in rows:
            name = clipped(self.report.wording.label(row["channel"]), self.canvas, self.font, 8.6, width / 2)
            returns = (
                f"next {self.report.wording.symbol}1 returns {self.report.wording.per_money(row['mroas'])}"
            )
            self._words(MARGIN, top, name, 8.6, INK)
            self._words(
                MARGIN + width * 0.38, top, returns if self.report.wording.returns_in_money else "", 8, QUIET
            )
            self._words(
                MARGIN + width, top, str(row["hint"]), 8.6, HINT_COLOURS[row["hint"]], bold=True, right=True
            )
            top -= 13

    def _charts(self, top: float) -> None:
        words, gap, left = self.report.wording, 18.0, MARGIN + 236 + 24
        width = (PAGE_WIDTH - MARGIN - left - gap) / 2
        height = (top - 62) / 2 - 26
        second, upper, lower = left + width + gap, top - 22 - height, top - 48 - 2 * height
        self._heading(f"{words.return_name}: average, and the next 1 % (dot)", left, top - 12)
        returns_plot(self._place(left, upper, width, height), self.report)
        self._heading(f"Where {words.kpi_label} came from", second, top - 12)
        waterfall_plot(self._place(second, upper, width, height), self.report)
        self._heading(f"{words.kpi_label}: actual and model", left, upper - 16)
        fit_plot(self._place(left, lower, width, height), self.report)
        self._heading(f"Effect against spend per {words.period}", second, upper - 16)
        self._curves(second, lower, width, height)

    def _curves(self, left: float, bottom: float, width: float, height: float) -> None:
        order = self.report.channels.sort_values("spend", ascending=False)["channel"]
        drawn = [name for name in order if name in set(self.report.curves["channel"])][:CURVES]
        columns, rows = (3 if len(drawn) > 2 else max(len(drawn), 1)), (2 if len(drawn) > 3 else 1)
        for at, channel in enumerate(drawn):
            across, down = at % columns, at // columns
            place = self._place(
                left + across * width / columns,
                bottom + (rows - 1 - down) * height / rows,
                width / columns - 6,
                height / rows - 4,
            )
            curve_plot(place, self.report, channel)

    def _foot(self) -> None:
        text = "  ".join(self.report.method)
        self._paragraph(text, MARGIN, 38, PAGE_WIDTH - 2 * MARGIN, QUIET, size=6.8)

    def _place(self, left: float, bottom: float, width: float, height: float) -> Place:
        return self.canvas, self.font, left, bottom, width, height

    def _heading(self, text: str, left: float, top: float) -> float:
        self._words(left, top, text, 9.5, INK, bold=True)
        return top - 8

    def _paragraph(
        self,
        text: str,
        left: float,
        top: float,
        width: float,
        ink: str = INK,
        *,
        bold: bool = False,
        size: float = 8.6,
    ) -> float:
        """Draw wrapped text below `top`; returns where the next thing may start."""
        name = self.bold if bold else self.font
        style = ParagraphStyle(
            "text", fontName=name, fontSize=size, leading=size * 1.32, textColor=HexColor(ink)
        )
        paragraph = Paragraph(escape(unbroken(text)), style)
        _, height = paragraph.wrap(width, PAGE_HEIGHT)
        paragraph.drawOn(self.canvas, left, top - height)
        return float(top - height)

    def _box(
        self, left: float, bottom: float, width: float, height: float, ink: str, radius: float = 5
    ) -> None:
        self.canvas.setFillColor(HexColor(ink))
        self.canvas.roundRect(left, bottom, width, height, radius, stroke=0, fill=1)

    def _words(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        ink: str,
        *,
        bold: bool = False,
        right: bool = False,
        centre: bool = False,
    ) -> None:
        self.canvas.setFont(self.bold if bold else self.font, size)
        self.canvas.setFillColor(HexColor(ink))
        draw = self.canvas.drawRightString if right else self.canvas.drawString
        (self.canvas.drawCentredString if centre else draw)(x, y, text)
