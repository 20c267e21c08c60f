"""One way of writing moments, durations and sizes on every screen; a model's wording writes amounts."""

from __future__ import annotations

import datetime as dt
import math


def moment(at: dt.datetime | None) -> str:
    """A UTC moment as people read it: "21 Nov 2026, 09:17 UTC"."""
    return "–" if at is None else f"{at.day} {at:%b %Y, %H:%M} UTC"


def day(on: dt.date | None) -> str:
    """A date as people read it: "21 Nov 2026"."""
    return "–" if on is None else f"{on.day} {on:%b %Y}"


def ago(at: dt.datetime | None, now: dt.datetime) -> str:
    """How long ago a moment was, in its largest unit: "3 min ago"; older than a month, the day itself."""
    if at is None:
        return "never"
    seconds = max((now - at).total_seconds(), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago" if seconds < 31 * 86_400 else day(at.date())
    return "just now"


def lasting(seconds: float | None) -> str:
    """A duration in words: 95 -> "1 min 35 s"."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3_600} h {whole % 3_600 // 60} min"


def size(count: int | None) -> str:
    """Bytes as people read them: 1536 -> "1.5 KB"."""
    if count is None:
        return "–"
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError("the last unit takes what is left")
