"""Simulated markets whose truth is known: weekly sales by geo, and what every channel really earned.

Each `World` is one data set. The well-specified ones obey the model's own equation with parameters drawn
from ranges that owe nothing to its priors; the others break it in one named way each, as real data do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LAGS = 8


@dataclass(frozen=True)
class World:
    """What a data set is made of.

    `spend` names the habit of each channel, repeated as needed. `breaks` is the way in which the equation
    is broken: "" for none, else one of saturation, benchmark, adstock, trend, outliers, demand, noise, geos.
    `following` is how strongly the spend of channels that follow demand moves with the season.
    """

    seed: int
    geos: int
    weeks: int
    channels: int
    spend: tuple[str, ...] = ("flighted", "seasonal", "steady", "bursts")
    following: float = 0.0
    share: tuple[float, float] = (0.1, 0.5)
    breaks: str = ""

    @property
    def name(self) -> str:
        """A readable name that is unique among the worlds."""
        return f"{self.breaks or 'plain'}-{self.geos}x{self.weeks}x{self.channels}-{self.seed}"


@dataclass(frozen=True)
class Market:
    """A simulated data set: `frame` (date, geo, channels, controls, y) and the truth, `contributions`
    (geo, week, channel) in KPI units."""

    world: World
    frame: pd.DataFrame
    contributions: Floats
    channels: tuple[str, ...]
    controls: tuple[str, ...]

    @property
    def totals(self) -> Floats:
        """(geo, channel) what each channel earned in each geo."""
        return self.contributions.sum(axis=1)


_EVERY = ("flighted", "always_on", "seasonal", "late", "bursts", "steady", "following", "growing")
_FIRST = (
    World(1, 1, 104, 4),
    World(2, 1, 156, 6, _EVERY),
    World(3, 1, 78, 3, ("flighted", "bursts", "seasonal")),
    World(4, 1, 208, 10, _EVERY, following=0.6),
    World(5, 1, 130, 5, ("flighted", "following", "following", "always_on"), following=1.0),
    World(6, 1, 104, 12, _EVERY),
    World(7, 1, 156, 8, ("flighted", "late", "bursts", "growing")),
    World(8, 1, 104, 4, ("always_on", "steady", "flighted", "bursts")),
    World(9, 2, 104, 4),
    World(10, 2, 131, 6, _EVERY),
    World(11, 3, 104, 5, ("flighted", "absent", "seasonal", "bursts")),
    World(12, 5, 104, 4, _EVERY, following=0.5),
    World(13, 8, 104, 5, ("flighted", "steady", "absent", "bursts")),
    World(14, 12, 78, 4, ("flighted", "seasonal", "bursts")),
    World(15, 1, 104, 4, breaks="saturation"),
    World(16, 1, 156, 6, _EVERY, breaks="saturation"),
    World(17, 1, 104, 4, ("growing", "seasonal", "bursts", "bursts"), breaks="benchmark"),
    World(18, 2, 131, 6, ("growing", "growing", "late", "seasonal", "bursts"), breaks="benchmark"),
    World(19, 1, 130, 5, _EVERY, breaks="trend"),
    World(20, 1, 104, 4, breaks="outliers"),
    World(21, 1, 156, 5, breaks="adstock"),
    World(22, 1, 130, 5, ("flighted", "following", "bursts", "steady"), following=0.8, breaks="demand"),
    World(23, 3, 104, 5, breaks="geos"),
    World(24, 5, 104, 4, breaks="noise"),
)
# A second draw of every market that obeys the equation: coverage needs more cells than fourteen hold.
_AGAIN = tuple(replace(world, seed=world.seed + 100) for world in _FIRST if not world.breaks)
WORLDS = (*_FIRST, *_AGAIN)


def simulate(world: World) -> Market:
    """The data set of a world; the same every time."""
    rng = np.random.default_rng([world.seed, 20261121])
    dates = pd.date_range("2022-01-03", periods=world.weeks, freq="W-MON")
    size = np.exp(rng.normal(0, 0.5, world.geos)) * 50_000
    season = _season(rng, dates)
    controls = _controls(rng, world)
    demand = _smooth(rng, world.weeks, 0.10) if world.breaks == "demand" else np.zeros(world.weeks)
    spend = np.stack([_spend(rng, world, c, season + demand, size) for c in range(world.channels)], axis=2)
    response = _response(rng, world, spend)
    level = _baseline(rng, world, season + demand, controls)
    contributions = _contributions(rng, world, response, spend, size, level)
    mean = size[:, None] * level
    noise = rng.normal(0, rng.uniform(0.02, 0.06), (world.geos, world.weeks))
    if world.breaks in ("noise", "benchmark"):
        # The peers' generator lets the noise grow with the baseline; half of its variance persists here.
        noise *= mean / mean.mean(axis=1, keepdims=True)
    sales = mean + contributions.sum(axis=2) + noise * (size * level.mean(axis=1))[:, None]
    if world.breaks == "outliers":
        struck = rng.choice(world.weeks, 5, replace=False)
        sales[:, struck] *= rng.choice([0.55, 0.7, 1.4, 1.6], 5)
    return _market(world, dates, spend, controls, np.maximum(sales, 0.0), contributions)


def _market(
    world: World, dates: pd.DatetimeIndex, spend: Floats, controls: Floats, sales: Floats, truth: Floats
) -> Market:
    channels = tuple(f"channel_{c + 1:02d}" for c in range(world.channels))
    names = tuple(f"control_{k + 1}" for k in range(controls.shape[2]))
    rows = []
    for g in range(world.geos):
        part = pd.DataFrame({"date": dates, "geo": f"geo_{g + 1:02d}"})
        part = part.assign(**{name: spend[g, :, c] for c, name in enumerate(channels)})
        part = part.assign(**{name: controls[g, :, k] for k, name in enumerate(names)}, y=sales[g])
        rows.append(part)
    return Market(world, pd.concat(rows, ignore_index=True), truth, channels, names)


def _season(rng: np.random.Generator, dates: pd.DatetimeIndex) -> Floats:
    """(week,) yearly season of two harmonics, 4 to 15 per cent of the baseline."""
    turn = 2 * np.pi * np.asarray(dates.dayofyear) / 365.25
    first, second = rng.uniform(0.04, 0.12), rng.uniform(0.0, 0.05)
    ahead, behind = rng.uniform(0, 2 * np.pi, 2)
    return np.asarray(first * np.sin(turn + ahead) + second * np.sin(2 * turn + behind))


def _controls(rng: np.random.Generator, world: World) -> Floats:
    """(geo, week, 2) slowly moving outside forces."""
    shocks = rng.normal(0, 1, (world.geos, world.weeks + 20, 2))
    moved = np.zeros_like(shocks)
    for t in range(1, shocks.shape[1]):
        moved[:, t] = 0.7 * moved[:, t - 1] + shocks[:, t]
    return moved[:, 20:]


def _smooth(rng: np.random.Generator, weeks: int, size: float) -> Floats:
    """(week,) a smooth wander of standard deviation `size` around zero, about a quarter wide."""
    steps = rng.normal(0, 1, weeks + 60)
    kernel = np.hanning(27)
    path = np.convolve(steps, kernel / kernel.sum(), "same")[30 : 30 + weeks]
    return np.asarray(size * (path - path.mean()) / path.std())


def _baseline(rng: np.random.Generator, world: World, season: Floats, controls: Floats) -> Floats:
    """(geo, week) baseline in units of the geo's size: about 1."""
    time = np.arange(world.weeks) / 52.18
    trend = rng.uniform(-0.08, 0.12) * time
    if world.breaks == "trend":
        trend = trend + _smooth(rng, world.weeks, 0.08)
    elif world.weeks >= 104:
        trend = trend + rng.normal(0, 0.1) * np.maximum(time - 0.5 * time[-1], 0)
    effects = rng.normal(0, 0.02, 2)
    own = rng.normal(1, 0.2, (world.geos, 1)) if world.geos > 1 else np.ones((1, 1))
    return np.maximum(1 + trend + own * season + controls @ effects, 0.2)


