"""The answer to a budget question: money by channel and period, what it earns, and against what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.budget import BudgetProblem
from core.mmm.choices import Flighting, Goal
from core.mmm.optimiser.allocation import Prices, Worth, prices_of
from core.mmm.optimiser.flighting import better_pattern
from core.mmm.optimiser.goals import Money, spend_for_goal
from core.mmm.optimiser.horizon import Horizon, earn, horizon_of, with_pattern
from core.mmm.optimiser.limits import Limits
from core.mmm.optimiser.risk import Risk, attitude_of
from core.mmm.optimiser.rounding import to_the_cent
from core.mmm.table.calendar import following_dates

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """A plan and its comparison.

    `spend` by channel; `schedule` money by period (index: date) and channel; `kpi` mean media KPI of the
    plan with the effect of past spend and that after its end, `kpi_lower` and `kpi_upper` its 90 % interval,
    `kpi_after` the part after the end; `kpi_draws` (draw,). `reference` is the reference scaled to the
    plan's total and brought inside the limits, `reference_raw` as it was, each with its KPI.
    `probability_better` than the reference; `worth` and `reference_worth` under the chosen risk.
    `shadow_prices` by limit: KPI for one more unit of money. `value` and `profit` in money.
    """

    spend: pd.Series
    schedule: pd.DataFrame
    kpi: float
    kpi_lower: float
    kpi_upper: float
    kpi_after: float
    kpi_draws: Floats
    worth: float
    reference: pd.Series
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


def optimize(
    problem: BudgetProblem,
    goal: Goal | str = Goal.KPI,
    target: float | None = None,
    margin: float | None = None,
    risk: Risk = "mean",
    draws: int = 500,
    seed: int = 1,
) -> Plan:
    """The best plan for a goal.

    kpi: the most media KPI for the total. profit: the most `margin` (share of KPI value, default 1) x KPI
    value - spend, spending up to the total. target_kpi: the least money whose KPI reaches `target`.
    target_roas: the most money whose incremental ROAS (KPI value caused by the plan over its money) is at
    least `target`. `risk`: "mean", ("quantile", q) or ("cvar", q) of the draws. `seed` is kept for the
    record: nothing here is random. Raises InfeasiblePlan naming the limits that clash, UserError for a goal
    that cannot be asked.
    """
    chosen, limits = _goal_of(goal, target, margin), problem.limits()
    (limits.with_total(problem.total) if problem.total and chosen == Goal.KPI else limits).demand_feasible()
    media = problem.model.thinned(draws).media
    pattern = problem.pattern()
    horizon = horizon_of(problem.model.structure, media, pattern)
    usual = earn(horizon, problem.reference_spend().to_numpy())[0].sum(axis=1)
    worth = Worth(horizon, attitude_of(risk).around(usual))
    price = _value_per_kpi(problem)
    money = Money(worth, limits, problem.total, price, margin if margin is not None else 1.0, target)
    spend = spend_for_goal(money, chosen, problem.reference_spend().to_numpy())
    if problem.flighting == Flighting.OPTIMISED:
        pattern, spend = better_pattern(worth, limits.with_total(float(spend.sum())), pattern, spend)
        horizon = with_pattern(horizon, pattern)
        worth = Worth(horizon, worth.attitude)
    fixed = limits.with_total(round(float(spend.sum()), 2))
    spend = to_the_cent(spend, fixed)
    return _plan(problem, worth, fixed, spend, pattern, price, margin if margin is not None else 1.0)


def _goal_of(goal: Goal | str, target: float | None, margin: float | None) -> Goal:
    faults = []
    try:
        chosen = Goal(goal)
    except ValueError:
        raise UserError(f"goal must be one of {', '.join(Goal)}; it is {goal!r}.") from None
    if chosen in (Goal.TARGET_KPI, Goal.TARGET_ROAS) and not (target and target > 0):
        faults.append(f"The goal {chosen.value} needs a positive target.")
    if margin is not None and not 0 < margin <= 1:
        faults.append(f"margin is a share of the KPI's value between 0 and 1, not {margin}.")
    if faults:
        raise UserError(faults)
    return chosen


def _value_per_kpi(problem: BudgetProblem) -> float:
    """Money per unit of KPI over the last year of the data."""
    panel = problem.model.structure.panel
    recent = slice(max(panel.periods - round(panel.frequency.periods_per_year), 0), None)
    return float((panel.value * panel.kpi)[:, recent].sum() / panel.kpi[:, recent].sum())


def _plan(
    problem: BudgetProblem,
    worth: Worth,
    limits: Limits,
    spend: Floats,
    pattern: Floats,
    price: float,
    margin: float,
) -> Plan:
    horizon, names = worth.horizon, list(problem.model.channels)
    kpi, after = _draws(horizon, spend)
    # The reference keeps its own even or historical flighting: only the plan may use a better one.
    plain = with_pattern(horizon, problem.pattern())
    raw = problem.reference_spend().to_numpy()
    reference = limits.nearest(raw * spend.sum() / raw.sum() if raw.sum() > 0 else spend)
    usual, _ = _draws(plain, reference)
    prices = _prices(worth, limits, spend)
    incremental = kpi.mean() - _draws(horizon, np.zeros_like(spend))[0].mean()
    total = round(float(spend.sum()), 2)
    return Plan(
        spend=pd.Series(spend, names, name="spend"),
        schedule=_schedule(problem, spend, pattern),
        kpi=float(kpi.mean()),
        kpi_lower=float(np.quantile(kpi, 0.05)),
        kpi_upper=float(np.quantile(kpi, 0.95)),
        kpi_after=float(after.mean()),
        kpi_draws=kpi,
        worth=worth.attitude.worth(kpi)[0],
        reference=pd.Series(reference, names, name="reference"),
        reference_kpi=float(usual.mean()),
        reference_worth=worth.attitude.worth(usual)[0],
        reference_raw=pd.Series(raw, names, name="reference"),
        reference_raw_kpi=float(_draws(plain, raw)[0].mean()),
        probability_better=float((kpi > usual).mean()),
        shadow_prices=pd.Series(prices.by_limit, name="kpi_per_money"),
        kkt_residual=prices.residual if worth.attitude.concave else float("nan"),
        total=total,
        value=float(price * kpi.mean()),
        profit=float(margin * price * kpi.mean() - total),
        roas=float(price * incremental / total) if total > 0 else float("nan"),
    )


def _draws(horizon: Horizon, spend: Floats) -> tuple[Floats, Floats]:
    value, _, after = earn(horizon, spend)
    return value.sum(axis=1), after.sum(axis=1)


def _prices(worth: Worth, limits: Limits, spend: Floats) -> Prices:
    tolerance = max(0.02, 1e-6 * float(spend.sum()))
    return prices_of(worth(spend)[1], limits, spend, tolerance)


def _schedule(problem: BudgetProblem, spend: Floats, pattern: Floats) -> pd.DataFrame:
    model = problem.model
    dates = following_dates(model.dates[-1], model.frequency, problem.periods)
    return pd.DataFrame(pattern * spend, index=dates.rename("date"), columns=list(model.channels))
