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


def judge(
    scores: pd.DataFrame,
    grounds: Mapping[Criterion, Comparability],
    summaries: Mapping[str, Summary],
    disputes: pd.DataFrame,
    contenders: Sequence[Candidate],
    limits: VerdictLimits | None = None,
) -> ComparisonVerdict:
    """The verdict over the models that converged."""
    bounds = limits or VerdictLimits()
    fit = scores[scores["converged"].astype(bool)]
    aside = [f"“{label}” did not converge and is out of the running." for label in scores.index
             if label not in fit.index]  # fmt: skip
    if fit.empty:
        told = "None of these models converged, so none of them should be used."
        return ComparisonVerdict(None, None, False, (told,))
    by = next((which for which in Criterion if grounds[which].holds), None)
    best, clear, head = _leader(fit, by, summaries, bounds)
    sentences = [head, *aside]
    if by == Criterion.SLICES:
        sentences += _calibration(summaries[best or str(fit.index[0])], best, bounds)
    sentences += _loo_words(fit, by, best, grounds, bounds) + _dispute_words(disputes, contenders)
    return ComparisonVerdict(best, by, clear, tuple(sentences))


def _leader(
    fit: pd.DataFrame, by: Criterion | None, summaries: Mapping[str, Summary], limits: VerdictLimits
) -> tuple[str | None, bool, str]:
    """The leading model, whether its lead is clear, and the sentence that says so."""
    if len(fit) == 1:
        only = str(fit.index[0])
        return only, True, f"“{only}” is the only one of these models that converged."
    if by == Criterion.SLICES:
        return _by_slices(fit, summaries, limits)
    if by == Criterion.HOLDOUT:
        return _by_holdout(fit, limits)
    if by == Criterion.LOO:
        return _by_loo(fit, limits)
    told = "These models cannot be ranked: they have neither forecasts of the same periods nor the same rows."
    return None, False, f"{told} Check them on past forecasts to find out."


def _by_slices(
    fit: pd.DataFrame, summaries: Mapping[str, Summary], limits: VerdictLimits
) -> tuple[str | None, bool, str]:
    first, second, lead = _lead(fit["slice_crps"])
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
    told, whose = [], f"of “{best}”" if best else "of these models"
    inside = found.scores.coverage
    if inside < limits.low_coverage:
        told.append(
            f"Its 90 % intervals held {inside * 100:.0f} % of what happened: forecasts {whose} are too sure."
        )
    if found.skill <= 0:
        told.append(f"It does not beat {found.naive_words}: look for what the model lacks before you plan.")
    return told


def _loo_words(
    fit: pd.DataFrame,
    by: Criterion | None,
    best: str | None,
    grounds: Mapping[Criterion, Comparability],
    limits: VerdictLimits,
) -> list[str]:
    """Where LOO says otherwise, and where it should not be listened to."""
    if not grounds[Criterion.LOO].holds or by is None:
        return []
    told = []
    favourite = str(fit["loo_behind"].idxmin())
    rival = best if best is not None else str(fit["loo_behind"].astype(float).idxmax())
    if by != Criterion.LOO and favourite != rival:
        behind, error = _behind(fit, rival, favourite)
        if behind > limits.errors * error:
            told.append(
                f"LOO would prefer “{favourite}” over “{rival}” ({behind:.1f} ± {error:.1f}); it looks at "
                "neighbours in time, so forecasts decide."
            )
    shaky = float(fit["loo_bad_share"].max())
    if shaky > limits.bad_k:
        told.append(f"LOO is shaky in {shaky * 100:.0f} % of the periods (Pareto k over 0.7).")
    return told


def _dispute_words(disputes: pd.DataFrame, contenders: Sequence[Candidate]) -> list[str]:
    names = {k: v for contender in contenders for k, v in contender.model.config.display_names.items()}
    shared = disputes[disputes["models"] > 1]
    apart = [names.get(name, name) for name in shared.loc[shared["apart"], "channel"]]
    if shared.empty:
        return ["The models have no channel in common."]
    if not apart:
        return ["The models agree about every channel within their intervals."]
    return [f"They disagree about {', '.join(apart)}: the intervals have no point in common."]
