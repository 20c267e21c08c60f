"""A budget question: how much money, over which periods, within which limits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.choices import Flighting
from core.mmm.fitted import FittedMMM
from core.mmm.optimiser.limits import Limit, Limits
from core.mmm.problem import listed

Floats = NDArray[np.float64]
DEFAULT_HEADROOM = 1.5
MOST_PERIODS = 260


@dataclass(frozen=True)
class BudgetProblem:
    """Money over `periods` periods right after the data; carry-over in and out both count.

    `total` is spent in full for the goal kpi and is the most that may be spent for the others (None there:
    no limit but the channels' own). `bounds` are (lower, upper) money over the horizon by channel; without
    one a channel may get from 0 to 1.5 times its largest total over any `periods` consecutive periods.
    `groups` are (name, channels, lower, upper). `reference` is spend by channel to compare with; by default
    that of the last `periods` periods. `override` lets a model that has not converged be used. Raises
    UserError with every fault.
    """

    model: FittedMMM
    periods: int
    total: float | None
    bounds: Mapping[str, tuple[float, float]] | None = None
    groups: Sequence[tuple[str, Sequence[str], float, float]] = ()
    flighting: Flighting = Flighting.EVEN
    reference: Mapping[str, float] | pd.Series | None = None
    override: bool = False
    headroom: float = field(default=DEFAULT_HEADROOM)

    def __post_init__(self) -> None:
        faults = self._number_faults() + self._name_faults()
        try:
            object.__setattr__(self, "flighting", Flighting(self.flighting))
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

    def _number_faults(self) -> list[str]:
        faults = []
        if not 1 <= self.periods <= MOST_PERIODS:
            faults.append(f"A plan covers 1 to {MOST_PERIODS} periods, not {self.periods}.")
        if self.total is not None and not (0 < self.total < math.inf):
            faults.append(f"The total must be a positive amount, not {self.total}.")
        for name, pair in self._pairs():
            if len(pair) != 2 or any(value is None or math.isnan(value) or value < 0 for value in pair):
                faults.append(f"The limits of '{name}' must be two amounts of 0 or more, not {tuple(pair)}.")
        return faults

    def _pairs(self) -> list[tuple[str, tuple[float, ...]]]:
        own = [(name, tuple(pair)) for name, pair in (self.bounds or {}).items()]
        return own + [(name, (lower, upper)) for name, _, lower, upper in self.groups]

    def _name_faults(self) -> list[str]:
        known, faults = self.model.channels, []
        reference = [] if self.reference is None else list(dict(self.reference))
        places = [("bounds", list(self.bounds or {})), ("reference", reference)]
        places += [(f"group '{name}'", list(channels)) for name, channels, _, _ in self.groups]
        for where, names in places:
            unknown = [name for name in names if name not in known]
            if unknown:
                faults.append(f"{where} names {listed(unknown)}, which is no paid channel of the model.")
        names = [name for name, *_ in self.groups]
        twice = sorted({name for name in names if names.count(name) > 1 or name in known or name == "total"})
        if twice:
            faults.append(f"Groups need names of their own: {listed(twice)}.")
        faults += [f"Group '{name}' has no channels." for name, channels, *_ in self.groups if not channels]
        return faults

    def reference_spend(self) -> pd.Series:
        """Spend by channel to compare with, as given or as it was; 0 for a channel not named."""
        if self.reference is not None:
            given = pd.Series(dict(self.reference), dtype=float)
            return given.reindex(list(self.model.channels), fill_value=0.0).rename("reference")
        known = min(self.periods, len(self.model.dates))
        return (self.model.recent_spend(known) * self.periods / known).rename("reference")

    def channel_bounds(self) -> Floats:
        """(channel, 2) lower and upper money over the horizon."""
        frame = self.model.frame
        window = min(self.periods, len(frame))
        largest = frame.rolling(window).sum().max() * self.periods / window
        pairs = [
            (self.bounds or {}).get(name, (0.0, self.headroom * largest[name])) for name in frame.columns
        ]
        return np.array(pairs, dtype=float)

    def limits(self) -> Limits:
        """Every constraint but the total, with its name."""
        channels = self.model.channels
        rows = []
        for c, (lower, upper) in enumerate(self.channel_bounds()):
            members = np.eye(len(channels))[c]
            rows += [
                Limit(channels[c], "lower", members, float(lower)),
                Limit(channels[c], "upper", members, float(upper)),
            ]
        for name, group, lower, upper in self.groups:
            members = np.array([float(channel in group) for channel in channels])
            rows += [Limit(name, "lower", members, float(lower)), Limit(name, "upper", members, float(upper))]
        return Limits(tuple(channels), tuple(row for row in rows if math.isfinite(row.amount)))

    def pattern(self) -> Floats:
        """(period, channel) share of each channel's money by period; columns sum to 1."""
        even = np.full((self.periods, len(self.model.channels)), 1 / self.periods)
        if self.flighting != Flighting.AS_REFERENCE:
            return even
        recent = self.model.frame.to_numpy()[-self.periods :]
        recent = np.resize(recent, even.shape) if len(recent) < self.periods else recent
        total = recent.sum(axis=0)
        return np.where(total > 0, recent / np.where(total > 0, total, 1.0), even)
