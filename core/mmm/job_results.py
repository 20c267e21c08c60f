"""From a fitted model to what is written down of it, so that lists and cards need no draws."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.queue.attempt import Metric, Run, Share, TrainingResults

if TYPE_CHECKING:
    from core.mmm import FittedMMM

LEVEL = 0.9
LIBRARIES = ("pymc", "pytensor", "nutpie", "numba", "numpy")


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: arrays as lists, dates as text, infinite and missing numbers as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, pd.DataFrame):
        return plain(value.to_dict("records"))
    if isinstance(value, np.ndarray | pd.Series | list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _summary(model: FittedMMM) -> pd.DataFrame:
    """The channel summary with the channel as a column, whichever way the model gives it."""
    summary = model.channel_summary(level=LEVEL)
    return summary if "channel" in summary.columns else summary.rename_axis("channel").reset_index()


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


def findings_of(
    model: FittedMMM, run: Run, seconds: Mapping[str, float], path: str, checksum: str
) -> TrainingResults:
    """What is written down of a fitted model kept under `path`; `seconds` are those of each stage."""
    summary, diagnostics = _summary(model), dict(model.diagnostics)
    results = {
        "diagnostics": diagnostics,
        "channel_summary": summary,
        "level": LEVEL,
        "warnings": diagnostics.get("warnings", []),
        "run": {
            **run.sampling,
            "seconds": seconds,
            "stages": list(seconds),  # a JSON document in the database does not keep the order of its keys
            "versions": {name: version(name) for name in LIBRARIES},
            "dataset_id": run.dataset_id,
            "dataset_version": run.dataset_version,
            "dataset_checksum": run.dataset_checksum,
            "attempt": run.attempt,
        },
    }
    return TrainingResults(plain(results), _metrics(diagnostics), _shares(summary), path, checksum)
