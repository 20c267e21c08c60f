"""Words in a promotion's name and notes: whether one stands there, and the text without it."""

from __future__ import annotations

import re


def says(text: str, word: str) -> bool:
    """Whether the word (or words) stands in the text by itself, in whatever case."""
    return _pattern(word).search(text) is not None


def without(text: str, word: str) -> str:
    """The text without the word; what it leaves closes up."""
    while says(text, word):
        text = " ".join(_pattern(word).sub(" ", text).split())
    return text


def _pattern(word: str) -> re.Pattern[str]:
    spaced = r"\s+".join(re.escape(part) for part in word.split())
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
