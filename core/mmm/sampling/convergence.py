"""Rank-normalised split R-hat and effective sample sizes of many parameters at once, by arviz-stats.

Vehtari, Gelman, Simpson, Carpenter, Buerkner (2021), "Rank-normalization, folding, and localization: an
improved R-hat for assessing convergence of MCMC". Pure arrays: draws are (chain, draw, parameter). The
library is imported on the first call: reading a model needs none of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.mmm.arrays import Floats


def r_hat(draws: Floats) -> Floats:
    """(parameter,) the worse of bulk and folded R-hat; 1 is ideal, NaN for draws that never moved."""
    from arviz_stats.base.array import array_stats

    # A single chain has no other to be compared with: its halves take their place, and are split once more.
    halves = draws.shape[1] // 2
    split = np.concatenate([draws[:, :halves], draws[:, -halves:]], axis=0) if len(draws) == 1 else draws
    with np.errstate(divide="ignore", invalid="ignore"):
        found = array_stats.rhat(split, chain_axis=0, draw_axis=1)  # type: ignore[no-untyped-call]
    return np.asarray(found, dtype=np.float64)


def ess_bulk(draws: Floats) -> Floats:
    """(parameter,) effective number of independent draws for the centre of the distribution."""
    return _ess(draws, method="bulk")


def ess_tail(draws: Floats) -> Floats:
    """(parameter,) effective number of draws for the 5 % and 95 % quantiles, the smaller of both."""
    return _ess(draws, method="tail", prob=(0.05, 0.95))


def _ess(draws: Floats, **how: Any) -> Floats:
    from arviz_stats.base.array import array_stats

    found = array_stats.ess(draws, chain_axis=0, draw_axis=1, **how)  # type: ignore[no-untyped-call]
    # Draws that never moved are worth nothing, whatever the formula's limit is.
    return np.where(np.ptp(draws, axis=(0, 1)) > 0, np.asarray(found, dtype=float), np.nan)
