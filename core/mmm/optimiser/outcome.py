"""The answer to a budget question: money by channel and period, what it earns, and against what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
