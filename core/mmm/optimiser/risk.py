"""What a plan is worth when its KPI is uncertain: the mean, a quantile, or the mean of the worst cases.

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
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betainc, expit

from core.errors import UserError

Floats = NDArray[np.float64]
Risk = str | tuple[str, float]
SMOOTH = 0.02


@dataclass(frozen=True)
class Attitude:
    """`kind` mean, quantile or cvar; `level` its share of worst cases; `width` KPI over which CVaR's kink is
    rounded, 0 for not at all."""

    kind: str
    level: float = 0.5
    width: float = 0.0

    def around(self, kpi: Floats) -> Attitude:
        """The same with a width fit for draws like these; fixed, so that the gradient stays that of
        the value.
        """
        return replace(self, width=SMOOTH * float(kpi.std()))

    def worth(self, kpi: Floats) -> tuple[float, Floats]:
        """The value of a plan from draws of its KPI, and the (draw,) weights of its gradient, summing
        to 1.
        """
        return _WORTH[self.kind](kpi, self)

    @property
    def concave(self) -> bool:
        """Whether concave curves make the value concave, so that its KKT residual proves an optimum."""
        return self.kind != "quantile"


def attitude_of(risk: Risk) -> Attitude:
    """The attitude for "mean", ("quantile", q) or ("cvar", q); UserError for anything else."""
    if risk == "mean":
        return Attitude("mean")
    if isinstance(risk, (tuple, list)) and len(risk) == 2 and risk[0] in ("quantile", "cvar"):
        if not 0 < float(risk[1]) < 1:
            raise UserError(f"The level of risk '{risk[0]}' must lie between 0 and 1, not {risk[1]}.")
        return Attitude(str(risk[0]), float(risk[1]))
    raise UserError(f"risk must be 'mean', ('quantile', q) or ('cvar', q); it is {risk!r}.")


def _mean(kpi: Floats, attitude: Attitude) -> tuple[float, Floats]:
    return float(kpi.mean()), np.full(len(kpi), 1 / len(kpi))


def _around_quantile(kpi: Floats, attitude: Attitude) -> tuple[float, Floats]:
    count, level = len(kpi), attitude.level
    edges = betainc((count + 1) * level, (count + 1) * (1 - level), np.arange(count + 1) / count)
    weights = np.empty(count)
    weights[np.argsort(kpi, kind="stable")] = np.diff(edges)
    return float(weights @ kpi), weights


def _worst(kpi: Floats, attitude: Attitude) -> tuple[float, Floats]:
    """max over thresholds v of v - mean(softplus((v - K) / width)) width / level."""
    width, level = attitude.width, attitude.level
    if width == 0:
        return _sharp_worst(kpi, level)

    def excess(threshold: float) -> float:
        return float(expit((threshold - kpi) / width).mean() - level)

    reach = 50 * width
    threshold = brentq(excess, kpi.min() - reach, kpi.max() + reach, xtol=1e-9 * width)
    weights = expit((threshold - kpi) / width)
    short = np.logaddexp(0.0, (threshold - kpi) / width).mean() * width
    return float(threshold - short / level), np.asarray(weights / weights.sum())


def _sharp_worst(kpi: Floats, level: float) -> tuple[float, Floats]:
    worst = max(1, math.ceil(level * len(kpi)))
    weights = np.zeros(len(kpi))
    weights[np.argsort(kpi, kind="stable")[:worst]] = 1 / worst
    return float(weights @ kpi), weights


_WORTH: dict[str, Callable[[Floats, Attitude], tuple[float, Floats]]] = {
    "mean": _mean,
    "quantile": _around_quantile,
    "cvar": _worst,
}
