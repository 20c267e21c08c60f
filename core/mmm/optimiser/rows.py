"""A budget question's limits as rows over its levers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from core.mmm.arrays import Booleans, Floats
from core.mmm.optimiser.constraint import Constraint
from core.mmm.optimiser.decision_variables import DecisionVariables
from core.mmm.optimiser.limits import Limit, LinearLimits, Side, row

if TYPE_CHECKING:
    from core.mmm.optimiser.budget_problem import BudgetProblem


def limits_of(problem: BudgetProblem, levers: DecisionVariables) -> LinearLimits:
    """Every limit of the question but its total and its least test spends, as rows over the levers; infinite
    ones are none."""
    found = [*_channels(problem, levers), *_groups(problem, levers), *_geos(problem, levers)]
    found += [*_periods(problem, levers), *_named(problem, levers)]
    return LinearLimits(levers.size, tuple(limit for limit in found if math.isfinite(limit.amount)))


def _both(name: str, members: csr_array, lower: float, upper: float) -> list[Limit]:
    sides: list[tuple[Side, float]] = [("lower", lower), ("upper", upper)]
    return [Limit(name, side, members, float(amount)) for side, amount in sides]


def channel_members(levers: DecisionVariables, channel: int) -> csr_array:
    """All money of one channel."""
    return row((levers.channel == channel).astype(float))


def _channels(problem: BudgetProblem, levers: DecisionVariables) -> Iterator[Limit]:
    for c, (lower, upper) in enumerate(problem.channel_bounds()):
        yield from _both(levers.channels[c], channel_members(levers, c), lower, upper)


def _groups(problem: BudgetProblem, levers: DecisionVariables) -> Iterator[Limit]:
    for name, group, lower, upper in problem.groups:
        yield from _both(name, row(_of(levers, group)[levers.channel]), lower, upper)


def _of(levers: DecisionVariables, names: object) -> Floats:
    return np.array([float(channel in names) for channel in levers.channels])  # type: ignore[operator]


def _geos(problem: BudgetProblem, levers: DecisionVariables) -> Iterator[Limit]:
    """Money of a channel in a geo: as given, else not far beyond the most that was ever spent there."""
    if not problem.by_geo:
        return
    seen, bounds = seen_by_geo(problem), problem.channel_bounds()
    for c, channel in enumerate(levers.channels):
        explicit = bounds[c, 1] if channel in (problem.bounds or {}) else 0.0
        for g, geo in enumerate(levers.geos):
            most = max(problem.headroom * seen[g, c], explicit * levers.shares[g, c])
            lower, upper = problem.geo_bounds.get((channel, geo), (0.0, most))
            here = row(((levers.channel == c) & (levers.geo == g)).astype(float))
            yield from _both(f"{channel} in {geo}", here, lower, upper)


def seen_by_geo(problem: BudgetProblem) -> Floats:
    """(geo, channel) the largest money over any `periods` consecutive periods of the data."""
    spend = problem.model.structure.panel.spend[..., : len(problem.model.channels)]
    window = min(problem.periods, spend.shape[1])
    running = np.pad(np.cumsum(spend, axis=1), ((0, 0), (1, 0), (0, 0)))
    sums = running[:, window:] - running[:, :-window]
    return np.asarray(sums.max(axis=1) * problem.periods / window)


def _periods(problem: BudgetProblem, levers: DecisionVariables) -> Iterator[Limit]:
    """Money of a channel in any one period: as given, else not far beyond the largest of the data."""
    bounds, largest = problem.channel_bounds(), problem.model.frame.max()
    for c, channel in enumerate(levers.channels):
        peak = float(levers.pattern[:, c].max())
        explicit = channel in (problem.bounds or {}) or problem.headroom > problem.period_headroom
        most = max(
            problem.period_headroom * float(largest[channel]), bounds[c, 1] * peak if explicit else 0.0
        )
        given = channel in problem.period_bounds
        lower, upper = problem.period_bounds.get(channel, (0.0, most))
        name = f"{channel} per period"
        if lower > 0:
            yield Limit(name, "lower", _each_period(levers, c, lowest=True), float(lower))
        # A cap that the channel's own limit keeps anyhow is no limit worth a name.
        if given or upper < bounds[c, 1] * (1.0 if levers.free[c] else peak) * (1 - 1e-12):
            yield Limit(name, "upper", _each_period(levers, c), float(upper))


def _each_period(levers: DecisionVariables, channel: int, lowest: bool = False) -> csr_array:
    """One row by period, or that of the largest (least) share where the pattern is fixed."""
    own = levers.channel == channel
    if levers.free[channel]:
        places = np.flatnonzero(own)
        shape = (levers.periods, levers.size)
        return csr_array((np.ones(len(places)), (levers.period[places], places)), shape=shape)
    pattern = levers.pattern[:, channel]
    share = pattern[pattern > 0].min() if lowest else pattern.max()
    return row(own * float(share))


def _named(problem: BudgetProblem, levers: DecisionVariables) -> Iterator[Limit]:
    for rule in problem.constraints:
        weights = constraint_members(rule, levers)
        sides: list[tuple[Side, float | None]] = [("lower", rule.lower), ("upper", rule.upper)]
        for side, amount in sides:
            if amount is not None:
                members = weights - amount if rule.of_total else weights
                yield Limit(rule.name, side, row(members), float(amount), rule.of_total)


def constraint_members(rule: Constraint, levers: DecisionVariables) -> Floats:
    """(lever,) the weight with which each lever counts in a constraint."""
    names = rule.channels or levers.channels
    weights = _of(levers, names) * np.array([rule.weights.get(name, 1.0) for name in levers.channels])
    geos = np.array([not rule.geos or geo in rule.geos for geo in levers.geos])
    return levers.coefficients(weights, geos, _inside(levers.dates, rule.start, rule.end))


def _inside(dates: pd.DatetimeIndex, start: dt.date | None, end: dt.date | None) -> Booleans:
    days = dates.normalize()
    after = np.ones(len(days), dtype=bool) if start is None else np.asarray(days >= pd.Timestamp(start))
    return after if end is None else after & np.asarray(days <= pd.Timestamp(end))
