"""Saved plans side by side: money, caused KPI, and how likely one beats another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.mmm.answers.evidence import Estimate, Floats
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.whatif_results import WhatIfAnswer

MOST_PLANS = 5
SAME = 1e-6


@dataclass(frozen=True)
class ComparedPlan:
    """A saved plan as the comparison needs it."""

    scenario_id: int
    name: str
    model_id: int
    model_name: str
    periods: int
    answer: BudgetAnswer | WhatIfAnswer
    level: float = 0.9


@dataclass(frozen=True)
class Standing:
    """One plan against the chosen baseline plan; KPI counts the window and the carry-over after it.

    `paired`: both plans come from the same draws of one model, so that their common uncertainty cancels;
    else the draws are taken as independent and the interval is wider. `probability_better` is missing for the
    baseline itself and for a plan that earns the same in every draw.
    """

    plan: ComparedPlan
    spend_value: float
    kpi: Estimate
    roas: Estimate | None
    difference: Estimate | None
    probability_better: float | None
    paired: bool


@dataclass(frozen=True)
class Comparison:
    """Plans side by side, in the order given; `cautions` say what makes them hard to compare."""

    standings: tuple[Standing, ...]
    baseline_id: int
    cautions: tuple[str, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel of any plan, in order of first appearance."""
        names = (o.channel for standing in self.standings for o in standing.plan.answer.channels)
        return tuple(dict.fromkeys(names))


def compare_plans(plans: Sequence[ComparedPlan], baseline_id: int) -> Comparison:
    """Each plan against the plan `baseline_id`, from the same draws where the model is the same.

    Raises UserError unless there are two to five different plans with the baseline among them.
    """
    ids = [plan.scenario_id for plan in plans]
    if not 2 <= len(set(ids)) == len(ids) <= MOST_PLANS:
        raise UserError(f"Choose two to {MOST_PLANS} different saved plans to compare.")
    if baseline_id not in ids:
        raise UserError("The plan to compare with is not among the chosen ones.")
    baseline = plans[ids.index(baseline_id)]
    return Comparison(
        tuple(_standing(plan, baseline) for plan in plans), baseline_id, tuple(_cautions(plans))
    )


def _standing(plan: ComparedPlan, baseline: ComparedPlan) -> Standing:
    draws, spend = plan.answer.draws.total, plan.answer.total_value
    kpi = Estimate.of(draws, plan.level)
    roas = plan.answer.roas
    paired = _same_draws(plan, baseline)
    if plan.scenario_id == baseline.scenario_id:
        return Standing(plan, spend, kpi, roas, None, None, paired)
    gap = _differences(draws, baseline.answer.draws.total, paired)
    # Plans that earn the same in every draw are neither better nor worse.
    same = bool(np.abs(gap).max(initial=0.0) <= SAME * max(abs(kpi.mean), 1.0))
    better = None if same else float(np.mean(gap > 0))
    return Standing(plan, spend, kpi, roas, Estimate.of(gap, plan.level), better, paired)


def _same_draws(one: ComparedPlan, other: ComparedPlan) -> bool:
    first, second = one.answer.draws, other.answer.draws
    same_size = len(first.window) == len(second.window)
    return one.model_id == other.model_id and first.seed == second.seed and same_size


def _differences(draws: Floats, others: Floats, paired: bool) -> Floats:
    """Paired differences, or those of every draw with every other where the draws belong to two models."""
    return draws - others if paired else np.subtract.outer(draws, others).ravel()


def _cautions(plans: Sequence[ComparedPlan]) -> list[str]:
    found = []
    if len({plan.model_id for plan in plans}) > 1:
        found.append(
            "These plans come from different models: part of each difference is the model's, not the plan's."
        )
    if len({plan.periods for plan in plans}) > 1:
        found.append("These plans cover horizons of different length: a longer one spends and earns more.")
    elif len({plan.answer.start_on for plan in plans}) > 1:
        found.append("These plans begin on different dates, so the seasons they meet differ.")
    return found
