"""How a channel's money is spread over the periods of a plan where nothing is optimised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.calendar import Granularity
from core.mmm.choices import Flighting

Floats = NDArray[np.float64]


def plain_pattern(
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
    even = np.full(periods, 1 / periods)
    shapes = {
        Flighting.AS_REFERENCE: _recent(frame, periods),
        Flighting.LAST_YEAR: _last_year(frame, periods, round(frequency.periods_per_year)),
        Flighting.PULSED: np.repeat(pulsed(periods, *pulse)[:, None], len(kinds), axis=1),
    }
    columns = []
    for c, kind in enumerate(kinds):
        own = shapes[kind][:, c] if kind in shapes else even
        columns.append(own / own.sum() if own.sum() > 0 else even)
    return np.column_stack(columns)


def pulsed(periods: int, on: int, cycle: int, phase: int = 0) -> Floats:
    """(period,) shares of money that runs in the first `on` periods of each cycle."""
    shape = ((np.arange(periods) + phase) % cycle < on).astype(float)
    return np.asarray(shape / max(float(shape.sum()), 1.0))


def _recent(frame: pd.DataFrame, periods: int) -> Floats:
    """The last `periods` periods, repeated where the data are shorter."""
    recent = frame.to_numpy(dtype=float)[-periods:]
    return np.resize(recent, (periods, frame.shape[1])) if len(recent) < periods else recent


def _last_year(frame: pd.DataFrame, periods: int, year: int) -> Floats:
    """The same periods a year earlier; even (nothing) where the data do not reach back so far."""
    if len(frame) < year:
        return np.zeros((periods, frame.shape[1]))
    last = frame.to_numpy(dtype=float)[-year:]
    return last[np.arange(periods) % year]
