"""What one more unit of money at each limit would bring, by names as shown."""

from __future__ import annotations

from core.mmm.planning.answers import BudgetAnswer, LimitKind
from core.mmm.planning.report import PlanReport

MOST_PRICES = 12


def limit_prices(report: PlanReport) -> list[tuple[str, float]]:
    """Limits in money that the plan runs into with their prices, the dearest first; at most a dozen."""
    if not isinstance(report.answer, BudgetAnswer):
        return []
    found = []
    for binding in report.answer.bindings:
        if binding.of_total:
            continue
        where = "Budget" if binding.side == "total" else report.wording.label(binding.name)
        name = f"{where} in {binding.geo}" if binding.geo else where
        if binding.about == LimitKind.PERIOD:
            name = f"{name} in any one {report.wording.period}"
        side = "" if binding.side == "total" else f", {binding.side}"
        found.append((f"{name}{side}", float(binding.price)))
    return sorted(found, key=lambda row: -abs(row[1]))[:MOST_PRICES]
