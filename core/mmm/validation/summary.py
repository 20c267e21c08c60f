"""What the slices of a validation say together: error, calibration, skill, how steady each channel is."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add
from typing import Any

import pandas as pd

from core.errors import UserError
from core.mmm.validation.folds import Fold
from core.mmm.validation.result import CHANNEL, FoldResult
from core.mmm.validation.scores import Naive, Scores
from core.queue.job import ACTIVE, JobStatus

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


@dataclass(frozen=True)
class FoldInfo:
    """One slice as a member of the project sees it; `result` is None until it is completed."""

    id: int
    slice: Fold
    status: JobStatus
    stage: str | None
    progress_done: int
    progress_total: int
    cancel_requested: bool
    message: str | None
    error_reference: str | None
    finished_at: dt.datetime | None
    result: FoldResult | None

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in ACTIVE

    @property
    def progress_share(self) -> float:
        """How much of it is done, 0..1: sampling is nearly all of it."""
        if not self.active:
            return 1.0
        counted = self.status is JobStatus.RUNNING and self.progress_total
        return min(1.0, self.progress_done / self.progress_total) if counted else 0.0


@dataclass(frozen=True)
class ValidationInfo:
    """One check of a model on past forecasts; slices in the order of time."""

    id: int
    project_id: int
    model_id: int
    model_name: str
    horizon: int
    created_at: dt.datetime
    slices: tuple[FoldInfo, ...]

    @property
    def active(self) -> bool:
        """Whether any slice still waits or runs."""
        return any(part.active for part in self.slices)

    @property
    def done(self) -> int:
        """How many slices have ended, in whatever way."""
        return sum(not part.active for part in self.slices)

    @property
    def progress_share(self) -> float:
        """How much of all slices is done, 0..1."""
        return sum(part.progress_share for part in self.slices) / len(self.slices)

    @property
    def results(self) -> tuple[FoldResult, ...]:
        """What the completed slices found."""
        return tuple(part.result for part in self.slices if part.result is not None)

    @property
    def failed(self) -> tuple[FoldInfo, ...]:
        """The slices that failed."""
        return tuple(part for part in self.slices if part.status is JobStatus.FAILED)

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled before all slices were done."""
        return any(part.status is JobStatus.CANCELLED for part in self.slices)

    @property
    def finished_at(self) -> dt.datetime | None:
        """When the last slice ended; None while any waits or runs."""
        ends = [part.finished_at for part in self.slices if part.finished_at]
        return max(ends) if ends and not self.active else None

    @cached_property
    def summary(self) -> Summary | None:
        """What the completed slices say together; None while there is none."""
        return summarise(self.results) if self.results else None
