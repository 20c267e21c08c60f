"""Ready-made schedules of a spend scenario, and schedules that move with a slider or to another horizon."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pandas as pd

from core.data.calendar import Granularity
from core.errors import UserError
from core.mmm.cents import round_to_sum, to_cents
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.whatif_inputs import (
    ALL_GEOS,
    Series,
    WhatIfInputs,
    days_of,
    read_whatif_inputs,
    spread_even,
    spread_like,
)


class Fill(StrEnum):
    """A ready-made way to set a channel's money over the horizon."""

    RECENT = "recent"
    LAST_YEAR = "last_year"
    EVEN = "even"
    MORE = "more"
    LESS = "less"
    PAUSE = "pause"


STEP_PCT = 10.0


def first_whatif(basis: PlanBasis) -> WhatIfInputs:
    """Everything as recently: the money of the last periods, period by period."""
    cells = {name: recent_series(basis, name) for name in basis.channels}
    return WhatIfInputs(days_of(basis.dates), {ALL_GEOS: cells})


def recent_series(basis: PlanBasis, channel: str) -> Series:
    """Money of the last periods to the cent, adding up to the recent total."""
    return tuple(round_to_sum(basis.recent_series(channel)))


def fill(
    inputs: WhatIfInputs, basis: PlanBasis, how: Fill, channels: Sequence[str], geo: str = ALL_GEOS
) -> WhatIfInputs:
    """The scenario with the channels of one geo (or of all together) set as `how` says.

    UserError where last year lies before the data.
    """
    for name in channels:
        inputs = inputs.with_series(name, _filled(inputs.series(name, geo), basis.of(geo), how, name), geo)
    return inputs


def _filled(now: Series, basis: PlanBasis, how: Fill, channel: str) -> Sequence[float]:
    if how == Fill.RECENT:
        return recent_series(basis, channel)
    if how == Fill.LAST_YEAR:
        before = basis.last_year(channel)
        if before is None:
            raise UserError("The data are shorter than a year, so there is no last year to repeat.")
        return round_to_sum(before)
    if how == Fill.EVEN:
        return spread_even(math.fsum(now), len(now))
    if how == Fill.PAUSE:
        return (0.0,) * len(now)
    factor = 1 + (STEP_PCT if how == Fill.MORE else -STEP_PCT) / 100
    return spread_like(to_cents(math.fsum(now) * factor), now)


def scale(
    inputs: WhatIfInputs, basis: PlanBasis, channel: str, total: float, geo: str = ALL_GEOS
) -> WhatIfInputs:
    """The scenario with this much money on a channel over the horizon, in its present proportions.

    A channel without money gets it as in the recent periods, evenly where it rested then.
    """
    if geo == ALL_GEOS and inputs.geos:
        return _scale_geos(inputs, basis, channel, total)
    now = inputs.series(channel, geo)
    pattern = now if math.fsum(now) > 0 else basis.of(geo).recent_series(channel)
    return inputs.with_series(channel, spread_like(to_cents(total), pattern), geo)


def _scale_geos(inputs: WhatIfInputs, basis: PlanBasis, channel: str, total: float) -> WhatIfInputs:
    """The money of all geos in their present proportions, in those of the data where there is none yet."""
    now = [inputs.money(channel, geo) for geo in inputs.geos]
    parts = now if sum(now) > 0 else basis.geo_shares.loc[list(inputs.geos), channel].tolist()
    for geo, money in zip(inputs.geos, spread_like(to_cents(total), parts), strict=True):
        inputs = scale(inputs, basis, channel, money, geo)
    return inputs


def read_whatif(raw: Mapping[str, Any], basis: PlanBasis) -> WhatIfInputs:
    """The saved inputs, in any form, for the channels, geos and horizon of the basis."""
    return fit(read_whatif_inputs(raw, basis), basis)


def fit(inputs: WhatIfInputs, basis: PlanBasis) -> WhatIfInputs:
    """The same scenario on another basis.

    Periods that both know keep their money (all of them by order where they share none); a new period gets
    the channel's mean. A channel the scenario does not know goes on as recently; geos the model does not know
    are taken together.
    """
    days = days_of(basis.dates)
    if inputs.geos and set(inputs.geos) != set(basis.geos):
        inputs = all_geos(inputs)
    if inputs.dates == days and inputs.channels == basis.channels:
        return inputs
    spend = {
        geo: {name: _fitted(inputs, basis, days, name, geo) for name in basis.channels}
        for geo in inputs.spend
    }
    drivers = {
        name: replace(plan, values=_moved(plan.values, inputs.dates, days, plan.values[-1]))
        for name, plan in inputs.drivers.items()
    }
    return replace(inputs, dates=days, spend=spend, drivers=drivers)


def _fitted(inputs: WhatIfInputs, basis: PlanBasis, days: Sequence[str], channel: str, geo: str) -> Series:
    if channel not in inputs.channels:
        return recent_series(basis.of(geo), channel)
    own = inputs.series(channel, geo)
    return _moved(own, inputs.dates, days, math.fsum(own) / len(own))


def _moved(values: Series, before: Sequence[str], days: Sequence[str], otherwise: float) -> Series:
    known = dict(zip(before, values, strict=True))
    if not set(before) & set(days):
        known = dict(zip(days, values, strict=False))
    return tuple(known.get(day, otherwise) for day in days)


def split_by_geo(inputs: WhatIfInputs, basis: PlanBasis) -> WhatIfInputs:
    """Money of their own for the geos: each period is split in the present shares, to the cent."""
    if inputs.geos or not basis.geos:
        return inputs
    spend: dict[str, dict[str, list[float]]] = {
        geo: {name: [] for name in inputs.channels} for geo in basis.geos
    }
    for name in inputs.channels:
        shares = basis.geo_shares.loc[list(basis.geos), name].tolist()
        for value in inputs.series(name):
            for geo, part in zip(basis.geos, spread_like(value, shares), strict=True):
                spend[geo][name].append(part)
    return replace(
        inputs, spend={geo: {n: tuple(own) for n, own in cells.items()} for geo, cells in spend.items()}
    )


def all_geos(inputs: WhatIfInputs) -> WhatIfInputs:
    """The money of all geos together, which then keep their present shares."""
    return replace(inputs, spend={ALL_GEOS: {name: inputs.series(name) for name in inputs.channels}})


def has_months(frequency: Granularity, periods: int) -> bool:
    """Whether a view by month says something else than the periods themselves."""
    return frequency != Granularity.MONTHLY and periods > 1


def month_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Money by month (index, first day) and channel: a period belongs to the month of its date."""
    months = pd.DatetimeIndex(frame.index).to_period("M")
    summed = frame.groupby(months).sum().round(2)
    return summed.set_axis(pd.PeriodIndex(summed.index).to_timestamp().rename("date"))


def with_months(
    inputs: WhatIfInputs, geo: str, edits: Mapping[tuple[pd.Timestamp, str], float]
) -> WhatIfInputs:
    """The scenario with other money in some months; each is spread over its periods in their present
    proportions, evenly where they have none.

    `edits`: money by (first day of the month, channel).
    """
    frame = inputs.frame_of(geo)
    months = pd.DatetimeIndex(frame.index).to_period("M")
    for (month, channel), money in edits.items():
        inside = months == month.to_period("M")
        frame.loc[inside, channel] = spread_like(to_cents(money), frame.loc[inside, channel].tolist())
    return inputs.with_frame(frame, geo)
