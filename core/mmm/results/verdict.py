"""Whether a fit can be trusted: good, usable with care, or not to be trusted; why, and what to do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

BASELINE = "baseline"  # how the diagnostics call what is left without media


class Trust(StrEnum):
    """The verdict in three words."""

    GOOD = "Good"
    CARE = "Usable with care"
    NONE = "Not to be trusted"


@dataclass(frozen=True)
class VerdictReason:
    """One thing that speaks against a fit, and its cure."""

    weight: Trust
    what: str
    cure: str


@dataclass(frozen=True)
class ModelVerdict:
    """The verdict with its reasons, gravest first; no reasons when the fit is good."""

    trust: Trust
    reasons: tuple[VerdictReason, ...] = ()

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if not self.reasons:
            return "Good: the sampler converged, the fit is close and the data spoke about every channel."
        return f"{self.trust}: {self.reasons[0].what}"


@dataclass(frozen=True)
class TrustRules:
    """Where good ends. Shares and contraction are 0..1, `wmape_share` of the KPI's total."""

    max_rhat: float = 1.05
    min_ess: float = 100
    good_rhat: float = 1.01
    good_ess: float = 400
    divergences: int = 0
    wmape_share: float = 0.2
    holdout_ratio: float = 1.75
    negative_baseline: float = 0.1
    barely: float = 0.1


def verdict(
    diagnostics: Mapping[str, Any],
    contraction: Mapping[str, float] | None = None,
    rules: TrustRules | None = None,
) -> ModelVerdict:
    """The verdict on a fit from its diagnostics (fractions, not percent) and contraction by channel."""
    rules = rules or TrustRules()
    reasons = [
        *_sampling(diagnostics, rules),
        *_closeness(diagnostics, rules),
        *_meaning(diagnostics, contraction or {}, rules),
    ]
    reasons.sort(key=lambda reason: reason.weight is not Trust.NONE)
    return ModelVerdict(reasons[0].weight if reasons else Trust.GOOD, tuple(reasons))


def _number(diagnostics: Mapping[str, Any], name: str) -> float:
    value = diagnostics.get(name)
    return float("nan") if value is None else float(value)


def _sampling(diagnostics: Mapping[str, Any], rules: TrustRules) -> Sequence[VerdictReason]:
    rhat, ess = _number(diagnostics, "max_rhat"), _number(diagnostics, "min_ess_bulk")
    divergences = int(diagnostics.get("divergences") or 0)
    seen = f"R-hat {rhat:.3f}, {ess:.0f} effective draws"
    longer = "Train again with more tuning and draws; if it stays, simplify: fewer channels or controls."
    if not diagnostics.get("converged", True) or rhat > rules.max_rhat or ess < rules.min_ess:
        return [VerdictReason(Trust.NONE, f"the chains do not agree yet ({seen}).", longer)]
    reasons = []
    if rhat > rules.good_rhat or ess < rules.good_ess:
        text = f"the chains agree only roughly ({seen}): ends of intervals are a little uncertain."
        reasons.append(VerdictReason(Trust.CARE, text, "Train again with more draws."))
    if divergences > rules.divergences:
        text = f"the sampler stumbled {divergences} times (divergences), so some values may be missed."
        reasons.append(
            VerdictReason(Trust.CARE, text, "Train again with more tuning, or use tighter priors.")
        )
    return reasons


def _closeness(diagnostics: Mapping[str, Any], rules: TrustRules) -> Sequence[VerdictReason]:
    inside = _number(diagnostics, "wmape")
    holdout = diagnostics.get("holdout") or {}
    outside = _number(holdout, "wmape") if isinstance(holdout, Mapping) else math.nan
    reasons = []
    if inside > rules.wmape_share:
        text = f"the model misses the KPI by {inside * 100:.0f} % on average, so much is left unexplained."
        reasons.append(
            VerdictReason(Trust.CARE, text, "Add what drives the KPI: price, promotions, events, weather.")
        )
    if outside > rules.wmape_share or outside > rules.holdout_ratio * inside:
        text = f"on unseen periods it misses by {outside * 100:.0f} % (in training {inside * 100:.0f} %)."
        reasons.append(
            VerdictReason(
                Trust.CARE, text, "Forecast with care; try fewer controls or a simpler trend, and compare."
            )
        )
    return reasons


def _meaning(
    diagnostics: Mapping[str, Any], contraction: Mapping[str, float], rules: TrustRules
) -> Sequence[VerdictReason]:
    reasons = []
    negative = _number(diagnostics, "negative_baseline_probability")
    if negative > rules.negative_baseline:
        text = (
            f"with {negative * 100:.0f} % probability the baseline is below zero: media get too much credit."
        )
        cure = "Lower the prior on the total media share, or add the drivers that are missing."
        reasons.append(VerdictReason(Trust.NONE if negative > 0.5 else Trust.CARE, text, cure))
    confounded = diagnostics.get("confounded") or []
    pairs = [f"{pair['first']} and {pair['second']}" for pair in confounded if pair["second"] != BASELINE]
    if pairs:
        text = f"what {'; '.join(pairs)} did is hard to tell apart: their sum is surer than each."
        reasons.append(VerdictReason(Trust.CARE, text, "Vary one without the other, or run a lift test."))
    hidden = [str(pair["first"]) for pair in confounded if pair["second"] == BASELINE]
    if hidden:
        text = f"what {', '.join(hidden)} did is hard to tell from what would have come anyway."
        reasons.append(
            VerdictReason(Trust.CARE, text, "Pause it in some regions or weeks, or run a lift test.")
        )
    silent = [name for name, value in contraction.items() if value < rules.barely]
    if silent:
        text = f"the data barely spoke about {', '.join(silent)}: those returns repeat the prior."
        reasons.append(
            VerdictReason(Trust.CARE, text, "Run a lift test there, or vary its spend by week or region.")
        )
    return reasons
