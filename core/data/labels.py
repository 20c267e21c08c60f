"""Text from files shown as text, wherever Streamlit would read Markdown into it."""

from __future__ import annotations

import re

LONGEST = 120
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$^=:&@/])")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
# Icons, emoji shortcodes, arrows and bare addresses are recognised after backslashes are gone: an invisible
# word joiner inside them is what keeps them apart.
_LATER = re.compile(
    r"(?<=[:@])|(?<=www)(?=\.)|(?<=-)(?=[->])|(?<=[<>~!=])(?=[-=])|(?<=\()(?=[cr]\))", re.IGNORECASE
)
JOINER = "\u2060"


def escape_label(text: object, longest: int = LONGEST) -> str:
    """The text with everything that Markdown reads made literal; at most `longest` visible characters.

    Links, images, colour directives, icons, emoji shortcodes, LaTeX and HTML stay text; line breaks and
    characters that turn the direction of writing become a space.
    """
    plain = " ".join(_BREAKS.sub(" ", str(text)).split())
    cut = plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"
    return _MARKDOWN.sub(r"\\\1", _LATER.sub(JOINER, cut))
