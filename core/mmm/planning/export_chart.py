"""A plan as one picture for a slide or a mail: money and caused KPI by channel, before and after."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from core.charts.base import NEUTRAL
from core.charts.formats import Wording, compact
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer

DOTS_PER_INCH = 160
BAR = 0.36


def plan_png(answer: BudgetAnswer | WhatIfAnswer, wording: Wording, title: str, sentence: str) -> bytes:
    """A PNG on white: left the money, right the caused KPI with its interval; title and sentence on top."""
    # Drawn without pyplot, whose state is shared by all threads of the server.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    count = max(len(answer.channels), 1)
    picture = Figure(figsize=(11, 2.0 + 0.55 * count), layout="constrained")
    FigureCanvasAgg(picture)
    picture.suptitle(f"{_literal(title)}\n{_wrapped(_literal(sentence))}", fontsize=11, ha="left", x=0.02)
    left, right = picture.subplots(1, 2, sharey=True)
    _draw_money(left, answer, wording)
    _draw_kpi(right, answer, wording)
    file = BytesIO()
    picture.savefig(file, format="png", dpi=DOTS_PER_INCH, facecolor="white")
    return file.getvalue()


def _draw_money(axes: Any, answer: BudgetAnswer | WhatIfAnswer, wording: Wording) -> None:
    rows, place = answer.frame, np.arange(len(answer.channels))
    colours = [wording.colour(name) for name in rows["channel"]]
    axes.barh(place - BAR / 2, rows["before_value"], BAR, color=colours, alpha=0.35, label="Before")
    axes.barh(place + BAR / 2, rows["after_value"], BAR, color=colours, label="Plan")
    for at, before, after in zip(place, rows["before_value"], rows["after_value"], strict=True):
        axes.text(before, at - BAR / 2, f" {_literal(wording.money(before))}", va="center", fontsize=8)
        axes.text(after, at + BAR / 2, f" {_literal(wording.money(after))}", va="center", fontsize=8)
    axes.set_yticks(place, [_literal(wording.label(name)) for name in rows["channel"]])
    axes.set_ylim(len(place) - 0.4, -0.6)
    axes.margins(x=0.18)
    _finish(axes, "Spend", wording.symbol)


def _draw_kpi(axes: Any, answer: BudgetAnswer | WhatIfAnswer, wording: Wording) -> None:
    rows, place = answer.frame, np.arange(len(answer.channels))
    for shift, column, colour, name in (
        (-BAR / 2, "kpi_before", NEUTRAL, "Before"),
        (BAR / 2, "kpi_after", "#2f5fd0", "Plan"),
    ):
        mean = rows[column].to_numpy(float)
        low = np.clip(mean - rows[f"{column}_lower"].to_numpy(float), 0, None)
        high = np.clip(rows[f"{column}_upper"].to_numpy(float) - mean, 0, None)
        axes.errorbar(mean, place + shift, xerr=[low, high], fmt="o", color=colour, capsize=3, label=name)
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    _finish(axes, f"Caused {wording.kpi_label} with interval", wording.kpi_prefix)


def _finish(axes: Any, title: str, prefix: str) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_title(_literal(title), fontsize=10, loc="left")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _literal(f"{prefix}{compact(value)}")))
    axes.tick_params(labelsize=8)
    axes.grid(axis="x", alpha=0.25)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _literal(text: str) -> str:
    """The text as it is: a dollar sign would begin a formula."""
    return text.replace("$", r"\$")


def _wrapped(text: str, width: int = 130) -> str:
    from textwrap import fill

    return fill(text, width)
