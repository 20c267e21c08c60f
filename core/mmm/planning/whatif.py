"""A spend scenario on a fitted model: its incremental KPI, changed drivers, and the whole KPI over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.cents import CENT
from core.mmm.fitted import FittedMMM
from core.mmm.planning.answers import (
    DriverOutcome,
    Extrapolation,
    ForecastPoint,
    WhatIfAnswer,
    saved_draws,
    saved_totals,
)
from core.mmm.planning.basis import PlanBasis, assumptions, even_spend, future_rows, recent_spend, repeated
from core.mmm.planning.effects import (
    EffectsContext,
    PlanEffects,
    channel_outcomes,
    draws_of,
    effects_context,
    estimates,
    plan_effects,
)
from core.mmm.planning.whatif_inputs import DriverMode, DriverPlan, WhatIfInputs
from core.mmm.results.evidence import Estimate


@dataclass(frozen=True)
class SpendForecast:
    """The horizon at recent spend: the KPI of media, and draws (draw, period) of the whole KPI; with the
    context and the drivers that every scenario of the horizon works on. `repeats_last_year`: drivers are
    assumed as in the same periods a year ago, else at their recent mean.
    """

    effects: PlanEffects
    whole: Floats
    assumptions: tuple[str, ...]
    context: EffectsContext
    drivers: tuple[PlanDriver, ...]
    repeats_last_year: bool


@dataclass(frozen=True)
class ScenarioDraws:
    """A scenario in draws: media's incremental KPI, that of changed drivers (draw, period), the whole KPI."""

    effects: PlanEffects
    drivers: Mapping[str, Floats]
    whole: Floats

    @property
    def added(self) -> Floats:
        """(draw,) KPI added by all changed drivers together."""
        total = np.zeros(len(self.whole))
        for effect in self.drivers.values():
            total = total + effect.sum(axis=1)
        return total


def forecast_recent(model: FittedMMM, basis: PlanBasis, draws: int | None = None) -> SpendForecast:
    """The forecast if the last periods' spend is repeated: what every scenario is compared with."""
    count = draws or draws_of(model)
    context = effects_context(model, basis.periods, count)
    effects = plan_effects(model, recent_spend(basis), context=context)
    even = plan_effects(model, even_spend(basis.recent, basis), context=context)
    rows = future_rows(model, basis, basis.recent)
    whole: Floats = model.predict(rows, draws=count).sum("geo").values + effects.by_period - even.by_period
    drivers = read_drivers(model, basis, count)
    repeats = len(model.dates) >= round(model.frequency.periods_per_year)
    return SpendForecast(effects, whole, assumptions(model, basis), context, drivers, repeats)


def scenario_draws(model: FittedMMM, inputs: WhatIfInputs, recent: SpendForecast) -> ScenarioDraws:
    """The scenario in draws. Raises UserError for money in a geo where nobody knows what it buys."""
    schedule = inputs.rows if inputs.geos else inputs.frame
    after = plan_effects(model, schedule, context=recent.context)
    added = driver_effects(recent.drivers, inputs.drivers)
    whole = recent.whole + after.by_period - recent.effects.by_period
    for effect in added.values():
        whole = whole + effect
    return ScenarioDraws(after, added, whole)


def solve_whatif(
    model: FittedMMM, inputs: WhatIfInputs, basis: PlanBasis, recent: SpendForecast
) -> WhatIfAnswer:
    """What the scenario adds against recent spend, draw by draw, and the KPI over time."""
    level, before = inputs.level, recent.effects
    found = scenario_draws(model, inputs, recent)
    after, added = found.effects, found.added
    gap = after.total + added - before.total
    known = {driver.column: driver for driver in recent.drivers}
    drivers = tuple(
        DriverOutcome(
            name, Estimate.of(effect.sum(axis=1), level), known[name].beyond_seen(inputs.drivers[name])
        )
        for name, effect in found.drivers.items()
    )
    without = (found.whole - after.by_period).mean(axis=0)
    plan, usual = estimates(found.whole, level), estimates(recent.whole, level)
    forecast = tuple(
        ForecastPoint(str(day.date()), plan[t], usual[t], float(without[t]))
        for t, day in enumerate(basis.dates)
    )
    return WhatIfAnswer(
        channels=channel_outcomes(basis, before, after, dict(basis.recent), level),
        kpi=Estimate.of(after.window.sum(axis=1), level),
        kpi_after=Estimate.of(after.after.sum(axis=1), level),
        recent_kpi=Estimate.of(before.total, level),
        roas=after.whole_roas(level),
        difference=Estimate.of(gap, level),
        probability_better=float(np.mean(gap > 0)),
        forecast=forecast,
        whole_kpi=Estimate.of(found.whole.sum(axis=1), level),
        start_on=basis.start_on,
        end_on=basis.end_on,
        draws=saved_draws(after.window.sum(axis=1), after.after.sum(axis=1), model.seed),
        assumptions=recent.assumptions,
        recent_whole=Estimate.of(recent.whole.sum(axis=1), level),
        recent_draws=saved_totals(before.total),
        drivers=drivers,
        driver_draws=saved_totals(added) if found.drivers else (),
        beyond=extrapolations(inputs, basis),
    )


