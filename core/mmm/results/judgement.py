"""Whether a fit can be trusted: one set of thresholds, one judgement made from it, and its sentences.

Every tab, export, warning and limitation reads this judgement, so that no two of them disagree.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.charts.formats import written_day

BASELINE = "baseline"  # how the diagnostics call what is left without media


@dataclass(frozen=True)
class FitThresholds:
    """Every number by which a fit is judged. Shares, probabilities, errors and contraction are 0..1."""

    # Sampling. Beyond the first two the model has not converged; Vehtari et al. (2021) ask for the others.
    max_rhat: float = 1.05
    min_ess: float = 100.0
    good_rhat: float = 1.01
    good_ess: float = 400.0
    divergences: int = 0  # each may be a part of the posterior that was never visited
    # Fit: wMAPE in training; that of the holdout over it, which is never counted as less than the floor.
    wmape: float = 0.2
    holdout_ratio: float = 1.5
    wmape_floor: float = 0.02
    # A baseline below zero cannot be; the greater probability makes the whole fit unusable.
    negative_baseline: float = 0.05
    probably_negative: float = 0.5
    # What the data say about channels: 1 - posterior / prior variance, and correlation of effects in draws.
    contraction: float = 0.1
    confounded: float = 0.7
    outlier_share: float = 0.03  # more of the periods than this were hardly all accidents
    # Limitations that the set-up and the exposure show.
    always_on: float = 0.15  # sd over mean of a channel's exposure in time
    like_baseline: float = 0.8  # share of an exposure's variance that season and trend explain
    ceiling: float = 0.5  # probability that half saturation lies beyond anything observed
    cut_off: float = 0.03  # share of the effect that still arrives in the window's last period
    years: float = 2.0  # with less, a season is not distinguishable from what happened once
    # Strong words in insights and budget hints.
    clear: float = 0.8  # probability from which a channel is called best, or a shift of money advised
    pays: float = 0.9  # probability below which it is doubtful that more money returns itself
    next_to_nothing: float = 0.01  # a media share whose interval reaches below this may be nothing
    flattened: float = 0.6  # marginal over average return under which a channel is called saturated
    lift_disagreement: float = 2.0  # sds of their difference from which a test and the model disagree


class Trust(StrEnum):
    """The verdict in three words."""

    GOOD = "Good"
    CARE = "Usable with care"
    NONE = "Not to be trusted"


class IssueKind(StrEnum):
    """What can be wrong with a fit, in the order it is reported."""

    NOT_CONVERGED = "not converged"
    ROUGH_CHAINS = "chains agree only roughly"
    DIVERGENCES = "divergences"
    LOOSE_FIT = "loose fit"
    HOLDOUT_ERROR = "holdout error"
    NEGATIVE_BASELINE = "negative baseline"
    NEGATIVE_PERIODS = "periods with a negative baseline"
    CONFOUNDED_CHANNELS = "channels hard to separate"
    CONFOUNDED_BASELINE = "channels hard to separate from the baseline"
    WEAK_DATA = "little data about a channel"
    OUTLIERS = "outliers"


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong with a fit and its cure; one of weight `Trust.GOOD` is only a note.

    `what` begins with a small letter. `channels` are columns.
    """

    kind: IssueKind
    weight: Trust
    what: str
    cure: str
    channels: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """What is wrong, as a sentence of its own."""
        return self.what[:1].upper() + self.what[1:]

    @property
    def advice(self) -> str:
        """What is wrong and what to do about it."""
        return f"{self.statement} {self.cure}"


@dataclass(frozen=True)
class ConfoundedPair:
    """Two channels (columns), or one and the baseline: in the draws one effect rises as the other falls."""

    first: str
    second: str
    correlation: float

    @property
    def with_baseline(self) -> bool:
        """Whether the second is what is left without media."""
        return self.second == BASELINE


