"""A budget question as a person asks it, put into the optimiser's terms."""

from __future__ import annotations

import datetime as dt
import math

from core.mmm.choices import Flighting, Goal
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.budget_problem import DEFAULT_HEADROOM, BudgetProblem
from core.mmm.optimiser.constraint import Constraint
from core.mmm.planning.budget_inputs import BudgetInputs
from core.mmm.planning.limit_values import ChannelLimit, GroupLimit, LinearRule, MonthLimit

Pair = tuple[float, float]


def problem_of(model: FittedMMM, inputs: BudgetInputs, override: bool = False) -> BudgetProblem:
    """The optimiser's problem; a missing side of a limit is one that never binds.

    `override` lets a model that has not converged be used. Raises UserError for a question that cannot be
    asked.
    """
    return BudgetProblem(
        model,
        inputs.periods,
        inputs.chosen_total or inputs.total_value,
        inputs.bounds,
        flighting={limit.channel: limit.flighting or inputs.flighting for limit in inputs.limits},
        reference=inputs.recent,
        override=override,
        pulse=inputs.pulse,
        by_geo=inputs.by_geo,
        geo_bounds=_geo_bounds(model, inputs) if inputs.by_geo else {},
        period_bounds=_period_bounds(model, inputs),
        constraints=constraints_of(inputs),
        test_minimum={} if inputs.chosen_value else _tests(inputs),
    )


def goal_of(inputs: BudgetInputs) -> tuple[Goal, float | None, float | None]:
    """(goal, target, margin) for the optimiser; a chosen split is spent as it is."""
    if inputs.chosen_value:
        return Goal.KPI, None, None
    return inputs.goal, inputs.target_value, inputs.margin_share


def constraints_of(inputs: BudgetInputs) -> tuple[Constraint, ...]:
    """Groups, months and rules by the names they have on the screen."""
    months = [_month(month) for month in inputs.months if month.is_set]
    return (*(_group(group) for group in inputs.groups), *months, *(_rule(rule) for rule in inputs.rules))


def _group(group: GroupLimit) -> Constraint:
    low, high = group.ends
    return Constraint(group.name, group.channels, lower=low, upper=high, of_total=group.of_total)


def _month(month: MonthLimit) -> Constraint:
    return Constraint(
        month.name, start=month.first_on, end=month.last_on, lower=month.minimum_value,
        upper=month.maximum_value,
    )  # fmt: skip


def _rule(rule: LinearRule) -> Constraint:
    weights = {name: weight for name, weight in rule.weights.items() if weight}
    start, end = (None if day is None else dt.date.fromisoformat(day) for day in (rule.start_on, rule.end_on))
    return Constraint(
        rule.name, tuple(weights), rule.geos, start, end, rule.minimum_value, rule.maximum_value,
        weights=weights,
    )  # fmt: skip


def _tests(inputs: BudgetInputs) -> dict[str, float]:
    return {
        limit.channel: limit.test_value
        for limit in inputs.limits
        if limit.test_value is not None and not limit.locked
    }


def _period_bounds(model: FittedMMM, inputs: BudgetInputs) -> dict[str, Pair]:
    largest = model.frame.max()
    return {
        limit.channel: _period_pair(limit, inputs, float(largest[limit.channel]))
        for limit in inputs.limits
        if limit.has_period_limit
    }


def _period_pair(limit: ChannelLimit, inputs: BudgetInputs, largest: float) -> Pair:
    low, high = limit.period_minimum_value or 0.0, limit.period_maximum_value
    if high is None:
        # Only money that may go anywhere needs a cap that nobody typed; a fixed pattern has its own.
        free = (limit.flighting or inputs.flighting) == Flighting.OPTIMISED
        high = max(DEFAULT_HEADROOM * largest, low) if free else math.inf
    return low, high


def _geo_bounds(model: FittedMMM, inputs: BudgetInputs) -> dict[tuple[str, str], Pair]:
    spend, window = model.structure.panel.spend, min(inputs.periods, len(model.dates))
    found = {}
    for cell in inputs.geo_limits:
        low, high = cell.minimum_value or 0.0, cell.maximum_value
        if high is None:
            own = spend[model.geos.index(cell.geo), :, model.channels.index(cell.channel)]
            most = max(own[start : start + window].sum() for start in range(len(own) - window + 1))
            high = max(DEFAULT_HEADROOM * float(most), low)
        found[(cell.channel, cell.geo)] = (low, high)
    return found
