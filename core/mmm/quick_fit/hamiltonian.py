"""A short Hamiltonian walk from the approximation to the posterior itself, many walkers side by side.

Every walker moves in the coordinates in which its mode's curvature is round, so that one step size suits all
directions and a trajectory of a handful of gradients leads right across the posterior. Hoffman, Radul and
Sountsov (2021), "An adaptive-MCMC scheme for setting trajectory lengths in Hamiltonian Monte Carlo", for many
short chains; Neal (2011), "MCMC using Hamiltonian dynamics", for the method.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.density import log_posterior
from core.mmm.numba_cache import kernel
from core.mmm.quick_fit.proposal import Proposal, Start
from core.mmm.quick_fit.settings import QuickFitSettings

Floats = NDArray[np.float64]
LARGEST = 1e300


@dataclass(frozen=True)
class Stride:
    """`length` of a trajectory (a round one comes back after 2 pi), varied by round between `shortest` and
    `longest` times it; `accept`: the share of moves to be accepted, which sets the size of a step."""

    length: float = 2.2
    shortest: float = 0.5
    longest: float = 1.2
    first_step: float = 0.4
    longest_step: float = 1.3
    accept: float = 0.8
    jitter: float = 0.1


@dataclass(frozen=True)
class Walked:
    """`points` (walker, round, parameter), the share of moves accepted, and the gradients it took."""

    points: Floats
    acceptance: float
    gradients: int


@kernel
def turn(factor, gradient, momentum, size):
    """Add `size` times the gradient, seen in round coordinates, to the momentum."""
    for j in range(momentum.shape[0]):
        total = 0.0
        for i in range(momentum.shape[0]):
            total += factor[i, j] * gradient[i]
        momentum[j] += size * total


@kernel
def move(factor, momentum, point, size):
    """Add `size` times the momentum, turned back from round coordinates, to the point."""
    for i in range(point.shape[0]):
        total = 0.0
        for j in range(point.shape[0]):
            total += factor[i, j] * momentum[j]
        point[i] += size * total


@kernel
def walk_round(points, densities, gradients, home, factors, buffer, sizes, steps, momenta, uniform, accepted):
    """One trajectory of every walker, accepted or not by Metropolis' rule; `accepted` gets the chances."""
    walkers, size = points.shape
    point, gradient = np.empty(size), np.empty(size)
    for w in range(walkers):
        factor, momentum = factors[home[w]], momenta[w]
        point[:] = points[w]
        gradient[:] = gradients[w]
        energy = 0.5 * np.sum(momentum * momentum) - densities[w]
        density = densities[w]
        turn(factor, gradient, momentum, 0.5 * sizes[w])
        for step in range(steps):
            move(factor, momentum, point, sizes[w])
            density = log_posterior(point, gradient, buffer)
            turn(factor, gradient, momentum, sizes[w] if step < steps - 1 else 0.5 * sizes[w])
        gained = energy - 0.5 * np.sum(momentum * momentum) + density
        # Comparisons, because with sums free to be reordered `isfinite` of one is not to be relied on.
        inside = gained > -LARGEST and gained < LARGEST
        accepted[w] = math.exp(min(gained, 0.0)) if inside else 0.0
        if uniform[w] < accepted[w]:
            points[w], gradients[w], densities[w] = point, gradient, density


def walk(
    start: Start,
    proposal: Proposal,
    buffer: Floats,
    effort: QuickFitSettings,
    generator: np.random.Generator,
    stride: Stride | None = None,
) -> Walked:
    """The rounds that are kept, after those in which the walkers settle and the step finds its size."""
    stride = stride or Stride()
    points, rounds = start.points.copy(), []
    densities, gradients = _here(points, buffer)
    size, accepted, shares, spent = stride.first_step, np.empty(len(points)), [], 0
    for at in range(effort.settling + effort.kept):
        length = stride.length * generator.uniform(stride.shortest, stride.longest)
        steps = max(1, round(length / size))
        sizes = size * generator.uniform(1 - stride.jitter, 1 + stride.jitter, len(points))
        momenta, uniform = generator.standard_normal(points.shape), generator.uniform(size=len(points))
        walk_round(
            points, densities, gradients, start.home, proposal.factors, buffer, sizes, steps, momenta,
            uniform, accepted,
        )  # fmt: skip
        spent += steps * len(points)
        if at < effort.settling:
            # Large corrections at first, small ones later, none once rounds are kept.
            gain = 0.5 if at < effort.settling / 2 else 0.2
            size = min(size * math.exp(gain * (accepted.mean() - stride.accept)), stride.longest_step)
        else:
            rounds.append(points.copy())
            shares.append(float(accepted.mean()))
    return Walked(np.array(rounds).transpose(1, 0, 2), float(np.mean(shares)), spent)


def _here(points: Floats, buffer: Floats) -> tuple[Floats, Floats]:
    """Log densities (walker,) and gradients (walker, parameter)."""
    gradients = np.empty_like(points)
    densities = [
        log_posterior(point, gradient, buffer) for point, gradient in zip(points, gradients, strict=True)
    ]
    return np.array(densities), gradients
