"""Warnings about a fit in plain words, each with what to do about it."""

from __future__ import annotations

from typing import Any

from core.mmm.model.structure import Structure
from core.mmm.results.diagnostics import Standards


def warnings_of(structure: Structure, found: dict[str, Any], standards: Standards | None = None) -> list[str]:
    """Sentences for a reader, the gravest first."""
    limits = standards or Standards()
    return [
        *_sampling(found, limits),
        *_baseline(found, limits),
        *_holdout(found, limits),
        *_channels(structure, found, limits),
        *_outliers(structure, limits),
    ]


def _sampling(found: dict[str, Any], limits: Standards) -> list[str]:
    words = []
    hat, ess, lost = found["max_rhat"], found["min_ess_bulk"], found["divergences"]
    if not found["converged"]:
        words.append(
            f"The model has not converged (R-hat {hat:.2f}, {ess:.0f} effective draws): do not "
            "use its figures. "
            "Train again with more draws, or simplify: fewer channels, tighter priors."
        )
    elif hat > limits.good_r_hat or ess < limits.good_ess:
        words.append(
            f"The chains agree only roughly (R-hat {hat:.3f}, {ess:.0f} effective draws): "
            "intervals may move a "
            "little when trained again; more draws settle them."
        )
    if lost:
        words.append(
            f"{lost} draws diverged: a corner of the model may not have been explored. Train with "
            "more tuning, or "
            "tighten the priors of the channels with the widest intervals."
        )
    return words


def _baseline(found: dict[str, Any], limits: Standards) -> list[str]:
    chance = found["negative_baseline_probability"]
    if chance > limits.negative_baseline:
        return [
            f"With probability {chance:.0%} the baseline is negative in total, which cannot be: "
            "media get too much "
            "credit. Lower the prior media share or add the controls that are missing."
        ]
    worst = found["negative_baseline_worst_period"]
    if worst > 0.5:
        return [
            f"In some periods the baseline is probably negative ({worst:.0%}): look for a control "
            "or an event "
            "that explains them."
        ]
    return []


def _holdout(found: dict[str, Any], limits: Standards) -> list[str]:
    held = found.get("holdout")
    if held and held["wmape"] > limits.holdout_ratio * max(found["wmape"], 0.02):
        return [
            f"On the {held['periods']} periods held out the error is {held['wmape']:.1%}, against "
            f"{found['wmape']:.1%} "
            "in sample: the model may describe the past better than it forecasts. Try fewer "
            "trend knots or controls."
        ]
    return []


def _channels(structure: Structure, found: dict[str, Any], limits: Standards) -> list[str]:
    label = structure.config.label
    quiet = [label(c) for c, value in found["contraction"].items() if value < limits.contraction]
    words = [
        f"The data barely spoke about {name}: its result is mostly the prior. A lift test, or a "
        "period with clearly "
        "more or less of it, would teach more."
        for name in quiet
    ]
    for pair in found["confounded"]:
        first, second = label(pair["first"]), label(pair["second"])
        if second == "baseline":
            words.append(
                f"{first} is hard to tell from the baseline (correlation "
                f"{pair['correlation']:.2f}): it may follow "
                "season or trend. A lift test would separate them."
            )
        else:
            words.append(
                f"{first} and {second} are hard to tell apart (correlation "
                f"{pair['correlation']:.2f}): trust their "
                "sum more than either. Vary them at different times, or run a lift test on one."
            )
    return words


def _outliers(structure: Structure, limits: Standards) -> list[str]:
    found = structure.recipe.outliers
    share = len(found) / (structure.train * len(structure.panel.geos))
    if not found:
        return []
    days = ", ".join(f"{day.day} {day:%b %Y}" for day in sorted({day for _, day in found})[:6])
    more = " …" if len({day for _, day in found}) > 6 else ""
    advice = "Name their cause as events, or switch off setting extreme periods apart."
    much = (
        " That is many: a control or holidays are probably missing." if share > limits.outlier_share else ""
    )
    return [
        f"{len(found)} periods far outside the rest got an effect of their own ({days}{more}).{much} {advice}"
    ]
