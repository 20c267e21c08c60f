"""Leave-one-out predictive density from draws that include the baseline.

The likelihood is conditional on the baseline's coefficients, drawn jointly with the media; the marginal one
of the sampler has no separate cases to leave out. Vehtari, Gelman, Gabry (2017), "Practical Bayesian model
evaluation using leave-one-out cross-validation". A time series leaks through its neighbours: where this
disagrees with the CRPS of a holdout, the holdout decides.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from core.mmm.results.psis import smoothed_weights

Floats = NDArray[np.float64]
BAD_K = 0.7
# Cases taken at a time, so that a long panel needs no more memory than a short one.
CHUNK = 500


def leave_one_out(actual: Floats, expected: Floats, sd: Floats) -> dict[str, float]:
    """loo (sum of log densities, higher is better), loo_se, and loo_bad_share of cases whose estimate
    is shaky.

    `actual` (case,), `expected` and `sd` (draw, case).
    """
    each, shape = pointwise(actual, expected, sd)
    return {
        "loo": float(each.sum()),
        "loo_se": float(math.sqrt(each.size * each.var())),
        "loo_bad_share": float((shape > BAD_K).mean()),
    }


def pointwise(actual: Floats, expected: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """(case,) log density of each case given all others, and (case,) Pareto shape k of its estimate."""
    parts = [
        _pointwise(actual[at : at + CHUNK], expected[:, at : at + CHUNK], sd[:, at : at + CHUNK])
        for at in range(0, actual.size, CHUNK)
    ]
    return np.concatenate([each for each, _ in parts]), np.concatenate([shape for _, shape in parts])


def _pointwise(actual: Floats, expected: Floats, sd: Floats) -> tuple[Floats, Floats]:
    density = (-0.5 * ((actual - expected) / sd) ** 2 - np.log(sd) - 0.5 * math.log(2 * math.pi)).T
    weights, shape = smoothed_weights(-density)
    return logsumexp(weights + density, axis=1), shape
