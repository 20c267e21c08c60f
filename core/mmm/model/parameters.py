"""The sampled parameters: their places in one unconstrained vector, their priors, their natural values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.calendar import Granularity
from core.mmm.config import MMMConfig
from core.mmm.model.curves import ADSTOCKS, SATURATIONS
from core.mmm.model.kernel import (
    FIRST,
    HALF,
    LOG_HALF_NORMAL,
    NO_PRIOR,
    NORMAL,
    SECOND,
    SHARE,
    SLOPE,
    SPREAD,
)
from core.mmm.priors import log_normal_shape

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Scales:
    """Constants of the training periods: `kpi_mean` (geo,), `exposure` (geo, channel) divisors,
    `median` (channel,) of the non-zero scaled exposure, or of the frequency where there is reach; `spend`
    (channel,) totals, `kpi_value` in money."""

    kpi_mean: Floats
    exposure: Floats
    median: Floats
    spend: Floats
    kpi_value: float


@dataclass(frozen=True)
class Layout:
    """Places of the parameters and their priors.

    `places` (6, channel) rows share, first, second, half, slope, spread; -1 where a channel has none.
    `kinds`, `first`, `second` describe each parameter's own prior; `tilt` (channel,) is the Dirichlet weight
    of the channels under the common share prior, 0 for those with a prior of their own; `total` the mean and
    sd of the log of their total share. `centring` (geo, channel) in 0..1; `geo_place` is -1 without geos.
    """

    names: tuple[str, ...]
    places: Integers
    kinds: Floats
    first: Floats
    second: Floats
    tilt: Floats
    total: tuple[float, float]
    centring: Floats
    geo_place: int
    noise_place: int

    @property
    def size(self) -> int:
        """Number of sampled parameters."""
        return len(self.names)


def layout_of(config: MMMConfig, scales: Scales, geos: tuple[str, ...], frequency: Granularity) -> Layout:
    """Every parameter with its place and prior."""
    rows: list[tuple[str, float, float, float]] = []
    places = np.full((6, len(config.channels)), -1, dtype=np.int64)
    for c, channel in enumerate(config.channels):
        for slot, name, kind, first, second in _channel_rows(c, channel, config, scales, frequency):
            places[slot, c] = len(rows)
            rows.append((f"{name}[{channel}]", kind, first, second))
    geo_place = -1
    if len(geos) > 1:
        for c, channel in enumerate(config.channels):
            places[SPREAD, c] = len(rows)
            rows.append((f"geo_spread[{channel}]", LOG_HALF_NORMAL, config.priors.geo_spread, 0.0))
        geo_place = len(rows)
        rows += [(f"geo_offset[{geo},{c}]", NO_PRIOR, 0.0, 0.0) for geo in geos for c in config.channels]
    noise_place = len(rows)
    rows += [(f"noise[{geo}]", LOG_HALF_NORMAL, config.priors.noise_sd, 0.0) for geo in geos]
    tilt, total = _share_prior(config, scales)
    own = [np.array([row[k] for row in rows], dtype=float) for k in (1, 2, 3)]
    names = tuple(row[0] for row in rows)
    centring = np.zeros((len(geos), len(config.channels)))
    return Layout(names, places, own[0], own[1], own[2], tilt, total, centring, geo_place, noise_place)


def _channel_rows(
    c: int, channel: str, config: MMMConfig, scales: Scales, frequency: Granularity
) -> list[tuple[int, str, float, float, float]]:
    prior = config.priors.of(channel)
    rows: list[tuple[int, str, float, float, float]] = []
    if prior.roas_mean and prior.roas_sd:
        mu, sd = log_normal_shape(prior.roas_mean, prior.roas_sd)
        rows.append((SHARE, "share", NORMAL, mu + math.log(scales.spend[c] / scales.kpi_value), sd))
    else:
        rows.append((SHARE, "share", NO_PRIOR, 0.0, 0.0))
    forms = (ADSTOCKS[config.adstock_of(channel)], SATURATIONS[config.saturation_of(channel)])
    scale = {"": 1.0, "weeks": frequency.periods_per_week, "exposure": float(scales.median[c])}
    for own in (parameter for form in forms for parameter in form.parameters):
        typical, width = config.shape_prior(channel, own)
        rows.append((own.slot, own.name, *own.density(typical, width, scale[own.unit])))
    return rows


def _share_prior(config: MMMConfig, scales: Scales) -> tuple[Floats, tuple[float, float]]:
    """Dirichlet weights tilted towards spend, and the prior of the total share of the channels under them."""
    priors, channels = config.priors, config.channels
    paid = len(config.channel_columns)
    equal = np.full(len(channels), 1 / len(channels))
    by_spend = equal.copy()
    if scales.spend[:paid].sum() > 0:
        by_spend[:paid] = scales.spend[:paid] / scales.spend[:paid].sum() * paid / len(channels)
    base = (1 - priors.spend_tilt) * equal + priors.spend_tilt * by_spend
    common = np.array([not priors.of(channel).on_roas for channel in channels])
    part = float(base[common].sum())
    if part == 0:
        return np.zeros(len(channels)), (0.0, 1.0)
    total = log_normal_shape(priors.media_share_mean * part, priors.media_share_sd * part)
    return np.where(common, base * priors.share_concentration * len(channels), 0.0), total


@dataclass(frozen=True)
class Natural:
    """Natural values of media parameters by draw: `share`, `first`, `second`, `half`, `slope` (draw,
    channel),
    `spread` (draw, channel; 0 without geos), `effect` (draw, geo, channel) log deviations, `noise`
    (draw, geo) in units of the geo's mean KPI. `first` is the decay per period, or a Weibull's shape."""

    share: Floats
    first: Floats
    second: Floats
    half: Floats
    slope: Floats
    spread: Floats
    effect: Floats
    noise: Floats

    def pick(self, draws: Integers) -> Natural:
        """The same for some of the draws."""
        return Natural(**{name: value[draws] for name, value in vars(self).items()})


def natural_of(points: Floats, layout: Layout, config: MMMConfig, geos: int, weekly: float) -> Natural:
    """Natural values of unconstrained `points` (draw, parameter); `weekly` is periods per week."""
    draws, channels = len(points), len(config.channels)

    def column(slot: int) -> Floats:
        places = layout.places[slot]
        return np.where(places >= 0, np.exp(points[:, np.maximum(places, 0)]), 1.0)

    first = column(FIRST)
    for c, channel in enumerate(config.channels):
        if ADSTOCKS[config.adstock_of(channel)].has_half_life:
            retention = 1 / (1 + np.exp(-points[:, layout.places[FIRST, c]]))
            first[:, c] = np.maximum(retention ** (1 / weekly), 1e-12)
    effect = np.zeros((draws, geos, channels))
    spread = np.zeros((draws, channels))
    if layout.geo_place >= 0:
        spread = column(SPREAD)
        offsets = points[:, layout.geo_place : layout.geo_place + geos * channels]
        effect = offsets.reshape(draws, geos, channels) * spread[:, None] ** (1 - layout.centring)
    noise = np.exp(points[:, layout.noise_place : layout.noise_place + geos])
    return Natural(column(SHARE), first, column(SECOND), column(HALF), column(SLOPE), spread, effect, noise)
