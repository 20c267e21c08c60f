"""What a draft says in a few figures, and how far that is from what a full fit says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.mmm.fitted import FittedMMM
from core.mmm.results.channel_summary import effects, summarise_channels
from core.mmm.results.evidence import Estimate

WIDTH_IN_SD = 2 * 1.6449  # a 90 % interval of a normal distribution, in sd
COLUMNS = ("share", "share_lower", "share_upper", "roas", "roas_lower", "roas_upper")


@dataclass(frozen=True)
class QuickFitResult:
    """A draft in figures over all data, with 90 % intervals.

    `channels`: channel, spend, share of the KPI (0..1) and incremental ROAS (missing without spend), each
    with `_lower` and `_upper`. `media_share`: all media together. `settled`: whether the figures can be read,
    since the walkers agree (`r_hat`); `warnings`: sentences about how far to trust them.
    """

    channels: pd.DataFrame
    media_share: Estimate
    r2: float
    wmape: float
    seconds: float
    pareto_k: float
    r_hat: float
    settled: bool
    warnings: tuple[str, ...]


def answer_of(draft: FittedMMM) -> QuickFitResult:
    """The figures of a draft."""
    structure, found = draft.structure, draft.diagnostics
    periods, kpi = structure.panel.periods, float(structure.panel.kpi.sum())
    earned = effects(structure, draft.posterior.media, 0, periods)
    table = summarise_channels(structure, draft.posterior.natural, earned, level=0.9)
    table["share"] = table["contribution"] / kpi
    return QuickFitResult(
        with_share_interval(table)[["channel", "spend", *COLUMNS]],
        Estimate.of(earned.contribution.sum(axis=(1, 2)) / kpi, 0.9),
        float(found["r2"]), float(found["wmape"]), float(found["seconds"]), float(found["pareto_k"]),
        float(found["max_rhat"]),
        bool(found["settled"]), tuple(found["warnings"]),
    )  # fmt: skip


def with_share_interval(summary: pd.DataFrame) -> pd.DataFrame:
    """A channel summary with the interval of the share, in the proportion of the contribution's."""
    contribution = summary["contribution"].where(summary["contribution"] != 0)
    scale = (summary["share"] / contribution).fillna(0.0)
    ends = {f"share_{end}": summary[f"contribution_{end}"] * scale for end in ("lower", "upper")}
    return summary.assign(**ends)


@dataclass(frozen=True)
class QuickFitAgreement:
    """When a draft agrees with a full fit: its mean lies within `shift` of the full fit's sd, its interval is
    `narrow` to `wide` times as wide."""

    shift: float = 0.5
    narrow: float = 0.7
    wide: float = 1.4


def differences(
    answer: QuickFitResult, full: Sequence[Mapping[str, Any]], limits: QuickFitAgreement | None = None
) -> pd.DataFrame:
    """A draft against a full fit: channel, draft, full, full_lower, full_upper, shift, width, agrees.

    Draft and full are shares of the KPI. `full` are the records of its channel summary with 90 % intervals.
    `shift` is the draft's mean share less the full fit's, in sd of the full fit; `width` the ratio of the
    intervals. Channels that only one of them has are left out.
    """
    limits = limits or QuickFitAgreement()
    records = pd.DataFrame([dict(row) for row in full])
    wanted = with_share_interval(records)[["channel", "share", "share_lower", "share_upper"]]
    both = answer.channels.merge(wanted, on="channel", suffixes=("", "_full"))
    span = (both["share_upper_full"] - both["share_lower_full"]).clip(lower=1e-12)
    shift = (both["share"] - both["share_full"]) / (span / WIDTH_IN_SD)
    width = (both["share_upper"] - both["share_lower"]) / span
    agrees = (shift.abs() <= limits.shift) & width.between(limits.narrow, limits.wide)
    named = {"draft": "share", "full": "share_full", "full_lower": "share_lower_full"}
    named |= {"full_upper": "share_upper_full"}
    columns = {name: both[source] for name, source in named.items()}
    return pd.DataFrame(
        {"channel": both["channel"], **columns, "shift": shift, "width": width, "agrees": agrees}
    )


def difference_words(shift: float, width: float, limits: QuickFitAgreement | None = None) -> str:
    """`agrees`, or what differs: the mean, in sd of the full fit, or else the width of the interval."""
    limits = limits or QuickFitAgreement()
    if not np.isfinite(shift):
        return "no comparison"
    if abs(shift) > limits.shift:
        return f"differs: {abs(shift):.1f} sd {'higher' if shift > 0 else 'lower'}"
    if width > limits.wide:
        return f"differs: interval {width:.1f} times as wide"
    if width < limits.narrow:
        return f"differs: interval only {width:.0%} as wide".replace("%", " %")
    return "agrees"
