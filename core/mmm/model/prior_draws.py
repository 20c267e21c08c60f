"""Draws from the prior of the sampled parameters, without any sampler."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.kernel import LOG_HALF_NORMAL, LOGIT_BETA, NORMAL, SHARE, SPREAD
from core.mmm.model.parameters import Layout

Floats = NDArray[np.float64]


def draw_prior(layout: Layout, draws: int, generator: np.random.Generator) -> Floats:
    """(draw, parameter) unconstrained points from the prior."""
    points = generator.standard_normal((draws, layout.size))
    for i, kind in enumerate(layout.kinds):
        first, second = layout.first[i], layout.second[i]
        if kind == NORMAL:
            points[:, i] = first + second * points[:, i]
        elif kind == LOGIT_BETA:
            share = np.clip(generator.beta(first, second, draws), 1e-12, 1 - 1e-12)
            points[:, i] = np.log(share / (1 - share))
        elif kind == LOG_HALF_NORMAL:
            points[:, i] = np.log(np.abs(first * points[:, i]) + 1e-300)
    _draw_shares(points, layout, generator)
    _centre_offsets(points, layout)
    return points


def _draw_shares(points: Floats, layout: Layout, generator: np.random.Generator) -> None:
    common = np.flatnonzero(layout.tilt > 0)
    if len(common):
        total = layout.total[0] + layout.total[1] * generator.standard_normal(len(points))
        split = generator.dirichlet(layout.tilt[common], len(points))
        points[:, layout.places[SHARE, common]] = total[:, None] + np.log(np.maximum(split, 1e-300))


def _centre_offsets(points: Floats, layout: Layout) -> None:
    """Offsets of centred effects have the width of the channel's spread to the power of its centring."""
    if layout.geo_place < 0:
        return
    channels = len(layout.tilt)
    log_spread = points[:, layout.places[SPREAD]]
    block = slice(layout.geo_place, layout.noise_place)
    offsets = points[:, block].reshape(len(points), -1, channels)
    points[:, block] = (offsets * np.exp(layout.centring * log_spread[:, None])).reshape(len(points), -1)
