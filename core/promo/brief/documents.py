"""A creative brief as a PDF: A4, as many pages as it needs. Texts are drawn as text, never as markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from docx import Document
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from core.charts.palette import PAPER_INK, PAPER_QUIET
from core.documents.page import BRAND, PALE, fonts_for
from core.promo.brief.generation import dates_of
from core.promo.brief.values import Asset, CreativeBrief
from core.promo.scenarios.scenario import ALL_SEGMENTS, PromoScenario

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN


# XML 1.0 holds no control characters but tab and line ends; Word refuses a file with any other.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


Section = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class BriefHead:
    """The promotion's name, and the line under it: project and period."""

    title: str
    line: str

    @classmethod
    def of(cls, scenario: PromoScenario, project: str) -> BriefHead:
        """The head of a promotion's brief."""
        return cls(scenario.label, f"{project}  ·  {dates_of(scenario)}")


def sections_of(brief: CreativeBrief) -> tuple[Section, ...]:
    """Title and lines of every section that has any."""
    named = tuple(name for name in brief.segments if name != ALL_SEGMENTS)
    audience = (brief.demographics, f"Segments: {', '.join(named)}" if named else "")
    every = (
        ("Objective", (brief.primary,)),
        ("Also", brief.secondary),
        ("Audience", tuple(part for part in audience if part)),
        ("Key messages", brief.key_messages),
        ("Tone", (brief.tone.capitalize(),) if brief.tone else ()),
        ("Mandatory: legal", brief.legal),
        ("Mandatory: brand", brief.brand),
    )
    return tuple((title, lines) for title, lines in every if lines)


def asset_rows(asset: Asset) -> tuple[tuple[str, str], ...]:
    """Name and text of what an asset says, its type first."""
    every = (
        ("Type", asset.label),
        ("Headline", asset.headline),
        ("Subheadline", asset.subheadline),
        ("Call to action", asset.cta),
        ("Products", ", ".join(asset.product_focus)),
    )
    return tuple((name, text) for name, text in every if text)


def brief_docx(brief: CreativeBrief, head: BriefHead) -> bytes:
    """The file: a title, one heading and its lines for each section, one table for each asset."""
    document = Document()
    document.core_properties.title, document.core_properties.author = plain(head.title), "Mixwright"
    document.add_heading(plain(head.title), level=0)
    document.add_paragraph(plain(head.line), style="Subtitle")
    for title, lines in sections_of(brief):
        document.add_heading(title, level=1)
        for line in lines:
            document.add_paragraph(plain(line), style="List Bullet")
    if brief.assets:
        document.add_heading("Assets", level=1)
    for asset in brief.assets:
        document.add_heading(plain(asset.label), level=2)
        table = document.add_table(rows=0, cols=2, style="Light Grid Accent 1")
        for name, text in asset_rows(asset)[1:]:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = name, plain(text)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def plain(text: str) -> str:
    """The text without characters that a document cannot hold."""
    return CONTROL.sub("", text)


def brief_pdf(brief: CreativeBrief, head: BriefHead) -> bytes:
    """The file. No address in it is fetched; letters beyond Western Europe bring their own font."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=16 * mm, bottomMargin=16 * mm,
        title=head.title, author="Mixwright", subject="Creative brief",
    )  # fmt: skip
    document.build(_PdfBrief(brief, head).flowables())
    return out.getvalue()


class _PdfBrief:
    """The flowables of one brief, in its fonts."""

    def __init__(self, brief: CreativeBrief, head: BriefHead) -> None:
        self.brief, self.head = brief, head
        self.font, self.bold = fonts_for(f"{brief.brief_json()}{brief.assets_json()}{head}")

    def flowables(self) -> list[Flowable]:
        """Title, sections, then every asset on a card that no page break cuts."""
        found: list[Flowable] = [
            self._text("Creative brief", 9, PAPER_QUIET),
            self._text(self.head.title, 20, PAPER_INK, bold=True),
            self._text(self.head.line, 10, PAPER_QUIET),
            Spacer(0, 5 * mm),
        ]
        for title, lines in sections_of(self.brief):
            found.append(KeepTogether([self._text(title, 12, BRAND, bold=True), self._lines(lines[:1])]))
            found += [self._lines([line]) for line in lines[1:]]
            found.append(Spacer(0, 3 * mm))
        if self.brief.assets:
            found.append(self._text("Assets", 12, BRAND, bold=True))
        for asset in self.brief.assets:
            rows = [
                [self._text(a, 8.5, PAPER_QUIET), self._text(b, 9.5, PAPER_INK)] for a, b in asset_rows(asset)
            ]
            found.append(KeepTogether([self._card(rows), Spacer(0, 3 * mm)]))
        return found

    def _lines(self, lines: Sequence[str]) -> Flowable:
        rows = [[self._text("•", 9.5, BRAND), self._text(line, 9.5, PAPER_INK)] for line in lines]
        table = Table(rows or [["", ""]], colWidths=[5 * mm, WIDTH - 5 * mm])
        table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 1)]))
        return table

    def _card(self, rows: list[list[Flowable]]) -> Flowable:
        table = Table(rows, colWidths=[32 * mm, WIDTH - 32 * mm])
        look = [
            ("BACKGROUND", (0, 0), (-1, -1), HexColor(PALE)), ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBEFORE", (0, 0), (0, -1), 2, HexColor(BRAND)),
        ]  # fmt: skip
        table.setStyle(TableStyle(look))
        return table

    def _text(self, text: str, size: float, ink: str, *, bold: bool = False) -> Paragraph:
        style = ParagraphStyle(
            "text", fontName=self.bold if bold else self.font, fontSize=size, leading=size * 1.35,
            textColor=HexColor(ink), spaceAfter=2, splitLongWords=True,
        )  # fmt: skip
        return Paragraph(escape(text), style)
