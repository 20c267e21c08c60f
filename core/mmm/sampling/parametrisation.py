"""Geo effects sampled as they are, or as multiples of their spread: whichever the data make easier.

With little data about a channel's geos its effects follow the spread, and multiples of it (non-centred) are
what is independent of it. With much data the effects themselves are known, and a multiple has to change
whenever the spread does. What the data say is the precision they add to a multiple, in units of the
prior's: the curvature at the mode less one. Betancourt and Girolami (2015), "Hamiltonian Monte Carlo for
hierarchical models".
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.kernel import SPREAD
from core.mmm.model.parameters import Layout
from core.mmm.model.structure import Structure
from core.mmm.sampling.mode import Mode

Floats = NDArray[np.float64]
MUCH = 100.0


def centred_where_known(structure: Structure, mode: Mode, much: float = MUCH) -> Structure:
    """The structure with those effects sampled as they are about which the data say `much`: a channel can be
    plain in the geos where it ran and unknown where it never did."""
    layout = structure.layout
    if layout.geo_place < 0:
        return structure
    added = np.diag(mode.precision)[layout.geo_place : layout.noise_place] - 1
    centring = np.where(added.reshape(layout.centring.shape) > much, 1.0, 0.0)
    return replace(structure, layout=replace(layout, centring=centring))


def recentred(points: Floats, sampled: Layout, wanted: Layout) -> Floats:
    """Points (..., parameter) of one layout as those of another that differs in its centring alone."""
    change = wanted.centring - sampled.centring
    if sampled.geo_place < 0 or not change.any():
        return points
    block = slice(sampled.geo_place, sampled.noise_place)
    scale = np.exp(points[..., None, sampled.places[SPREAD]] * change)
    offsets = points[..., block].reshape(*points.shape[:-1], *change.shape) * scale
    moved = points.copy()
    moved[..., block] = offsets.reshape(points[..., block].shape)
    return moved
