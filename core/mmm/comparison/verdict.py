"""Which of several models to use, in plain sentences, and by what that was decided.

Forecasts of later periods decide, over several slices rather than one holdout; leave-one-out speaks only
where there are none, because a time series leaks through its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.mmm.comparison.comparability import Candidate, Comparability, Criterion
from core.mmm.validation.summary import Summary


@dataclass(frozen=True)
class VerdictLimits:
    """`clear`: how much lower the CRPS must be, as a share; `errors`: how many standard errors of LOO count;
    `low_coverage`: a 90 % interval that holds less promises too much; `bad_k`: share of shaky LOO cases."""

    clear: float = 0.03
    errors: float = 2.0
    low_coverage: float = 0.75
    bad_k: float = 0.05


@dataclass(frozen=True)
class ComparisonVerdict:
    """`best` is the label of the model to use, None where the models cannot be told apart; `by` what decided.
    `sentences`: the verdict first, then what belongs to it. `clear` where the lead is worth acting on."""

    best: str | None
    by: Criterion | None
    clear: bool
    sentences: tuple[str, ...]


def rank_models(
    scores: pd.DataFrame,
    comparability: Mapping[Criterion, Comparability],
    summaries: Mapping[str, Summary],
    disputes: pd.DataFrame,
    candidates: Sequence[Candidate],
    limits: VerdictLimits | None = None,
) -> ComparisonVerdict:
    """The verdict over the models that converged."""
    bounds = limits or VerdictLimits()
    fit = scores[scores["converged"].astype(bool)]
    if fit.empty:
        sentence = "None of these models converged, so none of them should be used."
        return ComparisonVerdict(None, None, False, (sentence,))
    by = next((which for which in Criterion if comparability[which].holds), None)
    best, clear, first = _leader(fit, by, summaries, bounds)
    out = [label for label in scores.index if label not in fit.index]
    sentences = [first, *(f"“{label}” did not converge and is out of the running." for label in out)]
    if by == Criterion.FOLDS:
        sentences += _calibration(summaries[best or str(fit.index[0])], best, bounds)
    sentences += _loo_words(fit, by, best, comparability, bounds) + _dispute_words(disputes, candidates)
    return ComparisonVerdict(best, by, clear, tuple(sentences))


def _leader(
    fit: pd.DataFrame, by: Criterion | None, summaries: Mapping[str, Summary], limits: VerdictLimits
) -> tuple[str | None, bool, str]:
    """The leading model, whether its lead is clear, and the sentence that says so."""
    if len(fit) == 1:
        only = str(fit.index[0])
        return only, True, f"“{only}” is the only one of these models that converged."
    if by == Criterion.FOLDS:
        return _by_folds(fit, summaries, limits)
    if by == Criterion.HOLDOUT:
        return _by_holdout(fit, limits)
    if by == Criterion.LOO:
        return _by_loo(fit, limits)
    sentence = "These models cannot be ranked: they have neither forecasts of the same periods nor the same "
    return None, False, f"{sentence}rows. Check them on past forecasts to find out."


def _by_folds(
    fit: pd.DataFrame, summaries: Mapping[str, Summary], limits: VerdictLimits
) -> tuple[str | None, bool, str]:
    first, second, lead = _lead(fit["fold_crps"])
    own, other = (summaries[label].by_slice["crps"].to_numpy() for label in (first, second))
    wins, count = int((own < other).sum()), len(own)
    naive = f"{summaries[first].skill_words}"
    times = f"in {wins} of {count} slices" if count > 1 else "in the one slice"
    if lead < limits.clear:
        text = (
            f"“{first}” and “{second}” forecast about equally well: {lead * 100:.1f} % between their errors"
        )
        return None, False, f"{text} (CRPS). The better of them is {naive}."
    if 2 * wins <= count:
        text = f"“{first}” forecasts better than “{second}” on average, but only {times}"
        return first, False, f"{text}: the lead rests on single periods. It is {naive}."
    text = f"“{first}” forecasts best: its error (CRPS) is {lead * 100:.0f} % below that of “{second}”"
    return first, True, f"{text}, better {times}, and {naive}."


def _by_holdout(fit: pd.DataFrame, limits: VerdictLimits) -> tuple[str | None, bool, str]:
    first, second, lead = _lead(fit["holdout_crps"])
    caution = "That is one stretch of time only; a check on past forecasts looks at several."
    if lead < limits.clear:
        text = f"“{first}” and “{second}” forecast the held-out periods about equally well"
        return None, False, f"{text}. {caution}"
    text = f"“{first}” forecasts the held-out periods best: its error (CRPS) is {lead * 100:.0f} % below"
    return first, True, f"{text} that of “{second}”. {caution}"


def _by_loo(fit: pd.DataFrame, limits: VerdictLimits) -> tuple[str | None, bool, str]:
    best, second = (str(label) for label in fit["loo_behind"].nsmallest(2).index)
    behind, error = _behind(fit, second, best)
    advice = "Nothing later was forecast, though: check them on past forecasts before you decide."
    if behind <= limits.errors * error:
        return None, False, f"The models explain the data equally well (LOO). {advice}"
    text = f"“{best}” explains the data better than “{second}” (LOO: {behind:.1f} ± {error:.1f})"
    return best, False, f"{text}. {advice}"


def _lead(errors: pd.Series) -> tuple[str, str, float]:
    ranked = errors.astype(float).sort_values(kind="stable")
    best, next_best = float(ranked.iloc[0]), float(ranked.iloc[1])
    return str(ranked.index[0]), str(ranked.index[1]), 1 - best / next_best if next_best else 0.0


def _behind(fit: pd.DataFrame, label: str, best: str) -> tuple[float, float]:
    """How far LOO sets a model behind another, and the standard error of its distance to the leader."""
    behind = float(fit.loc[label, "loo_behind"]) - float(fit.loc[best, "loo_behind"])  # type: ignore[arg-type]
    return behind, float(fit.loc[label, "loo_behind_se"])  # type: ignore[arg-type]


def _calibration(found: Summary, best: str | None, limits: VerdictLimits) -> list[str]:
    sentences, whose = [], f"of “{best}”" if best else "of these models"
    inside = found.scores.coverage
    if inside < limits.low_coverage:
        sentences.append(
            f"Its 90 % intervals held {inside * 100:.0f} % of what happened: forecasts {whose} are too sure."
        )
    if found.skill <= 0:
        sentences.append(
            f"It does not beat {found.naive_words}: look for what the model lacks before you plan."
        )
    return sentences


def _loo_words(
    fit: pd.DataFrame,
    by: Criterion | None,
    best: str | None,
    comparability: Mapping[Criterion, Comparability],
    limits: VerdictLimits,
) -> list[str]:
    """Where LOO says otherwise, and where it should not be listened to."""
    if not comparability[Criterion.LOO].holds or by is None:
        return []
    sentences = []
    preferred = str(fit["loo_behind"].idxmin())
    other = best if best is not None else str(fit["loo_behind"].astype(float).idxmax())
    if by != Criterion.LOO and preferred != other:
        behind, error = _behind(fit, other, preferred)
        if behind > limits.errors * error:
            sentences.append(
                f"LOO would prefer “{preferred}” over “{other}” ({behind:.1f} ± {error:.1f}); it looks at "
                "neighbours in time, so forecasts decide."
            )
    shaky = float(fit["loo_bad_share"].max())
    if shaky > limits.bad_k:
        sentences.append(f"LOO is shaky in {shaky * 100:.0f} % of the periods (Pareto k over 0.7).")
    return sentences


def _dispute_words(disputes: pd.DataFrame, candidates: Sequence[Candidate]) -> list[str]:
    names = {k: v for candidate in candidates for k, v in candidate.model.config.display_names.items()}
    shared = disputes[disputes["models"] > 1]
    apart = [names.get(name, name) for name in shared.loc[shared["apart"], "channel"]]
    if shared.empty:
        return ["The models have no channel in common."]
    if not apart:
        return ["The models agree about every channel within their intervals."]
    return [f"They disagree about {', '.join(apart)}: the intervals have no point in common."]
