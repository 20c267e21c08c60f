"""One colour per channel, the same on every chart."""

from __future__ import annotations

from collections.abc import Iterable

# Every colour has at least 3:1 (WCAG AA for marks) against the light and the dark backgrounds of the theme:
# a relative luminance between 0.15 and 0.27. Neighbours differ in hue, also for people who see red and
# green alike.
COLOURS = (
    *("#12897d", "#d9660b", "#6d66e6", "#d6408b", "#2a82c9", "#64901c"),
    *("#a44fc4", "#ad7d12", "#77849a", "#d63a3a", "#9c6a4f", "#b06fa8"),
)
KPI_COLOUR = "#2a82c9"
# On white paper: texts, quiet texts, lines of the grid, and the total of a waterfall.
PAPER_INK, PAPER_QUIET, PAPER_GRID, PAPER_TOTAL = "#14201f", "#5f6e6c", "#e3e9e8", "#5b6b7d"


def channel_colours(names: Iterable[str]) -> dict[str, str]:
    """{name: "#rrggbb"} in the order given (the order of the configuration), the same for the same names.

    Twelve well separated colours; further names get the colours between neighbours.
    """
    ordered = list(dict.fromkeys(names))
    return {name: _colour(position) for position, name in enumerate(ordered)}


def _colour(position: int) -> str:
    turn, place = divmod(position, len(COLOURS))
    if turn == 0:
        return COLOURS[place]
    return _between(COLOURS[place], COLOURS[(place + turn) % len(COLOURS)])


def _between(first: str, second: str) -> str:
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round((a + b) / 2):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
