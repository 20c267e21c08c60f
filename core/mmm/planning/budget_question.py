"""A budget question: where it begins, how it moves to another horizon, and in the optimiser's terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from core.mmm.cents import to_cents
from core.mmm.choices import Flighting, Goal
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.budget_problem import HEADROOM, BudgetProblem
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs, ChannelSettings, Reference, free_limits

Pair = tuple[float, float]


def first_budget(basis: PlanBasis, labels: Mapping[str, str] | None = None) -> BudgetInputs:
    """Recent spend, in whole units, as the budget; each channel free up to half more than was ever spent."""
    largest = {name: HEADROOM * most for name, most in basis.largest.items()}
    limits = free_limits(basis.channels, basis.recent, largest)
    return BudgetInputs(
        basis.periods, max(float(round(basis.recent_total)), 1.0), limits, labels=labels or {}
    )


def start_budget(basis: PlanBasis, saved: BudgetInputs | None, labels: Mapping[str, str]) -> BudgetInputs:
    """The saved question on this basis, or the first one: recent spend and free limits."""
    if saved is None:
        return first_budget(basis, labels)
    if saved.periods == basis.periods and saved.recent == dict(basis.recent):
        return saved
    return stretch(saved, basis)


def stretch(inputs: BudgetInputs, basis: PlanBasis) -> BudgetInputs:
    """The same question on another basis: budget, limits and a target KPI grow with the horizon.

    Months and geos that the basis does not have are left out, a chosen split is forgotten.
    """
    factor = basis.periods / inputs.periods
    before = sum(inputs.recent.values())
    known_growth = factor != 1 and before > 0 and basis.recent_total > 0
    growth = basis.recent_total / before if known_growth else factor
    known = {own.channel: own for own in inputs.limits}
    free = {own.channel: own for own in first_budget(basis).limits}
    target = inputs.target_value
    if inputs.goal == Goal.TARGET_KPI and target is not None:
        target = to_cents(target * factor)
    months = horizon_months(basis)
    no_year = inputs.flighting == Flighting.LAST_YEAR and not has_last_year(basis)
    return replace(
        inputs,
        periods=basis.periods,
        total_value=float(round(inputs.total_value * growth)) or inputs.total_value,
        limits=tuple(_stretched(known.get(name, free[name]), basis, factor) for name in basis.channels),
        groups=tuple(group.scaled(factor) for group in inputs.groups),
        months=tuple(month for month in inputs.months if month.year_month in months),
        rules=tuple(rule.scaled(factor) if factor != 1 else rule for rule in inputs.rules),
        geo_limits=tuple(cell.scaled(factor) for cell in inputs.geo_limits if cell.geo_name in basis.geos),
        by_geo=inputs.by_geo and bool(basis.geos),
        target_value=target,
        flighting=Flighting.AS_REFERENCE if no_year else inputs.flighting,
        chosen_value={},
    )


def _stretched(own: ChannelSettings, basis: PlanBasis, factor: float) -> ChannelSettings:
    """Limits over the horizon and a test grow with it; the limits of one period stay."""
    maximum = to_cents(own.maximum_value * factor)
    test = None if own.test_value is None else min(to_cents(own.test_value * factor), maximum)
    return replace(
        own,
        recent_value=basis.recent[own.channel],
        minimum_value=to_cents(own.minimum_value * factor),
        maximum_value=maximum,
        test_value=test or None,
    )


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


def has_last_year(basis: PlanBasis) -> bool:
    """Whether the data reach back a year, so that the same periods of last year are known."""
    return basis.last_year(basis.channels[0]) is not None


def basis_for_reference(basis: PlanBasis, reference: Reference) -> PlanBasis:
    """The basis whose `recent` is the spend of the reference: the latest periods, or the same a year ago.

    A horizon beyond a year repeats that year. Geos alike. Where the data are shorter than a year the latest
    periods stand in.
    """
    if reference == Reference.RECENT or not has_last_year(basis):
        return basis
    recent = {name: to_cents(sum(basis.last_year(name) or ())) for name in basis.channels}
    by_geo = {geo: basis_for_reference(own, reference) for geo, own in basis.by_geo.items()}
    return replace(basis, recent=recent, by_geo=by_geo)


def horizon_months(basis: PlanBasis) -> tuple[str, ...]:
    """The months in which periods of the horizon begin, as 2026-01, in order."""
    return tuple(dict.fromkeys(f"{day:%Y-%m}" for day in basis.dates))


def periods_of_month(basis: PlanBasis, month: str) -> int:
    """How many periods of the horizon begin in the month."""
    return sum(f"{day:%Y-%m}" == month for day in basis.dates)
