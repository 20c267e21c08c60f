"""Saved plans side by side: spend, incremental KPI, and the probability that one beats another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.planning.answers import BudgetAnswer, PlanDraws, WhatIfAnswer
from core.mmm.results.evidence import Estimate

MOST_PLANS = 5
SAME = 1e-6
RECENT_SPEND = 0  # the id of recent spend, where it is the baseline


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
class PlanOutcome:
    """One plan against the chosen baseline; KPI is the incremental KPI of media, in the window and after it.

    `difference` counts changed prices and other drivers too. `paired`: both plans come from the same draws of
    one model, so that their common uncertainty cancels; else the draws are taken as independent and the
    interval is wider. `probability_better` is missing for the baseline itself and for a plan that earns the
    same in every draw.
    """

    plan: ComparedPlan
    spend_value: float
    kpi: Estimate
    roas: Estimate | None
    difference: Estimate | None
    probability_better: float | None
    paired: bool


@dataclass(frozen=True)
class PlanComparison:
    """Plans side by side, in the order given; `cautions` say what makes them hard to compare."""

    outcomes: tuple[PlanOutcome, ...]
    baseline_id: int
    cautions: tuple[str, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel of any plan, in order of first appearance."""
        names = (o.channel for outcome in self.outcomes for o in outcome.plan.answer.channels)
        return tuple(dict.fromkeys(names))


def compare_plans(plans: Sequence[ComparedPlan], baseline_id: int) -> PlanComparison:
    """Each plan against the plan `baseline_id`, from the same draws where the model is the same; or against
    RECENT spend, each plan with that of its own model and horizon.

    Raises UserError unless there are two to five different plans (one is enough against recent spend) with
    the baseline among them.
    """
    ids = [plan.scenario_id for plan in plans]
    least = 1 if baseline_id == RECENT_SPEND else 2
    if not least <= len(set(ids)) == len(ids) <= MOST_PLANS:
        raise UserError(f"Choose two to {MOST_PLANS} different saved plans to compare.")
    if baseline_id == RECENT_SPEND:
        return _against_recent(plans)
    if baseline_id not in ids:
        raise UserError("The plan to compare with is not among the chosen ones.")
    baseline = plans[ids.index(baseline_id)]
    outcomes = tuple(_outcome(plan, baseline) for plan in plans)
    return PlanComparison(outcomes, baseline_id, tuple(_cautions(plans)))


def recent_plan(plans: Sequence[ComparedPlan]) -> ComparedPlan | None:
    """Recent spend as a plan, as the first of the plans that holds its draws knows it."""
    for plan in plans:
        answer = plan.answer
        if not isinstance(answer, WhatIfAnswer) or not answer.recent_draws:
            continue
        channels = tuple(
            replace(o, after_value=o.before_value, kpi_after=o.kpi_before, roas_after=o.roas_before)
            for o in answer.channels
        )
        draws = PlanDraws(answer.recent_draws, (0.0,) * len(answer.recent_draws), answer.draws.seed)
        recent = replace(
            answer, channels=channels, draws=draws, kpi=answer.recent_kpi, roas=None, drivers=(),
            whole_kpi=answer.recent_whole, driver_draws=(), beyond=(),
        )  # fmt: skip
        return replace(plan, scenario_id=RECENT_SPEND, name="Recent spend", answer=recent)
    return None


def _against_recent(plans: Sequence[ComparedPlan]) -> PlanComparison:
    baseline = recent_plan(plans)
    if baseline is None:
        raise UserError("None of these plans holds the draws of recent spend; open and save it again.")
    outcomes = [_outcome(baseline, baseline)]
    for plan in plans:
        own, answer = recent_plan([plan]), plan.answer
        if own is not None:
            outcomes.append(_outcome(plan, own))
            continue
        # The difference that was saved with a plan which does not hold the draws of its baseline.
        kpi, better = Estimate.of(answer.draws.total, plan.level), answer.probability_better
        outcomes.append(
            PlanOutcome(plan, answer.total_value, kpi, answer.roas, answer.difference, better, True)
        )
    cautions = _cautions(plans)
    if cautions:
        cautions.append(
            "Each plan is set against recent spend on its own model and horizon; the row “Recent spend” is "
            f"that of “{baseline.model_name}” over {baseline.periods} periods."
        )
    return PlanComparison((*outcomes,), RECENT_SPEND, tuple(cautions))


def _outcome(plan: ComparedPlan, baseline: ComparedPlan) -> PlanOutcome:
    spend, roas = plan.answer.total_value, plan.answer.roas
    kpi = Estimate.of(plan.answer.draws.total, plan.level)
    first, second = plan.answer.draws, baseline.answer.draws
    same_size = len(first.window) == len(second.window)
    paired = plan.model_id == baseline.model_id and first.seed == second.seed and same_size
    if plan.scenario_id == baseline.scenario_id:
        return PlanOutcome(plan, spend, kpi, roas, None, None, paired)
    draws, others = _all_draws(plan), _all_draws(baseline)
    # Draws of two models belong to each other in no order: every one is set against every other.
    gap = draws - others if paired else np.subtract.outer(draws, others).ravel()
    # Plans that earn the same in every draw are neither better nor worse.
    same = bool(np.abs(gap).max(initial=0.0) <= SAME * max(abs(kpi.mean), 1.0))
    better = None if same else float(np.mean(gap > 0))
    return PlanOutcome(plan, spend, kpi, roas, Estimate.of(gap, plan.level), better, paired)


def _all_draws(plan: ComparedPlan) -> Floats:
    """(draw,) incremental KPI of media and of changed drivers."""
    answer = plan.answer
    return answer.total_draws if isinstance(answer, WhatIfAnswer) else answer.draws.total


def _cautions(plans: Sequence[ComparedPlan]) -> list[str]:
    found = []
    if len({plan.model_id for plan in plans}) > 1:
        found.append(
            "These plans come from different models: part of each difference is the model's, not the plan's, "
            "and draws cannot be paired, so its interval is wider than it need be. Whole KPI and returns by "
            "channel cannot be compared across models."
        )
    if len({plan.periods for plan in plans}) > 1:
        found.append("These plans cover horizons of different length: a longer one spends and earns more.")
    elif len({plan.answer.start_on for plan in plans}) > 1:
        found.append("These plans begin on different dates, so the seasons they meet differ.")
    return found
