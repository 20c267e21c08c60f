"""Text that people typed, made safe for places that render Markdown."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_\[\]<>|~$^@&]|:(?=\S)|(?<=\bwww)\.|(?<=\bWWW)\.)")
_LIST_OR_HEADING = re.compile(r"^([#+\-=]|\d+(?=[.)]\s))")


def plain(text: str) -> str:
    """`text` as Markdown that shows exactly its characters: no link, image, icon, colour or formula."""
    one_line = " ".join(text.split())
    escaped = _MARKUP.sub(r"\\\1", one_line)
    return _LIST_OR_HEADING.sub(lambda at: at[1] + "\u200b" if at[1].isdigit() else "\\" + at[1], escaped)