def _spend(rng: np.random.Generator, world: World, c: int, demand: Floats, size: Floats) -> Floats:
    """(geo, week) money of channel c."""
    habit = world.spend[c % len(world.spend)]
    budget = np.exp(rng.normal(0, 0.7)) * 0.02
    week = np.stack([_habit(rng, world, habit, demand) for _ in range(world.geos)])
    if habit == "absent" and world.geos > 1:
        week[rng.choice(world.geos, max(1, world.geos // 3), replace=False)] = 0.0
    local = np.exp(rng.normal(0, 0.2, world.geos))
    return np.maximum(week, 0.0) * (budget * size * local)[:, None]


def _habit(rng: np.random.Generator, world: World, habit: str, demand: Floats) -> Floats:
    weeks = world.weeks
    noise = np.exp(rng.normal(0, 0.25, weeks))
    time = np.arange(weeks)
    if habit in ("flighted", "absent"):
        return np.asarray(_on(rng, weeks, 0.25, (3, 8)) * noise)
    if habit == "bursts":
        return np.asarray(_on(rng, weeks, 0.2, (1, 3)) * np.exp(rng.normal(0, 0.4, weeks)))
    if habit == "always_on":
        return np.asarray(1 + rng.normal(0, 0.04, weeks))
    if habit == "growing":
        return np.asarray((1 + rng.uniform(0.1, 0.6) * time / 52) * np.exp(rng.normal(0, 0.06, weeks)))
    if habit == "late":
        return np.asarray(np.clip((time - 0.3 * weeks) / 6, 0, 1) * noise)
    if habit == "following":
        return np.asarray(np.exp(world.following * 10 * demand) * np.exp(rng.normal(0, 0.15, weeks)))
    turn = rng.uniform(0, 2 * np.pi)
    wave = 1 + 0.5 * np.sin(2 * np.pi * time / 52.18 + turn) if habit == "seasonal" else np.ones(weeks)
    return np.asarray(wave * noise)


def _on(rng: np.random.Generator, weeks: int, start: float, length: tuple[int, int]) -> Floats:
    """(week,) one while a flight is on, else zero."""
    on, t = np.zeros(weeks), 0
    while t < weeks:
        if rng.uniform() < start:
            stop = t + int(rng.integers(length[0], length[1] + 1))
            on[t:stop] = 1.0
            t = stop
        t += 1
    return on


def _response(rng: np.random.Generator, world: World, spend: Floats) -> Floats:
    """(geo, week, channel) carried and saturated spend, between 0 and about 1."""
    geos, _, channels = spend.shape
    out = np.zeros_like(spend)
    for c in range(channels):
        retention, slope, ratio = rng.uniform(0, 0.7), rng.uniform(0.8, 2.0), np.exp(rng.normal(0, 0.5))
        peak = rng.uniform(1, 3)
        own = np.exp(rng.normal(0, 0.25, (geos, 2)))
        scaled = spend[..., c] / _typical(spend[..., c])
        half = ratio * np.median(scaled[scaled > 0])
        for g in range(geos):
            kept, middle = retention, half
            if world.breaks == "geos":
                kept, middle = min(retention * own[g, 0], 0.9), half * own[g, 1]
            carried = _carry(scaled[g], kept, peak if world.breaks == "adstock" else 0.0)
            out[g, :, c] = _saturate(world, carried, middle, slope)
    return out


def _typical(spend: Floats) -> Floats:
    """(geo, 1) mean of the weeks with spend; that of all geos where a geo has none."""
    count = np.maximum((spend > 0).sum(axis=1, keepdims=True), 1)
    own = spend.sum(axis=1, keepdims=True) / count
    return np.asarray(np.where(own > 0, own, own[own > 0].mean()))


def _carry(spend: Floats, retention: float, peak: float) -> Floats:
    lags = np.arange(LAGS)
    weights = max(retention, 1e-9) ** ((lags - peak) ** 2 if peak else lags)
    weights = weights / weights.sum()
    return np.asarray(np.convolve(spend, weights)[: len(spend)])


def _saturate(world: World, carried: Floats, half: float, slope: float) -> Floats:
    if world.breaks == "saturation":
        return np.asarray(np.log1p(carried / half) / np.log(4))
    if world.breaks == "benchmark":
        most = carried.max() or 1.0
        return np.asarray(carried**slope / (carried**slope + (0.7 * most) ** slope))
    return np.asarray(carried**slope / (carried**slope + half**slope))


def _contributions(
    rng: np.random.Generator, world: World, response: Floats, spend: Floats, size: Floats, level: Floats
) -> Floats:
    """(geo, week, channel) KPI: the channels' total share of all sales, split by luck and by money."""
    if world.breaks == "benchmark":
        # As in the public generator: each channel can earn as much as half of the base.
        effect = np.full(world.channels, 0.35)
        return np.asarray(response * effect * size[:, None, None])
    share = rng.uniform(*world.share)
    split = rng.gamma(2.0, 1.0, world.channels) * spend.sum(axis=(0, 1)) ** 0.5
    split /= split.sum()
    local = np.exp(rng.normal(0, rng.uniform(0.05, 0.3), (world.geos, world.channels)))
    raw = response * (local * size[:, None])[:, None, :]
    base = (size[:, None] * level).sum()
    return np.asarray(raw * (split * share / (1 - share) * base / raw.sum(axis=(0, 1))))
