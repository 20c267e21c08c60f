"""Coordinates in which the posterior is nearly round, so that the sampler needs fewer steps for each draw.

The sampler moves in z, the density is evaluated at x = centre + root z. For a posterior that is Gaussian
with covariance root root', z is standard normal; whatever the map, the draws x have the same distribution,
since a linear map changes the density by a constant only. The map comes from the curvature at the
posterior mode, or from the posterior of an earlier fit. The sampler still adapts a scale for each z.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from core.mmm.model.structure import Structure, packed
from core.mmm.sampling.callbacks import evaluate
from core.mmm.sampling.mode import Mode, start_point

Floats = NDArray[np.float64]


class CoordinateOrigin(StrEnum):
    """Where the map comes from."""

    NONE = "none"
    CURVATURE = "curvature"
    EARLIER = "earlier posterior"


@dataclass(frozen=True)
class Reach:
    """When a map is worth its price, and how far apart the chains start.

    A map costs `parameters`^2 multiplications for each gradient, so beyond `parameters` there is none.
    `crooked` is the mismatch beyond which the curvature at the mode says too little about the posterior
    elsewhere: long tails make such a map worse than none. Where effects are centred the alternative is a
    ridge that no tuning straightens, so more is borne: `crooked_centred`. `changed` is the median mismatch
    beyond which an earlier posterior is that of other data. `wide` is how many posterior sds the starting
    points around the mode spread.
    """

    parameters: int = 400
    crooked: float = 5.0
    crooked_centred: float = 15.0
    changed: float = 1.5
    wide: float = 2.0


@dataclass(frozen=True)
class Coordinates:
    """The map x = centre + root z: `centre` (parameter,), `root` (parameter, parameter), symmetric.

    `root` is empty (0, 0) where z only moves the centre. `starts` are offered to the chains.
    """

    centre: Floats
    root: Floats
    origin: CoordinateOrigin
    wide: float = 2.0

    def outward(self, z: Floats) -> Floats:
        """Parameters (..., parameter) at the sampler's points."""
        return np.asarray(self.centre + (z @ self.root.T if self.root.size else z))

    def inward(self, x: Floats) -> Floats:
        """The sampler's point (parameter,) at parameters `x`."""
        away = x - self.centre
        return np.asarray(np.linalg.solve(self.root, away)) if self.root.size else away

    def begin(self, plausible: Floats, generator: np.random.Generator) -> Floats:
        """A starting point for a chain, in the sampler's coordinates.

        Half of them spread twice as wide as the posterior, the others lie near the prior's `plausible`
        point: chains that began apart and agree have not been misled by the one mode that was found.
        """
        jitter = generator.uniform(-0.5, 0.5, len(self.centre))
        normal = self.wide * generator.standard_normal(len(self.centre))
        near_prior = generator.random() < 0.5
        if self.origin == CoordinateOrigin.NONE:
            return jitter
        if near_prior and self.origin == CoordinateOrigin.CURVATURE:
            return self.inward(plausible + jitter)
        return np.asarray(normal)


def plain_coordinates(structure: Structure) -> Coordinates:
    """The parameters themselves, centred at a plausible point."""
    return Coordinates(start_point(structure), np.empty((0, 0)), CoordinateOrigin.NONE)


def coordinates_at(mode: Mode, reach: Reach | None = None) -> Coordinates:
    """Coordinates in which a Gaussian with the mode's curvature is round."""
    values, vectors = mode.spectrum()
    root = (vectors / np.sqrt(values)) @ vectors.T
    return Coordinates(
        mode.point, np.ascontiguousarray(root), CoordinateOrigin.CURVATURE, (reach or Reach()).wide
    )


def mismatch(structure: Structure, coordinates: Coordinates, rank: float = 0.9, draws: int = 200) -> float:
    """How unlike a standard normal the posterior is in these coordinates; 0 for one.

    At standard normal draws z the gradient of a standard normal log density is -z: the mean squared
    difference over parameters, and of the draws' the one at `rank`. The upper end tells of long tails, which
    the curvature at the mode knows nothing about. Points without a finite density count as infinitely unlike.
    """
    root, size = coordinates.root, structure.layout.size
    buffer, gradient, out = packed(structure), np.empty(size), np.empty(1)
    found = np.full(draws, np.inf)
    for k, z in enumerate(np.random.default_rng(0).standard_normal((draws, size))):
        if evaluate(coordinates.outward(z), gradient, out, buffer) == 0:
            found[k] = np.mean((root.T @ gradient + z) ** 2)
    return float(np.sort(found)[int(rank * draws)])


def coordinates_from(mean: Floats, covariance: Floats, reach: Reach | None = None) -> Coordinates:
    """Coordinates in which a posterior with this mean and covariance is round."""
    values, vectors = eigh(covariance)
    values = np.maximum(values, 1e-12 * values[-1])
    root = (vectors * np.sqrt(values)) @ vectors.T
    return Coordinates(mean, np.ascontiguousarray(root), CoordinateOrigin.EARLIER, (reach or Reach()).wide)
