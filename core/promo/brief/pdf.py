"""A creative brief as a PDF: A4, as many pages as it needs. Texts are drawn as text, never as markup."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from core.documents.page import BRAND, PALE, fonts_for
from core.mmm.documents.pdf_charts import INK, QUIET
from core.promo.brief.layout import BriefHead, asset_rows, sections_of
from core.promo.brief.values import CreativeBrief

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN


def brief_pdf(brief: CreativeBrief, head: BriefHead) -> bytes:
    """The file. No address in it is fetched; letters beyond Western Europe bring their own font."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=16 * mm, bottomMargin=16 * mm,
        title=head.title, author="Mixwright", subject="Creative brief",
    )  # fmt: skip
    document.build(_Story(brief, head).flowables())
    return out.getvalue()


class _Story:
    """The flowables of one brief, in its fonts."""

    def __init__(self, brief: CreativeBrief, head: BriefHead) -> None:
        self.brief, self.head = brief, head
        self.font, self.bold = fonts_for(f"{brief.brief_json()}{brief.assets_json()}{head}")

    def flowables(self) -> list[Flowable]:
        """Title, sections, then every asset on a card that no page break cuts."""
        found: list[Flowable] = [
            self._text("Creative brief", 9, QUIET),
            self._text(self.head.title, 20, INK, bold=True),
            self._text(self.head.line, 10, QUIET),
            Spacer(0, 5 * mm),
        ]
        for title, lines in sections_of(self.brief):
            found.append(KeepTogether([self._text(title, 12, BRAND, bold=True), self._lines(lines[:1])]))
            found += [self._lines([line]) for line in lines[1:]]
            found.append(Spacer(0, 3 * mm))
        if self.brief.assets:
            found.append(self._text("Assets", 12, BRAND, bold=True))
        for asset in self.brief.assets:
            rows = [[self._text(a, 8.5, QUIET), self._text(b, 9.5, INK)] for a, b in asset_rows(asset)]
            found.append(KeepTogether([self._card(rows), Spacer(0, 3 * mm)]))
        return found

    def _lines(self, lines: Sequence[str]) -> Flowable:
        rows = [[self._text("•", 9.5, BRAND), self._text(line, 9.5, INK)] for line in lines]
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
