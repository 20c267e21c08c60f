"""How long a training will still take, from the rate of its present stage and from earlier trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

COUNTED_TOGETHER = ("tune", "sample")  # the sampler counts its tuning steps and its draws as one row


def typical_seconds(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median seconds of each stage over earlier trainings, stages in the order of the latest of them.

    `runs` holds one mapping {stage: seconds} a training, the latest first.
    """
    stages = dict.fromkeys(stage for run in runs for stage in run)
    return {stage: median(run[stage] for run in runs if stage in run) for stage in stages}


@dataclass(frozen=True)
class TimeLeft:
    """What the stages of a training usually take: {stage: seconds}, in the order they come."""

    typical: Mapping[str, float]

    def seconds_left(self, stage: str, elapsed: float, done: int, total: int) -> float | None:
        """Seconds until the training ends; None when there is nothing to tell it by.

        The rest of the present stage follows from its rate, elapsed * (total - done) / done, once a tenth of
        it is done; before that, and for stages that cannot be counted, from what the stage usually takes.
        Stages still to come add what they usually take.
        """
        rest = self._rest_of_stage(stage, elapsed, done, total)
        return None if rest is None else rest + self._later(stage)

    def _rest_of_stage(self, stage: str, elapsed: float, done: int, total: int) -> float | None:
        if total > 0 and done >= 0.1 * total:
            return elapsed * max(0, total - done) / done
        together = COUNTED_TOGETHER if stage in COUNTED_TOGETHER else (stage,)
        usual = sum(self.typical[name] for name in together) if set(together) <= set(self.typical) else None
        if usual is not None:
            return max(0.0, usual - elapsed)
        return elapsed * (total - done) / done if total > 0 and done > 0 else None

    def _later(self, stage: str) -> float:
        names = list(self.typical)
        last = COUNTED_TOGETHER[-1] if stage in COUNTED_TOGETHER else stage
        after = names[names.index(last) + 1 :] if last in names else []
        return sum(self.typical[name] for name in after)
