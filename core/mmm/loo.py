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

Floats = NDArray[np.float64]
BAD_K, MOST_CASES = 0.7, 2500


def leave_one_out(actual: Floats, expected: Floats, sd: Floats) -> dict[str, float]:
    """loo (sum of log densities, higher is better), loo_se, and loo_bad_share of cases whose estimate
    is shaky.

    `actual` (case,), `expected` and `sd` (draw, case). Nothing beyond `MOST_CASES` cases: too slow to be
    worth it there.
    """
    if actual.size > MOST_CASES:
        return {}
    from arviz import psislw

    density = -0.5 * ((actual - expected) / sd) ** 2 - np.log(sd) - 0.5 * math.log(2 * math.pi)
    weights, shape = psislw(-density.T)  # type: ignore[no-untyped-call]
    each = logsumexp(weights + density.T, axis=1)
    return {
        "loo": float(each.sum()),
        "loo_se": float(math.sqrt(each.size * each.var())),
        "loo_bad_share": float((shape > BAD_K).mean()),
    }
