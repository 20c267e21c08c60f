"""What a plan or a spend scenario promises: the frozen results that are saved with it.

Every number comes from posterior draws. The totals of each draw are saved with a plan, so that two plans
of one model are compared draw by draw, without their common uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.mmm.arrays import Floats
from core.mmm.cents import CENT
from core.mmm.optimiser.limit import Limit, LimitKind
from core.mmm.planning.budget_inputs import Reference
from core.mmm.results.evidence import Estimate

SAVED_DIGITS = 7  # of a draw's total: rounding far below the Monte Carlo error, a third of the space


@dataclass(frozen=True)
class Binding:
    """A limit that the plan runs into. `side` is 'minimum', 'maximum', 'locked', 'total' or 'target'.

    `limit_value` is money, or a share of the plan's whole where `of_total`. `price` is the KPI gained by
    moving the limit by one unit of that; `cost` the expected KPI that the limit costs altogether (the best
    plan without it, minus this one); missing where it was not computed. `own` is False for a limit that
    nobody typed: the plan stays near what the data show. `kind` is missing in plans saved long ago.
    """

    name: str
    side: str
    is_group: bool
    limit_value: float
    price: float
    cost: float | None = None
    kind: LimitKind | None = None
    geo: str = ""
    of_total: bool = False
    own: bool = True

    @property
    def about(self) -> LimitKind:
        """What the limit is about, for old plans too."""
        if self.kind is not None:
            return LimitKind(self.kind)
        if self.side == "total":
            return LimitKind.TOTAL
        return LimitKind.GROUP if self.is_group else LimitKind.CHANNEL

    @property
    def limit(self) -> Limit:
        """The limit itself, as far as a saved answer knows it."""
        geos = (self.geo,) if self.geo else ()
        return Limit(
            self.name, (self.name,), geos, of_total=self.of_total, kind=self.about,
            locked=self.side == "locked", by_user=self.own,
        )  # fmt: skip

    @property
    def key(self) -> str:
        """A stable name of this figure of the answer."""
        return ":".join(part for part in ("limit", self.about, self.name, self.geo, self.side) if part)


@dataclass(frozen=True)
class Extrapolation:
    """Money of a plan that goes beyond everything the data show.

    `what` says where: 'total' over the horizon or 'period' in any one; `geo` is empty for all of them.
    """

    channel: str
    what: str
    planned_value: float
    seen_value: float
    geo: str = ""


@dataclass(frozen=True)
class GeoSpend:
    """Money of one channel in one geo over the horizon, before and after."""

    geo: str
    channel: str
    before_value: float
    after_value: float


@dataclass(frozen=True)
class ChannelOutcome:
    """One channel of a plan: spend and incremental KPI (in the window) before and after.

    `before_value` is the comparable spend of today, `seen_value` the most that was ever spent over as many
    consecutive periods. A missing `roas` means that nothing is spent; `next_roas` is the incremental return
    of the next 1 % of spend in the plan.
    """

    channel: str
    recent_value: float
    before_value: float
    after_value: float
    seen_value: float
    kpi_before: Estimate
    kpi_after: Estimate
    roas_before: Estimate | None = None
    roas_after: Estimate | None = None
    next_roas: Estimate | None = None

    @property
    def change_value(self) -> float:
        """Money added to the channel (negative: taken away)."""
        return self.after_value - self.before_value

    @property
    def beyond_seen(self) -> bool:
        """Whether the plan asks for more than the data ever showed."""
        return self.after_value > self.seen_value + CENT


@dataclass(frozen=True)
class PlanDraws:
    """Total incremental KPI of each draw, inside the window and carried over after it."""

    window: tuple[float, ...]
    after: tuple[float, ...]
    seed: int

    @property
    def total(self) -> Floats:
        """(draw,) incremental KPI in the window and after it."""
        both: Floats = np.asarray(self.window, dtype=float) + np.asarray(self.after, dtype=float)
        return both


@dataclass(frozen=True)
class ChannelAnswer:
    """What the answers to both kinds of question share: their channels, in money, as a frame, as JSON."""

    channels: tuple[ChannelOutcome, ...]

    @property
    def total_value(self) -> float:
        """Money of the plan, to the cent."""
        return round(sum(outcome.after_value for outcome in self.channels), 2)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per channel: money before and after, incremental KPI and ROAS with their intervals."""
        rows = []
        for outcome in self.channels:
            row: dict[str, Any] = {
                "channel": outcome.channel,
                "recent_value": outcome.recent_value,
                "before_value": outcome.before_value,
                "after_value": outcome.after_value,
                "change_value": round(outcome.change_value, 2),
                "seen_value": outcome.seen_value,
                "beyond_seen": outcome.beyond_seen,
            }
            for name in ("kpi_before", "kpi_after", "roas_before", "roas_after", "next_roas"):
                estimate: Estimate | None = getattr(outcome, name)
                ends = (
                    (math.nan,) * 3 if estimate is None else (estimate.mean, estimate.lower, estimate.upper)
                )
                row |= dict(zip((name, f"{name}_lower", f"{name}_upper"), ends, strict=True))
            rows.append(row)
        return pd.DataFrame(rows)


