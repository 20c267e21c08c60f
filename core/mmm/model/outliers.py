"""Periods so far from everything else that they get a dummy of their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.baseline import Design

Floats = NDArray[np.float64]
ROBUST_SDS = 4.0
MOST_SHARE = 0.05


def find_outliers(
    kpi: Floats, design: Design, exposure: Floats, train: int, limit: float = ROBUST_SDS
) -> list[tuple[int, int]]:
    """(geo, period) of residuals beyond `limit` robust sd, the largest first, at most 5 % of a geo's periods.

    `kpi` (geo, period) is scaled by its mean, `exposure` is (channel, geo, period). The residual is that of
    a ridge regression on the baseline's columns and, for media, on log(1 + exposure) now and one period ago.
    """
    found = []
    for g in range(len(kpi)):
        media = np.log1p(exposure[:, g]).T
        late = np.vstack([np.zeros((1, media.shape[1])), media[:-1]])
        columns = np.hstack([design.columns[g, :train] * design.sd, 0.3 * media, 0.3 * late])
        residual = _robust_residual(columns, kpi[g])
        spread = 1.4826 * np.median(np.abs(residual - np.median(residual)))
        if spread <= 0:
            continue
        score = np.abs(residual - np.median(residual)) / spread
        order = np.argsort(score)[::-1][: max(1, int(MOST_SHARE * train))]
        found += [(g, int(t)) for t in order if score[t] > limit]
    return found


def _robust_residual(columns: Floats, kpi: Floats, rounds: int = 5) -> Floats:
    """Residuals of a ridge regression whose outliers are pulled in (Huber weights), so that they
    stand out.
    """
    weight = np.ones(len(kpi))
    residual = kpi - np.median(kpi)
    for _ in range(rounds):
        noise = max(1.4826 * float(np.median(np.abs(residual))), 1e-6 * float(np.abs(kpi).max()))
        weight = np.minimum(1.0, 2.0 * noise / np.maximum(np.abs(residual), 1e-300))
        weighted = columns * weight[:, None]
        inner = weighted.T @ columns + noise**2 * np.eye(columns.shape[1])
        residual = kpi - columns @ np.linalg.solve(inner, weighted.T @ kpi)
    return residual
