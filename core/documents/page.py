"""What every one-pager is made of: a page of A4 landscape with its band, tiles, headings and paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

from core.charts.formats import unbroken
from core.mmm.documents.pdf_charts import INK, QUIET, Place, clipped
from core.mmm.results.report import KpiTile

PAGE_WIDTH, PAGE_HEIGHT = landscape(A4)
MARGIN = 34.0
BRAND, PALE, WARN = "#0b7a70", "#f3f6f6", "#b4441d"
BAND = 66.0


def one_page(title: str, draw: Callable[[Canvas], None]) -> bytes:
    """The file of one page that `draw` draws."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("Mixwright")
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def fonts_for(text: str) -> tuple[str, str]:
    """Regular and bold font with every letter of the text: Helvetica, or DejaVu beyond cp1252."""
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


class PdfPage:
    """A page being drawn: a canvas and its two fonts. User text is drawn as text, never as markup."""

    def __init__(self, canvas: Canvas, font: str, bold: str) -> None:
        self.canvas, self.font, self.bold = canvas, font, bold

    def head(self, title: str, names: str, right: str, made: str) -> None:
        """The coloured band on top: what it is, whose it is, the dates, and how it was made."""
        self.box(0, PAGE_HEIGHT - BAND, PAGE_WIDTH, BAND, BRAND, radius=0)
        title = clipped(title, self.canvas, self.bold, 21, PAGE_WIDTH * 0.62)
        self.words(MARGIN, PAGE_HEIGHT - 34, title, 21, "#ffffff", bold=True)
        names = clipped(names, self.canvas, self.font, 10.5, PAGE_WIDTH * 0.6)
        self.words(MARGIN, PAGE_HEIGHT - 52, names, 10.5, "#d8efec")
        self.words(PAGE_WIDTH - MARGIN, PAGE_HEIGHT - 34, right, 11.5, "#ffffff", right=True)
        self.words(PAGE_WIDTH - MARGIN, PAGE_HEIGHT - 52, made, 9, "#d8efec", right=True)

    def tiles(self, figures: Sequence[KpiTile], bottom: float) -> None:
        """Figures side by side, each with its name and a note."""
        gap = 10.0
        width = (PAGE_WIDTH - 2 * MARGIN - 3 * gap) / 4
        for at, figure in enumerate(figures):
            left = MARGIN + at * (width + gap)
            self.box(left, bottom, width, 56, PALE)
            self.words(left + 12, bottom + 41, figure.name, 8.5, QUIET)
            self.words(left + 12, bottom + 19, figure.value, 19, INK, bold=True)
            note = clipped(figure.note, self.canvas, self.font, 7.5, width - 20)
            self.words(left + 12, bottom + 7, note, 7.5, QUIET)

    def foot(self, sentences: Sequence[str]) -> None:
        """How it was computed, in small print at the bottom."""
        self.paragraph("  ".join(sentences), MARGIN, 38, PAGE_WIDTH - 2 * MARGIN, QUIET, size=6.8)

    def place(self, left: float, bottom: float, width: float, height: float) -> Place:
        """A rectangle of the page for a chart."""
        return self.canvas, self.font, left, bottom, width, height

    def heading(self, text: str, left: float, top: float) -> float:
        """A small heading; returns where the next thing may start."""
        self.words(left, top, text, 9.5, INK, bold=True)
        return top - 8

    def paragraph(
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

    def box(
        self, left: float, bottom: float, width: float, height: float, ink: str, radius: float = 5
    ) -> None:
        """A filled box with round corners."""
        self.canvas.setFillColor(HexColor(ink))
        self.canvas.roundRect(left, bottom, width, height, radius, stroke=0, fill=1)

    def words(
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
        """One line of words at a place."""
        self.canvas.setFont(self.bold if bold else self.font, size)
        self.canvas.setFillColor(HexColor(ink))
        draw = self.canvas.drawRightString if right else self.canvas.drawString
        (self.canvas.drawCentredString if centre else draw)(x, y, text)
