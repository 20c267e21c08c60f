"""Text that people typed, made safe for places that render Markdown."""

from __future__ import annotations

from core.charts.wording import unbroken
from core.data.labels import escape_label

LONGEST = 1_000


def plain(text: str) -> str:
    """`text` as Markdown that shows exactly its characters: no link, image, icon, colour or formula.

    A percent sign stays on the line of its number.
    """
    return unbroken(escape_label(text, LONGEST))
