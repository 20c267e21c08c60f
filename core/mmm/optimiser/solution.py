"""What a plan found by the search is: whole cents, its KPI, its reference, and what each limit costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from core.mmm.arrays import Floats
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
from core.mmm.optimiser.rounding import to_the_cent
from core.mmm.optimiser.search import Breadth, BudgetSearch

ADJUSTMENTS = 12
BINDING = 1e-6  # share of the money within which a limit is met exactly


@dataclass(frozen=True)
class Plan:
    """A plan and its comparison.

    `spend` by channel; `schedule` money by period (index: date) and channel; `cells` a frame geo, date,
    channel, spend (by present shares where geos have no money of their own): all in whole cents that add
    up. `kpi` mean media KPI of the plan with the effect of past spend and that after its end, `kpi_lower`
    and `kpi_upper` its 90 % interval, `kpi_after` the part after the end; `kpi_draws` (draw,). `reference`
    is the reference scaled to the plan's total and brought inside the limits with its plain flighting,
    `reference_schedule` its money by period, `reference_raw` the reference as it was, each with its KPI.
    `probability_better` than the reference; `worth` and `reference_worth` under the chosen risk.
    `shadow_prices` by limit ("<name> lower", "<name> upper", "total"; a channel's least and most of any one
    period as "<channel> per period lower" and upper, those of a geo as "<channel> in <geo> lower" and
    upper): worth for one unit by which the limit's amount is raised, towards relaxing it, hence negative
    for lower limits; for shares of the total per whole share of 1. `kkt_residual`: largest stationarity
    error over the largest gradient. `value` and `profit` in money; `roas` incremental. `starts`: the worth
    that a climb from each start reached on few draws, best first. `beyond_seen`: (channel, "total" or
    "period", planned, largest of the data) where the plan leaves what the data have shown.
    """

    spend: pd.Series
    schedule: pd.DataFrame
    cells: pd.DataFrame
    kpi: float
    kpi_lower: float
    kpi_upper: float
    kpi_after: float
    kpi_draws: Floats
    worth: float
    reference: pd.Series
    reference_schedule: pd.DataFrame
    reference_kpi: float
    reference_worth: float
    reference_raw: pd.Series
    reference_raw_kpi: float
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
        """No plan of this total within the limits has a larger expected KPI; None where that cannot be said.

        Computed when it is first asked for.
        """
        return self.bound_of()


def beyond_seen(
    problem: BudgetProblem, variables: DecisionVariables, cells: Floats
) -> tuple[tuple[str, str, float, float], ...]:
    """(channel, "total" or "period", planned, largest of the data) of every channel that gets more than the
    data ever showed over so many periods, or in one period; with money of their own geos count too ("total
    in <geo>")."""
    totals, singles = problem.seen_totals(), problem.model.frame.max()
    found = []
    for c, channel in enumerate(variables.channels):
        pairs = [
            ("total", float(cells[c].sum()), float(totals[channel])),
            ("period", float(cells[c].sum(axis=0).max()), float(singles[channel])),
        ]
        if variables.own_geos:
            seen = largest_by_geo(problem.model, problem.periods)[:, c]
            by_geo = zip(variables.geos, cells[c].sum(axis=1), seen, strict=True)
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


def whole_cent_plan(problem: BudgetProblem, search: BudgetSearch, ask: GoalQuery, found: GoalResult) -> Plan:
    """The plan whose variables were found, in whole cents; a target is still met after rounding."""
    spent, upwards = float(found.amounts.sum()), ask.goal == Goal.TARGET_KPI
    if ask.goal == Goal.KPI:
        assert ask.total is not None
        return _plan(problem, search, ask, _draft(problem, search, found.amounts, round(ask.total, 2)))
    total = CENT * (math.ceil(spent / CENT - 1e-6) if upwards else math.floor(spent / CENT + 1e-6))
    nothing = _draws(search, search.worth.variables, np.zeros(search.limits.size))[0]
    step, amounts = CENT, found.amounts
    for _ in range(ADJUSTMENTS):
        amounts = search.best(round(total, 2), warm=amounts, look=Breadth.WARM).amounts
        draft = _draft(problem, search, amounts, round(total, 2))
        if _meets(search.worth.attitude, ask, draft, nothing):
            break
        total, step = total + (step if upwards else -step), 2 * step
    return _plan(problem, search, ask, draft)


def _meets(attitude: RiskAttitude, ask: GoalQuery, draft: RoundedPlan, nothing: Floats) -> bool:
    worth = attitude.worth(draft.kpi)[0]
    if ask.goal == Goal.TARGET_KPI:
        return worth >= (ask.target or 0)
    if ask.goal == Goal.TARGET_ROAS:
        return ask.price * (worth - attitude.worth(nothing)[0]) >= (ask.target or 0) * draft.total
    return True


def _draft(problem: BudgetProblem, search: BudgetSearch, amounts: Floats, total: float) -> RoundedPlan:
    variables = problem.variables
    by_cell = variables.by_cell_variables()
    whole = to_the_cent(amounts, search.limits, total)
    money = variables.money(whole)
    limits = problem.linear_limits(by_cell).with_rows(_kept(variables, whole))
    cells = to_the_cent(money.ravel(), limits, total, variables.periods)
    kpi, after = _draws(search, by_cell, cells)
    return RoundedPlan(cells.reshape(money.shape), amounts, kpi, after)


def _kept(variables: DecisionVariables, whole: Floats) -> tuple[LimitRow, ...]:
    """Limits over cells that keep what each variable of a fixed pattern spends."""
    count = len(variables.channels) * variables.parts
    cells = np.arange(count * variables.periods).reshape(count, -1)
    found = []
    for j in np.flatnonzero(variables.period < 0):
        own = np.zeros(cells.size)
        own[cells[variables.channel[j] * variables.parts + max(variables.geo[j], 0)]] = 1.0
        limit = Limit("variable", lower=float(whole[j]), upper=float(whole[j]))
        found += [LimitRow(limit, "lower", one_row(own)), LimitRow(limit, "upper", one_row(own))]
    return tuple(found)


def _draws(search: BudgetSearch, variables: DecisionVariables, amounts: Floats) -> tuple[Floats, Floats]:
    value, _, after = kpi_by_variable(search.worth.horizon, variables, amounts)
    return value.sum(axis=1), after.sum(axis=1)


def _plan(problem: BudgetProblem, search: BudgetSearch, ask: GoalQuery, draft: RoundedPlan) -> Plan:
    names, variables, attitude = list(problem.model.channels), problem.variables, search.worth.attitude
    fixed = search.limits.with_total(draft.total)
    raw = problem.reference_spend()
    same = search.scaled_reference(fixed, draft.total)
    usual, _ = _draws(search, variables, same)
    before, _ = _draws(search, variables, search.reference)
    nothing, _ = _draws(search, variables, np.zeros(variables.size))
    look = search.worth.look(draft.amounts)
    prices = prices_of(look.gradient, fixed, draft.amounts, max(1e-4, BINDING * draft.total))
    mean, total = float(draft.kpi.mean()), draft.total
    own = attitude_against(attitude, usual)
    return Plan(
        spend=pd.Series(draft.spend, names, name="spend"),
        schedule=_schedule(variables, draft.cells),
        cells=_cells(variables, draft.cells),
        kpi=mean,
        kpi_lower=float(np.quantile(draft.kpi, 0.05)),
        kpi_upper=float(np.quantile(draft.kpi, 0.95)),
        kpi_after=float(draft.after.mean()),
        kpi_draws=draft.kpi,
        worth=own.worth(draft.kpi)[0],
        reference=pd.Series(variables.spend(same), names, name="reference"),
        reference_schedule=_schedule(variables, variables.money(same)),
        reference_kpi=float(usual.mean()),
        reference_worth=own.worth(usual)[0],
        reference_raw=raw,
        reference_raw_kpi=float(before.mean()),
        probability_better=float((draft.kpi > usual).mean()),
        shadow_prices=pd.Series(prices.by_limit, name="kpi_per_money", dtype=float),
        kkt_residual=prices.residual if attitude.concave else float("nan"),
        total=total,
        value=ask.price * mean,
        profit=ask.margin * ask.price * mean - total,
        roas=ask.price * (mean - float(nothing.mean())) / total if total > 0 else float("nan"),
        starts=search.starts,
        beyond_seen=beyond_seen(problem, variables, draft.cells),
        bound_of=lambda: _bound(search, fixed, draft),
    )


def _bound(search: BudgetSearch, fixed: LinearLimits, draft: RoundedPlan) -> float | None:
    """A bound for exact amounts; odd cents may put a plan a hair above it."""
    found = hull(search.worth.horizon, search.worth.variables, fixed, draft.amounts)
    return None if found is None else max(found, float(draft.kpi.mean()))


def attitude_against(attitude: RiskAttitude, rival: Floats) -> RiskAttitude:
    """The attitude by which a plan is judged: a chance to beat the rival is counted without rounding."""
    return RiskAttitude("probability", rival=rival) if attitude.kind == "probability" else attitude


def _schedule(variables: DecisionVariables, cells: Floats) -> pd.DataFrame:
    by_period = np.round(cells.sum(axis=1).T, 2)
    return pd.DataFrame(by_period, index=variables.dates.rename("date"), columns=list(variables.channels))


def _cells(variables: DecisionVariables, cells: Floats) -> pd.DataFrame:
    """Money by geo, date and channel; geos without money of their own share each amount as at present."""
    by_geo = cells if variables.own_geos or len(variables.geos) == 1 else _shared(variables, cells)
    index = pd.MultiIndex.from_product(
        [list(variables.channels), list(variables.geos), variables.dates], names=["channel", "geo", "date"]
    )
    frame = pd.DataFrame({"spend": by_geo.ravel()}, index=index).reset_index()
    ordered = frame[["geo", "date", "channel", "spend"]]
    return ordered.sort_values(["geo", "date"], kind="stable", ignore_index=True)


def _shared(variables: DecisionVariables, cells: Floats) -> Floats:
    """(channel, geo, period) whole cents by share, the largest remainders rounded up."""
    exact = np.round(cells[:, 0] / CENT)[:, None] * variables.shares.T[:, :, None]
    whole = np.floor(exact + 1e-9)
    left = np.round(exact.sum(axis=1) - whole.sum(axis=1))
    rank = np.argsort(np.argsort(-(exact - whole), axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(np.round((whole + (rank < left[:, None])) * CENT, 2))