def extrapolations(inputs: WhatIfInputs, basis: PlanBasis) -> tuple[Extrapolation, ...]:
    """Channels with more money than the data ever showed: over the horizon, or in any one period."""
    found = []
    for name in basis.channels:
        money, most = inputs.money(name), max(inputs.series(name))
        if money > basis.largest[name] + CENT:
            found.append(Extrapolation(name, "total", money, basis.largest[name]))
        if most > basis.peak[name] + CENT:
            found.append(Extrapolation(name, "period", most, basis.peak[name]))
    return tuple(found)


@dataclass(frozen=True)
class PlanDriver:
    """One treatment or control of a model.

    `assumed` (geo, period) over the horizon; `response` (draw, geo): KPI per unit of the column; `lowest` and
    `highest` were ever seen. `treatment`: the person decides on it (price, promotion), else it is a control.
    """

    column: str
    treatment: bool
    assumed: Floats
    response: Floats
    lowest: float
    highest: float

    @property
    def typical(self) -> Floats:
        """(period,) what is assumed, as the mean of the geos."""
        mean: Floats = self.assumed.mean(axis=0)
        return mean

    def planned(self, plan: DriverPlan) -> Floats:
        """(geo, period) as planned: a value counts for every geo, a change for each from its own."""
        values = np.asarray(plan.values)
        if plan.mode == DriverMode.VALUE:
            return np.broadcast_to(values, self.assumed.shape).astype(float)
        if plan.mode == DriverMode.PERCENT:
            return np.asarray(self.assumed * (1 + values / 100))
        return np.asarray(self.assumed + values)

    def effect(self, plan: DriverPlan) -> Floats:
        """(draw, period) KPI that the plan adds to what is assumed: theta x change, summed over geos."""
        return np.asarray(self.response @ (self.planned(plan) - self.assumed))

    def beyond_seen(self, plan: DriverPlan) -> bool:
        """Whether the plan asks for values outside those of the data."""
        planned = self.planned(plan)
        slack = 1e-9 * max(abs(self.lowest), abs(self.highest), 1.0)
        return bool(planned.min() < self.lowest - slack or planned.max() > self.highest + slack)


def read_drivers(model: FittedMMM, basis: PlanBasis, draws: int) -> tuple[PlanDriver, ...]:
    """The model's treatments, then its controls, over the horizon of the basis."""
    panel, recipe, config = model.structure.panel, model.structure.recipe, model.config
    theta = model.thinned(draws).theta * model.structure.scales.kpi_mean[:, None]
    names, parts = model.structure.design.names, model.structure.design.parts
    found = []
    for treatment, columns, values in (
        (True, list(config.treatment_columns), panel.treatments),
        (False, list(config.control_columns), panel.controls),
    ):
        assumed = repeated(values, model, basis)
        for k, column in enumerate(columns):
            place = next(i for i, (n, p) in enumerate(zip(names, parts, strict=True)) if n == p == column)
            unit = recipe.treatment_scale[k] if treatment else recipe.control_scale[:, k]
            found.append(
                PlanDriver(
                    column,
                    treatment,
                    assumed[..., k],
                    theta[..., place] / unit,
                    float(values[..., k].min()),
                    float(values[..., k].max()),
                )
            )
    return tuple(found)


def driver_effects(drivers: tuple[PlanDriver, ...], plans: Mapping[str, DriverPlan]) -> dict[str, Floats]:
    """(draw, period) KPI by changed column. UserError for columns the model does not have."""
    known = {driver.column: driver for driver in drivers}
    strange = [name for name in plans if name not in known]
    if strange:
        raise UserError([f"“{name}” is no treatment or control of this model." for name in strange])
    return {name: known[name].effect(plan) for name, plan in plans.items() if plan.changes}
