"""Small markets made by hand, and their KPI worked out from the equation in docs/model.md alone.

Nothing of the planning code is used here: carry-over, saturation and the price of exposure are written again
in plain NumPy, so that a fault in the kernel cannot hide in its own check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm import FittedMMM
from core.mmm.model.media import MediaDraws
from tests.core.mmm.samples import plain, prior_model, weekly

Floats = NDArray[np.float64]
Worth = Callable[[Floats], Floats]  # (plan, draw) KPI -> (plan,) what it is worth
Allowed = Callable[[Floats], NDArray[np.bool_]]
LAGS, WEEKS = 8, 60


@dataclass(frozen=True)
class Market:
    """Weekly data and draws: `decay`, `half`, `slope` (draw, channel), `beta` (draw, geo, channel) KPI at
    full saturation; `half` is in units of a geo's mean non-zero exposure."""

    names: tuple[str, ...]
    decay: Floats
    half: Floats
    slope: Floats
    beta: Floats
    typical: tuple[float, ...]
    geos: tuple[str, ...] = ("",)  # in the order of the alphabet

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Sixty weeks by geo; a channel's exposure is its money."""
        parts = []
        for g, geo in enumerate(self.geos):
            generator = np.random.default_rng(40 + g)
            media = {
                name: generator.gamma(3, typical * (1 + g) / 3, WEEKS)
                for name, typical in zip(self.names, self.typical, strict=True)
            }
            parts.append(weekly(WEEKS, seed=g, **media, **({"geo": geo} if geo else {})))
        columns = ["date", "sales", *self.names, "price", *(["geo"] if len(self.geos) > 1 else [])]
        return pd.concat(parts[::-1], ignore_index=True)[columns]

    @cached_property
    def model(self) -> FittedMMM:
        """The market as a fitted model whose draws are these."""
        geo = {"geo_column": "geo", "use_geo": True} if len(self.geos) > 1 else {}
        base = prior_model(self.frame, plain(channel_columns=list(self.names), **geo), draws=len(self.half))
        count = len(self.names)
        media = MediaDraws(
            self.weights, self.half, self.slope, self.beta, np.zeros(count, np.int64), np.full(count, -1)
        )
        posterior = replace(base.posterior, media=media)
        return FittedMMM(base.structure, posterior, base.trace, base.diverging, {"converged": True}, 0)

    @cached_property
    def weights(self) -> Floats:
        """(draw, channel, lag) decay^lag over their sum."""
        powers = self.decay[..., None] ** np.arange(LAGS)
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))

    @cached_property
    def exposure(self) -> Floats:
        """(geo, week, channel) as in the data."""
        if len(self.geos) == 1:
            return self.frame[list(self.names)].to_numpy()[None]
        rows = [self.frame[self.frame["geo"] == geo][list(self.names)].to_numpy() for geo in self.geos]
        return np.stack(rows)

    @property
    def geo_shares(self) -> Floats:
        """(geo, channel) shares of the last 52 weeks."""
        recent = self.exposure[:, -52:].sum(axis=1)
        return np.asarray(recent / recent.sum(axis=0))

    def cells(self, schedule: Floats) -> Floats:
        """(..., geo, week, channel) money of a schedule (..., week, channel) whose geos keep their shares."""
        return np.asarray(schedule[..., None, :, :] * self.geo_shares[:, None, :])

    def kpi_of(self, geo: int, channel: int, money: Floats) -> Floats:
        """(plan, draw) KPI of one channel in one geo from `money` (plan, week) right after the data, until
        the last week in which it still works."""
        weeks = money.shape[1]
        typical = self.exposure[geo, :, channel].mean()
        before = np.tile(self.exposure[geo, -(LAGS - 1) :, channel], (len(money), 1))
        series = np.hstack([before, money, np.zeros((len(money), LAGS - 1))]) / typical
        found = np.empty((len(money), len(self.half)))
        for s in range(len(self.half)):
            carried = np.zeros((len(money), weeks + LAGS - 1))
            for lag in range(LAGS):
                first = LAGS - 1 - lag
                carried += self.weights[s, channel, lag] * series[:, first : first + carried.shape[1]]
            power = carried ** self.slope[s, channel]
            share = power / (power + self.half[s, channel] ** self.slope[s, channel])
            found[:, s] = self.beta[s, geo, channel] * share.sum(axis=1)
        return found

    def kpi(self, cells: Floats) -> Floats:
        """(plan, draw) KPI of money (plan, geo, week, channel)."""
        whole = np.zeros((len(cells), len(self.half)))
        for g, c in product(range(len(self.geos)), range(len(self.names))):
            series, place = np.unique(cells[:, g, :, c], axis=0, return_inverse=True)
            whole += self.kpi_of(g, c, series)[place.ravel()]
        return whole


