"""The value of a plan when its KPI is uncertain: the mean, a quantile, or the mean of the worst cases.

All are weighted sums of the draws, sum_s w_s K_s, whose weights depend on the order of the draws; the
gradient is the same weighted sum of gradients. CVaR at q is the mean of the worst q of the draws
(Rockafellar and Uryasev 2000), concave where K is; its kink is rounded by a width of `SMOOTH` sd, which
keeps the weights between 0 and 1 / (q n), so that they remain a certificate of optimality. The quantile is
Harrell and Davis's (1982), a smooth mean of neighbouring order statistics.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, expit, ndtri

from core.errors import UserError
from core.mmm.arrays import Floats

Risk = str | tuple[str, float]
SMOOTH, COUNTS = 0.02, 1e-3


@dataclass(frozen=True)
class RiskAttitude:
    """`kind` mean, quantile, cvar or probability; `level` its share of worst cases; `width` KPI over which
    the kink of CVaR, or the step of the probability, is rounded, 0 for not at all. `blend` is the weight of
    CVaR next to the mean. `reference_kpi` (draw,): what the probability is about to beat."""

    kind: str
    level: float = 0.5
    width: float = 0.0
    blend: float = 1.0
    reference_kpi: Floats | None = None

    def around(self, kpi: Floats, smooth: float = SMOOTH) -> RiskAttitude:
        """The same with a width fit for draws like these; fixed, so that the gradient stays that of
        the value.
        """
        return replace(self, width=smooth * float(kpi.std()))

    def thinned(self, draws: int) -> RiskAttitude:
        """The same for that many evenly spaced draws."""
        if self.reference_kpi is None or len(self.reference_kpi) <= draws:
            return self
        places = np.linspace(0, len(self.reference_kpi) - 1, draws).round().astype(np.int64)
        return replace(self, reference_kpi=self.reference_kpi[places])

    def curvature(self, kpi: Floats, by_draw: Floats) -> Floats | None:
        """(variable, rank) U: the change of the draws' weights adds -U U' to the curvature, what is convex
        left out; None for nothing. `by_draw` (draw, variable) are the slopes of the draws' KPI."""
        return _CURVATURE[self.kind](kpi, by_draw, self)

    def value(self, kpi: Floats) -> tuple[float, Floats]:
        """The value of a plan from draws of its KPI, and the (draw,) weights of its gradient, summing
        to 1.
        """
        return _VALUE[self.kind](kpi, self)

    @property
    def concave(self) -> bool:
        """Whether concave curves make the value concave, so that its KKT residual proves an optimum."""
        return self.kind in ("mean", "cvar")


def attitude_of(risk: Risk) -> RiskAttitude:
    """The attitude for "mean", "probability", ("quantile", q) or ("cvar", q); UserError for anything else."""
    if risk in ("mean", "probability"):
        return RiskAttitude(str(risk))
    if isinstance(risk, (tuple, list)) and len(risk) == 2 and risk[0] in ("quantile", "cvar"):
        if not 0 < float(risk[1]) < 1:
            raise UserError(f"The level of risk '{risk[0]}' must lie between 0 and 1, not {risk[1]}.")
        return RiskAttitude(str(risk[0]), float(risk[1]))
    raise UserError(f"risk must be 'mean', 'probability', ('quantile', q) or ('cvar', q); it is {risk!r}.")


def _mean(kpi: Floats, attitude: RiskAttitude) -> tuple[float, Floats]:
    return float(kpi.mean()), np.full(len(kpi), 1 / len(kpi))


def _quantile(kpi: Floats, attitude: RiskAttitude) -> tuple[float, Floats]:
    count, level = len(kpi), attitude.level
    edges = betainc((count + 1) * level, (count + 1) * (1 - level), np.arange(count + 1) / count)
    weights = np.empty(count)
    weights[np.argsort(kpi, kind="stable")] = np.diff(edges)
    return float(weights @ kpi), weights


def _worst(kpi: Floats, attitude: RiskAttitude) -> tuple[float, Floats]:
    """max over thresholds v of v - mean(softplus((v - K) / width)) width / level, blended with the mean."""
    width, level = attitude.width, attitude.level
    if width == 0:
        return _blended(*_sharp_worst(kpi, level), kpi, attitude.blend)
    threshold = _threshold(kpi, attitude)
    weights = expit((threshold - kpi) / width)
    short = np.logaddexp(0.0, (threshold - kpi) / width).mean() * width
    return _blended(float(threshold - short / level), weights / weights.sum(), kpi, attitude.blend)


