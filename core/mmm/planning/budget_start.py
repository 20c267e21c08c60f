"""Where a budget question begins: the spend it is compared with, its months, another horizon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.mmm.choices import Flighting
from core.mmm.planning.basis import PlanBasis, first_budget, stretch
from core.mmm.planning.budget_inputs import BudgetInputs, Reference, to_cents
from core.mmm.planning.limit_values import ChannelLimit, GeoLimit


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


def start_budget(basis: PlanBasis, kept: BudgetInputs | None, labels: Mapping[str, str]) -> BudgetInputs:
    """The kept question on this basis, or the first one: recent spend and free limits."""
    if kept is None:
        return first_budget(basis, labels)
    if kept.periods == basis.periods and kept.recent == dict(basis.recent):
        return kept
    return _fitted(kept, basis)


def _fitted(inputs: BudgetInputs, basis: PlanBasis) -> BudgetInputs:
    """The question on another basis: money grows with the horizon, months outside it are left out."""
    factor = basis.periods / inputs.periods
    # Money for a test is put back after the limits have grown: half way it could lie above a maximum.
    plain = replace(inputs, limits=tuple(replace(limit, test_value=None) for limit in inputs.limits))
    grown = stretch(replace(plain, chosen_value={}), basis)
    tests = {limit.channel: limit.test_value for limit in inputs.limits}
    months, rules = horizon_months(basis), inputs.rules
    if factor != 1:
        rules = tuple(
            replace(
                rule,
                minimum_value=_times(rule.minimum_value, factor),
                maximum_value=_times(rule.maximum_value, factor),
            )
            for rule in rules
        )
    return replace(
        grown,
        limits=tuple(_with_test(limit, tests.get(limit.channel), factor) for limit in grown.limits),
        months=tuple(month for month in inputs.months if month.month in months),
        rules=rules,
        geo_limits=tuple(_geo(cell, factor) for cell in inputs.geo_limits if cell.geo in basis.geos),
        by_geo=inputs.by_geo and bool(basis.geos),
        flighting=_known(inputs.flighting, basis),
    )


def _with_test(limit: ChannelLimit, test: float | None, factor: float) -> ChannelLimit:
    most = None if test is None else min(to_cents(test * factor), limit.maximum_value)
    return replace(limit, test_value=most or None)


def _geo(cell: GeoLimit, factor: float) -> GeoLimit:
    low, high = _times(cell.minimum_value, factor), _times(cell.maximum_value, factor)
    return replace(cell, minimum_value=low, maximum_value=high)


def _known(flighting: Flighting, basis: PlanBasis) -> Flighting:
    """The same way of spreading money, unless the data know no year before."""
    gone = flighting == Flighting.LAST_YEAR and not has_last_year(basis)
    return Flighting.AS_REFERENCE if gone else flighting


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else to_cents(value * factor)
