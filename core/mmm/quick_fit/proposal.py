"""Where a draft begins: the modes, a heavy-tailed approximation around them, and points drawn from it.

Around each mode lies a multivariate t with the mode's own curvature; several modes share the draws by their
Laplace weights, density times the square root of the covariance's determinant. The draws are weighed against
the true density, which tells how good the approximation is (Pareto k).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from core.errors import UserError
from core.mmm.model.density import log_posterior
from core.mmm.model.structure import Structure
from core.mmm.results.accuracy import smoothed_weights

if TYPE_CHECKING:
    from core.mmm.sampling.mode import Mode

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Approximation:
    """How far modes are told apart and how wide the t is; distances are in sd of the best mode's curvature.

    `lost` is the Laplace weight below which a mode is left out; `spread` is by how much other starts of the
    search differ from the plausible point, on the unconstrained scale.
    """

    freedom: float = 10.0
    widened: float = 1.1
    apart: float = 1.0
    lost: float = 1e-3
    spread: float = 1.5
    usable_k: float = 0.7


@dataclass(frozen=True)
class Proposal:
    """A mixture of multivariate t: `centres` (mode, parameter), `factors` (mode, parameter, parameter) whose
    square is the covariance, `weights` (mode,); `searched` gradients were spent on finding the modes."""

    centres: Floats
    factors: Floats
    weights: Floats
    searched: int


@dataclass(frozen=True)
class Start:
    """Points (walker, parameter) inside the posterior, and `home`, the mode each was drawn around.

    `pareto_k` judges the approximation, `ess` is the effective number of its weighted draws.
    """

    points: Floats
    home: Integers
    pareto_k: float
    ess: float


def find_proposal(
    structure: Structure, starts: int, generator: np.random.Generator, own: Approximation | None = None
) -> Proposal:
    """The approximation around the modes that `starts` searches find; UserError where none finds one."""
    # The search brings the sampler's callbacks along, which are compiled when they are imported.
    from core.mmm.sampling.mode import find_mode, start_point

    own = own or Approximation()
    first = start_point(structure)
    points = first + generator.uniform(-own.spread, own.spread, (starts, len(first)))
    points[0] = first
    found = [find_mode(structure, point) for point in points]
    modes = _distinct([mode for mode in found if mode.found], own.apart)
    if not modes:
        raise UserError(
            "No draft could be made: the model has no clear best point. The full training may still work; "
            "else tighten the beliefs about the channels."
        )
    spectra = [mode.spectrum() for mode in modes]
    evidence = [
        mode.log_density - 0.5 * np.log(values).sum()
        for mode, (values, _) in zip(modes, spectra, strict=True)
    ]
    weights = np.exp(np.array(evidence) - logsumexp(evidence))
    kept = weights >= own.lost
    return Proposal(
        np.array([mode.point for mode in modes])[kept],
        np.array([vectors / np.sqrt(values) for values, vectors in spectra])[kept],
        weights[kept] / weights[kept].sum(),
        sum(mode.evaluations for mode in found),
    )


def _distinct(modes: list[Mode], apart: float) -> list[Mode]:
    """The modes that differ, the highest first."""
    kept: list[Mode] = []
    for mode in sorted(modes, key=lambda one: -one.log_density):
        steps = [mode.point - other.point for other in kept]
        if all(float(step @ kept[0].precision @ step) > apart**2 for step in steps):
            kept.append(mode)
    return kept


def draw_start(
    proposal: Proposal, buffer: Floats, walkers: int, draws: int, generator: np.random.Generator,
    own: Approximation | None = None,
) -> Start:  # fmt: skip
    """`walkers` starting points out of `draws` of the approximation.

    They are picked by their importance weights, evened out until no few of them decide: huge weights would
    put all walkers on one spot. UserError where too few draws have a density at all.
    """
    own = own or Approximation()
    points, home, log_density = _draw(proposal, draws, generator, own)
    ratios = np.array([_log_density(point, buffer) for point in points]) - log_density
    inside = np.flatnonzero(np.isfinite(ratios))
    if len(inside) < 2 * walkers:
        raise UserError(
            "No draft could be made: nearly all of the approximation lies outside of what is possible. "
            "The full training may still work."
        )
    (logs,), (k,) = smoothed_weights(ratios[None, inside])
    picked = inside[generator.choice(len(inside), walkers, replace=False, p=_tempered(logs, 2 * walkers))]
    return Start(points[picked], home[picked], float(k), float(np.exp(-logsumexp(2 * logs))))


def _tempered(logs: Floats, least: int) -> Floats:
    """Chances by the weights, given as logarithms, to the largest power up to 1 at which `least` of them (at
    most half) count."""
    least, low, high = min(least, len(logs) // 2), 0.0, 1.0

    def chances(power: float) -> Floats:
        return np.asarray(np.exp(power * logs - logsumexp(power * logs)))

    if 1 / (chances(1.0) ** 2).sum() >= least:
        return chances(1.0)
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 / (chances(middle) ** 2).sum() >= least else (low, middle)
    return chances(low)


def _log_density(point: Floats, buffer: Floats) -> float:
    value = float(log_posterior(point, np.empty_like(point), buffer))
    return value if np.isfinite(value) else -np.inf


def _draw(
    proposal: Proposal, draws: int, generator: np.random.Generator, own: Approximation
) -> tuple[Floats, Integers, Floats]:
    """Points (draw, parameter), their modes and the log density of the mixture there."""
    modes, size = proposal.centres.shape
    home = generator.choice(modes, draws, p=proposal.weights).astype(np.int64)
    normal = generator.standard_normal((draws, size))
    scale = own.widened * np.sqrt(own.freedom / generator.chisquare(own.freedom, draws))
    points = proposal.centres[home] + np.einsum("dij,dj->di", proposal.factors[home], normal * scale[:, None])
    return np.ascontiguousarray(points), home, _mixture_density(points, proposal, own)


def _mixture_density(points: Floats, proposal: Proposal, own: Approximation) -> Floats:
    """Log density of the mixture of t, up to a constant."""
    size, parts = points.shape[1], []
    for centre, factor, weight in zip(proposal.centres, proposal.factors, proposal.weights, strict=True):
        z = np.linalg.solve(factor, (points - centre).T)
        square = (z**2).sum(axis=0) / (own.freedom * own.widened**2)
        spread = np.linalg.slogdet(factor)[1]
        parts.append(np.log(weight) - spread - 0.5 * (own.freedom + size) * np.log1p(square))
    return np.asarray(logsumexp(parts, axis=0))
