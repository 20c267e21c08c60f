"""The posterior mode of the sampled parameters and the curvature there: where and how wide the posterior is.

The mode is searched with L-BFGS on the compiled density; the Hessian comes from central differences of its
exact gradient, two gradients per parameter. Both cost milliseconds, so a fit can afford them before it
samples, and a screen can show a first answer from them alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.optimize import minimize

from core.mmm.model.structure import Structure, packed
from core.mmm.sampling.callbacks import evaluate

Floats = NDArray[np.float64]
STEP = 1e-4


@dataclass(frozen=True)
class ModeSearch:
    """How long the mode is searched, and how far its curvature is believed.

    `least` and `most` bound the precision in any direction (1 / variance, unconstrained scale): a saddle or
    a flat ridge has no curvature of its own, and takes the least.
    """

    iterations: int = 3000
    tolerance: float = 1e-4
    least: float = 0.1
    most: float = 1e8


@dataclass(frozen=True)
class Mode:
    """The highest point of the posterior density on the unconstrained scale, and its neighbourhood.

    `point` (parameter,), `log_density` there, `precision` (parameter, parameter) the negative Hessian as
    differences give it, `found` whether the search ended at a stationary point, `evaluations` gradients used.
    """

    point: Floats
    log_density: float
    precision: Floats
    found: bool
    evaluations: int

    def spectrum(self, search: ModeSearch | None = None) -> tuple[Floats, Floats]:
        """Eigenvalues (ascending, bounded by `search`) and eigenvectors (columns) of `precision`."""
        search = search or ModeSearch()
        values, vectors = eigh(self.precision)
        return np.clip(values, search.least, search.most), vectors

    def covariance(self, search: ModeSearch | None = None) -> Floats:
        """(parameter, parameter) covariance of the Gaussian with the mode's curvature."""
        values, vectors = self.spectrum(search)
        return np.asarray((vectors / values) @ vectors.T)

    def draw(self, draws: int, generator: np.random.Generator, search: ModeSearch | None = None) -> Floats:
        """(draw, parameter) points of the Gaussian around the mode: Laplace's approximation."""
        values, vectors = self.spectrum(search)
        normal = generator.standard_normal((draws, len(values)))
        return np.asarray(self.point + (normal / np.sqrt(values)) @ vectors.T)


def find_mode(structure: Structure, start: Floats | None = None, search: ModeSearch | None = None) -> Mode:
    """The mode of the posterior of `structure`, searched from `start` (default: a plausible prior point).

    A search that leaves the finite region or does not end is said so by `found`; `point` is then the best
    point seen, and `precision` its curvature all the same.
    """
    search = search or ModeSearch()
    density = _Density(packed(structure))
    first = start_point(structure) if start is None else np.asarray(start, dtype=float)
    options = {"maxiter": search.iterations, "maxfun": 2 * search.iterations, "gtol": search.tolerance}
    ended = minimize(density.descend, first, jac=True, method="L-BFGS-B", options=options)
    point = np.asarray(ended.x, dtype=float)
    precision = density.curvature(point)
    found = bool(np.isfinite(ended.fun) and np.isfinite(precision).all() and ended.status != 1)
    return Mode(point, -float(ended.fun), precision, found, density.calls)


def start_point(structure: Structure) -> Floats:
    """A plausible point: prior centres, the prior's mean shares, a noise of a tenth of the KPI."""
    layout = structure.layout
    start = np.where(layout.kinds == 1, layout.first, 0.0)
    beta = layout.kinds == 2
    start[beta] = np.log(layout.first[beta] / layout.second[beta])
    tilted = layout.tilt > 0
    places = layout.places[0][tilted]
    start[places] = layout.total[0] + np.log(layout.tilt[tilted] / layout.tilt.sum())
    start[layout.places[5][layout.places[5] >= 0]] = np.log(0.3)
    start[layout.noise_place :] = np.log(0.1)
    return np.asarray(start, dtype=float)


class _Density:
    """The compiled density, counted."""

    def __init__(self, buffer: Floats) -> None:
        self._buffer, self.calls = buffer, 0

    def gradient(self, point: Floats) -> tuple[float, Floats]:
        """Log density and its gradient; a point without a finite density is infinitely unlikely."""
        grad, out = np.empty_like(point), np.empty(1)
        self.calls += 1
        fault = evaluate(np.ascontiguousarray(point), grad, out, self._buffer)
        return (-np.inf, np.zeros_like(point)) if fault else (float(out[0]), grad)

    def descend(self, point: Floats) -> tuple[float, Floats]:
        """What the search makes small; a large number for infinity, which it cannot step back from."""
        value, grad = self.gradient(point)
        return (1e300, grad) if value == -np.inf else (-value, -grad)

    def curvature(self, point: Floats) -> Floats:
        """The negative Hessian by central differences of the gradient, made symmetric."""
        size = len(point)
        rows = np.empty((size, size))
        for i in range(size):
            step = np.zeros(size)
            step[i] = STEP
            rows[i] = (self.gradient(point - step)[1] - self.gradient(point + step)[1]) / (2 * STEP)
        return (rows + rows.T) / 2
