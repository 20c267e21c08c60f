"""The best discounts of a promotion's lines, and the frontier between sales and margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from core.errors import UserError
from core.promo.baseline import Baseline
from core.promo.scenarios.discount_options import ChannelOptions, Grid, channel_options
from core.promo.scenarios.discount_search import DiscountQuery, DiscountResult, best
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.period import scenario_period
from core.promo.scenarios.response import Response, response_of
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.settings import BrandRuleKind, PromoSettings
from core.promo.uplift import Uplift

POINTS = 25
EVEN = 1e-6  # of sales: points closer than that are one


class DealGoal(StrEnum):
    """What the best discounts are best for."""

    SALES = "sales"
    MARGIN = "margin"
    EBIT = "ebit"


@dataclass(frozen=True)
class BestDeal:
    """The promotion with its best discounts (0 % where a line is better left out) and its figures. `passes`
    is False, and `message` says why, when no discount keeps the floor or none is worth anything. `proven`:
    no better one exists on the grid."""

    scenario: PromoScenario
    kpis: PromoKpis
    passes: bool
    message: str
    proven: bool


@dataclass(frozen=True)
class DiscountFrontierPoint:
    """An efficient promotion: no other has more sales without less margin. Changes against the baseline, the
    whole margin in percent, `discounts` by line (department, sales channel, segments) and the scenario."""

    sales_value_delta: float
    margin_value_delta: float
    ebit_delta: float
    margin_pct: float
    discounts: Mapping[tuple[str, str, tuple[str, ...]], float]
    scenario: PromoScenario


def best_discounts(
    scenario: PromoScenario,
    baseline: Baseline,
    uplift: Uplift,
    settings: PromoSettings,
    *,
    goal: DealGoal | str = DealGoal.SALES,
    margin_floor_pct: float | None = None,
    caps: Mapping[str, float] | None = None,
    step_pct: float = 1.0,
    forecast: pd.DataFrame | None = None,
) -> BestDeal:
    """The discounts of the scenario's lines that bring most of the goal while the whole margin keeps its
    floor (the settings' without one), each department its cap (`caps` before the settings') and no line sells
    at a loss; in steps of `step_pct` from 0. Exact on the expected figures.

    UserError for unknown lines, goals or steps.
    """
    wanted = _goal(goal)
    response = _response(scenario, baseline, uplift, settings, forecast)
    usual = 100 * float(response.margin.sum() / max(response.sales.sum(), EVEN))
    floor = settings.floor_pct(usual) if margin_floor_pct is None else margin_floor_pct
    weights = {
        DealGoal.SALES: [1.0, 0.0], DealGoal.MARGIN: [0.0, 1.0],
        DealGoal.EBIT: [-settings.cost_to_serve_share, 1.0],
    }[wanted]  # fmt: skip
    room = float(response.margin.sum() - floor / 100 * response.sales.sum())
    blocks = channel_options(response, scenario.mechanics, discount_grid(settings, caps, step_pct))
    found = best(blocks, DiscountQuery(np.array(weights), np.array([-floor / 100, 1.0]), room))
    chosen = _with(scenario, found or DiscountResult({}, np.zeros(2)))
    kpis = evaluate(chosen, baseline, uplift, settings, forecast=forecast)
    message = _message(found, wanted, usual, floor)
    return BestDeal(chosen, kpis, not message, message, found.proven if found else True)


def frontier(
    scenario: PromoScenario,
    baseline: Baseline,
    uplift: Uplift,
    settings: PromoSettings,
    *,
    caps: Mapping[str, float] | None = None,
    step_pct: float = 1.0,
    points: int = POINTS,
    forecast: pd.DataFrame | None = None,
) -> tuple[DiscountFrontierPoint, ...]:
    """Efficient promotions from most margin to most sales, at even steps of margin between the two; fewer
    than `points` only where the grid holds no more. No floor: each point shows its margin."""
    response = _response(scenario, baseline, uplift, settings, forecast)
    blocks = channel_options(response, scenario.mechanics, discount_grid(settings, caps, step_pct))
    found = _efficient(_along(blocks, points), float(response.sales.sum()))
    return tuple(_point(one, scenario, response, settings) for one in found)


def _along(blocks: Sequence[ChannelOptions], points: int) -> list[DiscountResult]:
    """The most sales for margins from the least to the most that are worth considering."""
    sales, margin, none = np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.zeros(2)
    deep, rich = best(blocks, DiscountQuery(sales, none, 0.0)), best(blocks, DiscountQuery(margin, none, 0.0))
    if deep is None or rich is None:
        return []
    levels = np.linspace(rich.change[1], deep.change[1], points)[1:-1]
    between = [best(blocks, DiscountQuery(sales, margin, -float(level))) for level in levels]
    return [rich, *(one for one in between if one is not None), deep]


def _efficient(found: Sequence[DiscountResult], sales: float) -> list[DiscountResult]:
    """By rising sales, each with less margin than the one before."""
    kept: list[DiscountResult] = []
    for one in sorted(found, key=lambda one: (-one.change[0], -one.change[1])):
        if not kept or one.change[1] > kept[-1].change[1] + EVEN * sales:
            kept.append(one)
    return kept[::-1]


def _point(
    found: DiscountResult, scenario: PromoScenario, response: Response, settings: PromoSettings
) -> DiscountFrontierPoint:
    sales, margin = (float(value) for value in found.change)
    whole = float(response.sales.sum()) + sales
    rate = 100 * (float(response.margin.sum()) + margin) / whole if whole > 0 else 0.0
    chosen = _with(scenario, found)
    discounts = {line.key: line.discount_pct for line in chosen.mechanics}
    return DiscountFrontierPoint(
        sales, margin, margin - settings.cost_to_serve_share * sales, rate, discounts, chosen
    )


def discount_grid(settings: PromoSettings, caps: Mapping[str, float] | None, step_pct: float) -> Grid:
    """The discounts above 0 that a line may have: steps up to its cap, none where the brand forbids any.
    UserError for a step outside 0.1 to 10 %."""
    if not 0.1 <= step_pct <= 10:
        raise UserError(f"The step of discounts lies between 0.1 and 10 %, not {step_pct:g}.")
    barred = {
        name
        for rule in settings.brand_rules
        if rule.kind == BrandRuleKind.NEVER_DISCOUNTED
        for name in rule.departments
    }

    def grid(line: Mechanic) -> Sequence[float]:
        cap = (caps or {}).get(line.department, settings.cap_pct(line.department))
        if line.department in barred:
            return []
        return [round(step_pct * k, 6) for k in range(1, int(cap / step_pct + EVEN) + 1)]

    return grid


def _response(
    scenario: PromoScenario,
    baseline: Baseline,
    uplift: Uplift,
    settings: PromoSettings,
    forecast: pd.DataFrame | None,
) -> Response:
    period = scenario_period(scenario, baseline, settings, forecast)
    return response_of(period.cells, period.base, uplift, settings)


def _with(scenario: PromoScenario, found: DiscountResult) -> PromoScenario:
    lines = [
        replace(line, discount_pct=found.discounts.get(place, 0.0))
        for place, line in enumerate(scenario.mechanics)
    ]
    return replace(scenario, mechanics=tuple(lines))


def _goal(goal: DealGoal | str) -> DealGoal:
    try:
        return DealGoal(goal)
    except ValueError:
        raise UserError(f"The goal must be one of {', '.join(DealGoal)}; it is {goal!r}.") from None


def _message(found: DiscountResult | None, goal: DealGoal, usual: float, floor: float) -> str:
    if found is None:
        return f"No discounts keep a margin of {floor:.1f} %; without any promotion it is {usual:.1f} %."
    if not found.discounts:
        words = {DealGoal.SALES: "sales", DealGoal.MARGIN: "margin", DealGoal.EBIT: "EBIT"}[goal]
        return f"No discount within these limits brings more {words} than none."
    return ""
