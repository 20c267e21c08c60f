"""How often people should be reached: KPI by average frequency at constant impressions, and its optimum.

With I_g impressions per period in geo g, all bought at frequency f, reach is I_g / f and the steady KPI is

    sum_g beta_g * (I_g / f) * saturate(f),

so that the best frequency maximises saturate(f) / f, whatever the geo: for a Hill curve it lies at
half * (slope - 1)^(1 / slope), and at 1 where the slope is 1 or less. As in Meridian's optimal frequency,
the same average frequency is held in all geos and periods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.model.curves import SATURATIONS
from core.mmm.model.media import MediaDraws, saturated
from core.mmm.model.structure import Structure
from core.mmm.results.channel_summary import interval

Floats = NDArray[np.float64]
BEYOND = 1.25  # how far past nearly all frequencies seen a curve goes
NEARLY_ALL = 0.99
LEAST_TOP = 2.0
GRID = 600


@dataclass(frozen=True)
class MediaDelivery:
    """What a channel bought per period over the last year (the whole data where it did not run in it).

    `impressions` (geo,) scaled reach x frequency; `people` their raw sum; `spend` money, NaN for organic
    media; `value` (geo,) money per unit of KPI; `now` the average frequency by reach; `top` the largest
    frequency that is looked at.
    """

    impressions: Floats
    people: float
    spend: float
    value: Floats
    now: float
    top: float


def delivery_per_period(structure: Structure, channel: str) -> MediaDelivery:
    """What one channel with reach and frequency bought."""
    panel, config = structure.panel, structure.config
    c, k = config.channels.index(channel), config.frequency_channels.index(channel)
    reach, often = panel.exposure[..., c], panel.average_frequency[..., k]
    recent = max(panel.periods - round(panel.frequency.periods_per_year), 0)
    span = slice(recent if reach[:, recent:].any() else 0, None)
    impressions = (reach * often)[:, span].mean(axis=1)
    spend = float(panel.spend[:, span, c].sum(axis=0).mean())
    most = float(np.quantile(often[reach > 0], NEARLY_ALL))
    return MediaDelivery(
        impressions / structure.scales.exposure[:, c],
        float(impressions.sum()),
        spend if spend > 0 else np.nan,
        panel.value[:, span].mean(axis=1),
        float((reach * often)[:, span].sum() / reach[:, span].sum()),
        max(BEYOND * most, LEAST_TOP),
    )


def frequency_curve(structure: Structure, media: MediaDraws, points: int, level: float) -> pd.DataFrame:
    """Frame channel, frequency, reach, kpi, kpi_lower, kpi_upper, roas, roas_lower, roas_upper.

    KPI and incremental ROAS per period, all geos together, had the last year's impressions and money been
    spent at that frequency; `reach` is how many people they would have reached per period. ROAS is NaN where
    nothing was spent. Without channels that have a frequency the frame is empty.
    """
    frames = []
    for channel in structure.config.frequency_channels:
        bought = delivery_per_period(structure, channel)
        often = np.linspace(1.0, bought.top, points)
        shape = _saturated_over(structure, media, channel, often)
        columns = {"channel": channel, "frequency": often, "reach": bought.people / often}
        for name, weight in (("kpi", np.ones(1)), ("roas", bought.value / bought.spend)):
            draws = _level(structure, media, channel, bought, weight)[:, None] * shape
            columns[name], columns[f"{name}_lower"], columns[f"{name}_upper"] = interval(draws, level)
        frames.append(pd.DataFrame(columns))
    names = ["channel", "frequency", "reach", "kpi", "kpi_lower", "kpi_upper"]
    empty = pd.DataFrame(columns=[*names, "roas", "roas_lower", "roas_upper"])
    return pd.concat(frames, ignore_index=True) if frames else empty


def optimal_frequency(structure: Structure, media: MediaDraws, level: float) -> pd.DataFrame:
    """Frame channel, now, best, best_lower, best_upper, gain, gain_lower, gain_upper, top.

    `now` is the last year's average frequency; `best` the one of the largest expected KPI at the same
    impressions, with the interval of the draws' own optima; `gain` the change of the channel's KPI from now
    to best, over what is expected now. Frequencies from 1 to `top` (a quarter beyond nearly all that were
    seen) are looked at; NaN where the channel does not saturate: every frequency then earns the same.
    """
    rows = []
    for channel in structure.config.frequency_channels:
        bought = delivery_per_period(structure, channel)
        if not SATURATIONS[structure.config.saturation_of(channel)].saturates:
            rows.append({"channel": channel, "now": bought.now, "top": bought.top})
            continue
        often = np.linspace(1.0, bought.top, GRID)
        kpi = _saturated_over(structure, media, channel, often)
        size = _level(structure, media, channel, bought, np.ones(1))[:, None]
        best = float(often[(size * kpi).mean(axis=0).argmax()])
        _, low, high = interval(often[kpi.argmax(axis=1)], level)
        now, then = (size * _saturated_over(structure, media, channel, np.array([bought.now, best]))).T
        gain, least, most = interval((then - now) / now.mean(), level)
        rows.append(
            {"channel": channel, "now": bought.now, "best": best, "best_lower": low, "best_upper": high,
             "gain": gain, "gain_lower": least, "gain_upper": most, "top": bought.top}
        )  # fmt: skip
    names = ["channel", "now", "best", "best_lower", "best_upper", "gain", "gain_lower", "gain_upper", "top"]
    return pd.DataFrame(rows, columns=names)


def _saturated_over(structure: Structure, media: MediaDraws, channel: str, often: Floats) -> Floats:
    """(draw, point) effect of one impression at each frequency, in units of the effect of a full contact."""
    return saturated(media, structure.config.channels.index(channel), often) / often


def _level(
    structure: Structure, media: MediaDraws, channel: str, bought: MediaDelivery, weight: Floats
) -> Floats:
    """(draw,) KPI per period were every impression saturated, geos weighted."""
    beta = media.beta[..., structure.config.channels.index(channel)]
    return np.asarray((beta * bought.impressions * weight).sum(axis=1))
