"""Writes the smallest OLE compound file with one stream, as old Excel files and protected workbooks are.

Layout ([MS-CFB], version 3): a header of 512 bytes, sector 0 the allocation table, sector 1 the directory,
sectors 2 and on the stream, padded to 4096 bytes so that it needs no mini stream.
"""

from __future__ import annotations

import struct

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole_bytes(stream: str, content: bytes) -> bytes:
    """A compound file whose only stream has this name and begins with this content."""
    body = content.ljust(4096, b"\0")
    count = len(body) // SECTOR
    chain = [TABLE, END, *range(3, count + 2), END]
    table = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry(stream, 2, FREE, 2, len(body)) + bytes(256)
    return _header() + table + directory + body


def _header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    return head + struct.pack("<109I", 0, *[FREE] * 108)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    letters = (name + "\0").encode("utf-16-le")
    entry = letters.ljust(64, b"\0") + struct.pack("<HBBIII", len(letters), kind, 1, FREE, FREE, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)


def biff_record(kind: int, body: bytes = b"") -> bytes:
    """A record of the old Excel format: kind, length, body."""
    return struct.pack("<HH", kind, len(body)) + body


BOF = biff_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0x41, 6))
FILEPASS = biff_record(0x002F, bytes(6))
EOF = biff_record(0x000A)
