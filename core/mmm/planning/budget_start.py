"""Where a budget question begins: the spend it is compared with, its months, another horizon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.mmm.cents import to_cents
from core.mmm.choices import Flighting, Goal
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import BudgetInputs, ChannelSettings, Reference, free_limits

HEADROOM = 1.5  # a first upper limit, in multiples of the most ever spent over as many periods


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


def first_budget(basis: PlanBasis, labels: Mapping[str, str] | None = None) -> BudgetInputs:
    """Recent spend, in whole units, as the budget; each channel free up to half more than was ever spent."""
    largest = {name: HEADROOM * seen for name, seen in basis.seen.items()}
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
