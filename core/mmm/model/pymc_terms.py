"""The terms of the mix model in PyMC's words; importing this file imports PyMC (see `pymc_model.py`).

Written from docs/model.md and the configuration, apart from the compiled kernel, so that one can be proven
against the other: nothing is optimised here, and the baseline is an explicit multivariate normal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from core.mmm.choices import Adstock, Saturation
from core.mmm.model.structure import Structure
from core.mmm.priors import ChannelPrior, beta_shape, log_normal_shape

Floats = NDArray[np.float64]
Tensor = Any
ByChannel = dict[str, Tensor]
_LN3 = math.log(3.0)
_softmax: Any = pt.special.softmax


@dataclass(frozen=True)
class Shapes:
    """Carry-over and saturation parameters by channel name; a channel has only those of its own forms."""

    retention: ByChannel
    peak: ByChannel
    shape: ByChannel
    spread: ByChannel
    half: ByChannel
    slope: ByChannel


def share_terms(structure: Structure) -> Tensor:
    """(channel,) each channel's contribution over the KPI: a split of a total, or what its ROAS implies."""
    config, layout, scales = structure.config, structure.layout, structure.scales
    channels = list(config.channels)
    common = [c for c in channels if not config.priors.of(c).on_roas]
    found: ByChannel = {}
    if common:
        mu, sd = layout.total
        total = pm.LogNormal("total_share", mu=mu, sigma=sd)
        found = {common[0]: total}
    if len(common) > 1:
        split = pm.Dirichlet("split", a=layout.tilt[layout.tilt > 0], dims="split_channel")
        found = {channel: total * split[i] for i, channel in enumerate(common)}
    roas = [c for c in channels if c not in common]
    moments = [(own.roas_mean or 0.0, own.roas_sd or 0.0) for own in map(config.priors.of, roas)]
    iroas = _log_normals("iroas", roas, [log_normal_shape(*pair) for pair in moments], "roas_channel")
    for channel, earned in iroas.items():
        found[channel] = earned * scales.spend[channels.index(channel)] / scales.kpi_value
    return pm.Deterministic("share", pt.stack([found[c] for c in channels]), dims="channel")


def shape_terms(structure: Structure) -> Shapes:
    """The priors of carry-over and saturation."""
    config, weekly = structure.config, structure.weekly
    kinds = dict(coords_by_form(structure))

    def prior(channels: list[str]) -> list[ChannelPrior]:
        return [config.priors.of(channel) for channel in channels]

    retention: ByChannel = {}
    if kept := kinds["retention_channel"]:
        a, b = np.array([beta_shape(p.retention_mean, p.retention_sd) for p in prior(kept)]).T
        weekly_share = pm.Beta("retention", alpha=a, beta=b, dims="retention_channel")
        retention = {channel: weekly_share[i] for i, channel in enumerate(kept)}
    delayed, weibull = kinds["delayed_channel"], kinds["weibull_channel"]
    curved, hill = kinds["half_channel"], kinds["hill_channel"]
    median = {c: structure.scales.median[config.channels.index(c)] for c in curved}
    peaks = [log_normal_shape(p.peak_weeks_mean * weekly, p.peak_weeks_sd * weekly) for p in prior(delayed)]
    shapes = [(math.log(p.shape_median), p.shape_sd) for p in prior(weibull)]
    spreads = [(math.log(p.spread_weeks_median * weekly), p.spread_weeks_sd) for p in prior(weibull)]
    own = {channel: config.saturation_prior(channel) for channel in curved}
    halves = [(math.log(median[channel] * own[channel][0][0]), own[channel][0][1]) for channel in curved]
    slopes = [(math.log(own[channel][1][0]), own[channel][1][1]) for channel in hill]
    return Shapes(
        retention,
        _log_normals("peak", delayed, peaks, "delayed_channel"),
        _log_normals("shape", weibull, shapes, "weibull_channel"),
        _log_normals("spread", weibull, spreads, "weibull_channel"),
        _log_normals("half", curved, halves, "half_channel"),
        _log_normals("slope", hill, slopes, "hill_channel"),
    )


