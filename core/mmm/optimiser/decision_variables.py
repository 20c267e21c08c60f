"""The amounts an optimiser sets, and the spend by geo, period and channel that each of them moves.

A variable belongs to one channel. Where the channel's flighting is fixed it moves money along a pattern over
the periods, where it is optimised the spend of one period; with spend of their own the geos have variables of
their own, else they keep their present shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.data.calendar import Granularity
from core.mmm.arrays import Booleans, Floats, Integers
from core.mmm.choices import Flighting


def fixed_patterns(
    kinds: Sequence[Flighting],
    frame: pd.DataFrame,
    periods: int,
    frequency: Granularity,
    pulse: tuple[int, int],
) -> Floats:
    """(period, channel) shares whose columns sum to 1, for each channel's kind of flighting.

    `frame` is spend by date and channel. A channel that spent nothing in the periods it would follow, or
    whose flighting is to be optimised, is spread evenly.
    """
    even, spend = np.full(periods, 1 / periods), frame.to_numpy(dtype=float)
    recent, year = spend[-periods:], round(frequency.periods_per_year)
    if len(recent) < periods:
        recent = np.resize(recent, (periods, spend.shape[1]))
    last_year = np.zeros((periods, spend.shape[1]))
    if len(spend) >= year:
        last_year = spend[-year:][np.arange(periods) % year]
    shapes = {
        Flighting.AS_REFERENCE: recent,
        Flighting.LAST_YEAR: last_year,
        Flighting.PULSED: np.repeat(pulsed(periods, *pulse)[:, None], len(kinds), axis=1),
    }
    columns = []
    for c, kind in enumerate(kinds):
        own = shapes[kind][:, c] if kind in shapes else even
        columns.append(own / own.sum() if own.sum() > 0 else even)
    return np.column_stack(columns)


def pulsed(periods: int, on: int, cycle: int) -> Floats:
    """(period,) shares of spend that runs in the first `on` periods of each cycle."""
    shape = (np.arange(periods) % cycle < on).astype(float)
    return np.asarray(shape / max(float(shape.sum()), 1.0))


@dataclass(frozen=True)
class DecisionVariables:
    """`free` (channel,): whether each period has a variable; `pattern` (period, channel) the plain flighting,
    columns sum to 1; `shares` (geo, channel) present shares of the geos; `parts`: 1, or the number of geos
    where they have spend of their own. Variables are ordered by channel, geo, period."""

    channels: tuple[str, ...]
    geos: tuple[str, ...]
    dates: pd.DatetimeIndex
    free: Booleans
    pattern: Floats
    shares: Floats
    parts: int

    @property
    def periods(self) -> int:
        """Number of periods of the plan."""
        return len(self.pattern)

    @cached_property
    def width(self) -> Integers:
        """(channel,) variables of one part of each channel."""
        return np.where(self.free, self.periods, 1).astype(np.int64)

    @cached_property
    def first(self) -> Integers:
        """(channel,) place of each channel's first variable."""
        return np.concatenate([[0], np.cumsum(self.width * self.parts)[:-1]]).astype(np.int64)

    @cached_property
    def channel(self) -> Integers:
        """(variable,) its channel."""
        return np.repeat(np.arange(len(self.channels)), self.width * self.parts)

    @cached_property
    def geo(self) -> Integers:
        """(variable,) its geo, -1 where it moves all."""
        if self.parts == 1 and not self.own_geos:
            return np.full(self.size, -1)
        return np.concatenate([np.repeat(np.arange(self.parts), width) for width in self.width])

    @cached_property
    def period(self) -> Integers:
        """(variable,) its period, -1 where it moves all."""
        own = [np.arange(self.periods) if free else np.array([-1]) for free in self.free]
        return np.concatenate([np.tile(one, self.parts) for one in own])

    @property
    def own_geos(self) -> bool:
        """Whether geos have spend of their own."""
        return self.parts > 1

    @property
    def size(self) -> int:
        """Number of variables."""
        return int((self.width * self.parts).sum())

    def coefficients(
        self, weights: Floats, geos: Booleans | None = None, periods: Booleans | None = None
    ) -> Floats:
        """(variable,) the weighted spend inside the chosen geos and periods (None: all of them) that one unit
        of each variable moves; `weights` by channel."""
        found: Floats = weights[self.channel]
        if geos is not None:
            by_share = (self.shares * geos[:, None]).sum(axis=0)[self.channel]
            found = found * np.where(self.geo >= 0, geos[self.geo].astype(float), by_share)
        if periods is not None:
            by_pattern = (self.pattern * periods[:, None]).sum(axis=0)[self.channel]
            found = found * np.where(self.period >= 0, periods[self.period].astype(float), by_pattern)
        return found

    def cell_spend(self, amounts: Floats) -> Floats:
        """(channel, part, period) spend of the variables' amounts."""
        out = np.empty((len(self.channels), self.parts, self.periods))
        for c, start in enumerate(self.first):
            own = amounts[start : start + self.width[c] * self.parts].reshape(self.parts, -1)
            out[c] = own if self.free[c] else own * self.pattern[:, c]
        return out

    def amounts(self, spend: Floats) -> Floats:
        """(variable,) amounts that spend `spend` (channel,) by the plain flighting and the present shares."""
        by_geo = np.where(self.geo >= 0, self.shares[self.geo, self.channel], 1.0)
        by_period = np.where(self.period >= 0, self.pattern[self.period, self.channel], 1.0)
        found: Floats = spend[self.channel] * by_geo * by_period
        return found

    def channel_spend(self, amounts: Floats) -> Floats:
        """(channel,) spend of the variables' amounts."""
        return np.bincount(self.channel, amounts, minlength=len(self.channels)).astype(float)

    def by_cell_variables(self) -> DecisionVariables:
        """The same with a variable for every period of every channel."""
        return DecisionVariables(
            self.channels, self.geos, self.dates, np.ones(len(self.channels), dtype=bool), self.pattern,
            self.shares, self.parts,
        )  # fmt: skip
