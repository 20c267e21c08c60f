"""What the slices of a validation say together: error, calibration, skill, how steady each channel is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import pandas as pd

from core.errors import UserError
from core.mmm.validation.folds import Fold
from core.mmm.validation.naive import Naive
from core.mmm.validation.result import CHANNEL, FoldResult
from core.mmm.validation.scores import Scores

STABILITY = ("channel", "share", "share_low", "share_high", "roas", "roas_low", "roas_high", "spread",
             "slices", "steady")  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """Scores over all slices.

    `by_slice`: fold, start_on, end_on, crps, wmape, coverage, r2, naive_crps, naive_wmape, skill, converged.
    `stability`: a row a channel: `share`, `share_low`, `share_high` and `roas`, `roas_low`, `roas_high` (mean
    and extremes of the slices' estimates), `spread` ((high - low) / mean of the shares), `slices` that knew
    the channel, and `steady`: all 90 % intervals of the share have a point in common (None with one slice).
    """

    slices: tuple[Fold, ...]
    scores: Scores
    naive_scores: Scores
    naive: tuple[Naive, ...]
    converged: bool
    by_slice: pd.DataFrame
    stability: pd.DataFrame
    left_out: tuple[str, ...]

    @property
    def skill(self) -> float:
        """By how much the CRPS lies below the naive forecast's, as a share of it; negative when above."""
        return 1 - self.scores.crps / self.naive_scores.crps if self.naive_scores.crps else float("nan")

    @property
    def naive_words(self) -> str:
        """What the naive forecast did, in words."""
        return " or ".join(kind.words for kind in self.naive)

    @property
    def skill_words(self) -> str:
        """The skill as a judgement: "28 % better than repeating last year"."""
        if math.isnan(self.skill):
            return f"{self.naive_words} makes no error, so that there is nothing to beat"
        side = "better" if self.skill >= 0 else "worse"
        return f"{abs(self.skill) * 100:.0f} % {side} than {self.naive_words}"

    @property
    def unsteady(self) -> tuple[str, ...]:
        """Channels whose share depends on when one looks."""
        table = self.stability
        return tuple(str(name) for name in table.loc[table["steady"] == False, "channel"])  # noqa: E712


def summarise(results: Sequence[FoldResult]) -> Summary:
    """The slices together; UserError without any."""
    if not results:
        raise UserError("No slice has been forecast yet.")
    ordered = sorted(results, key=lambda result: result.slice.fold)
    return Summary(
        slices=tuple(result.slice for result in ordered),
        scores=reduce(add, (result.scores for result in ordered)),
        naive_scores=reduce(add, (result.naive_scores for result in ordered)),
        naive=tuple(dict.fromkeys(result.naive for result in ordered)),
        converged=all(result.converged for result in ordered),
        by_slice=pd.DataFrame([_row(result) for result in ordered]),
        stability=stability(ordered),
        left_out=tuple(f"Until {r.slice.last_on}: {words}" for r in ordered for words in r.left_out),
    )


def _row(result: FoldResult) -> dict[str, Any]:
    own, naive = result.scores, result.naive_scores
    return {
        "fold": result.slice.fold,
        "start_on": result.slice.start_on,
        "end_on": result.slice.end_on,
        "crps": own.crps,
        "wmape": own.wmape,
        "coverage": own.coverage,
        "r2": own.r2,
        "naive_crps": naive.crps,
        "naive_wmape": naive.wmape,
        "skill": result.skill,
        "converged": result.converged,
    }


def stability(results: Sequence[FoldResult]) -> pd.DataFrame:
    """How each channel's estimate moves from slice to slice; see `Summary`."""
    known = pd.DataFrame([row for result in results for row in result.channels], columns=list(CHANNEL))
    rows = []
    for channel, own in known.groupby("channel", sort=False):
        shares, returns = own["share"].astype(float), own["roas"].astype(float)
        mean, low, high = shares.mean(), shares.min(), shares.max()
        steady = bool(own["share_lower"].max() <= own["share_upper"].min()) if len(own) > 1 else None
        rows.append(
            {
                "channel": str(channel),
                **{"share": mean, "share_low": low, "share_high": high},
                **{"roas": returns.mean(), "roas_low": returns.min(), "roas_high": returns.max()},
                "spread": (high - low) / mean if mean else float("nan"),
                "slices": len(own),
                "steady": steady,
            }
        )
    return pd.DataFrame(rows, columns=list(STABILITY))