def coords_by_form(structure: Structure) -> dict[str, list[str]]:
    """Names of the channels that have each kind of parameter, by dimension."""
    config = structure.config
    adstock = {c: config.adstock_of(c) for c in config.channels}
    saturation = {c: config.saturation_of(c) for c in config.channels}
    return {
        "split_channel": [c for c in config.channels if not config.priors.of(c).on_roas],
        "roas_channel": [c for c in config.channels if config.priors.of(c).on_roas],
        "retention_channel": [c for c, kind in adstock.items() if kind != Adstock.WEIBULL],
        "delayed_channel": [c for c, kind in adstock.items() if kind == Adstock.DELAYED],
        "weibull_channel": [c for c, kind in adstock.items() if kind == Adstock.WEIBULL],
        "half_channel": [c for c, kind in saturation.items() if kind != Saturation.NONE],
        "hill_channel": [c for c, kind in saturation.items() if kind == Saturation.HILL],
    }


def _log_normals(name: str, channels: list[str], shape: list[tuple[float, float]], dim: str) -> ByChannel:
    if not channels:
        return {}
    mu, sigma = np.array(shape).T
    variable = pm.LogNormal(name, mu=mu, sigma=sigma, dims=dim)
    return {channel: variable[i] for i, channel in enumerate(channels)}


def geo_terms(structure: Structure) -> Tensor:
    """(geo, channel) factors by which geos differ from the common effect; 1 for national data."""
    geos, channels, centring = (
        len(structure.panel.geos),
        len(structure.config.channels),
        structure.layout.centring,
    )
    if structure.layout.geo_place < 0:
        return np.ones((geos, channels))
    spread = pm.HalfNormal("geo_spread", sigma=structure.config.priors.geo_spread, dims="channel")
    offset = pm.Normal("geo_offset", mu=0.0, sigma=spread**centring, dims=("geo", "channel"))
    return pm.Deterministic("geo_factor", pt.exp(spread ** (1 - centring) * offset), dims=("geo", "channel"))


def adstock_weights(kind: Adstock, shapes: Shapes, channel: str, weekly: float, lags: int) -> Tensor:
    """(lag,) weights that sum to 1, geometric, delayed or Weibull."""
    lag = np.arange(lags)
    if kind == Adstock.WEIBULL:
        log_ratio = pt.log((lag + 1) / shapes.spread[channel])
        shape = shapes.shape[channel]
        density = pt.exp((shape - 1) * log_ratio - pt.exp(shape * log_ratio))
        above = density - density.min() if lags > 1 else density
        return above / above.sum()
    # The prior speaks of weeks, the data of periods.
    log_decay = pt.log(shapes.retention[channel]) / weekly
    distance = (lag - shapes.peak[channel]) ** 2 if kind == Adstock.DELAYED else lag
    return _softmax(distance * log_decay, axis=0)


def saturate(kind: Saturation, shapes: Shapes, channel: str, carried: Tensor) -> Tensor:
    """The response to a carried exposure of any shape: 0 at 0, 1/2 at `half`, 1 in the limit."""
    if kind == Saturation.NONE:
        return carried
    half = shapes.half[channel]
    if kind == Saturation.MICHAELIS_MENTEN:
        return carried / (carried + half)
    if kind == Saturation.LOGISTIC:
        return pt.tanh(0.5 * _LN3 * carried / half)
    # a^s / (a^s + half^s); no exposure is kept out of the logarithm, whose gradient would be no number.
    reached = carried > 0
    log_ratio = pt.log(pt.switch(reached, carried, 1.0)) - pt.log(half)
    return pt.switch(reached, pt.sigmoid(shapes.slope[channel] * log_ratio), 0.0)


def respond(
    structure: Structure, shapes: Shapes, channel: str, exposure: Floats, frequency: Floats | None
) -> Tensor:
    """(..., period) response of a channel to scaled exposures (..., period); with a frequency, to reach."""
    config, lags = structure.config, structure.lags
    kind = config.saturation_of(channel)
    weights = adstock_weights(config.adstock_of(channel), shapes, channel, structure.weekly, lags)
    if frequency is not None:
        worth = lagged(exposure, lags) * saturate(kind, shapes, channel, lagged(frequency, lags))
        return (worth * weights).sum(axis=-1)
    return saturate(kind, shapes, channel, (lagged(exposure, lags) * weights).sum(axis=-1))


