"""What a promotion cost besides its discount: the dip after it, and what other departments lost meanwhile.

Both are actual / baseline - 1. The baseline is the forecast from the days before the promotion; its error and
the days' noise are Normal on the log scale (see `log_covariance`), so that the 90 % interval of the share s
is (1 + s) exp(-+ c sd) - 1. For the dip, the worst of up to eight overlapping weeks is reported; c is then
the 95 % quantile of the largest of the weeks' errors, so that calm weeks are not mistaken for a dip
(simultaneous interval, e.g. Genz & Bretz 2009).
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from scipy.stats import norm

from core.promo.days import Flags, Floats
from core.promo.post_mortem.daily import DailyComparison
from core.promo.post_mortem.values import Cannibalisation, PostPromoDip

LEVEL = 0.9
WEEK = 7
LEAST_DAYS = 4  # of a week and a cell on average: with fewer, a week's sum says little
DRAWS, SEED = 20_000, 7


def dip_of(comparison: DailyComparison, promoted: Flags, limit_pct: float) -> PostPromoDip | None:
    """The worst 7 days of the two weeks after, in the promoted cells; None where too few of those days have
    sales or all have promotions again."""
    begun, weeks = _weeks(comparison, promoted)
    if not weeks:
        return None
    covariance = comparison.log_covariance([comparison.baseline * part for part in weeks])
    expected = np.array([comparison.baseline[part].sum() for part in weeks])
    share = np.array([comparison.actual[0][part].sum() for part in weeks]) / expected - 1
    worst = int(np.argmin(share))
    lower, upper = _around(share[worst], float(np.sqrt(covariance[worst, worst])), _largest(covariance))
    first = comparison.dates[begun[worst]].date()
    return PostPromoDip(
        float(share[worst]), lower, upper, bool(upper < 0 and -100 * share[worst] >= limit_pct),
        first, first + timedelta(days=WEEK - 1), float(share[worst] * expected[worst]),
    )  # fmt: skip


def _weeks(comparison: DailyComparison, promoted: Flags) -> tuple[list[int], list[Flags]]:
    """The first day and the usable cells and days of each run of seven days after the promotion."""
    after = np.flatnonzero(~comparison.during)
    plain = ~comparison.promo & (comparison.baseline > 0) & comparison.known
    starts, found = [], []
    for begun in after[: max(len(after) - WEEK + 1, 0)]:
        days = np.zeros(len(comparison.dates), bool)
        days[begun : begun + WEEK] = True
        usable = comparison.on(promoted, days) & plain
        open_days = comparison.on(promoted, days) & (comparison.baseline > 0)
        if usable.sum() * WEEK >= LEAST_DAYS * max(open_days.sum(), 1) and comparison.known[days].all():
            starts.append(int(begun))
            found.append(usable)
    return starts, found


def cannibalised(
    comparison: DailyComparison, promoted: set[str], channels: set[str], limit_pct: float
) -> tuple[Cannibalisation, ...]:
    """Every department without a line of the promotion, in its sales channels and on days without a promotion
    of its own, against the baseline; largest loss first."""
    names = sorted({cell.department for cell in comparison.cells} - promoted)
    plain = ~comparison.promo & (comparison.baseline > 0)
    masks = {
        name: comparison.on(comparison.of({name}, channels), comparison.compared) & plain for name in names
    }
    masks = {name: mask for name, mask in masks.items() if mask.any()}
    if not masks:
        return ()
    parts = [comparison.baseline * mask for mask in masks.values()]
    spread = np.sqrt(np.diag(comparison.log_covariance(parts)))
    found = []
    for (name, mask), sd in zip(masks.items(), spread, strict=True):
        expected = float(comparison.baseline[mask].sum())
        share = float(comparison.actual[0][mask].sum()) / expected - 1
        lower, upper = _around(share, float(sd), float(norm.ppf((1 + LEVEL) / 2)))
        flagged = bool(upper < 0 and -100 * share >= limit_pct)
        found.append(Cannibalisation(name, share, lower, upper, flagged, share * expected))
    return tuple(sorted(found, key=lambda one: one.share))


def _around(share: float, sd: float, times: float) -> tuple[float, float]:
    # Where returns exceed sales, 1 + share is negative and the ends change places.
    lower, upper = sorted((1 + share) * float(np.exp(side * times * sd)) - 1 for side in (-1, 1))
    return lower, upper


def _largest(covariance: Floats) -> float:
    """How many sds the largest of jointly Normal errors stays within, at 95 % on each side."""
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn = np.random.default_rng(SEED).standard_normal((DRAWS, len(sd))) @ root.T
    return float(np.quantile(drawn.max(axis=1), (1 + LEVEL) / 2))
