"""Media response of many posterior draws at once, in compiled loops: contributions, sums, levels."""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.mmm.compiled import compiled
from core.mmm.parameters import Natural
from core.mmm.structure import Structure
from core.mmm.transforms import carry, fill_weights, respond

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class MediaDraws:
    """Posterior draws of the media response.

    `weights` (draw, channel, lag) carry-over; `half`, `slope` (draw, channel); `beta` (draw, geo, channel)
    KPI units per unit of saturated exposure; `saturation` (channel,) codes.
    """

    weights: Floats
    half: Floats
    slope: Floats
    beta: Floats
    saturation: Integers

    def pick(self, draws: Integers) -> MediaDraws:
        """The same for some of the draws."""
        return MediaDraws(
            self.weights[draws], self.half[draws], self.slope[draws], self.beta[draws], self.saturation
        )

    def of(self, channels: Integers) -> MediaDraws:
        """The same for some of the channels."""
        return MediaDraws(
            np.ascontiguousarray(self.weights[:, channels]), np.ascontiguousarray(self.half[:, channels]),
            np.ascontiguousarray(self.slope[:, channels]), np.ascontiguousarray(self.beta[..., channels]),
            self.saturation[channels],
        )  # fmt: skip


@compiled
def _all_weights(kinds, first, second, weights):
    draws, channels, lags = weights.shape
    spare = np.empty((2, lags))
    for s in range(draws):
        for c in range(channels):
            fill_weights(kinds[c], first[s, c], second[s, c], weights[s, c], spare[0], spare[1])


@compiled
def _terms(exposure, weights, saturation, half, slope, beta, start, out):
    channels, geos, periods = exposure.shape
    carried, response, spare = np.empty(periods), np.empty(periods), np.empty(periods)
    for s in range(beta.shape[0]):
        for c in range(channels):
            for g in range(geos):
                carry(exposure[c, g], weights[s, c], carried)
                respond(saturation[c], carried, half[s, c], slope[s, c], response, spare)
                level = beta[s, g, c]
                for t in range(start, periods):
                    out[s, g, t - start, c] = level * response[t]


@compiled
def _sums(exposure, weights, saturation, half, slope, beta, value, start, stop, out):
    channels, geos, periods = exposure.shape
    carried, response, spare = np.empty(periods), np.empty(periods), np.empty(periods)
    for s in range(beta.shape[0]):
        for c in range(channels):
            for g in range(geos):
                carry(exposure[c, g], weights[s, c], carried)
                respond(saturation[c], carried, half[s, c], slope[s, c], response, spare)
                for after in range(2):
                    first, last = (start, stop) if after == 0 else (stop, periods)
                    kpi = money = 0.0
                    for t in range(first, last):
                        kpi += response[t]
                        money += response[t] * value[g, t]
                    out[s, g, c, after] = beta[s, g, c] * kpi
                    out[s, g, c, 2 + after] = beta[s, g, c] * money


def carry_over_weights(structure: Structure, natural: Natural) -> Floats:
    """(draw, channel, lag) weights of every draw."""
    weights = np.empty((*natural.first.shape, structure.lags))
    first, second = np.ascontiguousarray(natural.first), np.ascontiguousarray(natural.second)
    _all_weights(structure.adstock_codes, first, second, weights)
    return weights


def media_draws(structure: Structure, natural: Natural) -> MediaDraws:
    """Draws of the response with their level: each channel's share of the KPI over the training periods."""
    draws, geos, channels = natural.effect.shape
    weights, codes = carry_over_weights(structure, natural), structure.saturation_codes
    plain = MediaDraws(weights, natural.half, natural.slope, np.ones((draws, geos, channels)), codes)
    exposure = structure.exposure[..., : structure.train]
    response = media_sums(plain, exposure, np.zeros(exposure.shape[1:]), 0, structure.train)[..., 0]
    mean = structure.scales.kpi_mean[:, None] * np.exp(natural.effect)
    norm = (mean * response).sum(axis=1)
    total = structure.scales.kpi_mean.sum() * structure.train
    beta = mean * (natural.share * total / norm)[:, None]
    return MediaDraws(weights, natural.half, natural.slope, beta, codes)


def media_terms(media: MediaDraws, exposure: Floats, start: int = 0) -> Floats:
    """(draw, geo, period, channel) KPI earned from period `start` on; `exposure` (channel, geo, period) is
    scaled and begins before any carry-over."""
    _, geos, periods = exposure.shape
    out = np.empty((len(media.beta), geos, periods - start, exposure.shape[0]))
    _terms(exposure, media.weights, media.saturation, media.half, media.slope, media.beta, start, out)
    return out


def media_sums(media: MediaDraws, exposure: Floats, value: Floats, start: int, stop: int) -> Floats:
    """(draw, geo, channel, 4): KPI in [start, stop) and after it, then both in money.

    `value` (geo, period) is money per unit of KPI.
    """
    channels, geos, _ = exposure.shape
    out = np.zeros((len(media.beta), geos, channels, 4))
    _sums(
        exposure,
        media.weights,
        media.saturation,
        media.half,
        media.slope,
        media.beta,
        value,
        start,
        stop,
        out,
    )
    return out


def exposure_per_spend(structure: Structure) -> Floats:
    """(geo, channel) scaled exposure that one unit of a paid channel's total spend buys in each geo.

    Geos keep the shares, and exposure the price, of the last year; of the whole data where a channel did not
    run in it. NaN where a channel has no spend at all.
    """
    panel = structure.panel
    paid = len(structure.config.channel_columns)
    year = round(panel.frequency.periods_per_year)
    rate = np.full((len(panel.geos), paid), np.nan)
    for c in range(paid):
        for start in (max(panel.periods - year, 0), 0):
            spent = panel.spend[:, start:, c].sum()
            if spent > 0 and panel.exposure[:, start:, c].sum() > 0:
                rate[:, c] = panel.exposure[:, start:, c].sum(axis=1) / spent
                break
    return rate / structure.scales.exposure[:, :paid]