def market(
    names: Sequence[str] = ("zeta", "alpha", "mid"),
    slopes: Sequence[float] = (1.0, 1.0, 1.0),
    levels: Sequence[float] = (300.0, 220.0, 150.0),
    halves: Sequence[float] = (1.2, 0.8, 0.6),
    draws: int = 24,
    geos: tuple[str, ...] = ("",),
    seed: int = 1,
    money: float = 1.0,
) -> Market:
    """A market whose draws lie around the given slopes, levels and half saturations; channels usually spend
    100, 60 and 40 times `money` a week."""
    generator = np.random.default_rng(seed)
    count = len(names)

    def around(middle: Sequence[float], sd: float) -> Floats:
        return np.asarray(middle) * np.exp(sd * generator.standard_normal((draws, count)))

    # Concave stays concave: slopes of 1 are not spread.
    steep = np.where(np.asarray(slopes) > 1, around(slopes, 0.08), np.asarray(slopes, dtype=float))
    by_geo = np.exp(0.4 * generator.standard_normal((1, len(geos), count)))
    return Market(
        tuple(names), generator.uniform(0.2, 0.7, (draws, count)), around(halves, 0.25), steep,
        around(levels, 0.3)[:, None, :] * by_geo, (100 * money, 60 * money, 40 * money)[:count], geos,
    )  # fmt: skip


def mean(kpi: Floats) -> Floats:
    """(plan,) mean over draws."""
    return np.asarray(kpi.mean(axis=1))


def mean_of_worst(level: float) -> Worth:
    """CVaR: (plan,) mean of the worst `level` of the draws."""

    def worth(kpi: Floats) -> Floats:
        count = int(np.ceil(level * kpi.shape[1]))
        return np.asarray(np.sort(kpi, axis=1)[:, :count].mean(axis=1))

    return worth


def shares_of(parts: int, levers: int) -> Floats:
    """Every way to lay `parts` equal parts into `levers` places, as shares (way, lever)."""
    bars = np.array(list(combinations(range(parts + levers - 1), levers - 1)))
    edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), parts + levers - 1)])
    return np.asarray((np.diff(edges, axis=1) - 1) / parts)


def everything(cells: Floats) -> NDArray[np.bool_]:
    """Every split is a plan."""
    return np.ones(len(cells), bool)


@dataclass(frozen=True)
class BruteForce:
    """Every split of `total` among levers on a grid: `spread` turns amounts (plan, lever) into cells (plan,
    geo, week, channel), `allowed` says which cells are plans."""

    market: Market
    spread: Callable[[Floats], Floats]
    levers: int
    allowed: Allowed = everything
    worth: Worth = mean

    def best(self, total: float, parts: int = 40, zooms: int = 3) -> tuple[float, Floats]:
        """(worth, amounts) of the best on the grid, which is made finer around the best `zooms` times."""
        tried = shares_of(parts, self.levers) * total
        step, best = total / parts, self._best_of(tried)
        reach = 2 if self.levers <= 4 else 1
        for _ in range(zooms):
            step /= 4 if reach == 2 else 2
            for _ in range(6):
                moves = np.array(list(product(range(-reach, reach + 1), repeat=self.levers - 1)))
                moves = np.hstack([moves, -moves.sum(axis=1, keepdims=True)])
                near = best[1] + step * moves
                found = self._best_of(near[(near > -1e-9).all(axis=1)].clip(0))
                if found[0] <= best[0] + 1e-12 * abs(best[0]):
                    break
                best = found
        return best

    def _best_of(self, amounts: Floats) -> tuple[float, Floats]:
        cells = self.spread(amounts)
        kept = self.allowed(cells)
        assert kept.any()
        worth = self.worth(self.market.kpi(cells[kept]))
        place = int(worth.argmax())
        return float(worth[place]), amounts[kept][place]


def evenly(own: Market, weeks: int) -> Callable[[Floats], Floats]:
    """One amount by channel, the same in each week."""

    def spread(amounts: Floats) -> Floats:
        return own.cells(np.repeat(amounts[:, None, :] / weeks, weeks, axis=1))

    return spread


def by_name(own: Market, amounts: Floats) -> Mapping[str, float]:
    """Amounts in the market's order as a mapping by channel."""
    return {name: float(amount) for name, amount in zip(own.names, amounts, strict=True)}
