"""Two to five trained models side by side: how each forecasts, fits and converged, and what they dispute."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.comparison.comparability import (
    Candidate,
    Comparability,
    Criterion,
    Window,
    common_windows,
    folds_comparability,
    holdout_comparability,
    loo_comparability,
)
from core.mmm.comparison.verdict import ComparisonVerdict, rank_models
from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.lift import LiftTest
from core.mmm.results.accuracy import BAD_K, pointwise_loo
from core.mmm.results.decomposition import expected_draws
from core.mmm.results.summary import Range
from core.mmm.validation.result import FoldResult
from core.mmm.validation.summary import Summary, summarise

Floats = NDArray[np.float64]
FEWEST, MOST = 2, 5


@dataclass(frozen=True)
class ModelComparison:
    """Everything a comparison says.

    `scores` has a row per model (index: its label): `fold_crps`, `fold_skill`, `fold_coverage`,
    `fold_wmape`, `holdout_crps`, `holdout_wmape`, `loo_behind` and `loo_behind_se` (how much of the log
    density the model lacks on the best, 0 for that), `loo_bad_share`, `r2`, `wmape`, `crps`, `max_rhat`,
    `min_ess_bulk`, `divergences`, `converged`; NaN where a criterion does not hold. Slice figures are over
    `windows`, those that all models forecast, or each model's own where there are none. `estimates` and
    `disputes` are over `span`; `setup` are the settings that differ.
    """

    labels: tuple[str, ...]
    scores: pd.DataFrame
    comparability: Mapping[Criterion, Comparability]
    windows: tuple[Window, ...]
    summaries: Mapping[str, Summary]
    estimates: pd.DataFrame
    disputes: pd.DataFrame
    span: Range | None
    setup: pd.DataFrame
    verdict: ComparisonVerdict


def compare(candidates: Sequence[Candidate], level: float = 0.9) -> ModelComparison:
    """The comparison of two to five models; UserError for fewer, more, or two of the same label."""
    labels = tuple(candidate.label for candidate in candidates)
    if not FEWEST <= len(set(labels)) == len(labels) <= MOST:
        raise UserError(f"Choose {FEWEST} to {MOST} different models to compare, not {len(set(labels))}.")
    comparability = {
        Criterion.FOLDS: folds_comparability(candidates),
        Criterion.HOLDOUT: holdout_comparability(candidates),
        Criterion.LOO: loo_comparability(candidates),
    }
    windows = common_windows(candidates) if comparability[Criterion.FOLDS].holds else ()
    summaries = {c.label: _summary(c, windows) for c in candidates if c.results}
    scores = _scores(candidates, comparability, summaries)
    span = common_range(candidates)
    estimates = channel_estimates(candidates, level, span)
    disputes = disagreements(estimates)
    return ModelComparison(
        labels=labels,
        scores=scores,
        comparability=comparability,
        windows=windows,
        summaries=summaries,
        estimates=estimates,
        disputes=disputes,
        span=span,
        setup=setup_differences({c.label: c.model.config for c in candidates}),
        verdict=rank_models(scores, comparability, summaries, disputes, candidates),
    )


def common_range(candidates: Sequence[Candidate]) -> Range | None:
    """The dates that lie in the data of all models; None where there are none."""
    start = max(candidate.model.dates[0] for candidate in candidates)
    end = min(candidate.model.dates[-1] for candidate in candidates)
    return Range(start, end) if start <= end else None


def channel_estimates(candidates: Sequence[Candidate], level: float, span: Range | None) -> pd.DataFrame:
    """A row per channel and model: channel, model, spend, contribution, share and roas, contribution and
    roas with `_lower` and `_upper`. Over `span`, or each model's own data where there is none."""
    start, end = (None, None) if span is None else (span.start, span.end)
    columns = ["channel", "spend", "share"]
    columns += [f"{name}{side}" for name in ("contribution", "roas") for side in ("", "_lower", "_upper")]
    frames = [
        candidate.model.channel_summary(level, start, end)[columns].assign(model=candidate.label)
        for candidate in candidates
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


def setup_differences(configs: Mapping[str, MMMConfig]) -> pd.DataFrame:
    """What differs between the set-ups: a row per setting (index), a column per label of a model, as text."""
    table = {
        label: {own.name: _setting(getattr(config, own.name)) for own in fields(config)}
        for label, config in configs.items()
    }
    frame = pd.DataFrame(table).drop(index="display_names").rename_axis("setting")
    return frame[frame.nunique(axis=1) > 1]


def _setting(value: Any) -> str:
    if value is None or (hasattr(value, "__len__") and not len(value)):
        return "nothing"
    if isinstance(value, LiftTest):
        return f"{value.channel} {value.start} to {value.end}: {value.lift:g} ± {value.lift_sd:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_setting(item)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(_setting, value))
    return str(value)


def _summary(candidate: Candidate, windows: tuple[Window, ...]) -> Summary:
    """The slices that count; all of the model's own where no common ones are known."""

    def counts(result: FoldResult) -> bool:
        return not windows or (result.slice.start_on, result.slice.end_on) in windows

    return summarise([result for result in candidate.results if counts(result)])


def _scores(
    candidates: Sequence[Candidate],
    comparability: Mapping[Criterion, Comparability],
    summaries: Mapping[str, Summary],
) -> pd.DataFrame:
    rows = {c.label: _of_folds(summaries.get(c.label)) | _of_fit(c.model) for c in candidates}
    scores = pd.DataFrame.from_dict(rows, orient="index")
    if comparability[Criterion.LOO].holds:
        scores = scores.join(loo_table({c.label: c.model for c in candidates}))
    else:
        scores[["loo_behind", "loo_behind_se", "loo_bad_share"]] = math.nan
    return scores


def _of_folds(found: Summary | None) -> dict[str, float]:
    names = ("fold_crps", "fold_skill", "fold_coverage", "fold_wmape")
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
    return pointwise_loo(structure.panel.kpi[order, :train].ravel(), expected.reshape(flat), every)