def frequency_of(structure: Structure, channel: str) -> Floats | None:
    """(geo, period) average frequency of a channel over the training periods; None where it has none."""
    often = structure.config.frequency_channels
    if channel not in often:
        return None
    return structure.panel.average_frequency[:, : structure.train, often.index(channel)]


def lagged(exposure: Floats, lags: int) -> Floats:
    """(..., period, lag) exposure so many periods earlier; nothing happened before the first."""
    out = np.zeros((*exposure.shape, lags))
    for lag in range(lags):
        out[..., lag:, lag] = exposure[..., : exposure.shape[-1] - lag]
    return out


def media_levels(structure: Structure, share: Tensor, factor: Tensor, response: Tensor) -> Tensor:
    """(geo, channel) KPI per unit of response, from `response` (geo, period, channel).

    The share is the channel's contribution over the KPI: level = m_g share f / sum_g w_g f mean_t response,
    with m_g the geo's mean KPI, w_g = m_g / sum m and f the geo's factor.
    """
    mean = structure.scales.kpi_mean[:, None]
    earned = (mean / mean.sum() * factor * response.mean(axis=1)).sum(axis=0)
    return mean * share * factor / earned


def add_kpi(structure: Structure, media: Tensor) -> None:
    """The observed KPI (geo, date): Normal(media + Z m0, Z diag(sd^2) Z' + noise^2), the baseline integrated
    out."""
    design, train, mean = structure.design, structure.train, structure.scales.kpi_mean
    noise = pm.HalfNormal("noise", sigma=structure.config.priors.noise_sd, dims="geo")
    columns = design.columns[:, :train] * mean[:, None, None]
    scaled = columns * design.sd
    known = scaled @ scaled.transpose(0, 2, 1)
    covariance = known + ((mean * noise) ** 2)[:, None, None] * np.eye(train)
    pm.MvNormal(
        "kpi", mu=media + columns @ design.mean, cov=covariance,
        observed=structure.panel.kpi[:, :train], dims=("geo", "date"),
    )  # fmt: skip


def add_thin_kpi(structure: Structure, media: Tensor) -> None:
    """The same density by the singular vectors of the scaled design (docs/model.md): quicker to sample."""
    mean, basis, train = structure.scales.kpi_mean, structure.basis, structure.train
    noise = pm.HalfNormal("noise", sigma=structure.config.priors.noise_sd, dims="geo")
    residual = structure.target - media / mean[:, None]
    along = (basis.left * residual[:, None]).sum(axis=-1)
    variance = noise[:, None] ** 2 + basis.singular**2
    rest = ((residual**2).sum(axis=-1) - (along**2).sum(axis=-1)) / noise**2
    size = train * np.log(2 * np.pi * mean**2) + (train - basis.singular.shape[-1]) * pt.log(noise**2)
    pm.Potential(
        "kpi", -0.5 * (rest + size + (along**2 / variance + pt.log(variance)).sum(axis=-1)), dims="geo"
    )


def add_lifts(structure: Structure, shapes: Shapes, response: Tensor, level: Tensor) -> None:
    """The measured lifts: media as they ran less media with the test's window changed, over that window."""
    tests, modelled = structure.experiments, []
    for number, (channel, start, stop, _, _) in enumerate(tests.table):
        c, window, lift = int(channel), slice(int(start), int(stop)), 0.0
        for row in np.flatnonzero(tests.row_test == number):
            g = int(tests.row_geo[row])
            name = structure.config.channels[c]
            often = frequency_of(structure, name)
            own = None if often is None else often[g]
            other = respond(structure, shapes, name, tests.changed[row], own)
            lift += level[g, c] * (response[g, window, c] - other[window]).sum()
        modelled.append(lift)
    measured, sd = tests.table[:, 3], tests.table[:, 4]
    pm.Normal("lift", mu=pt.stack(modelled), sigma=sd, observed=measured, dims="lift_test")
