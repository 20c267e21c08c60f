"""A draft of a fit in about a second: an approximation that answers while a model is still being set up.

The modes of the posterior give a first, bell-shaped approximation (Laplace's); a short walk of many chains
side by side corrects it. The figures of a draft come from the same code as those of a full fit, but it is
marked as a draft: it counts as not converged, and it cannot be saved.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.model.baseline import design_of
from core.mmm.model.experiments import experiments_of
from core.mmm.model.parameters import layout_of
from core.mmm.model.predict import Posterior, noise_draws
from core.mmm.model.structure import Structure, packed, structure_of
from core.mmm.priors import Priors
from core.mmm.quick_fit.hamiltonian import Walked, walk
from core.mmm.quick_fit.proposal import Approximation, Proposal, Start, draw_start, find_proposal
from core.mmm.quick_fit.settings import QuickFitSettings, cells_of, effort_for
from core.mmm.results.accuracy import fit_metrics
from core.mmm.results.decomposition import expected_draws
from core.mmm.results.diagnostics import convergence
from core.mmm.training import keep_draws
from core.threads import one_core

Floats = NDArray[np.float64]
MOST_DRAWS = 1000
NOT_SAVED = "A draft is not kept as a model: train the model to have results that stay."


# What panel, scales and the baseline's columns do not depend on. Anything not named counts as if they did.
MEDIA_BELIEFS = frozenset(
    {
        "media_share_mean",
        "media_share_sd",
        "share_concentration",
        "spend_tilt",
        "noise_sd",
        "geo_spread",
        "channels",
    }
)
MEDIA_FIELDS = frozenset({"adstock", "saturation", "lift_tests", "display_names", "priors"})


def structure_again(frame: pd.DataFrame, config: MMMConfig, known: Structure | None) -> Structure:
    """The structure of `config` on `frame`; `known` must be one of the same frame.

    Where the two set-ups differ in beliefs about media only, panel, baseline and outliers of `known` are
    taken over. DatasetProblem where the frame, or a lift test, is at fault.
    """
    if known is None or not _same_data(known.config, config):
        return structure_of(frame, config)
    panel, scales = known.panel, known.scales
    layout = layout_of(config, scales, panel.geos, panel.frequency)
    tests = experiments_of(panel, config, scales, known.train)
    # The baseline begins at what media leave over; its columns and their widths stay as they are.
    design = design_of(panel, config, known.recipe)
    return replace(known, config=config, design=design, layout=layout, experiments=tests)


def _same_data(before: MMMConfig, now: MMMConfig) -> bool:
    """Whether all that panel, scales and baseline are made from is the same."""
    return _kept(before, MEDIA_FIELDS) == _kept(now, MEDIA_FIELDS) and _kept(
        before.priors, MEDIA_BELIEFS
    ) == _kept(now.priors, MEDIA_BELIEFS)


def _kept(record: MMMConfig | Priors, without: frozenset[str]) -> dict[str, Any]:
    return {f.name: getattr(record, f.name) for f in fields(record) if f.name not in without}


@dataclass(frozen=True)
class QuickFitStandards:
    """When the walkers of a draft agree well enough for its figures to be read; short chains look worse by
    these measures than they are, so the limits are wider than those of a full fit."""

    r_hat: float = 1.15
    ess: float = 100.0


class QuickFitMMM(FittedMMM):
    """A draft: it answers what a fitted model answers, but is never kept."""

    def save(self, folder: str | Path) -> None:
        """Refused with a UserError: a draft is no trained model."""
        raise UserError(NOT_SAVED)


def fit_quick(
    frame: pd.DataFrame, config: MMMConfig, seed: int = 1, draws: int = 500, known: Structure | None = None
) -> QuickFitMMM:
    """An approximate posterior of the model on `frame`, in about a second; see `quick_fit_of`.

    `known`, the structure of an earlier draft on the same frame, saves reading the frame again where only
    beliefs about media differ. Raises DatasetProblem with every fault of the frame, UserError where no
    approximation can be made.
    """
    begun = time.perf_counter()
    with one_core():
        structure = structure_again(frame, config, known)
    return quick_fit_of(structure, seed, draws, time.perf_counter() - begun)


def quick_fit_of(
    structure: Structure,
    seed: int = 1,
    draws: int = 500,
    prepared: float = 0.0,
    effort: QuickFitSettings | None = None,
) -> QuickFitMMM:
    """The draft of a model whose data are read; `prepared` seconds have gone into that. Without an `effort`
    the model's size decides on it.

    `diagnostics` says `draft` True and `converged` False; `pareto_k` of the bell-shaped approximation;
    `settled`, `max_rhat`, `min_ess_bulk`, `acceptance` of the walk; `modes`, `mode_steps` (gradients spent on
    them), `gradients` of the walk; `r2`, `mape`, `wmape`, `crps` in sample; `seconds` and by stage.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise UserError(f"draws of a draft must lie between 1 and {MOST_DRAWS}, not {draws}.")
    with one_core():
        return _drafted(structure, seed, draws, effort or effort_for(cells_of(structure)), _Laps(prepared))


