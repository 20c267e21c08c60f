"""One uplift curve for every cell, estimated together: steeper or flatter by department, channel and cell.

The curve of a cell c rises piecewise linearly in the discount d, from f(0) = 0, with slopes

    log slope[c,k] = m + department + sales channel + cell + segment_k + (department, segment)_k,

segments following one another as a random walk; slopes are positive, so that a curve never falls. An event's
log effect, whose mean and covariance the regression of daily sales gives, is log(1 + f_c(d)) plus what makes
promotions differ from each other (sd `scatter`). Sampled with NUTS; imported only where a fit runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.promo.days import Cell, Floats

KNOTS = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.6, 1.0])
GRID = np.arange(0.0, 0.96, 0.01)
MOST_RHAT = 1.05  # the worst of many slopes; each chain's mean is then within a few hundredths of the others'
MOST_DIVERGENT_SHARE = 0.005
MOST_JOINT = 600  # events whose errors are treated as one block


@dataclass(frozen=True)
class CurvePriors:
    """Widths on the log scale of slopes: `slope` (centre as uplift share per discount share, width); the
    scatter of events in log sales."""

    centre: float = 1.5
    centre_width: float = 1.0
    department: float = 0.5
    channel: float = 0.3
    cell: float = 0.2
    segment: float = 0.5
    bend: float = 0.2
    scatter: float = 0.05


@dataclass(frozen=True)
class CurveDraws:
    """`slopes` (draw, cell, segment of `KNOTS`) uplift share per discount share, `scatter` (draw,) sd of
    single events' log effects; `max_rhat` and `divergences` of the sampler."""

    slopes: Floats
    scatter: Floats
    max_rhat: float
    divergences: int

    def __post_init__(self) -> None:
        if self.slopes.ndim != 3 or self.slopes.shape[2] != len(KNOTS) - 1:
            raise ValueError(
                f"Curves of {self.slopes.shape[-1]} segments are not those of {len(KNOTS)} knots; they were "
                "learned by another version of the program"
            )

    @property
    def uplift(self) -> Floats:
        """(draw, cell, grid) uplift as a share of the baseline at the discounts `GRID`."""
        return np.asarray(self.slopes @ segment_lengths(GRID).T)

    def at(self, cell: int, discount: float) -> Floats:
        """(draw,) uplift of a cell as a share of the baseline, at a discount (share)."""
        return np.asarray(self.slopes[:, cell] @ segment_lengths(np.array(discount)))

    @property
    def converged(self) -> bool:
        """Whether the chains agree and next to no step went astray (thresholds in this module)."""
        steps = max(len(self.scatter), 1)
        return self.max_rhat <= MOST_RHAT and self.divergences <= MOST_DIVERGENT_SHARE * steps


def segment_lengths(discount: Floats) -> Floats:
    """(..., segment) how much of each segment of `KNOTS` a discount (share) covers."""
    return np.asarray(np.clip(discount[..., None] - KNOTS[:-1], 0.0, np.diff(KNOTS)))


def sample_curves(
    cells: tuple[Cell, ...],
    owner: NDArray[np.int64],
    discount: Floats,
    effect: Floats,
    covariance: Floats,
    seed: int,
    priors: CurvePriors | None = None,
) -> CurveDraws:
    """Draws of every cell's curve from events (their cell, discount share, log effect, joint covariance).
    Chains that do not agree are drawn once more with smaller steps; whether they then do, the result says."""
    import nutpie

    compiled = nutpie.compile_pymc_model(
        _model(cells, owner, discount, effect, covariance, priors or CurvePriors())
    )
    found = _drawn(compiled, QUICK, seed)
    return found if found.converged else _drawn(compiled, CAREFUL, seed + 1)


@dataclass(frozen=True)
class Steps:
    """How long each chain warms up, how many draws it gives, and how small its steps are."""

    tune: int
    draws: int
    target_accept: float


QUICK, CAREFUL = Steps(600, 500, 0.95), Steps(1200, 500, 0.99)


