"""What a plan starts from: the horizon after the data, recent spend, and the most that was ever spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.choices import Frequency, Goal
from core.mmm.planning.values import BudgetInputs, ChannelLimit, fill_limits, to_cents
from core.mmm.planning.whatif_values import WhatIfInputs
from core.mmm.table.calendar import following_dates

Floats = NDArray[np.float64]
HEADROOM = 1.5  # a first upper limit, in multiples of the most ever spent over as many periods
FIRST_PERIODS = {Frequency.DAILY: 28, Frequency.WEEKLY: 13, Frequency.MONTHLY: 3}
MOST_PERIODS = {Frequency.DAILY: 364, Frequency.WEEKLY: 104, Frequency.MONTHLY: 24}


@dataclass(frozen=True)
class PlanBasis:
    """The recent past of a model's paid channels and the horizon that begins right after it.

    `recent`: money by channel over the last `periods` periods; `seen`: the most over as many consecutive
    ones; `usual`: recent money, or where there is none the average over as many periods.
    `most_periods` is the longest horizon that means anything.
    `dates` are those of the horizon, `actual` the KPI by date. All geos together.
    """

    channels: tuple[str, ...]
    frequency: Frequency
    periods: int
    dates: pd.DatetimeIndex
    recent: Mapping[str, float]
    seen: Mapping[str, float]
    usual: Mapping[str, float]
    most_periods: int
    actual: pd.Series = field(compare=False)

    @property
    def period(self) -> str:
        """The word for one period."""
        return self.frequency.noun

    @property
    def start_on(self) -> str:
        """First date of the horizon."""
        return str(self.dates[0].date())

    @property
    def end_on(self) -> str:
        """Last date of the horizon."""
        return str(self.dates[-1].date())

    @property
    def recent_total(self) -> float:
        """Recent money of all channels."""
        return to_cents(sum(self.recent.values()))


def basis_of(spend: pd.DataFrame, actual: pd.Series, frequency: Frequency, periods: int) -> PlanBasis:
    """The basis of a plan over `periods` periods.

    `spend`: money by date (rows) and paid channel, all geos together; `actual`: KPI by date. Raises UserError
    for a horizon that is too long to mean anything, or none.
    """
    most = min(MOST_PERIODS[frequency], len(spend))
    if not 1 <= periods <= most:
        raise UserError(f"The horizon lies between 1 and {most} {frequency.noun}s; it cannot be {periods}.")
    dates = pd.DatetimeIndex(spend.index)
    names = tuple(str(name) for name in spend.columns)
    sums = _window_sums(spend.to_numpy(dtype=float), periods)
    return PlanBasis(
        channels=names,
        frequency=frequency,
        periods=periods,
        dates=following_dates(dates[-1], frequency, periods),
        recent={name: to_cents(sums[-1, i]) for i, name in enumerate(names)},
        seen={name: to_cents(sums[:, i].max()) for i, name in enumerate(names)},
        usual={name: to_cents(sums[-1, i] or sums[:, i].mean()) for i, name in enumerate(names)},
        most_periods=most,
        actual=actual,
    )


def first_periods(frequency: Frequency, available: int) -> int:
    """The horizon that is offered first: about a quarter, never longer than the data."""
    return min(FIRST_PERIODS[frequency], available)


def first_budget(basis: PlanBasis, labels: Mapping[str, str] | None = None) -> BudgetInputs:
    """Recent spend, in whole units, as the budget; each channel free up to half more than was ever spent."""
    largest = {name: HEADROOM * seen for name, seen in basis.seen.items()}
    limits = fill_limits(basis.channels, basis.recent, largest)
    return BudgetInputs(
        basis.periods, max(float(round(basis.recent_total)), 1.0), limits, labels=labels or {}
    )


def first_whatif(basis: PlanBasis) -> WhatIfInputs:
    """Everything as recently: 100 % of the usual money, and nothing where nothing was spent recently."""
    shares = {name: 100.0 if basis.recent[name] > 0 else 0.0 for name in basis.channels}
    return WhatIfInputs(basis.periods, shares)


def whatif_spend(inputs: WhatIfInputs, basis: PlanBasis) -> dict[str, float]:
    """Money over the horizon by channel, to the cent: percent of the channel's usual money."""
    return {
        name: to_cents(basis.usual[name] * inputs.spend_pct.get(name, 100.0) / 100) for name in basis.channels
    }


def stretch(inputs: BudgetInputs, basis: PlanBasis) -> BudgetInputs:
    """The same question on another basis: money, limits and a target KPI grow with the horizon."""
    factor = basis.periods / inputs.periods
    before = sum(inputs.recent.values())
    known_growth = factor != 1 and before > 0 and basis.recent_total > 0
    growth = basis.recent_total / before if known_growth else factor
    known = {limit.channel: limit for limit in inputs.limits}
    free = {limit.channel: limit for limit in first_budget(basis).limits}
    limits = tuple(_stretched(known.get(name, free[name]), basis, factor) for name in basis.channels)
    groups = tuple(
        replace(
            g, minimum_value=_times(g.minimum_value, factor), maximum_value=_times(g.maximum_value, factor)
        )
        for g in inputs.groups
    )
    target = inputs.target_value
    if inputs.goal == Goal.TARGET_KPI:
        target = _times(target, factor)
    total = float(round(inputs.total_value * growth)) or inputs.total_value
    return replace(
        inputs, periods=basis.periods, total_value=total, limits=limits, groups=groups, target_value=target
    )


def _stretched(limit: ChannelLimit, basis: PlanBasis, factor: float) -> ChannelLimit:
    return replace(
        limit,
        recent_value=basis.recent[limit.channel],
        minimum_value=to_cents(limit.minimum_value * factor),
        maximum_value=to_cents(limit.maximum_value * factor),
    )


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else to_cents(value * factor)


def _window_sums(spend: Floats, periods: int) -> Floats:
    """(window, channel) money over every run of `periods` consecutive periods."""
    running = np.vstack([np.zeros((1, spend.shape[1])), np.cumsum(spend, axis=0)])
    sums: Floats = running[periods:] - running[:-periods]
    return sums
