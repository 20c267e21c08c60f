"""One uplift curve for every cell, learned together: steeper or flatter by department, channel and cell.

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

from core.promo.days import Cell

Floats = NDArray[np.float64]
KNOTS = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0])
GRID = np.arange(0.0, 0.96, 0.01)


@dataclass(frozen=True)
class CurvePriors:
    """Widths on the log scale of slopes: `slope` (centre as uplift share per discount share, width); the
    scatter of events in log sales."""

    centre: float = 1.5
    centre_width: float = 1.0
    department: float = 0.5
    channel: float = 0.3
    cell: float = 0.2
    segment: float = 0.3
    bend: float = 0.2
    scatter: float = 0.05


@dataclass(frozen=True)
class CurveDraws:
    """`uplift` (draw, cell, grid) as a share of the baseline at the discounts `GRID`, `scatter` (draw,) sd of
    single events' log effects; `max_rhat` and `divergences` of the sampler."""

    uplift: Floats
    scatter: Floats
    max_rhat: float
    divergences: int


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
    draws: int = 500,
    priors: CurvePriors | None = None,
) -> CurveDraws:
    """Draws of every cell's curve from events (their cell, discount share, log effect, joint covariance)."""
    import arviz as az
    import nutpie

    model = _model(cells, owner, discount, effect, covariance, priors or CurvePriors())
    compiled = nutpie.compile_pymc_model(model)
    trace = nutpie.sample(
        compiled, draws=draws, tune=600, chains=4, cores=2, seed=seed, target_accept=0.9, progress_bar=False
    )
    slopes = _flat(trace.posterior["slopes"])
    worst = float(az.rhat(trace, var_names=["slopes", "scatter"]).to_array().max())  # type: ignore[no-untyped-call]
    lengths = segment_lengths(GRID)
    lost = int(trace.sample_stats["diverging"].sum())
    return CurveDraws(slopes @ lengths.T, _flat(trace.posterior["scatter"]), worst, lost)


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
    # Rotated, the events' errors are independent: no factorisation in each step of the sampler.
    size, turn = np.linalg.eigh(covariance) if len(effect) else (np.ones(0), np.ones((0, 0)))
    with pm.Model() as model:
        middle = pm.Normal("middle", np.log(priors.centre), priors.centre_width)
        department = _varying(pm, "department", len(departments), priors.department)
        channel = _varying(pm, "channel", len(channels), priors.channel)
        cell = _varying(pm, "cell", len(cells), priors.cell)
        steps = pm.Normal("steps", 0.0, 1.0, shape=segments - 1)
        bends = pm.Normal("bends", 0.0, 1.0, shape=(len(departments), segments))
        bend = pm.HalfNormal("bend_spread", priors.bend)
        walk = pt.concatenate([[0.0], pt.cumsum(priors.segment * steps)])
        level = middle + department[of_department] + channel[of_channel] + cell
        logs = level[:, None] + walk[None, :] + bend * bends[of_department]
        slopes = pm.Deterministic("slopes", pt.exp(logs))
        scatter = pm.HalfNormal("scatter", priors.scatter)
        if len(effect):
            expected = pt.log1p((slopes[owner] * segment_lengths(discount)).sum(axis=1))
            missed = pt.dot(turn.T, effect - expected)
            width = pt.sqrt(np.maximum(size, 1e-12) + scatter**2)
            pm.Potential("events", pm.logp(pm.Normal.dist(0.0, width), missed).sum())
    return model


def _varying(pm: Any, name: str, count: int, width: float) -> Any:
    """Deviations with a spread of their own, as multiples of it; the sampler finds that easy."""
    spread = pm.HalfNormal(f"{name}_spread", width)
    return spread * pm.Normal(name, 0.0, 1.0, shape=count)
