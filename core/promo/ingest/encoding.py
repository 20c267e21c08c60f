"""Which encoding a text of any length is in, told from all of its bytes in constant memory."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.limits import MIB
from core.data.problems import FileProblem

BLOCK = 4 * MIB
BYTES_A_LINE = 40  # to guess the number of lines where they are not counted
MOST_DAMAGED_SHARE = 0.1  # of letters beyond ASCII: below, it is UTF-8 with damage and no other encoding
FIRST_LEAD = 0xC0  # bytes from here on begin a letter beyond ASCII in UTF-8
_UNUSED_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_WIDE = (
    *((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
    *((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
)


@dataclass(frozen=True)
class TextEncoding:
    """What one look at a whole text told: its codec, the length of its byte order mark, how many quotation
    marks, and about how many lines."""

    codec: str
    mark: int
    quotes: int
    lines: int


@dataclass
class _Look:
    """Counts over all blocks; `damaged` and `letters` beyond ASCII as UTF-8 would read them."""

    quotes: int = 0
    lines: int = 0
    damaged: int = 0
    letters: int = 0
    unused: int = 0


def encoding_of(path: Path, name: str) -> TextEncoding:
    """UTF-8 unless a byte says otherwise, then Windows-1252 or Latin-1; UTF-16 and UTF-32 by their marks.

    Raises FileProblem for UTF-8 with damaged characters: what they were cannot be known.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    wide = _wide(head)
    if wide is not None:
        return TextEncoding(*wide, quotes=1, lines=path.stat().st_size // BYTES_A_LINE)
    look = _looked(path)
    mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    return TextEncoding(_codec(look, name), mark, look.quotes, look.lines)


def _wide(head: bytes) -> tuple[str, int] | None:
    """UTF-16 and UTF-32 by their marks, UTF-16 also by its zero bytes."""
    for mark, codec in _WIDE:
        if head.startswith(mark):
            return codec, len(mark)
    if head.count(0) > len(head) // 4:
        return ("utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"), 0
    return None


def _looked(path: Path) -> _Look:
    look, decoder = _Look(), codecs.getincrementaldecoder("utf-8")(errors="replace")
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            look.quotes, look.lines = look.quotes + block.count(b'"'), look.lines + block.count(b"\n")
            text = decoder.decode(block)
            if not text.isascii():
                look.damaged += text.count("\ufffd")
                look.letters += int((np.frombuffer(block, np.uint8) >= FIRST_LEAD).sum())
                look.unused += sum(block.count(byte) for byte in _UNUSED_1252)
    return look


def _codec(look: _Look, name: str) -> str:
    if not look.damaged:
        return "utf-8"
    if look.damaged < MOST_DAMAGED_SHARE * look.letters:
        raise FileProblem(
            f"{name} is UTF-8 text with {look.damaged:,} damaged character(s), and what they were cannot be "
            "known: export it again."
        )
    return "latin-1" if look.unused else "cp1252"