@dataclass(frozen=True)
class Judgement:
    """The verdict on a fit with its issues, gravest first, and the diagnostics it was made from."""

    issues: tuple[Issue, ...]
    diagnostics: Mapping[str, Any]
    thresholds: FitThresholds

    @property
    def trust(self) -> Trust:
        """The verdict: that of the gravest issue."""
        return self.issues[0].weight if self.issues else Trust.GOOD

    @property
    def reasons(self) -> tuple[Issue, ...]:
        """The issues that speak against the fit."""
        return tuple(issue for issue in self.issues if issue.weight is not Trust.GOOD)

    @property
    def notes(self) -> tuple[Issue, ...]:
        """What is worth knowing and does not speak against the fit."""
        return tuple(issue for issue in self.issues if issue.weight is Trust.GOOD)

    def issue(self, kind: IssueKind) -> Issue | None:
        """The issue of a kind, None where the fit has none."""
        return next((issue for issue in self.issues if issue.kind is kind), None)

    @property
    def converged(self) -> bool:
        """Whether results may be used at all."""
        return self.issue(IssueKind.NOT_CONVERGED) is None

    @property
    def contraction(self) -> Mapping[str, float]:
        """1 - posterior / prior variance by channel, where it is known."""
        return self.diagnostics.get("contraction") or {}

    @property
    def weak_channels(self) -> tuple[str, ...]:
        """The channels whose results mostly repeat the prior."""
        issue = self.issue(IssueKind.WEAK_DATA)
        return issue.channels if issue else ()

    @property
    def pairs(self) -> tuple[ConfoundedPair, ...]:
        """What cannot be separated."""
        return confounded_pairs(self.diagnostics)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if self.reasons:
            return f"{self.trust}: {self.reasons[0].what}"
        return "Good: the sampler converged, the fit is close and the data spoke about every channel."

    @property
    def warnings(self) -> list[str]:
        """Every issue and its cure, the gravest first."""
        return [issue.advice for issue in self.issues]


def confounded_pairs(diagnostics: Mapping[str, Any]) -> tuple[ConfoundedPair, ...]:
    """The pairs that the diagnostics name."""
    found = diagnostics.get("confounded") or []
    return tuple(ConfoundedPair(pair["first"], pair["second"], pair["correlation"]) for pair in found)


def has_converged(diagnostics: Mapping[str, Any], thresholds: FitThresholds | None = None) -> bool:
    """Whether results may be used without an explicit override, by R-hat and effective sample size."""
    limits = thresholds or FitThresholds()
    rhat, ess = _number(diagnostics, "max_rhat"), _number(diagnostics, "min_ess_bulk")
    return not (rhat > limits.max_rhat or ess < limits.min_ess)


def judge(
    diagnostics: Mapping[str, Any],
    label: Callable[[str], str] = str,
    cases: int = 0,
    thresholds: FitThresholds | None = None,
) -> Judgement:
    """The judgement of a fit from its diagnostics, in which channels are called by their `label`.

    `cases` is the number of fitted periods, summed over geos; 0 where it is not known. What the diagnostics
    do not tell is not held against the fit.
    """
    limits = thresholds or FitThresholds()
    issues = [
        *_sampling(diagnostics, limits),
        *_accuracy(diagnostics, limits),
        *_baseline(diagnostics, limits),
        *_channels(diagnostics, label, limits),
        *_outliers(diagnostics, cases, limits),
    ]
    gravity = (Trust.NONE, Trust.CARE, Trust.GOOD)
    return Judgement(tuple(sorted(issues, key=lambda own: gravity.index(own.weight))), diagnostics, limits)


def _number(values: Mapping[str, Any], name: str) -> float:
    value = values.get(name)
    return math.nan if value is None else float(value)


def _sampling(diagnostics: Mapping[str, Any], limits: FitThresholds) -> Iterator[Issue]:
    rhat, ess = _number(diagnostics, "max_rhat"), _number(diagnostics, "min_ess_bulk")
    counted = "" if math.isnan(rhat + ess) else f" (R-hat {rhat:.3f}, {ess:.0f} effective draws)"
    if not (diagnostics.get("converged", True) and has_converged(diagnostics, limits)):
        yield Issue(
            IssueKind.NOT_CONVERGED,
            Trust.NONE,
            f"the model has not converged{counted}: do not use its figures.",
            "Train again with more tuning and draws; if it stays, simplify: fewer channels or controls.",
        )
    elif rhat > limits.good_rhat or ess < limits.good_ess:
        yield Issue(
            IssueKind.ROUGH_CHAINS,
            Trust.CARE,
            f"the chains agree only roughly{counted}: ends of intervals are a little uncertain.",
            "Train again with more draws.",
        )
    divergences = int(diagnostics.get("divergences") or 0)
    if divergences > limits.divergences:
        yield Issue(
            IssueKind.DIVERGENCES,
            Trust.CARE,
            f"the sampler stumbled {divergences} times (divergences), so some values may be missed.",
            "Train again with more tuning, or use tighter priors.",
        )


