"""The periods of a plan: what past exposure still does in them, and what each channel's money would earn.

The carried exposure of a channel in a plan is linear in its money: a_t = past_t + money * rate_g * spread_t,
where `spread` is the flighting pattern carried over. KPI is beta * saturate(a_t), summed over the plan's
periods and the tail after it. Where a channel has reach and frequency, a_t is reach * saturate(frequency)
carried over, money buys reach at the reference frequency, and KPI is beta * a_t.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.mmm.compiled import compiled
from core.mmm.model.media import MediaDraws, media_per_money
from core.mmm.model.structure import Structure
from core.mmm.model.transforms import answer, carry, respond, saturate

Floats = NDArray[np.float64]
_LN3 = math.log(3.0)


@dataclass(frozen=True)
class Horizon:
    """`past` (draw, channel, geo, period) carried exposure of the past; `spread` (draw, channel, period)
    carried pattern; `rate` (draw, geo, channel) scaled exposure per money; `media` of the paid channels as
    they answer to it (`media_per_money`). Periods are those of the plan, then the tail in which it still
    works."""

    past: Floats
    spread: Floats
    rate: Floats
    media: MediaDraws
    periods: int

    @property
    def channels(self) -> int:
        """Number of paid channels."""
        return int(self.rate.shape[2])


@compiled
def _carry_past(recent, rows, weights, saturation, half, slope, out):
    draws, channels, geos, periods = out.shape
    known = recent.shape[2]
    size = known + periods
    series, often, carried = np.zeros(size), np.ones(size), np.empty(size)
    worth, spare = np.empty(size), np.empty(size)
    for s in range(draws):
        for c in range(channels):
            for g in range(geos):
                series[:known] = recent[c, g]
                if rows[c] >= 0:
                    often[:known] = recent[rows[c], g]
                    answer(
                        saturation[c], True, series, often, weights[s, c], half[s, c], slope[s, c],
                        worth, carried, spare,
                    )  # fmt: skip
                else:
                    carry(series, weights[s, c], carried)
                out[s, c, g] = carried[known:]


@compiled
def _carry_pattern(pattern, weights, out):
    draws, channels, periods = out.shape
    series = np.zeros(periods)
    for s in range(draws):
        for c in range(channels):
            series[: pattern.shape[0]] = pattern[:, c]
            carry(series, weights[s, c], out[s, c])


@compiled
def _slopes(kind, carried, half, slope, response, elasticity, spare):
    """Fill `response`, and `elasticity` with the derivative by the carried exposure."""
    saturate(kind, carried, half, slope, response, elasticity, spare)
    start = 0.0
    # The slope at nothing; that of a Hill curve below 1 is vertical, and 0 keeps a search from leaping.
    if kind == 1:
        start = 0.5 * _LN3 / half
    elif kind == 2:
        start = 1.0 / half
    elif kind == 3:
        start = 1.0
    for t in range(carried.shape[0]):
        elasticity[t] = elasticity[t] / carried[t] if carried[t] > 0.0 else start


@compiled
def _earn(money, past, spread, rate, saturation, half, slope, beta, periods, value, gradient, after):
    draws, channels, geos, length = past.shape
    carried, response = np.empty(length), np.empty(length)
    slopes, spare = np.empty(length), np.empty(length)
    for s in range(draws):
        for c in range(channels):
            for g in range(geos):
                step, level = rate[s, g, c], beta[s, g, c]
                for t in range(length):
                    carried[t] = past[s, c, g, t] + money[c] * step * spread[s, c, t]
                _slopes(saturation[c], carried, half[s, c], slope[s, c], response, slopes, spare)
                whole = late = more = 0.0
                for t in range(length):
                    whole += response[t]
                    more += slopes[t] * spread[s, c, t]
                for t in range(periods, length):
                    late += response[t]
                value[s, c] += level * whole
                gradient[s, c] += level * step * more
                after[s, c] += level * late


@compiled
def _earn_by_period(schedule, past, weights, rate, saturation, half, slope, beta, out):
    draws, channels, geos, length = past.shape
    series, own, carried = np.zeros(length), np.empty(length), np.empty(length)
    response, spare = np.empty(length), np.empty(length)
    for s in range(draws):
        for c in range(channels):
            series[: schedule.shape[0]] = schedule[:, c]
            carry(series, weights[s, c], own)
            for g in range(geos):
                for t in range(length):
                    carried[t] = past[s, c, g, t] + rate[s, g, c] * own[t]
                respond(saturation[c], carried, half[s, c], slope[s, c], response, spare)
                for t in range(length):
                    out[s, t, c] += beta[s, g, c] * response[t]


@compiled
def _schedule_gradient(money, pattern, past, weights, rate, saturation, half, slope, beta, out):
    draws, channels, geos, length = past.shape
    series, own, carried, pull = np.zeros(length), np.empty(length), np.empty(length), np.empty(length)
    response, slopes, spare = np.empty(length), np.empty(length), np.empty(length)
    for s in range(draws):
        for c in range(channels):
            series[: pattern.shape[0]] = pattern[:, c] * money[c]
            carry(series, weights[s, c], own)
            pull[:] = 0.0
            for g in range(geos):
                for t in range(length):
                    carried[t] = past[s, c, g, t] + rate[s, g, c] * own[t]
                _slopes(saturation[c], carried, half[s, c], slope[s, c], response, slopes, spare)
                for t in range(length):
                    pull[t] += beta[s, g, c] * slopes[t] * rate[s, g, c]
            for t in range(pattern.shape[0]):
                for lag in range(min(weights.shape[2], length - t)):
                    out[t, c] += pull[t + lag] * weights[s, c, lag] / draws


def horizon_of(structure: Structure, media: MediaDraws, pattern: Floats) -> Horizon:
    """The horizon right after the data for a flighting `pattern` (period, channel) whose columns sum to 1."""
    own, rate = media_per_money(structure, media)
    tail = structure.lags - 1
    recent = np.ascontiguousarray(structure.exposure[..., structure.panel.periods - tail :])
    past = np.empty((*own.half.shape, len(structure.panel.geos), len(pattern) + tail))
    _carry_past(recent, own.frequency_rows, own.weights, media.saturation, own.half, own.slope, past)
    length = past.shape[-1]
    return Horizon(past, _spread(pattern, own, length), rate, own, len(pattern))


def _spread(pattern: Floats, media: MediaDraws, length: int) -> Floats:
    spread = np.empty((*media.half.shape, length))
    _carry_pattern(np.ascontiguousarray(pattern), media.weights, spread)
    return spread


def with_pattern(horizon: Horizon, pattern: Floats) -> Horizon:
    """The same horizon under another flighting pattern."""
    spread = _spread(pattern, horizon.media, horizon.past.shape[-1])
    return Horizon(horizon.past, spread, horizon.rate, horizon.media, horizon.periods)


def earn(horizon: Horizon, money: Floats) -> tuple[Floats, Floats, Floats]:
    """KPI, its derivative by money, and the part after the plan: each (draw, channel), for `money`
    (channel,).
    """
    value, gradient, after = (np.zeros(horizon.media.half.shape) for _ in range(3))
    m = horizon.media
    _earn(
        np.ascontiguousarray(money, dtype=float), horizon.past, horizon.spread, horizon.rate, m.saturation,
        m.half, m.slope, m.beta, horizon.periods, value, gradient, after,
    )  # fmt: skip
    return value, gradient, after


def earn_by_period(horizon: Horizon, schedule: Floats) -> Floats:
    """(draw, period, channel) KPI of a schedule (period, channel) of money, tail periods included."""
    m = horizon.media
    out = np.zeros((len(m.beta), horizon.past.shape[-1], horizon.channels))
    _earn_by_period(
        np.ascontiguousarray(schedule, dtype=float), horizon.past, m.weights, horizon.rate, m.saturation,
        m.half, m.slope, m.beta, out,
    )  # fmt: skip
    return out


def schedule_gradient(horizon: Horizon, money: Floats, pattern: Floats) -> Floats:
    """(period, channel) derivative of the mean KPI by the money of each period."""
    m = horizon.media
    out = np.zeros(pattern.shape)
    _schedule_gradient(
        money, np.ascontiguousarray(pattern), horizon.past, m.weights, horizon.rate, m.saturation,
        m.half, m.slope, m.beta, out,
    )  # fmt: skip
    return out
