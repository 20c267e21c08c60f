"""The periods of a plan: the effect of past exposure in them, and what each channel's spend would earn.

The carried exposure of a channel in a plan is linear in its money: a_t = past_t + money * rate_g * spread_t,
where `spread` is the flighting pattern carried over. KPI is beta * saturate(a_t), summed over the plan's
periods and the tail after it. Where a channel has reach and frequency, a_t is reach * saturate(frequency)
carried over, spend buys reach at the reference frequency, and KPI is beta * a_t.
"""

# Compiled functions carry no annotations: numba infers their types from the callers.
# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.mmm.arrays import Floats
from core.mmm.model.media import MediaDraws, exposure_per_spend, media_per_money
from core.mmm.model.structure import Structure
from core.mmm.model.transforms import answer, carry, respond
from core.mmm.numba_cache import kernel
from core.mmm.optimiser.decision_variables import DecisionVariables
from core.mmm.optimiser.derivatives import curve_bounds, first_order, second_order


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


@kernel
def _carry_past(recent, rows, weights, saturation, half, slope, out):
    draws, channels, geos, periods = out.shape
    known = recent.shape[2]
    size = known + periods
    series, often, carried = np.zeros(size), np.ones(size), np.empty(size)
    reach, spare = np.empty(size), np.empty(size)
    for s in range(draws):
        for c in range(channels):
            for g in range(geos):
                series[:known] = recent[c, g]
                if rows[c] >= 0:
                    often[:known] = recent[rows[c], g]
                    answer(
                        saturation[c], True, series, often, weights[s, c], half[s, c], slope[s, c],
                        reach, carried, spare,
                    )  # fmt: skip
                else:
                    carry(series, weights[s, c], carried)
                out[s, c, g] = carried[known:]


@kernel
def _carry_pattern(pattern, weights, out):
    draws, channels, periods = out.shape
    series = np.zeros(periods)
    for s in range(draws):
        for c in range(channels):
            series[: pattern.shape[0]] = pattern[:, c]
            carry(series, weights[s, c], out[s, c])


@kernel
def _kpi_by_period(schedule, past, weights, rate, saturation, half, slope, beta, out):
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


def horizon_of(structure: Structure, media: MediaDraws, pattern: Floats, by_geo: bool = False) -> Horizon:
    """The horizon right after the data for a flighting `pattern` (period, channel) whose columns sum to 1;
    `by_geo`: spend is each geo's own, else that of all geos together."""
    price = own_exposure_per_spend(structure) if by_geo else exposure_per_spend(structure)
    own, rate = media_per_money(structure, media, price)
    tail = structure.lags - 1
    recent = np.ascontiguousarray(structure.exposure[..., structure.panel.periods - tail :])
    past = np.empty((*own.half.shape, len(structure.panel.geos), len(pattern) + tail))
    _carry_past(recent, own.frequency_rows, own.weights, media.saturation, own.half, own.slope, past)
    spread = np.empty((*own.half.shape, past.shape[-1]))
    _carry_pattern(np.ascontiguousarray(pattern), own.weights, spread)
    return Horizon(past, spread, rate, own, len(pattern))


def kpi_by_variable(
    horizon: Horizon, variables: DecisionVariables, amounts: Floats
) -> tuple[Floats, Floats, Floats]:
    """KPI (draw, channel), its derivative (draw, variable) by the amounts, and its part after the plan."""
    m = horizon.media
    value, after = np.zeros(m.half.shape), np.zeros(m.half.shape)
    gradient = np.zeros((len(m.half), variables.size))
    first_order(
        np.ascontiguousarray(amounts, dtype=float), variables.first, variables.free, variables.parts,
        horizon.periods, horizon.past, horizon.spread, m.weights, horizon.rate, m.saturation, m.half,
        m.slope, m.beta, value, after, gradient,
    )  # fmt: skip
    return value, gradient, after


