"""Media response of many posterior draws at once, in compiled loops: contributions, sums, levels."""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.mmm.model.curves import SATURATION_CODES, Saturation
from core.mmm.model.parameters import Natural
from core.mmm.model.structure import Structure
from core.mmm.model.transforms import answer, fill_weights, respond
from core.mmm.numba_cache import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class MediaDraws:
    """Posterior draws of the media response.

    `weights` (draw, channel, lag) carry-over; `half`, `slope` (draw, channel); `beta` (draw, geo, channel)
    KPI units per unit of saturated exposure; `saturation` (channel,) codes; `frequency_rows` (channel,) the
    row of each channel's average frequency in an exposure, -1 where it has none.
    """

    weights: Floats
    half: Floats
    slope: Floats
    beta: Floats
    saturation: Integers
    frequency_rows: Integers

    def pick(self, draws: Integers) -> MediaDraws:
        """The same for some of the draws."""
        return replace(
            self,
            weights=self.weights[draws],
            half=self.half[draws],
            slope=self.slope[draws],
            beta=self.beta[draws],
        )

    def of(self, channels: Integers) -> MediaDraws:
        """The same for some of the channels; frequencies stay in the rows they had."""
        return MediaDraws(
            np.ascontiguousarray(self.weights[:, channels]), np.ascontiguousarray(self.half[:, channels]),
            np.ascontiguousarray(self.slope[:, channels]), np.ascontiguousarray(self.beta[..., channels]),
            self.saturation[channels], self.frequency_rows[channels],
        )  # fmt: skip


@kernel
def _all_weights(kinds, first, second, weights):
    draws, channels, lags = weights.shape
    spare = np.empty((2, lags))
    for s in range(draws):
        for c in range(channels):
            fill_weights(kinds[c], first[s, c], second[s, c], weights[s, c], spare[0], spare[1])


@kernel
def _terms(exposure, weights, saturation, rows, half, slope, beta, start, out):
    draws, geos, channels = beta.shape
    periods = exposure.shape[2]
    carried, response, spare = np.empty(periods), np.empty(periods), np.empty(periods)
    for s in range(draws):
        for c in range(channels):
            for g in range(geos):
                answer(
                    saturation[c], rows[c] >= 0, exposure[c, g], exposure[max(rows[c], c), g], weights[s, c],
                    half[s, c], slope[s, c], carried, response, spare,
                )  # fmt: skip
                level = beta[s, g, c]
                for t in range(start, periods):
                    out[s, g, t - start, c] = level * response[t]


@kernel
def _sums(exposure, weights, saturation, rows, half, slope, beta, value, start, stop, out):
    draws, geos, channels = beta.shape
    periods = exposure.shape[2]
    carried, response, spare = np.empty(periods), np.empty(periods), np.empty(periods)
    for s in range(draws):
        for c in range(channels):
            for g in range(geos):
                answer(
                    saturation[c], rows[c] >= 0, exposure[c, g], exposure[max(rows[c], c), g], weights[s, c],
                    half[s, c], slope[s, c], carried, response, spare,
                )  # fmt: skip
                for after in range(2):
                    first, last = (start, stop) if after == 0 else (stop, periods)
                    kpi = money = 0.0
                    for t in range(first, last):
                        kpi += response[t]
                        money += response[t] * value[g, t]
                    out[s, g, c, after] = beta[s, g, c] * kpi
                    out[s, g, c, 2 + after] = beta[s, g, c] * money


@kernel
def _saturated(saturation, points, half, slope, out):
    """Fill `out` (draw, point) for one channel."""
    spare = np.empty(points.shape[0])
    for s in range(half.shape[0]):
        respond(saturation, points, half[s], slope[s], out[s], spare)


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
    even, rows = np.ones((draws, geos, channels)), structure.frequency_rows
    plain = MediaDraws(weights, natural.half, natural.slope, even, codes, rows)
    exposure = structure.exposure[..., : structure.train]
    response = media_sums(plain, exposure, np.zeros(exposure.shape[1:]), 0, structure.train)[..., 0]
    mean = structure.scales.kpi_mean[:, None] * np.exp(natural.effect)
    norm = (mean * response).sum(axis=1)
    total = structure.scales.kpi_mean.sum() * structure.train
    beta = mean * (natural.share * total / norm)[:, None]
    return replace(plain, beta=beta)


