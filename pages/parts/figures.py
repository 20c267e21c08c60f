"""One way of writing figures on every screen."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

THIN = "\u202f"
_STEPS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}


def number(value: float | None, digits: int = 3) -> str:
    """`value` in significant digits, compact from ten thousand on: 1234 -> "1,234", 1.24e6 -> "1.24M"."""
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value)
    for step, letter in _STEPS:
        if size >= step and size >= 9_999.5:
            return f"{_signed(_significant(value / step, digits))}{letter}"
    return _signed(f"{value:,.0f}" if size >= 100 else _significant(value, digits))


def money(value: float | None, currency: str, digits: int = 3) -> str:
    """`value` in the project's currency: 1.24e6, "EUR" -> "€1.24M"; without a sign its code leads."""
    text = number(value, digits)
    if text == "–":
        return text
    minus, bare = ("−", text[1:]) if text.startswith("−") else ("", text)
    symbol = _SYMBOLS.get(currency)
    return f"{minus}{symbol}{bare}" if symbol else f"{minus}{currency}{THIN}{bare}"


def percent(share: float | None, digits: int = 0) -> str:
    """A share (0..1) as a percentage: 0.234 -> "23 %"."""
    if share is None or not math.isfinite(share):
        return "–"
    return f"{_signed(f'{100 * share:.{digits}f}')}{THIN}%"


def interval(lower: float | None, upper: float | None, write: Callable[[float | None], str] = number) -> str:
    """Both ends of an interval in the same writing: "1.2 to 1.9"."""
    return f"{write(lower)} to {write(upper)}"


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


def _significant(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:,.{min(places, 6)}f}"


def _signed(text: str) -> str:
    return text.replace("-", "−")
