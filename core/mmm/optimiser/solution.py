"""What a plan found by the search is: whole cents, its KPI, its reference, and what each limit costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from core.mmm.arrays import Floats, Integers
from core.mmm.cents import CENT
from core.mmm.choices import Goal
from core.mmm.optimiser.budget_problem import BudgetProblem, largest_by_geo
from core.mmm.optimiser.decision_variables import DecisionVariables
from core.mmm.optimiser.goals import GoalQuery, GoalResult
from core.mmm.optimiser.horizon import kpi_by_variable
from core.mmm.optimiser.limit import Limit
from core.mmm.optimiser.linear_limits import LimitRow, LinearLimits, one_row
from core.mmm.optimiser.multistart import hull
from core.mmm.optimiser.prices import prices_of
from core.mmm.optimiser.risk import RiskAttitude
from core.mmm.optimiser.search import Breadth, BudgetSearch

ADJUSTMENTS = 12
BINDING = 1e-6  # share of the money within which a limit is met exactly
SPECK = 1e-6  # spend that counts as none


@dataclass(frozen=True)
class Plan:
    """A plan and its comparison.

    `spend` by channel; `schedule` spend by period (index: date) and channel; `cells` a frame geo, date,
    channel, spend (by present shares where geos have no spend of their own): all in whole cents that add up.
    `kpi` mean media KPI of the plan with the effect of past spend and that after its end, `kpi_lower` and
    `kpi_upper` its 90 % interval, `kpi_after` the part after the end. `reference` is the reference scaled to
    the plan's total and brought inside the limits with its plain flighting, `reference_schedule` its spend by
    period, `reference_raw` the reference as it was. `probability_better` than the reference; `objective` and
    `reference_objective` under the chosen risk. `shadow_prices` by limit ("<name> lower", "<name> upper",
    "total"; a channel's least and most of any one period as "<channel> per period lower" and upper, those of
    a geo as "<channel> in <geo> lower" and upper): objective for one unit by which the limit's amount is
    raised, towards relaxing it, hence negative for lower limits; for shares of the total per whole share of
    1. `kkt_residual`: largest stationarity error over the largest gradient. `value` and `profit` in money;
    `roas` incremental. `starts`: the objective that a climb from each start reached on few draws, best first.
    `beyond_seen`: (channel, "total" or "period", planned, largest of the data) where the plan leaves what the
    data have shown.
    """

    spend: pd.Series
    schedule: pd.DataFrame
    cells: pd.DataFrame
    kpi: float
    kpi_lower: float
    kpi_upper: float
    kpi_after: float
    objective: float
    reference: pd.Series
    reference_schedule: pd.DataFrame
    reference_kpi: float
    reference_objective: float
    reference_raw: pd.Series
    probability_better: float
    shadow_prices: pd.Series
    kkt_residual: float
    total: float
    value: float
    profit: float
    roas: float
    starts: tuple[float, ...] = ()
    beyond_seen: tuple[tuple[str, str, float, float], ...] = ()
    bound_of: Callable[[], float | None] = field(default=lambda: None, repr=False, compare=False)

    @cached_property
    def bound(self) -> float | None:
        """No plan of this total within the limits has a larger expected KPI; None where it is not known.

        Computed when it is first asked for.
        """
        return self.bound_of()


def beyond_seen(
    problem: BudgetProblem, variables: DecisionVariables, cells: Floats
) -> tuple[tuple[str, str, float, float], ...]:
    """(channel, "total" or "period", planned, largest of the data) of every channel that gets more than the
    data ever showed over so many periods, or in one period; with spend of their own geos count too ("total
    in <geo>")."""
    totals, singles = problem.largest_totals(), problem.model.frame.max()
    found = []
    for c, channel in enumerate(variables.channels):
        pairs = [
            ("total", float(cells[c].sum()), float(totals[channel])),
            ("period", float(cells[c].sum(axis=0).max()), float(singles[channel])),
        ]
        if variables.own_geos:
            largest = largest_by_geo(problem.model, problem.periods)[:, c]
            by_geo = zip(variables.geos, cells[c].sum(axis=1), largest, strict=True)
            pairs += [(f"total in {geo}", float(planned), float(most)) for geo, planned, most in by_geo]
        found += [(channel, what, planned, most) for what, planned, most in pairs if planned > most + CENT]
    return tuple(found)


@dataclass(frozen=True)
class RoundedPlan:
    """A plan in whole cents: `cells` (channel, part, period) money, KPI and its part after the end by draw;
    `amounts` are those of the variables before rounding."""

    cells: Floats
    amounts: Floats
    kpi: Floats
    after: Floats

    @property
    def spend(self) -> Floats:
        """(channel,) money."""
        return np.asarray(np.round(self.cells.sum(axis=(1, 2)), 2))

    @property
    def total(self) -> float:
        """All money."""
        return round(float(self.cells.sum()), 2)


def whole_cent_plan(
    problem: BudgetProblem, search: BudgetSearch, query: GoalQuery, found: GoalResult
) -> Plan:
    """The plan whose variables were found, in whole cents; a target is still met after rounding."""
    spent, upwards = float(found.amounts.sum()), query.goal == Goal.TARGET_KPI
    if query.goal == Goal.KPI:
        assert query.total is not None
        return _plan(problem, search, query, _rounded(problem, search, found.amounts, round(query.total, 2)))
    total = CENT * (math.ceil(spent / CENT - 1e-6) if upwards else math.floor(spent / CENT + 1e-6))
    attitude, target = search.objective.attitude, query.target or 0
    nothing, _ = _kpi_draws(search, search.objective.variables, np.zeros(search.limits.size))
    step, amounts = CENT, found.amounts
    for _ in range(ADJUSTMENTS):
        amounts = search.best(round(total, 2), warm=amounts, breadth=Breadth.WARM).amounts
        rounded = _rounded(problem, search, amounts, round(total, 2))
        value = attitude.value(rounded.kpi)[0]
        if query.goal == Goal.TARGET_KPI:
            met = value >= target
        elif query.goal == Goal.TARGET_ROAS:
            met = query.price * (value - attitude.value(nothing)[0]) >= target * rounded.total
        else:
            met = True
        if met:
            break
        total, step = total + (step if upwards else -step), 2 * step
    return _plan(problem, search, query, rounded)


def _rounded(problem: BudgetProblem, search: BudgetSearch, amounts: Floats, total: float) -> RoundedPlan:
    """The amounts in whole cents, first by decision variable, then by cell; a variable of a fixed pattern
    keeps what it spends."""
    variables = problem.variables
    by_cell = variables.by_cell_variables()
    whole = to_the_cent(amounts, search.limits, total)
    spend = variables.cell_spend(whole)
    count = len(variables.channels) * variables.parts
    places = np.arange(count * variables.periods).reshape(count, -1)
    fixed = []
    for j in np.flatnonzero(variables.period < 0):
        own = np.zeros(places.size)
        own[places[variables.channel[j] * variables.parts + max(variables.geo[j], 0)]] = 1.0
        limit = Limit("variable", lower=float(whole[j]), upper=float(whole[j]))
        fixed += [LimitRow(limit, "lower", one_row(own)), LimitRow(limit, "upper", one_row(own))]
    limits = problem.linear_limits(by_cell).with_rows(tuple(fixed))
    cells = to_the_cent(spend.ravel(), limits, total, variables.periods)
    kpi, after = _kpi_draws(search, by_cell, cells)
    return RoundedPlan(cells.reshape(spend.shape), amounts, kpi, after)


def _kpi_draws(search: BudgetSearch, variables: DecisionVariables, amounts: Floats) -> tuple[Floats, Floats]:
    """(draw,) KPI of the amounts, and its part after the plan's end."""
    value, _, after = kpi_by_variable(search.objective.horizon, variables, amounts)
    return value.sum(axis=1), after.sum(axis=1)


def _plan(problem: BudgetProblem, search: BudgetSearch, query: GoalQuery, rounded: RoundedPlan) -> Plan:
    names, variables = list(problem.model.channels), problem.variables
    attitude, total = search.objective.attitude, rounded.total
    fixed = search.limits.with_total(total)
    same = search.scaled_reference(fixed, total)
    usual, _ = _kpi_draws(search, variables, same)
    nothing, _ = _kpi_draws(search, variables, np.zeros(variables.size))
    gradient = search.objective.evaluate(rounded.amounts).gradient
    prices = prices_of(gradient, fixed, rounded.amounts, max(1e-4, BINDING * total))
    mean = float(rounded.kpi.mean())
    # A probability to beat the reference is counted without rounding its step.
    judge = RiskAttitude("probability", reference_kpi=usual) if attitude.kind == "probability" else attitude

    def bound() -> float | None:
        """A bound for exact amounts; odd cents may put a plan a hair above it."""
        found = hull(search.objective.horizon, variables, fixed, rounded.amounts)
        return None if found is None else max(found, mean)

    return Plan(
        spend=pd.Series(rounded.spend, names, name="spend"),
        schedule=_schedule(variables, rounded.cells),
        cells=_cells(variables, rounded.cells),
        kpi=mean,
        kpi_lower=float(np.quantile(rounded.kpi, 0.05)),
        kpi_upper=float(np.quantile(rounded.kpi, 0.95)),
        kpi_after=float(rounded.after.mean()),
        objective=judge.value(rounded.kpi)[0],
        reference=pd.Series(variables.channel_spend(same), names, name="reference"),
        reference_schedule=_schedule(variables, variables.cell_spend(same)),
        reference_kpi=float(usual.mean()),
        reference_objective=judge.value(usual)[0],
        reference_raw=problem.reference_spend(),
        probability_better=float((rounded.kpi > usual).mean()),
        shadow_prices=pd.Series(prices.by_limit, name="kpi_per_money", dtype=float),
        kkt_residual=prices.residual if attitude.concave else float("nan"),
        total=total,
        value=query.price * mean,
        profit=query.margin * query.price * mean - total,
        roas=query.price * (mean - float(nothing.mean())) / total if total > 0 else float("nan"),
        starts=search.starts,
        beyond_seen=beyond_seen(problem, variables, rounded.cells),
        bound_of=bound,
    )


def _schedule(variables: DecisionVariables, cells: Floats) -> pd.DataFrame:
    by_period = np.round(cells.sum(axis=1).T, 2)
    return pd.DataFrame(by_period, index=variables.dates.rename("date"), columns=list(variables.channels))


def _cells(variables: DecisionVariables, cells: Floats) -> pd.DataFrame:
    """Spend by geo, date and channel; geos without spend of their own share each amount as at present."""
    if not variables.own_geos and len(variables.geos) > 1:
        # Whole cents by share, the largest remainders rounded up.
        exact = np.round(cells[:, 0] / CENT)[:, None] * variables.shares.T[:, :, None]
        whole = np.floor(exact + 1e-9)
        left = np.round(exact.sum(axis=1) - whole.sum(axis=1))
        rank = np.argsort(np.argsort(-(exact - whole), axis=1, kind="stable"), axis=1, kind="stable")
        cells = np.round((whole + (rank < left[:, None])) * CENT, 2)
    index = pd.MultiIndex.from_product(
        [list(variables.channels), list(variables.geos), variables.dates], names=["channel", "geo", "date"]
    )
    frame = pd.DataFrame({"spend": cells.ravel()}, index=index).reset_index()
    ordered = frame[["geo", "date", "channel", "spend"]]
    return ordered.sort_values(["geo", "date"], kind="stable", ignore_index=True)


def to_the_cent(spend: Floats, limits: LinearLimits, total: float, run: int = 1) -> Floats:
    """`spend` (cell,) in whole cents with the sum `total`; odd cents go where they break no limit.

    All amounts are cut down to cents; what is missing goes first to limits that want spend, then to the
    largest remainders. Over each `run` of cells (the periods of a channel) odd cents are spread, so that no
    part of the run is more than a cent early or late.
    """
    rounding = _CentRounding(spend, limits, round(total / CENT), run)
    rounding.fill_wants()
    rounding.fill(rounding.order)
    rounding.fill(rounding.order, strict=False)
    return np.round(rounding.cents * CENT, 2)


class _CentRounding:
    """Cents by cell, and how many are still to be given out."""

    def __init__(self, spend: Floats, limits: LinearLimits, total: int, run: int) -> None:
        m = limits.matrices
        self.cents = np.floor(spend / CENT + 1e-6)
        due = np.round(np.cumsum((spend / CENT).reshape(-1, run), axis=1))
        early = np.diff(due, axis=1, prepend=0.0).ravel() > self.cents
        self.order = np.lexsort((-(spend / CENT - self.cents), ~(early & (run > 1))))
        self.left = total - int(self.cents.sum())
        self.rows, self.columns, self.edge = m.a, m.a.tocsc(), m.b
        self.low, self.high = m.low / CENT, m.high / CENT
        self.sums = m.a @ (self.cents * CENT)

    def fill_wants(self) -> None:
        """Give cents to cells and rows that have less than their least."""
        self.fill(np.flatnonzero(self.cents < self.low - SPECK / CENT))
        rank = np.empty(len(self.order), dtype=np.int64)
        rank[self.order] = np.arange(len(self.order))
        for k in np.flatnonzero(self.sums > self.edge + SPECK):
            own = slice(self.rows.indptr[k], self.rows.indptr[k + 1])
            cells, weights = self.rows.indices[own], self.rows.data[own]
            helping = cells[weights < 0]
            for cell in helping[np.argsort(rank[helping])]:
                if self.sums[k] <= self.edge[k] + SPECK:
                    break
                self.fill(np.array([cell]))

    def fill(self, cells: Integers, strict: bool = True) -> None:
        """One cent for each of the cells in turn, while there are any, where it breaks no limit."""
        for cell in cells:
            if self.left == 0:
                return
            step = 1 if self.left > 0 else -1
            if strict and not self._fits(int(cell), step):
                continue
            if self.cents[cell] + step >= 0:
                self._move(int(cell), step)

    def _column(self, cell: int) -> tuple[Integers, Floats]:
        own = slice(self.columns.indptr[cell], self.columns.indptr[cell + 1])
        return self.columns.indices[own], self.columns.data[own]

    def _fits(self, cell: int, step: int) -> bool:
        rows, weights = self._column(cell)
        worse = weights * step > 0
        after = self.sums[rows] + weights * step * CENT
        inside = self.low[cell] - 1e-4 <= self.cents[cell] + step <= self.high[cell] + 1e-4
        return bool(inside and (after[worse] <= self.edge[rows][worse] + SPECK).all())

    def _move(self, cell: int, step: int) -> None:
        rows, weights = self._column(cell)
        self.cents[cell] += step
        self.sums[rows] += weights * step * CENT
        self.left -= step
