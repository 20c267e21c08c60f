"""A budget question as a person asks it, put into the optimiser's terms."""

from __future__ import annotations

import math

from core.mmm.choices import Flighting, Goal
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.budget_problem import HEADROOM, BudgetProblem
from core.mmm.planning.budget_inputs import BudgetInputs

Pair = tuple[float, float]


def problem_of(model: FittedMMM, inputs: BudgetInputs, override: bool = False) -> BudgetProblem:
    """The optimiser's problem; a missing side of a limit is one that never binds.

    `override` lets a model that has not converged be used. Raises UserError for a question that cannot be
    asked.
    """
    tests = {
        settings.channel: settings.test_value
        for settings in inputs.limits
        if settings.test_value is not None and not settings.locked
    }
    return BudgetProblem(
        model,
        inputs.periods,
        inputs.chosen_total or inputs.total_value,
        inputs.bounds,
        flighting={own.channel: own.flighting or inputs.flighting for own in inputs.limits},
        reference=inputs.recent,
        override=override,
        pulse=inputs.pulse,
        by_geo=inputs.by_geo,
        geo_bounds=_geo_bounds(model, inputs) if inputs.by_geo else {},
        period_bounds=_period_bounds(model, inputs),
        constraints=[*inputs.groups, *(month for month in inputs.months if month.is_set), *inputs.rules],
        test_minimum={} if inputs.chosen_value else tests,
    )


def goal_of(inputs: BudgetInputs) -> tuple[Goal, float | None, float | None]:
    """(goal, target, margin) for the optimiser; a chosen split is spent as it is."""
    if inputs.chosen_value:
        return Goal.KPI, None, None
    return inputs.goal, inputs.target_value, inputs.margin_share


def _period_bounds(model: FittedMMM, inputs: BudgetInputs) -> dict[str, Pair]:
    largest, found = model.frame.max(), {}
    for settings in inputs.limits:
        low, high = settings.period_minimum_value or 0.0, settings.period_maximum_value
        if not settings.period_limit.is_set:
            continue
        if high is None:
            # Only spend that may go anywhere needs a cap that nobody set; a fixed pattern has its own.
            free = (settings.flighting or inputs.flighting) == Flighting.OPTIMISED
            high = max(HEADROOM * float(largest[settings.channel]), low) if free else math.inf
        found[settings.channel] = (low, high)
    return found


def _geo_bounds(model: FittedMMM, inputs: BudgetInputs) -> dict[tuple[str, str], Pair]:
    spend, window = model.structure.panel.spend, min(inputs.periods, len(model.dates))
    found = {}
    for cell in inputs.geo_limits:
        channel, geo = cell.channels[0], cell.geos[0]
        low, high = cell.lower or 0.0, cell.upper
        if high is None:
            own = spend[model.geos.index(geo), :, model.channels.index(channel)]
            most = max(own[start : start + window].sum() for start in range(len(own) - window + 1))
            high = max(HEADROOM * float(most), low)
        found[(channel, geo)] = (low, high)
    return found
