"""The limits that were in force when a plan was made, as rows for people and for a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.charts.formats import Wording
from core.mmm.planning.answers import BudgetAnswer, LimitKind
from core.mmm.planning.budget_inputs import BudgetInputs


@dataclass(frozen=True)
class InForce:
    """One limit: least and most (a missing side does not bind), in money or in shares of the whole.

    `price` is the KPI gained by one more unit of it where the plan runs into it; `note` what kind it is.
    """

    name: str
    least: float | None
    most: float | None
    of_total: bool = False
    price: float | None = None
    note: str = ""


def limits_in_force(inputs: BudgetInputs, answer: BudgetAnswer, wording: Wording) -> tuple[InForce, ...]:
    """Every limit of the question, those that hold the answer back with their price."""
    prices = {(b.about, b.name, b.geo): b.price for b in answer.bindings}
    return tuple(_limits(inputs, wording, prices))


def _limits(
    inputs: BudgetInputs, wording: Wording, prices: dict[tuple[LimitKind, str, str], float]
) -> Iterable[InForce]:
    def price_of(kind: LimitKind, name: str, geo: str = "") -> float | None:
        return prices.get((kind, name, geo))

    yield InForce("Budget", None, inputs.total_value, price=price_of(LimitKind.TOTAL, "total"))
    for limit in inputs.limits:
        low, high = limit.bounds
        label, price = wording.label(limit.channel), price_of(LimitKind.CHANNEL, limit.channel)
        yield InForce(label, low, high, price=price, note="kept" if limit.locked else "")
        if limit.test_value is not None:
            yield InForce(label, limit.test_value, None, note="if at all")
        if limit.has_period_limit:
            ends = limit.period_minimum_value, limit.period_maximum_value
            per_period = price_of(LimitKind.PERIOD, limit.channel)
            yield InForce(label, *ends, price=per_period, note=f"in any one {wording.period}")
    for group in inputs.groups:
        yield InForce(group.name, *group.ends, group.of_total, price_of(LimitKind.GROUP, group.name), "group")
    for month in inputs.months:
        if month.is_set:
            yield InForce(month.name, month.minimum_value, month.maximum_value,
                          price=price_of(LimitKind.MONTH, month.name), note="month")  # fmt: skip
    for rule in inputs.rules:
        terms = " + ".join(f"{weight:g} × {wording.label(name)}" for name, weight in rule.weights.items())
        yield InForce(rule.name, rule.minimum_value, rule.maximum_value,
                      price=price_of(LimitKind.RULE, rule.name), note=terms)  # fmt: skip
    for cell in inputs.geo_limits if inputs.by_geo else ():
        if cell.is_set:
            price = price_of(LimitKind.GEO, cell.channel, cell.geo)
            name = f"{wording.label(cell.channel)} in {cell.geo}"
            yield InForce(name, cell.minimum_value, cell.maximum_value, price=price)