def _drafted(
    structure: Structure, seed: int, draws: int, effort: QuickFitSettings, clock: _Laps
) -> QuickFitMMM:
    buffer = packed(structure)
    generator = np.random.default_rng([seed, 1])
    proposal = find_proposal(structure, effort.starts, generator)
    clock.lap("modes")
    start = draw_start(proposal, buffer, effort.walkers, effort.proposals, generator)
    clock.lap("weights")
    walked = walk(start, proposal, buffer, effort, generator)
    clock.lap("walk")
    size = structure.layout.size
    flat = walked.points.reshape(-1, size)
    picked = flat[np.linspace(0, len(flat) - 1, min(draws, len(flat))).round().astype(np.int64)]
    posterior = keep_draws(structure, picked[None], seed)
    found = _judged(structure, proposal, start, walked) | _closeness(structure, posterior, seed)
    clock.lap("summarise")
    diverging = np.zeros(walked.points.shape[:2], dtype=bool)
    return QuickFitMMM(structure, posterior, walked.points, diverging, found | clock.seconds(), seed)


def _judged(structure: Structure, proposal: Proposal, start: Start, walked: Walked) -> dict[str, Any]:
    """What the draft knows of its own quality, warnings included."""
    diverging = np.zeros(walked.points.shape[:2], dtype=bool)
    found = convergence(walked.points, diverging, structure.layout.names)
    limits = QuickFitStandards()
    settled = bool(found["max_rhat"] <= limits.r_hat and found["min_ess_bulk"] >= limits.ess)
    found |= {
        "draft": True,
        "converged": False,
        "settled": settled,
        "pareto_k": start.pareto_k,
        "proposal_ess": start.ess,
        "modes": len(proposal.centres),
        "mode_steps": proposal.searched,
        "gradients": walked.gradients,
        "acceptance": walked.acceptance,
    }
    return found | {"warnings": _warnings(found)}


def _warnings(found: dict[str, Any]) -> list[str]:
    """Sentences for a reader about how far to trust the draft."""
    words = []
    if not found["settled"]:
        words.append(
            f"This draft is rough: its random walks do not agree yet (R-hat {found['max_rhat']:.2f}, "
            f"{found['min_ess_bulk']:.0f} effective draws). Its intervals may be too narrow; wait for the "
            "full fit before you read anything into them."
        )
    if found["modes"] > 1:
        words.append(
            f"The data allow {found['modes']} different explanations; how probable each is remains a guess "
            "until the full fit."
        )
    if found["pareto_k"] > Approximation().usable_k:
        words.append(
            f"The posterior is far from bell-shaped (Pareto k {found['pareto_k']:.2f}): the draft rests on "
            "its short walk alone."
        )
    return words


def _closeness(structure: Structure, posterior: Posterior, seed: int) -> dict[str, float]:
    """r2, mape, wmape, crps of the training periods."""
    generator = np.random.default_rng([seed, 9])
    expected = expected_draws(structure, posterior, generator)
    draws = expected + noise_draws(structure, posterior, expected.shape[-1], generator)
    train = structure.train
    return fit_metrics(structure.panel.kpi[:, :train].ravel(), draws[..., :train].reshape(len(draws), -1))


class _Laps:
    """Seconds by stage."""

    def __init__(self, prepared: float) -> None:
        self._stages, self._last = {"prepare": prepared}, time.perf_counter()

    def lap(self, stage: str) -> None:
        """The stage that has just ended."""
        now = time.perf_counter()
        self._stages[stage], self._last = now - self._last, now

    def seconds(self) -> dict[str, Any]:
        """In total and by stage."""
        return {"seconds": sum(self._stages.values()), "seconds_by_stage": dict(self._stages)}
