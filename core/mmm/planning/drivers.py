"""Prices, promotions and controls of a plan: what is assumed of them, and what changing them does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.fitted import FittedMMM
from core.mmm.planning.basis import PlanBasis, repeated
from core.mmm.planning.whatif_inputs import DriverMode, DriverPlan


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
