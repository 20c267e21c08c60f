"""Simulated retailers whose truth is known, with curves and calendars that differ from the model's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Curve = Callable[[Floats], Floats]
FIRST = pd.Timestamp("2022-03-07")
SHAPES: Mapping[str, Callable[[float], Curve]] = {
    "bent": lambda steep: lambda d: steep * d * (1 - 0.3 * d),
    "straight": lambda steep: lambda d: steep * d,
    "saturating": lambda steep: lambda d: 0.25 * steep * (1 - np.exp(-d / 0.15)),
    "convex": lambda steep: lambda d: steep * d * (0.6 + 2.0 * d),
    "threshold": lambda steep: (
        lambda d: 0.35 * steep / (1 + np.exp(-(d - 0.17) / 0.04)) - 0.35 * steep / (1 + np.exp(0.17 / 0.04))
    ),
}


@dataclass(frozen=True)
class World:
    """One kind of retailer. `promos` per cell and year, `idle` departments without any, `together` whether
    all departments promote at the same time, `values` the discounts in use (percent; none: 5 to 35, any),
    `peak` of December as a share, `sticky` day-to-day correlation of the noise, `scatter` sd of what single
    promotions bring (log)."""

    name: str
    shape: str = "bent"
    departments: int = 5
    geos: int = 1
    years: float = 2.0
    noise: float = 0.07
    promos: float = 5.0
    idle: int = 0
    together: bool = False
    values: tuple[float, ...] = ()
    closed_sundays: bool = False
    trend: float = 0.05
    peak: float = 0.25
    wave: str = "months"
    sticky: float = 0.0
    scatter: float = 0.0
    dip: float = 0.12
    rival: float = 0.05


@dataclass(frozen=True)
class Retailer:
    """`sales` facts; `curves` by (department, channel): uplift share at a discount share; `plain` frame date,
    channel, department, geo, sales_value: what would have been expected without promotions."""

    world: World
    sales: pd.DataFrame
    curves: Mapping[tuple[str, str], Curve]
    plain: pd.DataFrame
    deepest_pct: float


WORLDS = (
    World("like the sample"),
    World("saturating", shape="saturating"),
    World("convex", shape="convex", promos=6),
    World("threshold", shape="threshold", promos=6),
    World("straight, quiet, one year", shape="straight", years=1.0, noise=0.03),
    World("loud, three years", noise=0.15, years=3.0),
    World("few promotions", promos=1.5, departments=8),
    World("departments without promotions", idle=2, departments=6),
    World("all at once", together=True),
    World("three discounts", values=(10.0, 20.0, 30.0)),
    World("closed Sundays, strong trend", closed_sundays=True, trend=0.3),
    World("Christmas", peak=1.2, wave="feasts"),
    World("several geos", geos=3, departments=3),
    World("sticky noise", sticky=0.6),
    World("promotions differ", scatter=0.1),
    World("ten departments", departments=10, promos=3, noise=0.1),
)


def retailer(world: World, seed: int) -> Retailer:
    """A retailer of that kind, with elasticities of its own."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range(FIRST, periods=round(365 * world.years), freq="D")
    names = [f"Department {chr(65 + k)}" for k in range(world.departments)]
    steep = dict(zip(names, rng.uniform(1.0, 3.2, len(names)), strict=True))
    shift = {"online": rng.uniform(1.0, 1.3), "offline": rng.uniform(0.75, 1.0)}
    curves = {(n, c): SHAPES[world.shape](steep[n] * shift[c]) for n in names for c in shift}
    season, schedule = _season(world, dates, rng), _schedule(world, names, dates, rng)
    parts, plains = [], []
    for name in names:
        for channel in shift:
            for geo in range(world.geos):
                discount = schedule[name, channel]
                rival = schedule[names[0], channel] > 0 if name == names[1] else np.zeros(len(dates), bool)
                plain = _plain(world, dates, season, rng)
                lift = _lift(world, discount, rival, curves[name, channel], rng)
                open_on = ~(world.closed_sundays & (dates.weekday == 6))
                place = {"date": dates, "channel": channel, "department": name, "geo": f"G{geo}"}
                sold = plain * lift * np.exp(_noise(world, len(dates), rng))
                parts.append(_facts(place, sold, discount, rng)[open_on])
                plains.append(
                    pd.DataFrame(place | {"sales_value": plain * np.exp(world.noise**2 / 2) * open_on})
                )
    sales, plain_frame = pd.concat(parts, ignore_index=True), pd.concat(plains, ignore_index=True)
    if world.geos == 1:
        sales, plain_frame = sales.drop(columns="geo"), plain_frame.drop(columns="geo")
    deepest = max(float(days.max()) for days in schedule.values())
    return Retailer(world, sales, curves, plain_frame, deepest)


