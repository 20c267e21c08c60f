"""A budget question: how much money, over which periods, within which limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from core.data.calendar import following_dates
from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.choices import Flighting
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.constraint import Constraint
from core.mmm.optimiser.decision_variables import DecisionVariables, fixed_patterns
from core.mmm.optimiser.faults import faults_of
from core.mmm.optimiser.geo_money import present_shares
from core.mmm.optimiser.limits import LinearLimits
from core.mmm.optimiser.rows import limits_of

DEFAULT_HEADROOM = 1.5


@dataclass(frozen=True)
class BudgetProblem:
    """Money over `periods` periods right after the data; carry-over in and out both count.

    `total` is spent in full for the goal kpi and is the most that may be spent for the others (None there:
    no limit but the channels' own). `bounds` are (lower, upper) money over the horizon by channel (a
    channel is locked where both are equal); without one a channel may get from 0 to `headroom` times its
    largest total over any `periods` consecutive periods. `groups` are (name, channels, lower, upper).
    `reference` is spend by channel to compare with; by default that of the last `periods` periods.
    `override` lets a model that has not converged be used.

    `flighting`: one for all channels, or by channel (even where a channel is not named); `pulse` says how
    many periods of each cycle a pulsed channel runs. `by_geo`: geos get money of their own, else they keep
    their shares of the last year; `geo_bounds` by (channel, geo) are money over the horizon.
    `period_bounds`: least and most money of a channel in any one period; without one the most is
    `period_headroom` times the largest single period of the data, or what an explicit upper bound needs
    under the channel's plain flighting if that is more. `constraints` are linear rules with names.
    `test_minimum`: a channel gets nothing or at least this. Raises UserError with every fault.
    """

    model: FittedMMM
    periods: int
    total: float | None
    bounds: Mapping[str, tuple[float, float]] | None = None
    groups: Sequence[tuple[str, Sequence[str], float, float]] = ()
    flighting: Flighting | Mapping[str, Flighting] = Flighting.EVEN
    reference: Mapping[str, float] | pd.Series | None = None
    override: bool = False
    headroom: float = field(default=DEFAULT_HEADROOM)
    pulse: tuple[int, int] = (2, 4)
    by_geo: bool = False
    geo_bounds: Mapping[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    period_bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    constraints: Sequence[Constraint] = ()
    test_minimum: Mapping[str, float] = field(default_factory=dict)
    period_headroom: float = field(default=DEFAULT_HEADROOM)

    def __post_init__(self) -> None:
        faults = faults_of(self)
        try:
            object.__setattr__(self, "flighting", self._flighting())
        except ValueError:
            words = ", ".join(word.value for word in Flighting)
            faults.append(f"flighting must be one of {words}; it is {self.flighting!r}.")
        if not self.override and not self.model.diagnostics.get("converged", False):
            faults.append(
                "The model has not converged: train it again before planning on it, or override "
                "this explicitly."
            )
        if faults:
            raise UserError(faults)

    def _flighting(self) -> Flighting | dict[str, Flighting]:
        if isinstance(self.flighting, Mapping):
            return {name: Flighting(own) for name, own in self.flighting.items()}
        return Flighting(self.flighting)

    def flighting_of(self, channel: str) -> Flighting:
        """How the channel's money is spread over the periods."""
        if isinstance(self.flighting, Mapping):
            return self.flighting.get(channel, Flighting.EVEN)
        return self.flighting

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """Dates of the plan's periods."""
        return following_dates(self.model.dates[-1], self.model.frequency, self.periods).rename("date")

    def reference_spend(self) -> pd.Series:
        """Spend by channel to compare with, as given or as it was; 0 for a channel not named."""
        if self.reference is not None:
            given = pd.Series(dict(self.reference), dtype=float)
            return given.reindex(list(self.model.channels), fill_value=0.0).rename("reference")
        known = min(self.periods, len(self.model.dates))
        return (self.model.recent_spend(known) * self.periods / known).rename("reference")

    def seen_totals(self) -> pd.Series:
        """The largest money of each channel over any `periods` consecutive periods of the data."""
        window = min(self.periods, len(self.model.frame))
        return self.model.frame.rolling(window).sum().max() * self.periods / window

    def channel_bounds(self) -> Floats:
        """(channel, 2) lower and upper money over the horizon."""
        largest, given = self.seen_totals(), self.bounds or {}
        pairs = [given.get(name, (0.0, self.headroom * largest[name])) for name in self.model.channels]
        return np.array(pairs, dtype=float)

    def pattern(self) -> Floats:
        """(period, channel) share of each channel's money by period under its plain flighting: even where the
        flighting is optimised; columns sum to 1."""
        kinds = [self.flighting_of(name) for name in self.model.channels]
        return fixed_patterns(kinds, self.model.frame, self.periods, self.model.frequency, self.pulse)

    @cached_property
    def levers(self) -> DecisionVariables:
        """The amounts that the optimiser sets."""
        names, geos = self.model.channels, self.model.geos
        free = np.array([self.flighting_of(name) == Flighting.OPTIMISED for name in names])
        shares = present_shares(self.model.structure)
        parts = len(geos) if self.by_geo else 1
        return DecisionVariables(names, geos, self.dates, free, self.pattern(), shares, parts)

    def limits(self) -> LinearLimits:
        """Every constraint but the total and the least test spends, with its name."""
        return limits_of(self, self.levers)
