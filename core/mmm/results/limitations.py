"""What a fitted model cannot tell: each with the number that shows it and what would help.

Only limitations that the fit itself shows are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.charts.formats import Wording, percent
from core.mmm.model.curves import SATURATIONS
from core.mmm.results.judgement import FitThresholds, IssueKind, Judgement

if TYPE_CHECKING:
    from core.mmm.fitted import FittedMMM

Floats = NDArray[np.float64]


class LimitationKind(StrEnum):
    """Kinds of things a fit cannot tell, the gravest first."""

    BASELINE_BELOW_ZERO = "baseline below zero"
    PAIR = "two channels alike"
    ALWAYS_ON = "always on"
    LIKE_BASELINE = "like the baseline"
    QUIET = "the data barely spoke"
    CEILING = "saturation not seen"
    STRAIGHT = "no saturation modelled"
    WINDOW = "carry-over cut off"
    SHORT = "too little time"
    NO_TEST = "no experiment"
    NO_HOLDOUT = "forecast not tested"


@dataclass(frozen=True)
class Limitation:
    """What cannot be told, the evidence for it, and what would help. `channels` are columns."""

    kind: LimitationKind
    what: str
    evidence: str
    cure: str
    channels: tuple[str, ...] = ()


def limitations_of(model: FittedMMM, wording: Wording, judgement: Judgement) -> tuple[Limitation, ...]:
    """Every limitation of a fit that was judged, the gravest kind first."""
    found = [
        *_judged(wording, judgement),
        *_exposure_patterns(model, wording, judgement),
        *_shapes(model, wording, judgement.thresholds),
        *_set_up(model, wording, judgement.thresholds),
    ]
    order = list(LimitationKind)
    return tuple(sorted(found, key=lambda own: order.index(own.kind)))


def _judged(wording: Wording, judgement: Judgement) -> Iterator[Limitation]:
    """What the judgement found, as what cannot be told."""
    if judgement.issue(IssueKind.NEGATIVE_BASELINE):
        chance = float(judgement.diagnostics["negative_baseline_probability"])
        yield Limitation(
            LimitationKind.BASELINE_BELOW_ZERO,
            f"How much {wording.kpi_label} there would be without media: the baseline may be below "
            "nothing, so media get too much credit.",
            f"The baseline is negative in total with {percent(chance)} probability.",
            "Add the drivers that are missing, or lower the belief about all media together.",
        )
    for pair in judgement.pairs:
        first, second = wording.label(pair.first), wording.label(pair.second)
        evidence = f"In the draws one rises where the other falls: correlation {pair.correlation:.2f}."
        if pair.with_baseline:
            yield Limitation(
                LimitationKind.LIKE_BASELINE,
                f"What {first} did, and what would have come without it.",
                evidence,
                f"Switch {first} off in some regions or weeks: a lift test tells them apart.",
                (pair.first,),
            )
        else:
            yield Limitation(
                LimitationKind.PAIR,
                f"Which of {first} and {second} did it: the sum is surer.",
                evidence,
                f"Vary them at different times, or run a lift test on {first}.",
                (pair.first, pair.second),
            )
    for channel in judgement.weak_channels:
        label, contraction = wording.label(channel), judgement.contraction[channel]
        yield Limitation(
            LimitationKind.QUIET,
            f"The return of {label}: what is shown repeats what was believed before the data.",
            f"Its interval is {percent(max(0.0, 1 - contraction) ** 0.5)} as wide as the belief's.",
            f"A lift test on {label}, or weeks with clearly more and less of it.",
            (channel,),
        )


def _exposure_patterns(model: FittedMMM, wording: Wording, judgement: Judgement) -> Iterator[Limitation]:
    """Channels that hardly ever changed, or that follow the calendar."""
    limits, paired = judgement.thresholds, {pair.first for pair in judgement.pairs}
    variation, by_calendar = _variation(model), _explained_by_calendar(model)
    for c, channel in enumerate(model.config.channels):
        label = wording.label(channel)
        if variation[c] < limits.always_on:
            yield Limitation(
                LimitationKind.ALWAYS_ON,
                f"What {label} did: it hardly ever changed, so its effect looks like the base level.",
                f"Its exposure varies by {percent(variation[c])} around its mean.",
                f"Run {label} higher and lower for some weeks, or pause it in some regions.",
                (channel,),
            )
        elif by_calendar[c] > limits.like_baseline and channel not in paired:
            yield Limitation(
                LimitationKind.LIKE_BASELINE,
                f"How much of the season or trend is {label}: it rises and falls with them.",
                f"Season and trend explain {percent(by_calendar[c])} of its ups and downs.",
                f"Move some of {label} to another time of the year, or run a lift test.",
                (channel,),
            )


def _variation(model: FittedMMM) -> Floats:
    """(channel,) sd over mean of each channel's exposure in time, by geo and then the mean over geos."""
    exposure = _exposure(model)
    mean = exposure.mean(axis=2)
    ratio = exposure.std(axis=2) / np.where(mean > 0, mean, np.nan)
    # A geo in which a channel never ran says nothing about how it varies.
    with np.errstate(invalid="ignore"):
        return np.array([np.nanmean(own) if np.isfinite(own).any() else np.inf for own in ratio])