def _season(world: World, dates: pd.DatetimeIndex, rng: np.random.Generator) -> Floats:
    """(day,) log of what all departments share: trend, season, December, and feasts where they come."""
    day = np.asarray(dates.dayofyear, dtype=float)
    years = np.arange(len(dates)) / 365.25
    found = world.trend * years + 0.08 * np.sin(2 * np.pi * (day - rng.uniform(0, 365)) / 365.25)
    until = np.asarray((pd.to_datetime(dates.year.astype(str) + "-12-24") - dates).days, dtype=float)
    near = (until >= 0) & (until < 30)
    found = found + np.log1p(world.peak) * np.where(near, 1 - until / 30, 0.0)
    if world.wave == "feasts":
        found = found + 0.35 * ((until >= 25) & (until < 32)) - 0.3 * (day < 14) + 0.15 * (dates.day < 4)
    return np.asarray(found)


def _schedule(
    world: World, names: list[str], dates: pd.DatetimeIndex, rng: np.random.Generator
) -> dict[tuple[str, str], Floats]:
    """(day,) discount percent of each department and sales channel, 0 without a promotion."""
    shared = [_start(rng, len(dates)) for _ in range(max(round(world.promos * world.years), 1))]
    found = {}
    for place, name in enumerate(names):
        for channel in ("online", "offline"):
            days = np.zeros(len(dates))
            count = 0 if place >= len(names) - world.idle else max(rng.poisson(world.promos * world.years), 1)
            starts = shared if world.together else [_start(rng, len(dates)) for _ in range(count)]
            for start in starts if count else ():
                pct = rng.choice(world.values) if world.values else np.round(rng.uniform(5, 35))
                days[start : start + rng.integers(3, 11)] = pct
            found[name, channel] = days
    return found


def _start(rng: np.random.Generator, length: int) -> int:
    return int(rng.integers(25, length - 12))


def _plain(world: World, dates: pd.DatetimeIndex, season: Floats, rng: np.random.Generator) -> Floats:
    week = 1 + rng.uniform(0.15, 0.4) * np.isin(dates.weekday, (4, 5)) + rng.normal(0, 0.05, 7)[dates.weekday]
    own = 0.06 * np.sin(2 * np.pi * (np.asarray(dates.dayofyear) - rng.uniform(0, 365)) / 365.25)
    return np.asarray(np.exp(rng.uniform(8.5, 10.5) + season + own) * week)


def _lift(world: World, discount: Floats, rival: Flags, curve: Curve, rng: np.random.Generator) -> Floats:
    """(day,) factor on the plain sales."""
    since, last, found = np.full(len(discount), 99), -99, np.ones(len(discount))
    begun, chance = 0.0, 1.0
    for day, pct in enumerate(discount):
        if pct and pct != begun:
            chance = float(np.exp(rng.normal(0, world.scatter)))
        begun, last = pct, day if pct else last
        since[day] = day - last
        found[day] = (1 + float(curve(np.array(pct / 100)))) * chance if pct else 1.0
    dip = (since >= 1) & (since <= 7)
    return np.asarray(found * np.where(dip, 1 - world.dip, 1.0) * np.where(rival, 1 - world.rival, 1.0))


def _noise(world: World, length: int, rng: np.random.Generator) -> Floats:
    fresh, found = rng.normal(0, world.noise, length), np.zeros(length)
    found[0] = fresh[0]
    for day in range(1, length):
        found[day] = world.sticky * found[day - 1] + np.sqrt(1 - world.sticky**2) * fresh[day]
    return found


def _facts(
    place: dict[str, object], sold: Floats, discount: Floats, rng: np.random.Generator
) -> pd.DataFrame:
    on = discount > 0
    margin = 0.25 - 0.55 * discount / 100 + rng.normal(0, 0.01, len(sold))
    return pd.DataFrame(
        place
        | {
            "promo_flag": on,
            "discount_pct": np.where(on, discount, np.nan),
            "sales_value": sold,
            "margin_value": sold * margin,
            "units": np.round(sold / (40 * (1 - discount / 100))),
        }
    )
