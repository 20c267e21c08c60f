"""How much work a draft puts in, so that an answer takes a second or few whatever the size of the model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.mmm.model.structure import Structure

SECONDS_PER_CELL = 2.0e-8  # one gradient over one (geo, period, channel) cell, one core
FIXED_SECONDS = 0.08  # reading the panel, the searches' overhead, summing up


@dataclass(frozen=True)
class QuickFitSettings:
    """`starts` searches for modes; `proposals` draws of the approximation that are weighed against the true
    density; then `walkers` that take `settling` rounds unseen and `kept` rounds that are kept."""

    starts: int = 3
    proposals: int = 1000
    walkers: int = 32
    settling: int = 20
    kept: int = 96

    @property
    def gradients(self) -> int:
        """About how many gradients the walk costs."""
        steps_of_a_round = 5
        return self.walkers * (self.settling + self.kept) * steps_of_a_round


@dataclass(frozen=True)
class QuickFitLimits:
    """`work`: most cells times gradients of a walk; `starts_cells`: most cells of a model whose mode is
    searched more than once."""

    work: float = 1.6e8
    starts_cells: int = 20_000
    fewest_walkers: int = 12
    fewest_kept: int = 24
    fewest_proposals: int = 250


def cells_of(structure: Structure) -> int:
    """Geos x periods x channels that every gradient goes through."""
    return len(structure.panel.geos) * structure.train * len(structure.config.channels)


def effort_for(cells: int, limits: QuickFitLimits | None = None) -> QuickFitSettings:
    """The standard effort, or less of it where the model is too large for that."""
    limits, whole = limits or QuickFitLimits(), QuickFitSettings()
    part = math.sqrt(min(1.0, limits.work / (cells * whole.gradients)))
    return QuickFitSettings(
        starts=whole.starts if cells <= limits.starts_cells else 1,
        proposals=max(limits.fewest_proposals, round(whole.proposals * part)),
        walkers=max(limits.fewest_walkers, round(whole.walkers * part)),
        settling=whole.settling,
        kept=max(limits.fewest_kept, round(whole.kept * part)),
    )


def expected_draft_seconds(cells: int, parameters: int) -> float:
    """Seconds a draft of a model of this size takes on one free core."""
    effort = effort_for(cells)
    searching = effort.starts * (100 + 2 * parameters)
    gradients = searching + effort.proposals + effort.gradients
    return FIXED_SECONDS + SECONDS_PER_CELL * cells * gradients
