"""The objective of a plan under an attitude to risk: value, gradient, curvature."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.mmm.arrays import Floats
from core.mmm.optimiser.decision_variables import DecisionVariables
from core.mmm.optimiser.horizon import Horizon, curvature, few_draws, kpi_by_variable
from core.mmm.optimiser.quadratic import Blocks
from core.mmm.optimiser.risk import RiskAttitude


@dataclass(frozen=True)
class Evaluation:
    """A plan looked at: its `worth` less what its spend costs, the gradient (variable,), KPI (draw,) and its
    slopes (draw, variable), and the weight of each draw."""

    amounts: Floats
    value: float
    gradient: Floats
    kpi: Floats
    by_draw: Floats
    weights: Floats


@dataclass(frozen=True)
class Objective:
    """The objective of amounts: KPI under the attitude, less `cost` KPI for each unit of money."""

    horizon: Horizon
    variables: DecisionVariables
    attitude: RiskAttitude
    cost: float = 0.0

    def evaluate(self, amounts: Floats) -> Evaluation:
        """Value and gradient at the amounts (variable,)."""
        by_channel, by_draw, _ = kpi_by_variable(self.horizon, self.variables, amounts)
        kpi = by_channel.sum(axis=1)
        value, weights = self.attitude.value(kpi)
        gradient = weights @ by_draw - self.cost
        return Evaluation(amounts, value - self.cost * float(amounts.sum()), gradient, kpi, by_draw, weights)

    def negative_curvature(self, at: Evaluation) -> Blocks:
        """The curvature there with its sign turned and what is convex left out: positive semidefinite."""
        bands = curvature(self.horizon, self.variables, at.amounts, at.weights)
        blocks = self._in_blocks(-bands)
        low = self.attitude.curvature(at.kpi, at.by_draw)
        if low is None:
            return blocks
        if low.shape[1] < self.variables.size:
            return Blocks(blocks.groups, blocks.size, low)
        whole = low @ low.T
        for places, value in blocks.groups:
            for own, block in zip(places, value, strict=True):
                whole[np.ix_(own, own)] += block
        return Blocks(((np.arange(self.variables.size)[None], whole[None]),), self.variables.size)

    def with_cost(self, cost: float) -> Objective:
        """The same at another price of spend in KPI."""
        return replace(self, cost=cost)

    def with_few(self, draws: int) -> Objective:
        """The same on up to `draws` of the draws."""
        small = few_draws(self.horizon, draws)
        return replace(self, horizon=small, attitude=self.attitude.thinned(len(small.past)))

    def _in_blocks(self, bands: Floats) -> Blocks:
        """Bands by variable and distance as blocks: one by channel and part."""
        variables, groups = self.variables, []
        free = variables.free[variables.channel]
        single = np.flatnonzero(~free)
        if len(single):
            groups.append((single[:, None], bands[single, :1, None]))
        many, width = np.flatnonzero(free).reshape(-1, variables.periods), variables.periods
        if len(many):
            value = np.zeros((len(many), width, width))
            for away in range(min(bands.shape[1], width)):
                step = np.arange(width - away)
                value[:, step, step + away] = value[:, step + away, step] = bands[
                    many[:, : width - away], away
                ]
            groups.append((many, value))
        return Blocks(tuple(groups), variables.size)