def media_terms(media: MediaDraws, exposure: Floats, start: int = 0) -> Floats:
    """(draw, geo, period, channel) KPI earned from period `start` on; `exposure` (row, geo, period) is
    scaled as by `scaled_exposure` and begins before any carry-over."""
    draws, geos, channels = media.beta.shape
    out = np.empty((draws, geos, exposure.shape[-1] - start, channels))
    _terms(
        exposure, media.weights, media.saturation, media.frequency_rows, media.half, media.slope, media.beta,
        start, out,
    )  # fmt: skip
    return out


def media_sums(media: MediaDraws, exposure: Floats, value: Floats, start: int, stop: int) -> Floats:
    """(draw, geo, channel, 4): KPI in [start, stop) and after it, then both in money.

    `value` (geo, period) is money per unit of KPI.
    """
    out = np.zeros((*media.beta.shape, 4))
    _sums(
        exposure, media.weights, media.saturation, media.frequency_rows, media.half, media.slope, media.beta,
        value, start, stop, out,
    )  # fmt: skip
    return out


def saturated(media: MediaDraws, channel: int, points: Floats) -> Floats:
    """(draw, point) saturation of one channel at `points` of its scaled exposure, or of its frequency."""
    out = np.empty((len(media.half), len(points)))
    half, slope = (np.ascontiguousarray(own[:, channel]) for own in (media.half, media.slope))
    _saturated(media.saturation[channel], np.ascontiguousarray(points, dtype=float), half, slope, out)
    return out


def exposure_per_spend(structure: Structure) -> Floats:
    """(geo, channel) scaled exposure that one unit of a paid channel's total spend buys in each geo; reach
    where there is a frequency.

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


def reference_frequency(structure: Structure) -> Floats:
    """(geo, channel with reach and frequency) average frequency of the last year, by reach; of the whole data
    where nobody was reached in it. What plans and response curves hold frequency at.
    """
    panel, config = structure.panel, structure.config
    recent = max(panel.periods - round(panel.frequency.periods_per_year), 0)
    found = np.empty((len(panel.geos), len(config.frequency_channels)))
    for k, channel in enumerate(config.frequency_channels):
        reach, often = panel.exposure[..., config.channels.index(channel)], panel.average_frequency[..., k]
        ever = _mean_by_reach(reach, often, often[:, 0])
        found[:, k] = _mean_by_reach(reach[:, recent:], often[:, recent:], ever)
    return found


def _mean_by_reach(reach: Floats, often: Floats, otherwise: Floats) -> Floats:
    """(geo,) mean of `often` (geo, period) by reach; `otherwise` where there is none."""
    people = reach.sum(axis=1)
    mean = (reach * often).sum(axis=1) / np.where(people > 0, people, 1.0)
    return np.asarray(np.where(people > 0, mean, otherwise))


def media_per_money(
    structure: Structure, media: MediaDraws, price: Floats | None = None
) -> tuple[MediaDraws, Floats]:
    """The paid channels as they answer to money, and the rate (draw, geo, channel): what of their carried
    exposure one unit of a channel's total spend buys in each geo, or `price` (geo, channel) where given.

    Money scales the reach of a channel that has a frequency, and leaves its frequency at
    `reference_frequency`: each draw's rate holds saturation there, and what is carried over earns in
    proportion.
    """
    own = media.of(np.arange(len(structure.config.channel_columns)))
    bought = exposure_per_spend(structure) if price is None else price
    rate = np.repeat(np.nan_to_num(bought)[None], len(own.beta), axis=0)
    often, codes = reference_frequency(structure), own.saturation.copy()
    for c in np.flatnonzero(own.frequency_rows >= 0):
        row = own.frequency_rows[c] - len(structure.config.channels)
        rate[..., c] *= saturated(own, int(c), often[:, row])
        codes[c] = SATURATION_CODES[Saturation.NONE]
    return replace(own, saturation=codes), rate
