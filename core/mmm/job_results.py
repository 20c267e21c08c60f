"""What a job of the mix model works on, and what is stored of a fitted model so that lists need no draws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from core.mmm import FittedMMM
from core.json_values import tolerant_json

LEVEL = 0.9
LIBRARIES = ("pymc", "pytensor", "nutpie", "numba", "numpy")


@dataclass(frozen=True)
class TrainingInput:
    """What a training or a fold of a validation works on.

    `previous_path` holds the files of the model that this one trains again on other data, where there are
    any. `fold` is the part of the data that a validation fits and forecasts; None for a training.
    """

    model_id: int
    config: Mapping[str, Any]
    sampling: Mapping[str, Any]
    frame_path: str
    dataset_id: int
    dataset_version: int
    dataset_checksum: str
    previous_path: str | None = None
    fold: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Metric:
    """A figure of merit, `split` being "in_sample", "holdout" or "posterior"."""

    name: str
    split: str
    value: float


@dataclass(frozen=True)
class Share:
    """A channel's share of the KPI (0..1) with the interval of `channel_summary`."""

    channel: str
    mean: float
    lower: float
    upper: float


@dataclass(frozen=True)
class TrainingResults:
    """Everything a completed training stores besides its files."""

    results: Mapping[str, Any]
    metrics: Sequence[Metric]
    shares: Sequence[Share]
    artifacts_path: str
    artifacts_checksum: str


def _metrics(diagnostics: Mapping[str, Any], split: str = "in_sample") -> list[Metric]:
    """Every finite figure of the diagnostics, and those under `holdout` as a split of their own."""
    figures = [
        Metric(name, split, float(value))
        for name, value in diagnostics.items()
        if isinstance(value, int | float | np.number) and math.isfinite(value) and not isinstance(value, bool)
    ]
    held_out = diagnostics.get("holdout")
    return figures + (_metrics(held_out, "holdout") if isinstance(held_out, Mapping) else [])


def _shares(summary: pd.DataFrame) -> list[Share]:
    """Each channel's share of the KPI, its interval in the proportion of its contribution's."""
    shares = []
    for row in summary.to_dict("records"):
        mean, contribution = float(row["share"]), float(row["contribution"])
        scale = mean / contribution if contribution else 0.0
        lower, upper = (float(row[f"contribution_{end}"]) * scale for end in ("lower", "upper"))
        if all(math.isfinite(value) for value in (mean, lower, upper)):
            shares.append(Share(str(row["channel"]), mean, lower, upper))
    return shares


def training_results(
    model: FittedMMM,
    given: TrainingInput,
    attempt: int,
    seconds: Mapping[str, float],
    path: str,
    checksum: str,
) -> TrainingResults:
    """What is stored of a fitted model whose files lie under `path`; `seconds` are those of each stage."""
    summary, diagnostics = model.channel_summary(level=LEVEL), dict(model.diagnostics)
    if "channel" not in summary.columns:
        summary = summary.rename_axis("channel").reset_index()
    results = {
        "diagnostics": diagnostics,
        "channel_summary": summary,
        "level": LEVEL,
        "warnings": diagnostics.get("warnings", []),
        "run": {
            **given.sampling,
            "seconds": seconds,
            "stages": list(seconds),  # a JSON document in the database does not keep the order of its keys
            "versions": {name: version(name) for name in LIBRARIES},
            "dataset_id": given.dataset_id,
            "dataset_version": given.dataset_version,
            "dataset_checksum": given.dataset_checksum,
            "attempt": attempt,
        },
    }
    return TrainingResults(tolerant_json(results), _metrics(diagnostics), _shares(summary), path, checksum)
