"""A creative brief as a Word document, with headings and tables that Word knows as such."""

from __future__ import annotations

import re
from io import BytesIO

from docx import Document

from core.promo.brief.layout import BriefHead, asset_rows, sections_of
from core.promo.brief.values import CreativeBrief

# XML 1.0 holds no control characters but tab and line ends; Word refuses a file with any other.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


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
