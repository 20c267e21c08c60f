"""On which comparability models may be held against each other: the same KPI over the same periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from core.mmm.fitted import FittedMMM
from core.mmm.validation.result import FoldResult

Window = tuple[dt.date, dt.date]


class Criterion(StrEnum):
    """By what models are compared, the most telling first."""

    FOLDS = "folds"
    HOLDOUT = "holdout"
    LOO = "loo"


@dataclass(frozen=True)
class Candidate:
    """One trained model in a comparison: the name it goes by, its fit, and its slices of past forecasts."""

    label: str
    model: FittedMMM
    results: tuple[FoldResult, ...] = ()

    @property
    def windows(self) -> set[Window]:
        """First and last date of each slice that was forecast."""
        return {(result.slice.start_on, result.slice.end_on) for result in self.results}

    @property
    def converged(self) -> bool:
        """Whether the fit's own chains agreed."""
        return bool(self.model.diagnostics["converged"])


@dataclass(frozen=True)
class Comparability:
    """Whether a criterion may be laid on all the models, and if not, why, in a sentence."""

    holds: bool
    why: str = ""


def common_windows(candidates: Sequence[Candidate]) -> tuple[Window, ...]:
    """The slices that every model forecast, in the order of time."""
    return tuple(sorted(set.intersection(*(candidate.windows for candidate in candidates))))


def folds_comparability(candidates: Sequence[Candidate]) -> Comparability:
    """Whether all forecast the same KPI in the same slices."""
    without = [candidate.label for candidate in candidates if not candidate.results]
    if without:
        return Comparability(False, f"{listed(without)} not been checked on past forecasts.")
    windows = common_windows(candidates)
    if not windows:
        return Comparability(False, "The checks on past forecasts look at different periods.")
    models = [candidate.model for candidate in candidates]
    if not all(same_kpi(models, *window) for window in windows):
        return Comparability(False, "The models forecast different figures: another KPI, or other geos.")
    return Comparability(True)


def holdout_comparability(candidates: Sequence[Candidate]) -> Comparability:
    """Whether all held the same KPI of the same periods back."""
    without = [candidate.label for candidate in candidates if not candidate.model.config.holdout]
    if len(without) == len(candidates):
        return Comparability(False, "None of the models held periods back.")
    if without:
        return Comparability(False, f"{listed(without)} held no periods back.")
    windows = {candidate.label: held_out(candidate.model) for candidate in candidates}
    if len(set(windows.values())) > 1:
        told = ", ".join(f"“{label}” {start} to {end}" for label, (start, end) in windows.items())
        return Comparability(False, f"The models held different periods back: {told}.")
    if not same_kpi([candidate.model for candidate in candidates], *next(iter(windows.values()))):
        return Comparability(False, "The held-out figures differ: another KPI, or other geos.")
    return Comparability(True)


def loo_comparability(candidates: Sequence[Candidate]) -> Comparability:
    """Whether all were fitted to the same rows of the same KPI."""
    spans = {fitted_span(candidate.model) for candidate in candidates}
    models = [candidate.model for candidate in candidates]
    if len(spans) > 1 or not same_kpi(models, *spans.pop()):
        return Comparability(False, "LOO compares only models fitted to the same rows of the same KPI.")
    return Comparability(True)


def held_out(model: FittedMMM) -> Window:
    """First and last date of the holdout."""
    return model.dates[model.structure.train].date(), model.dates[-1].date()


def fitted_span(model: FittedMMM) -> Window:
    """First and last date of the rows the model was fitted to."""
    return model.dates[0].date(), model.dates[model.structure.train - 1].date()


def same_kpi(models: Sequence[FittedMMM], start: dt.date, end: dt.date) -> bool:
    """Whether all models explain the same KPI between two dates, geo by geo."""
    first, *others = (_kpi(model, start, end) for model in models)
    return all(
        first.index.equals(other.index) and list(first) == list(other)
        and np.allclose(first, other, rtol=1e-9)
        for other in others
    )  # fmt: skip


def _kpi(model: FittedMMM, start: dt.date, end: dt.date) -> pd.DataFrame:
    frame = pd.DataFrame(model.structure.panel.kpi.T, index=model.dates, columns=list(model.geos))
    return frame.loc[pd.Timestamp(start) : pd.Timestamp(end)].sort_index(axis=1)


def listed(labels: Sequence[str]) -> str:
    """“A” has, or “A” and “B” have: the beginning of a sentence about models."""
    quoted = [f"“{label}”" for label in labels]
    if len(quoted) == 1:
        return f"{quoted[0]} has"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]} have"