def curvature(horizon: Horizon, variables: DecisionVariables, amounts: Floats, weights: Floats) -> Floats:
    """(variable, lag) curvature of the draws' KPI weighted by `weights`, without what is positive; see
    `second_order`."""
    m = horizon.media
    bands = np.zeros((variables.size, m.weights.shape[2] if variables.free.any() else 1))
    second_order(
        np.ascontiguousarray(amounts, dtype=float), variables.first, variables.free, variables.parts,
        horizon.periods, horizon.past, horizon.spread, m.weights, horizon.rate, m.saturation, m.half,
        m.slope, m.beta, np.ascontiguousarray(weights), bands,
    )  # fmt: skip
    return bands


def variable_curves(
    horizon: Horizon, variables: DecisionVariables, points: Floats
) -> tuple[Floats, Floats, Floats]:
    """Mean KPI (variable, point) at `points` of variables that all have a fixed pattern, and the slopes of
    bounds of it; see `curve_bounds`.
    """
    m = horizon.media
    value = np.zeros(points.shape)
    left, right = (np.zeros((len(points), points.shape[1] - 1)) for _ in range(2))
    curve_bounds(
        np.ascontiguousarray(points, dtype=float), variables.first, variables.parts, horizon.periods,
        horizon.past, horizon.spread, horizon.rate, m.saturation, m.half, m.slope, m.beta, value, left, right,
    )  # fmt: skip
    return value, left, right


def few_draws(horizon: Horizon, count: int) -> Horizon:
    """The same for up to `count` evenly spaced draws."""
    draws = len(horizon.past)
    if draws <= count:
        return horizon
    places = np.linspace(0, draws - 1, count).round().astype(np.int64)
    return Horizon(
        horizon.past[places], horizon.spread[places], horizon.rate[places], horizon.media.pick(places),
        horizon.periods,
    )  # fmt: skip


def kpi_by_period(horizon: Horizon, schedule: Floats) -> Floats:
    """(draw, period, channel) KPI of a schedule (period, channel) of money, tail periods included."""
    m = horizon.media
    out = np.zeros((len(m.beta), horizon.past.shape[-1], horizon.channels))
    _kpi_by_period(
        np.ascontiguousarray(schedule, dtype=float), horizon.past, m.weights, horizon.rate, m.saturation,
        m.half, m.slope, m.beta, out,
    )  # fmt: skip
    return out


def geo_shares(structure: Structure) -> Floats:
    """(geo, channel) shares of the last year's spend, of the whole data where a channel did not run in it;
    even where it never did."""
    spend = _spent(structure)
    total = spend.sum(axis=0)
    return np.asarray(np.where(total > 0, spend / np.where(total > 0, total, 1.0), 1 / len(spend)))


def own_exposure_per_spend(structure: Structure) -> Floats:
    """(geo, channel) scaled exposure, or reach, that one unit of a geo's own spend buys there.

    The price is that of the last year (of the whole data where the channel did not run in it); the national
    one where the geo itself never spent.
    """
    spend, exposure = _spent(structure), _spent(structure, of="exposure")
    total = spend.sum(axis=0)
    national = exposure.sum(axis=0) / np.where(total > 0, total, 1.0)
    own = np.where(spend > 0, exposure / np.where(spend > 0, spend, 1.0), national)
    return np.asarray(own / structure.scales.exposure[:, : spend.shape[1]])


def _spent(structure: Structure, of: str = "spend") -> Floats:
    """(geo, paid channel) spend, or exposure, of the window in which the channel's price is read."""
    panel, paid = structure.panel, len(structure.config.channel_columns)
    year = max(panel.periods - round(panel.frequency.periods_per_year), 0)
    ran = (panel.spend[:, year:, :paid].sum(axis=(0, 1)) > 0) & (
        panel.exposure[:, year:, :paid].sum(axis=(0, 1)) > 0
    )
    what = getattr(panel, of)[..., :paid]
    return np.asarray(np.where(ran, what[:, year:].sum(axis=1), what.sum(axis=1)))
