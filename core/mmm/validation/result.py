"""What one slice found, in a form that is kept and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.json_values import converter, from_json
from core.mmm.validation.folds import Fold
from core.mmm.validation.scores import Naive, Scores

PATH = ("date", "actual", "forecast", "lower", "upper", "naive")
CHANNEL = ("channel", "share", "share_lower", "share_upper", "roas", "roas_lower", "roas_upper")


@dataclass(frozen=True)
class FoldResult:
    """The forecast of one slice against what happened.

    `path` has a row a period (`PATH`; sums over geos, 90 % interval), `channels` a row a channel (`CHANNEL`;
    shares of the KPI 0..1 and incremental ROAS over the slices' common periods, None without spend).
    `left_out` says what the past could not know.
    """

    slice: Fold
    scores: Scores
    naive_scores: Scores
    naive: Naive
    converged: bool
    max_rhat: float
    divergences: int
    seconds: float
    path: tuple[Mapping[str, Any], ...]
    channels: tuple[Mapping[str, Any], ...]
    left_out: tuple[str, ...] = ()

    @property
    def skill(self) -> float:
        """By how much the CRPS lies below the naive forecast's, as a share of it; negative when above."""
        return 1 - self.scores.crps / self.naive_scores.crps if self.naive_scores.crps else float("nan")

    @property
    def path_frame(self) -> pd.DataFrame:
        """`path` as a frame with dates."""
        frame = pd.DataFrame(list(self.path), columns=list(PATH))
        return frame.assign(date=pd.to_datetime(frame["date"]))

    def to_json(self) -> dict[str, Any]:
        """Plain values for a row of the database; what is not finite is None there."""
        return {
            "slice": converter.unstructure(self.slice),
            "scores": converter.unstructure(self.scores),
            "naive_scores": converter.unstructure(self.naive_scores),
            "naive": str(self.naive),
            "converged": self.converged,
            "max_rhat": self.max_rhat if self.max_rhat < float("inf") else None,
            "divergences": self.divergences,
            "seconds": round(self.seconds, 2),
            "path": [dict(row) for row in self.path],
            "channels": [dict(row) for row in self.channels],
            "left_out": list(self.left_out),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> FoldResult:
        """The result that `to_json` wrote."""
        worst = plain["max_rhat"]
        return cls(
            slice=from_json(Fold, plain["slice"]),
            scores=from_json(Scores, plain["scores"]),
            naive_scores=from_json(Scores, plain["naive_scores"]),
            naive=Naive(plain["naive"]),
            converged=bool(plain["converged"]),
            max_rhat=float("inf") if worst is None else float(worst),
            divergences=int(plain["divergences"]),
            seconds=float(plain["seconds"]),
            path=tuple(plain["path"]),
            channels=tuple(plain["channels"]),
            left_out=tuple(plain["left_out"]),
        )
