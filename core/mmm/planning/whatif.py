"""A spend scenario on a fitted model: what it causes, and the whole KPI forecast over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.mmm.answers.evidence import Estimate
from core.mmm.fitted import FittedMMM
from core.mmm.planning.answers import kept_draws
from core.mmm.planning.basis import PlanBasis, whatif_spend
from core.mmm.planning.effects import PlanEffects, draws_of, outcomes, plan_effects
from core.mmm.planning.model_answer import assumptions, even_spend, future_rows
from core.mmm.planning.whatif_results import ForecastPoint, WhatIfAnswer
from core.mmm.planning.whatif_values import WhatIfInputs

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SpendForecast:
    """The horizon at recent spend: what media cause, and draws (draw, period) of the whole KPI."""

    effects: PlanEffects
    whole: Floats
    assumptions: tuple[str, ...]


def forecast_recent(model: FittedMMM, basis: PlanBasis, draws: int | None = None) -> SpendForecast:
    """The forecast at recent spend, spread evenly: what every scenario of this horizon is compared with."""
    count = draws or draws_of(model)
    rows = future_rows(model, basis, basis.recent)
    whole: Floats = model.predict(rows, draws=count).sum("geo").values
    effects = plan_effects(model, even_spend(basis.recent, basis), count)
    return SpendForecast(effects, whole, assumptions(model, basis))


def solve_whatif(
    model: FittedMMM, inputs: WhatIfInputs, basis: PlanBasis, recent: SpendForecast
) -> WhatIfAnswer:
    """What the scenario causes against recent spend, draw by draw, and the KPI over time."""
    level, before = inputs.level, recent.effects
    after = plan_effects(model, even_spend(whatif_spend(inputs, basis), basis), len(recent.whole))
    gap = after.total - before.total
    whole = recent.whole + after.by_period - before.by_period
    return WhatIfAnswer(
        channels=outcomes(basis, before, after, dict(basis.recent), level),
        kpi=Estimate.of(after.window.sum(axis=1), level),
        kpi_after=Estimate.of(after.after.sum(axis=1), level),
        recent_kpi=Estimate.of(before.total, level),
        roas=after.whole_roas(level),
        difference=Estimate.of(gap, level),
        probability_better=float(np.mean(gap > 0)),
        forecast=_points(basis, whole, recent, level),
        whole_kpi=Estimate.of(whole.sum(axis=1), level),
        start_on=basis.start_on,
        end_on=basis.end_on,
        draws=kept_draws(after.window.sum(axis=1), after.after.sum(axis=1), model.seed),
        assumptions=recent.assumptions,
    )


def _points(
    basis: PlanBasis, whole: Floats, recent: SpendForecast, level: float
) -> tuple[ForecastPoint, ...]:
    without = (recent.whole - recent.effects.by_period).mean(axis=0)
    return tuple(
        ForecastPoint(
            date=str(day.date()),
            plan=Estimate.of(whole[:, t], level),
            recent=Estimate.of(recent.whole[:, t], level),
            baseline=float(without[t]),
        )
        for t, day in enumerate(basis.dates)
    )
