"""What every one-pager is made of: a page of A4 landscape with its band, tiles, headings and paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from core.charts.formats import KpiTile, unbroken
from core.charts.palette import PAPER_INK, PAPER_QUIET

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
            self.words(left + 12, bottom + 41, figure.name, 8.5, PAPER_QUIET)
            self.words(left + 12, bottom + 19, figure.value, 19, PAPER_INK, bold=True)
            note = clipped(figure.note, self.canvas, self.font, 7.5, width - 20)
            self.words(left + 12, bottom + 7, note, 7.5, PAPER_QUIET)

    def foot(self, sentences: Sequence[str]) -> None:
        """How it was computed, in small print at the bottom."""
        self.paragraph("  ".join(sentences), MARGIN, 38, PAGE_WIDTH - 2 * MARGIN, PAPER_QUIET, size=6.8)

    def chart(
        self, left: float, bottom: float, width: float, height: float, draw: Callable[[Any], None],
        *, gutter: float = 62.0, below: float = 12.0, above: float = 0.0,
    ) -> None:  # fmt: skip
        """A chart that `draw` draws into matplotlib's axes; names of rows are shortened to the gutter."""

        from matplotlib.ticker import FixedLocator

        from core.charts.paper import NAME, new_figure
        from core.documents.vector_charts import draw_figure

        figure = new_figure(width, height)
        inner = (gutter / width, below / height, 1 - (gutter + 6) / width, 1 - (below + above) / height)
        axes = figure.add_axes(inner)
        draw(axes)

        def fitted(text: Any, room: float) -> str:
            return clipped(text.get_text(), self.canvas, self.font, text.get_fontsize(), room)

        if isinstance(axes.yaxis.get_major_locator(), FixedLocator):
            axes.set_yticks(axes.get_yticks(), [fitted(own, gutter - 6) for own in axes.get_yticklabels()])
        for text in axes.texts:
            if text.get_gid() == NAME:
                text.set_text(fitted(text, width - gutter - 6))
        draw_figure(figure, self.canvas, self.font, left, bottom)

    def heading(self, text: str, left: float, top: float, width: float = PAGE_WIDTH) -> float:
        """A small heading, shortened to a width; returns where the next thing may start."""
        text = clipped(text, self.canvas, self.bold, 9.5, width)
        self.words(left, top, text, 9.5, PAPER_INK, bold=True)
        return top - 8

    def paragraph(
        self,
        text: str,
        left: float,
        top: float,
        width: float,
        ink: str = PAPER_INK,
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


def clipped(text: str, canvas: Canvas, font: str, size: float, width: float) -> str:
    """The text, shortened with an ellipsis until it fits a width in points."""
    if canvas.stringWidth(text, font, size) <= width:
        return text
    while text and canvas.stringWidth(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text}…"