@dataclass(frozen=True)
class BudgetAnswer(ChannelAnswer):
    """The outcome of an optimisation.

    `kpi` is the incremental KPI inside the window, `kpi_after` carried over after it; `before_*` the same for
    today's split at the same budget, inside the constraints; `recent_kpi` (window and after) for the recent
    spend as it was. `roas` is what the plan's own spend adds inside the window, over that spend. `difference`
    is plan minus before, window and after together. No plan within the limits can have a larger expected KPI
    than `bound_kpi`; `start_kpis` is where each search ended. `worst_kpi` is the mean of the worst draws
    (those of the question's `risk_share`). `beyond` is missing in plans saved long ago; `geos` is empty where
    there is only one, or they keep their shares. `before_draws` are the totals of each draw (window and
    after) for what the plan is compared with. `geo_schedule` holds money by date, geo and channel where geos
    have money of their own.
    """

    kpi: Estimate
    kpi_after: Estimate
    before_kpi: Estimate
    before_after: Estimate
    recent_kpi: Estimate
    roas: Estimate | None
    difference: Estimate
    probability_better: float
    bindings: tuple[Binding, ...]
    schedule: tuple[Mapping[str, Any], ...]
    start_on: str
    end_on: str
    draws: PlanDraws
    kkt_residual: float | None = None
    notes: tuple[str, ...] = ()
    reference: Reference = Reference.RECENT
    bound_kpi: float | None = None
    start_kpis: tuple[float, ...] = ()
    worst_kpi: float | None = None
    before_worst_kpi: float | None = None
    beyond: tuple[Extrapolation, ...] | None = None
    geos: tuple[GeoSpend, ...] = ()
    before_draws: tuple[float, ...] = ()
    geo_schedule: tuple[Mapping[str, Any], ...] = ()

    @property
    def expected_kpi(self) -> float:
        """Mean incremental KPI in the window and after it."""
        return self.kpi.mean + self.kpi_after.mean

    @property
    def reached_share(self) -> float | None:
        """Expected KPI over the most that any plan can have (0..1); None where the bound is not known."""
        if not self.bound_kpi or self.bound_kpi <= 0:
            return None
        return min(self.expected_kpi / self.bound_kpi, 1.0)


@dataclass(frozen=True)
class WhatIfAnswer(ChannelAnswer):
    """The outcome of a spend scenario; `kpi` and `kpi_after` as in `BudgetAnswer`, against recent spend.

    `whole_kpi` is the KPI of the horizon with everything, `recent_whole` that of recent spend; `difference`
    counts media (carry-over after the horizon included) and changed drivers. `forecast` is empty where the
    model cannot forecast the baseline; `assumptions` say what it takes for granted. `recent_draws` and
    `driver_draws` are the totals of each draw for recent spend and for changed drivers (empty: none).
    """

    kpi: Estimate
    kpi_after: Estimate
    recent_kpi: Estimate
    roas: Estimate | None
    difference: Estimate
    probability_better: float
    forecast: tuple[ForecastPoint, ...]
    whole_kpi: Estimate | None
    start_on: str
    end_on: str
    draws: PlanDraws
    assumptions: tuple[str, ...] = ()
    recent_whole: Estimate | None = None
    recent_draws: tuple[float, ...] = ()
    drivers: tuple[DriverOutcome, ...] = ()
    driver_draws: tuple[float, ...] = ()
    beyond: tuple[Extrapolation, ...] = ()

    @property
    def total_draws(self) -> Floats:
        """(draw,) incremental KPI of media, window and after, and of changed drivers."""
        total = self.draws.total
        return total + np.asarray(self.driver_draws) if self.driver_draws else total


@dataclass(frozen=True)
class DriverOutcome:
    """What a changed price, promotion or control adds to the KPI over the horizon.

    `beyond_seen`: the plan asks for values outside those of the data.
    """

    column: str
    kpi: Estimate
    beyond_seen: bool = False


@dataclass(frozen=True)
class ForecastPoint:
    """The whole KPI of one future period: as planned and as recent, with its interval."""

    date: str
    plan: Estimate
    recent: Estimate
    baseline: float


def saved_draws(window: ArrayLike, after: ArrayLike, seed: int) -> PlanDraws:
    """Totals of the draws, rounded to the digits that are saved."""
    return PlanDraws(saved_totals(window), saved_totals(after), seed)


def saved_totals(values: ArrayLike) -> tuple[float, ...]:
    """Totals of the draws, rounded to the digits that are saved."""
    return tuple(float(f"{value:.{SAVED_DIGITS}g}") for value in np.asarray(values, dtype=float))
