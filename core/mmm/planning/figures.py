"""Every figure of a budget answer under a stable name, for explanations and for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from core.mmm.planning.answers import BudgetAnswer


class BudgetFigure(StrEnum):
    """The figures about a plan as a whole."""

    SPEND = "spend"
    KPI = "kpi"
    CARRIED_OVER = "kpi_after"
    GAIN = "gain"
    PROBABILITY_BETTER = "probability_better"
    ROAS = "roas"
    BOUND = "bound_kpi"
    REACHED = "reached_share"
    WORST = "worst_kpi"


def figures_of(answer: BudgetAnswer) -> dict[str, float]:
    """Figures by key: those of `BudgetFigure`, `channel:<name>:<what>`, `geo:<geo>:<channel>:spend` and
    `limit:<kind>:<name>[:<geo>]:<side>:price` or `:cost`; one that the answer does not have is left out.
    """
    return {key: float(value) for key, value in _figures(answer) if value is not None}


def _figures(answer: BudgetAnswer) -> Iterator[tuple[str, float | None]]:
    yield BudgetFigure.SPEND.value, answer.total_value
    yield BudgetFigure.KPI.value, answer.kpi.mean
    yield BudgetFigure.CARRIED_OVER.value, answer.kpi_after.mean
    yield BudgetFigure.GAIN.value, answer.difference.mean
    yield BudgetFigure.PROBABILITY_BETTER.value, answer.probability_better
    yield BudgetFigure.ROAS.value, answer.roas.mean if answer.roas else None
    yield BudgetFigure.BOUND.value, answer.bound_kpi
    yield BudgetFigure.REACHED.value, answer.reached_share
    yield BudgetFigure.WORST.value, answer.worst_kpi
    for outcome in answer.channels:
        key = f"channel:{outcome.channel}"
        yield f"{key}:spend", outcome.after_value
        yield f"{key}:kpi", outcome.kpi_after.mean
        yield f"{key}:roas", outcome.roas_after.mean if outcome.roas_after else None
        yield f"{key}:next_roas", outcome.next_roas.mean if outcome.next_roas else None
    for cell in answer.geos:
        yield f"geo:{cell.geo}:{cell.channel}:spend", cell.after_value
    for binding in answer.bindings:
        yield f"{binding.key}:price", binding.price
        yield f"{binding.key}:cost", binding.cost
