"""What each channel earned, cost and returned, with intervals, over any part of the data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.model.curves import ADSTOCKS
from core.mmm.model.media import MediaDraws, media_sums
from core.mmm.model.parameters import Natural
from core.mmm.model.structure import Structure, scaled_exposure
from core.mmm.panel.panel import Panel

Floats = NDArray[np.float64]
Day = str | pd.Timestamp | None
STEP = 0.01


@dataclass(frozen=True)
class Effects:
    """Draws (draw, geo, channel) for a window: `contribution` KPI in it; `earned` money in it and `after`
    money after it caused by its own exposure; `extra` money in it from 1 % more; `spend` (geo, channel)."""

    contribution: Floats
    earned: Floats
    after: Floats
    extra: Floats
    spend: Floats


def window(structure: Structure, start: Day, end: Day) -> tuple[int, int]:
    """First period and the one after the last between two dates, both inclusive; UserError if none is."""
    dates = structure.panel.dates
    first = 0 if start is None else int(dates.searchsorted(pd.Timestamp(start), side="left"))
    last = len(dates) if end is None else int(dates.searchsorted(pd.Timestamp(end), side="right"))
    if first >= last:
        span = f"{dates[0].date()} to {dates[-1].date()}"
        raise UserError(f"No period of the data ({span}) lies between {start or 'start'} and {end or 'end'}.")
    return first, last


def effects(structure: Structure, media: MediaDraws, start: int, stop: int) -> Effects:
    """Effects of the periods [start, stop); the tail after the data has no further exposure."""
    panel, tail = structure.panel, structure.lags - 1
    exposure = _padded(structure, panel, tail)
    value = np.concatenate([panel.value, np.repeat(panel.value[:, -1:], tail, axis=1)], axis=1)
    actual = media_sums(media, exposure, value, start, stop)
    whole = start == 0 and stop == panel.periods
    without = np.zeros_like(actual) if whole else _changed(structure, media, value, start, stop, 0.0)
    more = _changed(structure, media, value, start, stop, 1 + STEP)
    return Effects(
        actual[..., 0],
        actual[..., 2] - without[..., 2],
        actual[..., 3] - without[..., 3],
        more[..., 2] - actual[..., 2],
        panel.spend[:, start:stop].sum(axis=1),
    )


def _padded(structure: Structure, panel: Panel, tail: int) -> Floats:
    scaled = scaled_exposure(panel, structure.scales)
    return np.ascontiguousarray(np.pad(scaled, ((0, 0), (0, 0), (0, tail))))


def _changed(
    structure: Structure, media: MediaDraws, value: Floats, start: int, stop: int, factor: float
) -> Floats:
    exposure = structure.panel.exposure.copy()
    exposure[:, start:stop] *= factor
    changed = replace(structure.panel, exposure=exposure)
    return media_sums(media, _padded(structure, changed, structure.lags - 1), value, start, stop)


def interval(draws: Floats, level: float) -> tuple[Floats, Floats, Floats]:
    """Mean and central interval over the first axis; UserError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise UserError(f"The interval's level must lie between 0 and 1, not {level}.")
    lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return draws.mean(axis=0), lower, upper


def summarise_channels(structure: Structure, natural: Natural, found: Effects, level: float) -> pd.DataFrame:
    """The contract's channel summary; organic channels have neither ROAS nor spend (NaN, 0)."""
    total = structure.panel.kpi
    summed = Effects(*(values.sum(axis=-2) for values in vars(found).values()))
    table = _table(summed, level, structure)
    table["decay"], table["half_life"] = _carry_over(structure, natural)
    return table.rename_axis("channel").reset_index() if total.size else table


def _table(found: Effects, level: float, structure: Structure) -> pd.DataFrame:
    """Rows for the last axis of effects whose other axes are (draw,)."""
    contribution, lower, upper = interval(found.contribution, level)
    table = pd.DataFrame(
        {"spend": found.spend, "contribution": contribution}, index=list(structure.config.channels)
    )
    table["contribution_lower"], table["contribution_upper"] = lower, upper
    paid = found.spend > 0
    spend = np.where(paid, found.spend, np.nan)
    for name, draws in (("roas", found.earned / spend), ("mroas", found.extra / (STEP * spend))):
        table[name], table[f"{name}_lower"], table[f"{name}_upper"] = interval(draws, level)
    table["carried_out"] = found.after.mean(axis=0)
    return table


def _carry_over(structure: Structure, natural: Natural) -> tuple[Floats, Floats]:
    """Decay per period and half-life in periods; NaN for a carry-over that has neither."""
    config = structure.config
    has = np.array([ADSTOCKS[config.adstock_of(c)].has_half_life for c in config.channels])
    decay = np.where(has, natural.first.mean(axis=0), np.nan)
    half_life = (np.log(0.5) / np.log(np.clip(natural.first, 1e-12, 1 - 1e-12))).mean(axis=0)
    return decay, np.where(has, half_life, np.nan)


def channel_summary(
    structure: Structure, natural: Natural, media: MediaDraws, level: float, start: Day, end: Day
) -> pd.DataFrame:
    """One row per channel: spend, contribution and share with interval, incremental and marginal ROAS.

    `contribution` is KPI of the window, carry-in included; `roas` is money earned in the window by the
    window's own exposure over its spend, `carried_out` the money it earns later. `mroas` is the money from
    1 % more in every period over that 1 %. Decay is per period, half-life in periods.
    """
    first, last = window(structure, start, end)
    table = summarise_channels(structure, natural, effects(structure, media, first, last), level)
    share = table["contribution"] / structure.panel.kpi[:, first:last].sum()
    table.insert(list(table).index("contribution_upper") + 1, "share", share)
    return table


def geo_summary(structure: Structure, media: MediaDraws, level: float, start: Day, end: Day) -> pd.DataFrame:
    """The channel summary's figures by (geo, channel), without carry-over, which geos share."""
    first, last = window(structure, start, end)
    found = effects(structure, media, first, last)
    tables = []
    for g, geo in enumerate(structure.panel.geos):
        own = Effects(*(values[..., g, :] for values in vars(found).values()))
        table = _table(own, level, structure).rename_axis("channel").reset_index()
        share = table["contribution"] / structure.panel.kpi[g, first:last].sum()
        table.insert(list(table).index("contribution_upper") + 1, "share", share)
        table.insert(0, "geo", geo)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
