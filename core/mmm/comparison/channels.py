"""What models say about each channel over the same periods, and where they do not agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from core.mmm.comparison.grounds import Candidate
from core.mmm.results.summary import Range

FIGURES = ("contribution", "share", "roas")


def common_range(contenders: Sequence[Candidate]) -> Range | None:
    """The dates that lie in the data of all models; None where there are none."""
    start = max(contender.model.dates[0] for contender in contenders)
    end = min(contender.model.dates[-1] for contender in contenders)
    return Range(start, end) if start <= end else None


def channel_estimates(contenders: Sequence[Candidate], level: float, span: Range | None) -> pd.DataFrame:
    """A row per channel and model: channel, model, spend, contribution, share and roas, contribution and
    roas with `_lower` and `_upper`. Over `span`, or each model's own data where there is none."""
    start, end = (None, None) if span is None else (span.start, span.end)
    columns = ["channel", "spend", "share"]
    columns += [f"{name}{side}" for name in ("contribution", "roas") for side in ("", "_lower", "_upper")]
    frames = [
        contender.model.channel_summary(level, start, end)[columns].assign(model=contender.label)
        for contender in contenders
    ]
    return pd.concat(frames, ignore_index=True)


def disagreements(estimates: pd.DataFrame) -> pd.DataFrame:
    """A row per channel, the most disputed first: channel, figure, models, low, high, gap, apart.

    The figure is the ROAS, or the contribution where there is no spend. `low` and `high` are the extreme
    means, `gap` their distance over the sum of the half intervals that face each other (over 1: the
    intervals have no point in common, and so `apart`).
    """
    rows = [_dispute(str(channel), own) for channel, own in estimates.groupby("channel", sort=False)]
    return pd.DataFrame(rows).sort_values("gap", ascending=False, kind="stable").reset_index(drop=True)


def _dispute(channel: str, own: pd.DataFrame) -> dict[str, Any]:
    figure = "roas" if own["roas"].notna().any() else "contribution"
    known = own[own[figure].notna()]
    gaps = [_gap(a, b, figure) for (_, a), (_, b) in combinations(known.iterrows(), 2)]
    gap = max(gaps, default=0.0)
    ends = {"low": float(known[figure].min()), "high": float(known[figure].max())}
    return {"channel": channel, "figure": figure, "models": len(known), **ends, "gap": gap, "apart": gap > 1}


def _gap(first: pd.Series, second: pd.Series, figure: str) -> float:
    low, high = (first, second) if first[figure] <= second[figure] else (second, first)
    distance = float(high[figure] - low[figure])
    facing = float(low[f"{figure}_upper"] - low[figure]) + float(high[figure] - high[f"{figure}_lower"])
    if distance == 0:
        return 0.0
    return distance / facing if facing > 0 else float("inf")
