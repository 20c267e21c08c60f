"""Charts on paper, drawn by matplotlib into any axes: a picture's, or those of a page of a PDF.

Amounts and names are plain text: nothing in them is read as a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from core.charts.formats import short, written_day
from core.charts.palette import PAPER_GRID, PAPER_INK, PAPER_QUIET

# A dollar sign in a name or an amount would begin a formula.
matplotlib.rcParams["text.parse_math"] = False

SMALL = 6.5  # points
NAME = "name"  # marks a text that a page may shorten


def new_figure(width: float, height: float) -> Figure:
    """A figure of a size in points, drawn without pyplot, whose state all threads of the server share."""
    return Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")


def amount_axis(axis: Any, prefix: str = "", write: Callable[[float], str] = short) -> None:
    """Round amounts along an axis, at about four ticks, with quiet lines across the chart."""
    axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{prefix}{write(value)}"))
    axis.grid(True, color=PAPER_GRID, linewidth=0.6)


def bare(axes: Any, size: float = SMALL) -> None:
    """No frame and no tick marks; small quiet labels behind nothing."""
    axes.set_facecolor("none")
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=size, labelcolor=PAPER_QUIET, pad=2)
    for side in axes.spines.values():
        side.set_visible(False)


def rows(axes: Any, labels: Sequence[str], size: float = 7) -> None:
    """One row a label, the first on top, for marks at 0, 1, 2, ..."""
    axes.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels)
    bare(axes)
    axes.tick_params(axis="y", labelsize=size, labelcolor=PAPER_INK)


def interval(axes: Any, row: float, lower: float, upper: float, colour: str, width: float = 1.0) -> None:
    """The line of an interval in a row."""
    axes.plot([lower, upper], [row, row], color=colour, linewidth=width, solid_capstyle="butt")


def dot(axes: Any, x: float, y: float, colour: str, size: float = 5.2) -> None:
    """A dot with a white rim."""
    axes.plot([x], [y], "o", color=colour, markersize=size, markeredgecolor="white", markeredgewidth=0.8)


def amount(axes: Any, x: float, row: float, text: str, size: float = 5.8) -> None:
    """An amount behind the end of a bar."""
    offset = {"xytext": (3, 0), "textcoords": "offset points"}
    over_grid = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    axes.annotate(
        text, (x, row), va="center", ha="left", fontsize=size, color=PAPER_QUIET, bbox=over_grid, **offset
    )


def band(axes: Any, x: Any, lower: Any, upper: Any, colour: str) -> None:
    """An interval along a line, softly filled."""
    axes.fill_between(
        np.asarray(x), np.asarray(lower), np.asarray(upper), color=colour, alpha=0.2, linewidth=0
    )


def dates_below(axes: Any, dates: pd.DatetimeIndex, places: Mapping[int, int]) -> None:
    """Dates below a chart, at each place the one of an index; those at its ends stay inside it."""
    axes.set_xticks(list(places), [written_day(dates[at]) for at in places.values()])
    left, right = axes.get_xlim()
    for place, label in zip(places, axes.get_xticklabels(), strict=True):
        label.set_ha("left" if place <= left else "right" if place >= right else "center")


def name_above(axes: Any, text: str, size: float = 7) -> None:
    """A name above the left end of a chart."""
    axes.text(0, 1.04, text, transform=axes.transAxes, fontsize=size, color=PAPER_INK, gid=NAME)
