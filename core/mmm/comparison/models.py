"""Two to five trained models side by side: how each forecasts, fits and converged, and what they dispute."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.comparison.channels import channel_estimates, common_range, disagreements
from core.mmm.comparison.grounds import (
    Candidate,
    Comparability,
    Criterion,
    Window,
    common_windows,
    holdout_ground,
    loo_ground,
    slices_ground,
)
from core.mmm.comparison.verdict import ComparisonVerdict, judge
from core.mmm.fitted import FittedMMM
from core.mmm.results.decomposition import expected_draws
from core.mmm.results.loo import BAD_K, pointwise
from core.mmm.results.summary import Range
from core.mmm.validation.result import FoldResult
from core.mmm.validation.summary import Summary, summarise

Floats = NDArray[np.float64]
FEWEST, MOST = 2, 5


@dataclass(frozen=True)
class ModelComparison:
    """Everything a comparison says.

    `scores` has a row per model (index: its label): `slice_crps`, `slice_skill`, `slice_coverage`,
    `slice_wmape`, `holdout_crps`, `holdout_wmape`, `loo_behind` and `loo_behind_se` (how much of the log
    density the model lacks on the best, 0 for that), `loo_bad_share`, `r2`, `wmape`, `crps`, `max_rhat`,
    `min_ess_bulk`, `divergences`, `converged`; NaN where a yardstick does not hold. Slice figures are over
    `windows`, those that all models forecast, or each model's own where there are none. `estimates` and
    `disputes` are those of `core.mmm.comparison.channels`, over `span`.
    """

    labels: tuple[str, ...]
    scores: pd.DataFrame
    grounds: Mapping[Criterion, Comparability]
    windows: tuple[Window, ...]
    summaries: Mapping[str, Summary]
    estimates: pd.DataFrame
    disputes: pd.DataFrame
    span: Range | None
    verdict: ComparisonVerdict


def compare(contenders: Sequence[Candidate], level: float = 0.9) -> ModelComparison:
    """The comparison of two to five models; UserError for fewer, more, or two of the same label."""
    labels = tuple(contender.label for contender in contenders)
    if not FEWEST <= len(set(labels)) == len(labels) <= MOST:
        raise UserError(f"Choose {FEWEST} to {MOST} different models to compare, not {len(set(labels))}.")
    grounds = {
        Criterion.SLICES: slices_ground(contenders),
        Criterion.HOLDOUT: holdout_ground(contenders),
        Criterion.LOO: loo_ground(contenders),
    }
    windows = common_windows(contenders) if grounds[Criterion.SLICES].holds else ()
    summaries = {c.label: _summary(c, windows) for c in contenders if c.results}
    scores = _scores(contenders, grounds, summaries)
    span = common_range(contenders)
    estimates = channel_estimates(contenders, level, span)
    disputes = disagreements(estimates)
    verdict = judge(scores, grounds, summaries, disputes, contenders)
    return ModelComparison(labels, scores, grounds, windows, summaries, estimates, disputes, span, verdict)


def _summary(contender: Candidate, windows: tuple[Window, ...]) -> Summary:
    """The slices that count; all of the model's own where no common ones are known."""

    def counts(result: FoldResult) -> bool:
        return not windows or (result.slice.start_on, result.slice.end_on) in windows

    return summarise([result for result in contender.results if counts(result)])


def _scores(
    contenders: Sequence[Candidate],
    grounds: Mapping[Criterion, Comparability],
    summaries: Mapping[str, Summary],
) -> pd.DataFrame:
    rows = {c.label: _of_slices(summaries.get(c.label)) | _of_fit(c.model) for c in contenders}
    scores = pd.DataFrame.from_dict(rows, orient="index")
    if grounds[Criterion.LOO].holds:
        scores = scores.join(loo_table({c.label: c.model for c in contenders}))
    else:
        scores[["loo_behind", "loo_behind_se", "loo_bad_share"]] = math.nan
    return scores


def _of_slices(found: Summary | None) -> dict[str, float]:
    names = ("slice_crps", "slice_skill", "slice_coverage", "slice_wmape")
    if found is None:
        return dict.fromkeys(names, math.nan)
    own = found.scores
    return dict(zip(names, (own.crps, found.skill, own.coverage, own.wmape), strict=True))


def _of_fit(model: FittedMMM) -> dict[str, Any]:
    found = model.diagnostics
    held = found.get("holdout") or {}
    own = {name: found.get(name, math.nan) for name in ("r2", "wmape", "crps", "max_rhat", "min_ess_bulk")}
    held_out = {f"holdout_{name}": held.get(name, math.nan) for name in ("crps", "wmape")}
    return own | held_out | {"divergences": found["divergences"], "converged": bool(found["converged"])}


def loo_table(models: Mapping[str, FittedMMM]) -> pd.DataFrame:
    """loo_behind, loo_behind_se, loo_bad_share by model, all fitted to the same rows.

    Counted from the best of those that converged, so that another may lie before it (negative). The
    difference in expected log predictive density is the sum of the cases' differences, its standard error
    sqrt(n) times their sd. Vehtari, Gelman, Gabry (2017).
    """
    found = {label: model_loo(model) for label, model in models.items()}
    converged = [label for label, model in models.items() if model.diagnostics["converged"]]
    best = max((found[label][0] for label in converged or found), key=lambda each: float(each.sum()))
    rows = {}
    for label, (each, shape) in found.items():
        lacking = best - each
        rows[label] = {
            "loo_behind": float(lacking.sum()),
            "loo_behind_se": float(math.sqrt(lacking.size * lacking.var())),
            "loo_bad_share": float((shape > BAD_K).mean()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def model_loo(model: FittedMMM) -> tuple[Floats, Floats]:
    """(case,) leave-one-out log densities of the fitted rows, geos in alphabetical order, and Pareto
    shapes."""
    own, structure = model.posterior, model.structure
    generator = np.random.default_rng([model.seed, 9])
    order = np.argsort(np.array(model.geos))
    train = structure.train
    expected = expected_draws(structure, own, generator)[:, order, :train]
    sd = (own.natural.noise * structure.scales.kpi_mean)[:, order, None]
    flat = (len(expected), -1)
    every = np.broadcast_to(sd, expected.shape).reshape(flat)
    return pointwise(structure.panel.kpi[order, :train].ravel(), expected.reshape(flat), every)
