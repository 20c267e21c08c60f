"""How long a training will take: from earlier trainings on this machine, else from a stated rate.

seconds = fixed + rate * cells * steps * rounds, where cells = periods x geos x channels, steps = draws + tune
of one chain, and rounds = chains over the cores that work at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

SAMPLED = ("tune", "sample")  # the stages that take longer with more steps


@dataclass(frozen=True)
class Work:
    """What a training has to go through: `cells` of its data, `steps` of each chain, and `chains`."""

    cells: int
    steps: int
    chains: int

    def amount(self, cores: int) -> float:
        """Steps over cells, as far as they are done one after another."""
        return float(self.cells * self.steps * math.ceil(self.chains / max(1, min(cores, self.chains))))


@dataclass(frozen=True)
class PastTraining:
    """A training that ended: its work, and its seconds by stage."""

    work: Work
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class Rates:
    """Where nothing was trained yet: seconds to get ready and to write, and per step and cell.

    Between the rates measured on two cores of a small server: 1e-7 (national, 4 x 2,000 steps in 2.0 s), 3e-7
    (eight geos, 13.9 s) and 1.8e-7 (forty geos, 29.8 s).
    """

    fixed_seconds: float = 1.5
    seconds_per_amount: float = 2.5e-7


def expected_seconds(
    work: Work, past: Sequence[PastTraining], cores: int, rates: Rates | None = None
) -> float:
    """Seconds that a training of `work` should take.

    Earlier trainings of the same cells tell best, then any others: the medians of their fixed seconds and of
    their sampler's seconds by amount of work.
    """
    known = [run for run in past if run.seconds and run.work.amount(cores) > 0]
    alike = [run for run in known if run.work.cells == work.cells] or known
    if not alike:
        found = rates or Rates()
        return found.fixed_seconds + found.seconds_per_amount * work.amount(cores)
    fixed = median(sum(s for stage, s in run.seconds.items() if stage not in SAMPLED) for run in alike)
    rate = median(_sampled(run) / run.work.amount(cores) for run in alike)
    return fixed + rate * work.amount(cores)


def _sampled(run: PastTraining) -> float:
    return sum(run.seconds.get(stage, 0.0) for stage in SAMPLED)