def _threshold(kpi: Floats, attitude: RiskAttitude) -> float:
    width, level = attitude.width, attitude.level

    def excess(threshold: float) -> float:
        return float(expit((threshold - kpi) / width).mean() - level)

    reach = 50 * width
    return float(brentq(excess, kpi.min() - reach, kpi.max() + reach, xtol=1e-9 * width))


def _blended(value: float, weights: Floats, kpi: Floats, blend: float) -> tuple[float, Floats]:
    if blend == 1.0:
        return value, weights
    return float(blend * value + (1 - blend) * kpi.mean()), blend * weights + (1 - blend) / len(kpi)


def _sharp_worst(kpi: Floats, level: float) -> tuple[float, Floats]:
    worst = max(1, math.ceil(level * len(kpi)))
    weights = np.zeros(len(kpi))
    weights[np.argsort(kpi, kind="stable")[:worst]] = 1 / worst
    return float(weights @ kpi), weights


def _probability(kpi: Floats, attitude: RiskAttitude) -> tuple[float, Floats]:
    """The share of draws that beat the reference, each counted by a logistic step as wide as the
    width."""
    assert attitude.reference_kpi is not None
    ahead = kpi - attitude.reference_kpi
    if attitude.width == 0:
        return float((ahead > 0).mean()), np.zeros(len(kpi))
    won = expit(ahead / attitude.width)
    return float(won.mean()), won * (1 - won) / (attitude.width * len(kpi))


def _no_curvature(kpi: Floats, by_draw: Floats, attitude: RiskAttitude) -> Floats | None:
    return None


def _worst_curvature(kpi: Floats, by_draw: Floats, attitude: RiskAttitude) -> Floats | None:
    """The threshold moves with the draws, hence the second term."""
    if attitude.width == 0 or attitude.blend == 0:
        return None
    share = expit((_threshold(kpi, attitude) - kpi) / attitude.width)
    bend = share * (1 - share)
    apart = by_draw - bend @ by_draw / max(float(bend.sum()), 1e-300)
    return _low_rank(bend * attitude.blend / (attitude.width * attitude.level * len(kpi)), apart)


def _low_rank(bend: Floats, by_draw: Floats) -> Floats:
    """U with U U' = the sum of `bend` times products of slopes, draws that hardly count left out."""
    counted = bend > COUNTS * max(float(bend.max()), 1e-300)
    return np.asarray(by_draw[counted].T * np.sqrt(bend[counted]))


def _quantile_curvature(kpi: Floats, by_draw: Floats, attitude: RiskAttitude) -> Floats | None:
    """That of a normal distribution of the draws: its low quantiles fall with the standard deviation."""
    lag, sd = -float(ndtri(attitude.level)), float(kpi.std())
    if lag <= 0 or sd == 0:
        return None
    apart, off = by_draw - by_draw.mean(axis=0), (kpi - kpi.mean()) / sd
    along = off @ apart / len(kpi)
    return _low_rank(np.full(len(kpi), lag / (sd * len(kpi))), apart - off[:, None] * along)


def _probability_curvature(kpi: Floats, by_draw: Floats, attitude: RiskAttitude) -> Floats | None:
    assert attitude.reference_kpi is not None
    if attitude.width == 0:
        return None
    won = expit((kpi - attitude.reference_kpi) / attitude.width)
    bend = np.maximum(won * (1 - won) * (2 * won - 1), 0.0)
    return _low_rank(bend / (attitude.width**2 * len(kpi)), by_draw) if bend.any() else None


_VALUE: dict[str, Callable[[Floats, RiskAttitude], tuple[float, Floats]]] = {
    "mean": _mean,
    "quantile": _quantile,
    "cvar": _worst,
    "probability": _probability,
}
_CURVATURE: dict[str, Callable[[Floats, Floats, RiskAttitude], Floats | None]] = {
    "mean": _no_curvature,
    "quantile": _quantile_curvature,
    "cvar": _worst_curvature,
    "probability": _probability_curvature,
}
