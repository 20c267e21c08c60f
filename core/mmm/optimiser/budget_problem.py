"""A budget question: how much money, over which periods, within which limits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from core.data.calendar import following_dates
from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.choices import Flighting
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.decision_variables import DecisionVariables, fixed_patterns
from core.mmm.optimiser.horizon import geo_shares
from core.mmm.optimiser.limit import Limit
from core.mmm.optimiser.linear_limits import LinearLimits, limit_rows
from core.mmm.problem import listed

HEADROOM = 1.5
MOST_PERIODS = 364
MOST_TESTS = 8


@dataclass(frozen=True)
class BudgetProblem:
    """Money over `periods` periods right after the data; carry-over in and out both count.

    `total` is spent in full for the goal kpi and is the most that may be spent for the others (None there:
    no limit but the channels' own). `bounds` are (lower, upper) spend over the horizon by channel (a
    channel is locked where both are equal); without one a channel may get from 0 to `headroom` times its
    largest total over any `periods` consecutive periods. `groups` are (name, channels, lower, upper).
    `reference` is spend by channel to compare with; by default that of the last `periods` periods.
    `override` lets a model that has not converged be used.

    `flighting`: one for all channels, or by channel (even where a channel is not named); `pulse` says how
    many periods of each cycle a pulsed channel runs. `by_geo`: geos get spend of their own, else they keep
    their shares of the last year; `geo_bounds` by (channel, geo) are spend over the horizon.
    `period_bounds`: least and most spend of a channel in any one period; without one the most is
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
    headroom: float = field(default=HEADROOM)
    pulse: tuple[int, int] = (2, 4)
    by_geo: bool = False
    geo_bounds: Mapping[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    period_bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    constraints: Sequence[Limit] = ()
    test_minimum: Mapping[str, float] = field(default_factory=dict)
    period_headroom: float = field(default=HEADROOM)

    def __post_init__(self) -> None:
        faults = [*self._number_faults(), *self._channel_faults(), *self._name_faults(), *self._geo_faults()]
        try:
            if isinstance(self.flighting, Mapping):
                own = {name: Flighting(kind) for name, kind in self.flighting.items()}
                object.__setattr__(self, "flighting", own)
            else:
                object.__setattr__(self, "flighting", Flighting(self.flighting))
        except ValueError:
            kinds = ", ".join(kind.value for kind in Flighting)
            faults.append(f"flighting must be one of {kinds}; it is {self.flighting!r}.")
        if not self.override and not self.model.diagnostics.get("converged", False):
            faults.append(
                "The model has not converged: train it again before planning on it, or override "
                "this explicitly."
            )
        if faults:
            raise UserError(faults)

    def _number_faults(self) -> list[str]:
        faults = []
        if not 1 <= self.periods <= MOST_PERIODS:
            faults.append(f"A plan covers 1 to {MOST_PERIODS} periods, not {self.periods}.")
        if self.total is not None and not (0 < self.total < math.inf):
            faults.append(f"The total must be a positive amount, not {self.total}.")
        pairs = [(name, tuple(pair)) for name, pair in (self.bounds or {}).items()]
        pairs += [(f"{name} in {geo}", tuple(pair)) for (name, geo), pair in self.geo_bounds.items()]
        pairs += [(f"{name} per period", tuple(pair)) for name, pair in self.period_bounds.items()]
        pairs += [(name, (lower, upper)) for name, _, lower, upper in self.groups]
        for name, pair in pairs:
            if len(pair) != 2 or any(value is None or math.isnan(value) or value < 0 for value in pair):
                faults.append(f"The limits of '{name}' must be two amounts of 0 or more, not {tuple(pair)}.")
        for name, least in self.test_minimum.items():
            if not 0 < least < math.inf:
                faults.append(f"The least test spend of '{name}' must be a positive amount, not {least}.")
        if len(self.test_minimum) > MOST_TESTS:
            faults.append(f"At most {MOST_TESTS} channels can have a least test spend.")
        on, cycle = self.pulse
        if not 1 <= on <= cycle:
            faults.append(f"A pulse runs 1 or more periods of each cycle, not {on} of {cycle}.")
        return faults

    def _channel_faults(self) -> list[str]:
        known, faults = self.model.channels, []
        flighting = list(self.flighting) if isinstance(self.flighting, Mapping) else []
        places = [
            ("bounds", list(self.bounds or {})),
            ("reference", [] if self.reference is None else list(dict(self.reference))),
            ("flighting", flighting),
            ("geo_bounds", [name for name, _ in self.geo_bounds]),
            ("period_bounds", list(self.period_bounds)),
            ("test_minimum", list(self.test_minimum)),
        ]
        places += [(f"group '{name}'", list(channels)) for name, channels, _, _ in self.groups]
        places += [
            (f"constraint '{c.name}'", [*c.channels, *(n for n, weight in c.weights.items() if weight)])
            for c in self.constraints
        ]
        for where, names in places:
            unknown = list(dict.fromkeys(name for name in names if name not in known))
            if unknown:
                faults.append(f"{where} names {listed(unknown)}, which is no paid channel of the model.")
        faults += [f"Group '{name}' has no channels." for name, channels, *_ in self.groups if not channels]
        return faults

    def _name_faults(self) -> list[str]:
        groups = [name for name, *_ in self.groups]
        own = [constraint.name for constraint in self.constraints]
        taken = {*self.model.channels, "total"}
        twice = sorted({name for name, times in Counter(groups).items() if times > 1 or name in taken})
        faults = [f"Groups need names of their own: {listed(twice)}."] if twice else []
        taken |= set(groups)
        twice = sorted({name for name, times in Counter(own).items() if times > 1 or name in taken})
        return faults + ([f"Constraints need names of their own: {listed(twice)}."] if twice else [])

    def _geo_faults(self) -> list[str]:
        known, faults = self.model.geos, []
        if self.by_geo and len(known) < 2:
            faults.append("by_geo needs a model of several geos: this one is national.")
        if self.geo_bounds and not self.by_geo:
            faults.append("geo_bounds need by_geo: else geos keep their present shares.")
        places = [("geo_bounds", [geo for _, geo in self.geo_bounds])]
        places += [(f"constraint '{c.name}'", list(c.geos)) for c in self.constraints]
        for where, names in places:
            unknown = list(dict.fromkeys(name for name in names if name not in known))
            if unknown:
                faults.append(f"{where} names {listed(unknown)}, which is no geo of the model.")
        return faults

    def flighting_of(self, channel: str) -> Flighting:
        """How the channel's spend is spread over the periods."""
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

    def largest_totals(self) -> pd.Series:
        """The largest spend of each channel over any `periods` consecutive periods of the data."""
        window = min(self.periods, len(self.model.frame))
        return self.model.frame.rolling(window).sum().max() * self.periods / window

    def channel_bounds(self) -> Floats:
        """(channel, 2) lower and upper spend over the horizon."""
        largest, given = self.largest_totals(), self.bounds or {}
        pairs = [given.get(name, (0.0, self.headroom * largest[name])) for name in self.model.channels]
        return np.array(pairs, dtype=float)

    def pattern(self) -> Floats:
        """(period, channel) share of each channel's spend by period under its plain flighting: even where the
        flighting is optimised; columns sum to 1."""
        kinds = [self.flighting_of(name) for name in self.model.channels]
        return fixed_patterns(kinds, self.model.frame, self.periods, self.model.frequency, self.pulse)

    @cached_property
    def variables(self) -> DecisionVariables:
        """The amounts that the optimiser sets."""
        names, geos = self.model.channels, self.model.geos
        free = np.array([self.flighting_of(name) == Flighting.OPTIMISED for name in names])
        shares = geo_shares(self.model.structure)
        parts = len(geos) if self.by_geo else 1
        return DecisionVariables(names, geos, self.dates, free, self.pattern(), shares, parts)

    def linear_limits(self, variables: DecisionVariables) -> LinearLimits:
        """Every limit but the total and the least test spends, as rows over decision variables."""
        rows = (row for limit in self.limits(variables) for row in limit_rows(limit, variables))
        return LinearLimits(variables.size, tuple(rows))

    def limits(self, variables: DecisionVariables) -> list[Limit]:
        """Every limit but the total and the least test spends: those given, and those that keep what was not
        given near the data."""
        given, bounds = self.bounds or {}, self.channel_bounds()
        found = [
            replace(Limit.channel(name, *bounds[c]), by_user=name in given)
            for c, name in enumerate(variables.channels)
        ]
        found += [Limit.group(name, channels, *ends) for name, channels, *ends in self.groups]
        if self.by_geo:
            largest = largest_by_geo(self.model, self.periods)
            for c, channel in enumerate(variables.channels):
                explicit = bounds[c, 1] if channel in given else 0.0
                for g, geo in enumerate(variables.geos):
                    most = max(self.headroom * largest[g, c], explicit * variables.shares[g, c])
                    ends = self.geo_bounds.get((channel, geo), (0.0, most))
                    limit = Limit.geo(channel, geo, *ends)
                    found.append(replace(limit, by_user=(channel, geo) in self.geo_bounds))
        return [*found, *self._period_limits(variables), *self.constraints]

    def _period_limits(self, variables: DecisionVariables) -> Iterator[Limit]:
        """Spend of a channel in any one period: as given, else not far beyond the largest of the data."""
        bounds, largest = self.channel_bounds(), self.model.frame.max()
        for c, channel in enumerate(variables.channels):
            peak = float(variables.pattern[:, c].max())
            explicit = channel in (self.bounds or {}) or self.headroom > self.period_headroom
            most = max(
                self.period_headroom * float(largest[channel]), bounds[c, 1] * peak if explicit else 0.0
            )
            given = channel in self.period_bounds
            lower, upper = self.period_bounds.get(channel, (0.0, most))
            # A cap that the channel's own limit keeps anyhow needs no limit of its own.
            caps = given or upper < bounds[c, 1] * (1.0 if variables.free[c] else peak) * (1 - 1e-12)
            limit = Limit.period(channel, lower if lower > 0 else None, upper if caps else None)
            yield replace(limit, by_user=given)


def largest_by_geo(model: FittedMMM, periods: int) -> Floats:
    """(geo, channel) the largest spend over any `periods` consecutive periods of the data."""
    spend = model.structure.panel.spend[..., : len(model.channels)]
    window = min(periods, spend.shape[1])
    running = np.pad(np.cumsum(spend, axis=1), ((0, 0), (1, 0), (0, 0)))
    sums = running[:, window:] - running[:, :-window]
    return np.asarray(sums.max(axis=1) * periods / window)
