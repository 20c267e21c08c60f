"""What every presentation is made of: slides with a title and a foot, tiles of figures, tables, text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from core.charts.formats import KpiTile, unbroken
from core.documents.slide_charts import Box, colour

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
LEFT, INNER = Inches(0.6), Inches(12.13)
BRAND, INK, QUIET, PALE = "#0b7a70", "#14201f", "#5f6e6c", "#f3f6f6"


def new_deck(title: str) -> Any:
    """An empty presentation in the shape of a wide screen."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    deck.core_properties.title = title
    return deck


def as_bytes(deck: Any) -> bytes:
    """The presentation's file."""
    out = BytesIO()
    deck.save(out)
    return out.getvalue()


def new_slide(deck: Any, title: str, footer: str) -> Any:
    """A slide with its title, a foot and its number."""
    slide = deck.slides.add_slide(
        deck.slide_layouts[5]
    )  # the layout "Title only" keeps titles in the outline
    bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(0.16), HEIGHT)
    paint(bar, BRAND)
    place(slide.shapes.title, (LEFT, Inches(0.42), INNER, Inches(0.75)))
    slide.shapes.title.text_frame.margin_left = 0
    write(slide.shapes.title.text_frame, [title], size=28, bold=True)
    add_text(slide, (LEFT, Inches(7.02), INNER, Inches(0.3)), [footer], size=10, ink=QUIET)
    number = str(len(deck.slides))
    add_text(
        slide, (LEFT, Inches(7.02), INNER, Inches(0.3)), [number], size=10, ink=QUIET, align=PP_ALIGN.RIGHT
    )
    return slide


def title_slide(
    deck: Any, heading: str, lines: Sequence[str], figures: Sequence[KpiTile], sentence: str
) -> None:
    """The first slide: what it is about, whose it is, the figures on top, and one sentence."""
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    ground = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, WIDTH, Inches(4.1))
    paint(ground, BRAND)
    slide.shapes._spTree.remove(ground._element)
    slide.shapes._spTree.insert(2, ground._element)  # behind the title
    place(slide.shapes.title, (LEFT, Inches(1.35), INNER, Inches(1.1)))
    slide.shapes.title.text_frame.margin_left = 0
    write(slide.shapes.title.text_frame, [heading], size=44, bold=True, ink="#ffffff")
    add_text(slide, (LEFT, Inches(2.5), INNER, Inches(1.0)), lines, size=18, ink="#d8efec")
    add_tiles(slide, figures, Inches(4.55))
    add_text(slide, (LEFT, Inches(6.55), INNER, Inches(0.6)), [sentence], size=12, ink=QUIET)


def add_tiles(slide: Any, figures: Sequence[KpiTile], top: int) -> None:
    """Figures side by side, each with its name and a note."""
    gap, width = Inches(0.2), Inches(2.88)
    for at, figure in enumerate(figures):
        left = LEFT + at * (width + gap)
        box = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, left, top, width, Inches(1.7))
        box.adjustments[0] = 0.06
        paint(box, PALE)
        frame = box.text_frame
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        write(frame, [figure.name], size=13, ink=QUIET)
        write(frame, [figure.value], size=30, bold=True, more=True)
        write(frame, [figure.note or " "], size=11, ink=QUIET, more=True)


def add_table(
    slide: Any,
    box: Box,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    shares: Sequence[float],
    last_inks: Sequence[str] | None = None,
    size: float = 13,
) -> None:
    """A table; `shares` are the columns' parts of the width, `last_inks` colours of the last column."""
    table = slide.shapes.add_table(len(rows) + 1, len(heads), *box).table
    for at, share in enumerate(shares):
        table.columns[at].width = Emu(int(INNER * share))
    for column, head in enumerate(heads):
        _cell(table.cell(0, column), head, BRAND, "#ffffff", size, bold=True)
    for line, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            last = last_inks is not None and column == len(heads) - 1
            ink = last_inks[line - 1] if last and last_inks is not None else INK
            _cell(table.cell(line, column), text, "#ffffff" if line % 2 else PALE, ink, size, bold=last)


def _cell(cell: Any, text: str, ground: str, ink: str, size: float, bold: bool = False) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = colour(ground)
    write(cell.text_frame, [text], size=size, bold=bold, ink=ink)


def place(shape: Any, box: Box) -> None:
    """Put a shape into a box."""
    shape.left, shape.top, shape.width, shape.height = box


def paint(shape: Any, hex_colour: str) -> None:
    """Fill a shape with one colour, without line or shadow."""
    shape.fill.solid()
    shape.fill.fore_color.rgb = colour(hex_colour)
    shape.line.fill.background()
    style = shape._element.find(qn("p:style"))
    if style is not None:  # the theme's style brings a shadow
        shape._element.remove(style)


def add_text(slide: Any, box: Box, lines: Sequence[str], **look: Any) -> None:
    """Paragraphs in a box; `look` as in `write`."""
    frame = slide.shapes.add_textbox(*box).text_frame
    frame.margin_left = frame.margin_right = 0
    write(frame, lines, **look)


def write(
    frame: Any,
    lines: Sequence[str],
    *,
    size: float,
    bold: bool = False,
    ink: str = INK,
    align: Any = PP_ALIGN.LEFT,
    more: bool = False,
    space: float = 0,
) -> None:
    """Paragraphs into a text frame, after what is there where `more`."""
    frame.word_wrap = True
    for at, text in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 and not more else frame.add_paragraph()
        paragraph.alignment, paragraph.space_after = align, Pt(space)
        run = paragraph.add_run()
        run.text = unbroken(text)
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, colour(ink)
