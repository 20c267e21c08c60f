"""The money that reaches a KPI: one channel's, or all channels' in their present proportion."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.cents import CENT, to_cents
from core.mmm.fitted import FittedMMM
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.whatif import SpendForecast, scenario_draws
from core.mmm.planning.whatif_inputs import WhatIfInputs
from core.mmm.planning.whatif_schedule import scale
from core.mmm.results.evidence import Estimate

MOST_TIMES = 1.5  # of the most money ever seen over as many periods
TOLERANCE = 1e-7  # of the largest money: far below what an interval can tell apart


@dataclass(frozen=True)
class GoalQuestion:
    """A KPI to reach inside the horizon by the money of `channel`, or of all channels together (None).

    `whole` counts the whole KPI, baseline included, else the incremental KPI of media. With `certainty`
    (0..1) the target is reached in that share of the draws, else on average. Raises UserError for a target
    that is none.
    """

    target_value: float
    channel: str | None = None
    whole: bool = True
    certainty: float | None = None

    def __post_init__(self) -> None:
        faults = []
        if not (math.isfinite(self.target_value) and self.target_value > 0):
            faults.append(f"The target must be above zero, not {self.target_value:,.2f}.")
        if self.certainty is not None and not 0 < self.certainty < 1:
            faults.append("The certainty lies between 0 % and 100 %.")
        if faults:
            raise UserError(faults)


@dataclass(frozen=True)
class GoalAnswer:
    """The least money that reaches the target, and the scenario with it; where none does, the most that may
    be spent. `kpi` is the KPI there and `probability` that of reaching the target.

    `reached` is False where even `limit_value` (1.5 times the most ever seen) falls short; `free` where the
    target is reached without any of this money. `beyond_seen`: more money than was ever seen.
    """

    question: GoalQuestion
    reached: bool
    free: bool
    spend_value: float
    now_value: float
    limit_value: float
    beyond_seen: bool
    kpi: Estimate
    probability: float
    inputs: WhatIfInputs


def seek_goal(
    model: FittedMMM, question: GoalQuestion, inputs: WhatIfInputs, basis: PlanBasis, recent: SpendForecast
) -> GoalAnswer:
    """The least spend that reaches the target, everything else as in the scenario.

    KPI grows with spend, so the place is found by bracketing (Brent). The KPI is that of the horizon;
    carry-over after its end is not counted. UserError for an unknown channel.
    """
    channel = question.channel
    if channel is not None and channel not in basis.channels:
        raise UserError(f"“{channel}” is no paid channel of this model.")
    largest = basis.largest_total if channel is None else basis.largest[channel]
    now = _spend(inputs, question)
    # Where the scenario already holds more, the search may go as far as that.
    limit = max(to_cents(MOST_TIMES * largest), now)

    def kpi(scenario: WhatIfInputs) -> Floats:
        """(draw,) KPI inside the horizon."""
        found = scenario_draws(model, scenario, recent)
        return np.asarray((found.whole if question.whole else found.effects.window).sum(axis=1))

    def gap(spend: float) -> float:
        draws = kpi(_with_spend(inputs, question, basis, spend))
        share = question.certainty
        value = float(draws.mean() if share is None else np.quantile(draws, 1 - share))
        return value - question.target_value

    spend, reached = _least_spend(gap, limit)
    placed = _with_spend(inputs, question, basis, spend)
    draws = kpi(placed)
    return GoalAnswer(
        question=question,
        reached=reached,
        free=reached and spend <= 0,
        spend_value=_spend(placed, question),
        now_value=now,
        limit_value=limit,
        beyond_seen=spend > largest + CENT,
        kpi=Estimate.of(draws, inputs.level),
        probability=float(np.mean(draws >= question.target_value)),
        inputs=placed,
    )


def _least_spend(gap: Callable[[float], float], limit: float) -> tuple[float, bool]:
    """The least spend at which `gap` is not negative, in whole cents, and whether there is any."""
    if gap(0.0) >= 0:
        return 0.0, True
    if limit <= 0 or gap(limit) < 0:
        return limit, False
    root = brentq(gap, 0.0, limit, xtol=max(CENT / 2, TOLERANCE * limit))
    cents = math.ceil(root / CENT) * CENT
    # The root may lie a hair below the target; a step of the tolerance is enough to be on its other side.
    while gap(cents) < 0 and cents < limit:
        cents += max(CENT, TOLERANCE * limit)
    return to_cents(min(cents, limit)), True


def _with_spend(inputs: WhatIfInputs, question: GoalQuestion, basis: PlanBasis, spend: float) -> WhatIfInputs:
    """The scenario with this much spend on the channel, or on all of them in their present proportion."""
    if question.channel is not None:
        return scale(inputs, basis, question.channel, spend)
    now = {name: inputs.money(name) for name in basis.channels}
    parts = now if sum(now.values()) > 0 else dict(basis.usual)
    whole = sum(parts.values())
    for name in basis.channels:
        inputs = scale(inputs, basis, name, spend * parts[name] / whole if whole else 0.0)
    return inputs


def _spend(inputs: WhatIfInputs, question: GoalQuestion) -> float:
    return inputs.total_value if question.channel is None else inputs.money(question.channel)