def _drawn(compiled: Any, steps: Steps, seed: int) -> CurveDraws:
    """The draws. Levels of department, sales channel and cell add up, so that they are correlated where
    the data are few: the mass matrix has to know of that."""
    import arviz as az
    import nutpie

    trace = nutpie.sample(
        compiled, draws=steps.draws, tune=steps.tune, chains=4, cores=2, seed=seed,
        target_accept=steps.target_accept, low_rank_modified_mass_matrix=True, maxdepth=9,
        progress_bar=False,
    )  # fmt: skip
    worst = float(az.rhat(trace, var_names=["slopes", "scatter"]).to_array().max())  # type: ignore[no-untyped-call]
    lost = int(trace.sample_stats["diverging"].sum())
    return CurveDraws(_flat(trace.posterior["slopes"]), _flat(trace.posterior["scatter"]), worst, lost)


def _flat(values: Any) -> Floats:
    raw = np.asarray(values, dtype=float)
    return np.asarray(raw.reshape(-1, *raw.shape[2:]), dtype=float)


def _model(
    cells: tuple[Cell, ...],
    owner: NDArray[np.int64],
    discount: Floats,
    effect: Floats,
    covariance: Floats,
    priors: CurvePriors,
) -> Any:
    import pymc as pm
    import pytensor.tensor

    pt: Any = pytensor.tensor

    departments = sorted({cell.department for cell in cells})
    channels = sorted({cell.channel for cell in cells})
    of_department = np.array([departments.index(cell.department) for cell in cells])
    of_channel = np.array([channels.index(cell.channel) for cell in cells])
    segments = len(KNOTS) - 1
    joint = rotations(owner, covariance)
    with pm.Model() as model:
        middle = pm.Normal("middle", np.log(priors.centre), priors.centre_width)
        department = _varying(pm, "department", len(departments), priors.department)
        channel = _varying(pm, "channel", len(channels), priors.channel)
        cell = _varying(pm, "cell", len(cells), priors.cell)
        steps = pm.Normal("steps", 0.0, 1.0, shape=segments - 1)
        bends = pm.Normal("bends", 0.0, 1.0, shape=(len(departments), segments))
        bend = pm.HalfNormal("bend_spread", priors.bend)
        # How much a curve bends is estimated: a straight one and one with a threshold need different widths.
        stride = pm.HalfNormal("stride", priors.segment)
        walk = pt.concatenate([[0.0], pt.cumsum(stride * steps)])
        level = middle + department[of_department] + channel[of_channel] + cell
        logs = level[:, None] + walk[None, :] + bend * bends[of_department]
        slopes = pm.Deterministic("slopes", pt.exp(logs))
        scatter = pm.HalfNormal("scatter", priors.scatter)
        if len(effect):
            expected = pt.log1p((slopes[owner] * segment_lengths(discount)).sum(axis=1))
            off = pt.concatenate([effect - expected, np.zeros(1)])[joint.place]
            missed = (joint.turn * off[:, :, None]).sum(axis=1)
            width = pt.sqrt(joint.size + scatter**2)
            pm.Potential("events", (pm.logp(pm.Normal.dist(0.0, width), missed) * joint.real).sum())
    return model


@dataclass(frozen=True)
class Rotations:
    """Blocks of events whose errors are joint: `place` (block, event) of each, one beyond the last where a
    block is short; `turn` (block, event, direction) into directions whose errors are independent, so that no
    step of the sampler factorises anything; `size` (block, direction) variances; `real` 0 for filling."""

    place: NDArray[np.int64]
    turn: Floats
    size: Floats
    real: Floats


def rotations(owner: NDArray[np.int64], covariance: Floats, most: int = MOST_JOINT) -> Rotations:
    """All events as one block; of more than `most` those of each cell, which share most of their errors."""
    events = len(owner)
    whole = events <= most
    blocks = [np.arange(events)] if whole else [np.flatnonzero(owner == cell) for cell in np.unique(owner)]
    longest = max((len(block) for block in blocks), default=0)
    place = np.full((len(blocks), longest), events, dtype=np.int64)
    turn, size = np.zeros((len(blocks), longest, longest)), np.ones((len(blocks), longest))
    for at, block in enumerate(blocks):
        variance, vectors = np.linalg.eigh(covariance[np.ix_(block, block)])
        place[at, : len(block)], size[at, : len(block)] = block, np.maximum(variance, 1e-12)
        turn[at, : len(block), : len(block)] = vectors
    return Rotations(place, turn, size, (place < events).astype(float))


def _varying(pm: Any, name: str, count: int, width: float) -> Any:
    """Deviations with a spread of their own, as multiples of it; the sampler finds that easy."""
    spread = pm.HalfNormal(f"{name}_spread", width)
    return spread * pm.Normal(name, 0.0, 1.0, shape=count)