def _accuracy(diagnostics: Mapping[str, Any], limits: FitThresholds) -> Iterator[Issue]:
    trained, held = _number(diagnostics, "wmape"), _number(diagnostics.get("holdout") or {}, "wmape")
    if trained > limits.wmape:
        yield Issue(
            IssueKind.LOOSE_FIT,
            Trust.CARE,
            f"the model misses the KPI by {trained * 100:.0f} % on average, so much is left unexplained.",
            "Add what drives the KPI: price, promotions, events, weather.",
        )
    if held > limits.wmape or held > limits.holdout_ratio * max(trained, limits.wmape_floor):
        yield Issue(
            IssueKind.HOLDOUT_ERROR,
            Trust.CARE,
            f"on unseen periods it misses by {held * 100:.0f} % (in training {trained * 100:.0f} %).",
            "Forecast with care; try fewer controls or a simpler trend, and compare.",
        )


def _baseline(diagnostics: Mapping[str, Any], limits: FitThresholds) -> Iterator[Issue]:
    negative = _number(diagnostics, "negative_baseline_probability")
    worst = _number(diagnostics, "negative_baseline_worst_period")
    if negative > limits.negative_baseline:
        yield Issue(
            IssueKind.NEGATIVE_BASELINE,
            Trust.NONE if negative > limits.probably_negative else Trust.CARE,
            f"with {negative * 100:.0f} % probability the baseline is below zero: media get too much credit.",
            "Lower the prior on the total media share, or add the drivers that are missing.",
        )
    elif worst > limits.probably_negative:
        yield Issue(
            IssueKind.NEGATIVE_PERIODS,
            Trust.CARE,
            f"in some periods the baseline is probably below zero ({worst * 100:.0f} %).",
            "Look for a control or an event that explains them.",
        )


def _channels(
    diagnostics: Mapping[str, Any], label: Callable[[str], str], limits: FitThresholds
) -> Iterator[Issue]:
    pairs = confounded_pairs(diagnostics)
    alike = [pair for pair in pairs if not pair.with_baseline]
    if alike:
        named = "; ".join(f"{label(pair.first)} and {label(pair.second)}" for pair in alike)
        yield Issue(
            IssueKind.CONFOUNDED_CHANNELS,
            Trust.CARE,
            f"what {named} did is hard to tell apart: their sum is surer than each.",
            "Vary one without the other, or run a lift test.",
            tuple(dict.fromkeys(name for pair in alike for name in (pair.first, pair.second))),
        )
    hidden = tuple(pair.first for pair in pairs if pair.with_baseline)
    if hidden:
        yield Issue(
            IssueKind.CONFOUNDED_BASELINE,
            Trust.CARE,
            f"what {', '.join(map(label, hidden))} did is hard to tell from what would have come anyway.",
            "Pause it in some regions or weeks, or run a lift test.",
            hidden,
        )
    contraction = diagnostics.get("contraction") or {}
    weak = tuple(name for name, value in contraction.items() if value < limits.contraction)
    if weak:
        yield Issue(
            IssueKind.WEAK_DATA,
            Trust.CARE,
            f"the data barely spoke about {', '.join(map(label, weak))}: those returns repeat the prior.",
            "Run a lift test there, or vary its spend by week or region.",
            weak,
        )


def _outliers(diagnostics: Mapping[str, Any], cases: int, limits: FitThresholds) -> Iterator[Issue]:
    outliers = diagnostics.get("outliers") or []
    if not outliers:
        return
    dates = sorted({dt.date.fromisoformat(str(own["date"])) for own in outliers})
    days = ", ".join(map(written_day, dates[:6])) + (" …" if len(dates) > 6 else "")
    many = cases > 0 and len(outliers) / cases > limits.outlier_share
    note = " That is many: a control or holidays are probably missing." if many else ""
    yield Issue(
        IssueKind.OUTLIERS,
        Trust.CARE if many else Trust.GOOD,
        f"{len(outliers)} periods far outside the rest got an effect of their own ({days}).{note}",
        "Name their cause as events, or switch off setting extreme periods apart.",
    )
