"""The terms of the mix model in PyMC's words; importing this file imports PyMC (see `pymc_model.py`).

Written from docs/model.md and the configuration, apart from the compiled kernel, so that one can be proven
against the other: nothing is optimised here, and the baseline is an explicit multivariate normal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from core.mmm.model.curves import ADSTOCKS, PARAMETERS, SATURATIONS, Adstock, Saturation, check_complete
from core.mmm.model.structure import Structure
from core.mmm.priors import beta_shape, log_normal_shape

Floats = NDArray[np.float64]
Tensor = Any
ByChannel = dict[str, Tensor]
ByName = dict[str, Tensor]
_LN3 = math.log(3.0)
_softmax: Any = pt.special.softmax


# Carry-over and saturation parameters by name and channel; a channel has only those of its own forms.
Shapes = dict[str, ByChannel]


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
    if roas:
        mean, sd = np.array([(config.priors.of(c).roas_mean, config.priors.of(c).roas_sd) for c in roas]).T
        earned = _mean_and_sd(mean, sd, {"dims": "roas_channel"}, "iroas")
    for i, channel in enumerate(roas):
        found[channel] = earned[i] * scales.spend[channels.index(channel)] / scales.kpi_value
    return pm.Deterministic("share", pt.stack([found[c] for c in channels]), dims="channel")


def shape_terms(structure: Structure) -> Shapes:
    """The priors of carry-over and saturation."""
    config, shapes = structure.config, dict[str, ByChannel]()
    for parameter in PARAMETERS:
        channels = coords_by_form(structure)[f"{parameter.name}_channel"]
        if not channels:
            continue
        dim = {"dims": f"{parameter.name}_channel"}
        typical, width = np.array([config.shape_prior(channel, parameter) for channel in channels]).T
        median = structure.scales.median[[config.channels.index(channel) for channel in channels]]
        variable = PRIOR_TERMS[parameter.name](typical, width, structure.weekly, median, dim)
        shapes[parameter.name] = {channel: variable[i] for i, channel in enumerate(channels)}
    return shapes


def coords_by_form(structure: Structure) -> dict[str, list[str]]:
    """Names of the channels that have each kind of parameter, by dimension."""
    config = structure.config
    coords = {
        "split_channel": [c for c in config.channels if not config.priors.of(c).on_roas],
        "roas_channel": [c for c in config.channels if config.priors.of(c).on_roas],
    }
    for parameter in PARAMETERS:
        coords[f"{parameter.name}_channel"] = [
            channel
            for channel in config.channels
            if parameter in ADSTOCKS[config.adstock_of(channel)].parameters
            or parameter in SATURATIONS[config.saturation_of(channel)].parameters
        ]
    return coords


def _median_and_log_sd(median: Floats, log_sd: Floats, dim: dict[str, str], name: str) -> Tensor:
    return pm.LogNormal(name, mu=np.log(median), sigma=log_sd, **dim)


def _mean_and_sd(mean: Floats, sd: Floats, dim: dict[str, str], name: str) -> Tensor:
    mu, sigma = np.array([log_normal_shape(*pair) for pair in zip(mean, sd, strict=True)]).T
    return pm.LogNormal(name, mu=mu, sigma=sigma, **dim)


def _share(mean: Floats, sd: Floats, dim: dict[str, str], name: str) -> Tensor:
    a, b = np.array([beta_shape(*pair) for pair in zip(mean, sd, strict=True)]).T
    return pm.Beta(name, alpha=a, beta=b, **dim)


# A parameter's prior from its typical values, their widths, periods per week and the median exposures.
PRIOR_TERMS: dict[str, Callable[..., Tensor]] = {
    "retention": lambda mean, sd, weekly, median, dim: _share(mean, sd, dim, "retention"),
    "peak": lambda mean, sd, weekly, median, dim: _mean_and_sd(mean * weekly, sd * weekly, dim, "peak"),
    "shape": lambda typical, sd, weekly, median, dim: _median_and_log_sd(typical, sd, dim, "shape"),
    "spread": lambda typical, sd, weekly, median, dim: _median_and_log_sd(
        typical * weekly, sd, dim, "spread"
    ),
    "half": lambda ratio, sd, weekly, median, dim: _median_and_log_sd(median * ratio, sd, dim, "half"),
    "slope": lambda typical, sd, weekly, median, dim: _median_and_log_sd(typical, sd, dim, "slope"),
}


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


def _geometric(shape: ByName, lag: Floats, weekly: float) -> Tensor:
    # The prior speaks of weeks, the data of periods.
    return _softmax(lag * pt.log(shape["retention"]) / weekly, axis=0)


def _delayed(shape: ByName, lag: Floats, weekly: float) -> Tensor:
    return _softmax((lag - shape["peak"]) ** 2 * pt.log(shape["retention"]) / weekly, axis=0)


def _weibull(shape: ByName, lag: Floats, weekly: float) -> Tensor:
    log_ratio = pt.log((lag + 1) / shape["spread"])
    density = pt.exp((shape["shape"] - 1) * log_ratio - pt.exp(shape["shape"] * log_ratio))
    above = density - density.min() if len(lag) > 1 else density
    return above / above.sum()


def _hill(shape: ByName, carried: Tensor) -> Tensor:
    # a^s / (a^s + half^s); no exposure is kept out of the logarithm, whose gradient would be no number.
    reached = carried > 0
    log_ratio = pt.log(pt.switch(reached, carried, 1.0)) - pt.log(shape["half"])
    return pt.switch(reached, pt.sigmoid(shape["slope"] * log_ratio), 0.0)


# (lag,) weights that sum to 1, from a channel's parameters, the lags and periods per week.
ADSTOCK_TERMS: dict[Adstock, Callable[[ByName, Floats, float], Tensor]] = {
    Adstock.GEOMETRIC: _geometric,
    Adstock.DELAYED: _delayed,
    Adstock.WEIBULL: _weibull,
}
# The response to a carried exposure of any shape, from a channel's parameters.
SATURATION_TERMS: dict[Saturation, Callable[[ByName, Tensor], Tensor]] = {
    Saturation.HILL: _hill,
    Saturation.LOGISTIC: lambda shape, carried: pt.tanh(0.5 * _LN3 * carried / shape["half"]),
    Saturation.MICHAELIS_MENTEN: lambda shape, carried: carried / (carried + shape["half"]),
    Saturation.NONE: lambda shape, carried: carried,
}
check_complete(PRIOR_TERMS, [parameter.name for parameter in PARAMETERS], "PyMC's prior of")
check_complete(ADSTOCK_TERMS, Adstock, "PyMC's adstock")
check_complete(SATURATION_TERMS, Saturation, "PyMC's saturation")


def respond(
    structure: Structure, shapes: Shapes, channel: str, exposure: Floats, frequency: Floats | None
) -> Tensor:
    """(..., period) response of a channel to scaled exposures (..., period); with a frequency, to reach."""
    config, lags = structure.config, structure.lags
    own = {name: by_channel[channel] for name, by_channel in shapes.items() if channel in by_channel}
    weights = ADSTOCK_TERMS[config.adstock_of(channel)](own, np.arange(lags, dtype=float), structure.weekly)
    saturate = SATURATION_TERMS[config.saturation_of(channel)]
    if frequency is not None:
        effective = lagged(exposure, lags) * saturate(own, lagged(frequency, lags))
        return (effective * weights).sum(axis=-1)
    return saturate(own, (lagged(exposure, lags) * weights).sum(axis=-1))


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