def _exposure(model: FittedMMM) -> Floats:
    """(channel, geo, training period) scaled exposure."""
    structure = model.structure
    return structure.exposure[: len(model.config.channels), :, : structure.train]


def _explained_by_calendar(model: FittedMMM) -> Floats:
    """(channel,) share of the variance of exposure, summed over geos, that trend and season explain (R2)."""
    structure = model.structure
    own = [k for k, part in enumerate(structure.design.parts) if part in ("base", "trend", "season")]
    columns = structure.design.columns[0, : structure.train][:, own]
    series = _exposure(model).sum(axis=1).T
    # With nearly as many columns as periods anything is explained, and nothing is learned from it.
    if len(own) > structure.train / 4:
        return np.zeros(series.shape[1])
    fitted = columns @ np.linalg.lstsq(columns, series, rcond=None)[0]
    spread = series.var(axis=0)
    return np.where(spread > 0, 1 - (series - fitted).var(axis=0) / np.where(spread > 0, spread, 1.0), 0.0)


def _shapes(model: FittedMMM, wording: Wording, limits: FitThresholds) -> Iterator[Limitation]:
    most = _exposure(model).max(axis=(1, 2))
    last = model.posterior.media.weights[..., -1].mean(axis=0)
    window = f"{model.structure.lags} {wording.period}s"
    for c, channel in enumerate(model.config.channels):
        label, flat = wording.label(channel), model.config.saturation_of(channel)
        if not SATURATIONS[flat].saturates:
            yield Limitation(
                LimitationKind.STRAIGHT,
                f"Where {label} flattens: a straight line was chosen, so more money always seems to help.",
                "No saturation is part of this channel's model.",
                "Choose a saturation curve before planning more than was ever spent.",
                (channel,),
            )
        elif channel not in model.config.reach_frequency:
            beyond = float((model.posterior.natural.half[:, c] > most[c]).mean())
            if beyond > limits.ceiling:
                yield Limitation(
                    LimitationKind.CEILING,
                    f"How far {label} can grow: it never ran high enough to show where it flattens.",
                    f"With {percent(beyond)} probability half of its greatest effect lies beyond the highest "
                    f"{wording.period} seen.",
                    f"Some {wording.period}s with clearly more of it; until then plan near what was spent.",
                    (channel,),
                )
        if model.structure.lags > 1 and last[c] > limits.cut_off:
            yield Limitation(
                LimitationKind.WINDOW,
                f"How long {label} works: its effect is cut off while some of it still arrives.",
                f"{percent(float(last[c]), 1)} of it comes in the last of the window's {window}.",
                "Choose a longer carry-over window and train again.",
                (channel,),
            )


def _set_up(model: FittedMMM, wording: Wording, limits: FitThresholds) -> Iterator[Limitation]:
    train, noun = model.structure.train, wording.period
    years = train / model.frequency.periods_per_year
    if years < limits.years:
        yield Limitation(
            LimitationKind.SHORT,
            "Season and trend from what happened once: each time of the year was seen "
            f"{'less than twice' if years >= 1 else 'at most once'}.",
            f"{train} {noun}s, which are {years:.1f} years.",
            "Longer data: two years or more.",
        )
    if not model.config.lift_tests:
        yield Limitation(
            LimitationKind.NO_TEST,
            "Cause from coincidence, with certainty: effects are read from timing alone.",
            "No lift test is part of this model.",
            "One experiment on the channel with the most money; enter it under “Lift tests”.",
        )
    if not model.config.holdout:
        yield Limitation(
            LimitationKind.NO_HOLDOUT,
            f"How well it forecasts {wording.kpi_label} it has not seen.",
            f"No {noun} was kept out of the training.",
            f"Keep the last {max(4, round(train / 8))} {noun}s out once, or compare past forecasts.",
        )
