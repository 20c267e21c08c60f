"""Text that people typed, made safe for places that render Markdown."""

from __future__ import annotations

import re

from core.charts.formats import unbroken

LONGEST = 1_000  # characters
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$^=:&@/])")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
# Icons, emoji shortcodes, arrows and bare addresses are recognised after backslashes are gone: an invisible
# word joiner inside them is what keeps them apart.
_LATER = re.compile(
    r"(?<=[:@])|(?<=www)(?=\.)|(?<=-)(?=[->])|(?<=[<>~!=])(?=[-=])|(?<=\()(?=[cr]\))", re.IGNORECASE
)
JOINER = "\u2060"


def plain(text: str) -> str:
    """`text` as Markdown that shows exactly its characters: no link, image, icon, colour or formula.

    A percent sign stays on the line of its number.
    """
    return unbroken(escape_label(text))


def escape_label(text: object, longest: int = LONGEST) -> str:
    """The text with everything that Markdown reads made literal; at most `longest` visible characters.

    Links, images, colour directives, icons, emoji shortcodes, LaTeX and HTML stay text; line breaks and
    characters that turn the direction of writing become a space.
    """
    plain = " ".join(_BREAKS.sub(" ", str(text)).split())
    cut = plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"
    return _MARKDOWN.sub(r"\\\1", _LATER.sub(JOINER, cut))
