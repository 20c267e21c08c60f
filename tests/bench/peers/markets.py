"""The data sets on which speed is compared, in the one form that all fits read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tests.bench.simulated import World, simulate

ROOT = Path(__file__).resolve().parents[3]
HABITS = ("flighted", "always_on", "seasonal", "late", "bursts", "steady", "following", "growing")


@dataclass(frozen=True)
class Table:
    """`frame` has date, geo, channels, controls, y, perhaps population; `totals` (channel,) the truth."""

    frame: pd.DataFrame
    channels: tuple[str, ...]
    controls: tuple[str, ...] = ()
    totals: tuple[float, ...] | None = None

    @property
    def rows(self) -> str:
        """Its size in words."""
        geos = self.frame["geo"].nunique()
        return f"{geos} x {len(self.frame) // geos} x {len(self.channels)}"


def robyn() -> Table:
    """Robyn's simulated sample: 208 weeks, five paid channels."""
    raw = pd.read_csv(ROOT / "sample_data" / "robyn_weekly.csv")
    frame = raw.rename(columns={"DATE": "date", "revenue": "y"}).assign(geo="national")
    return Table(frame, ("tv_S", "ooh_S", "print_S", "facebook_S", "search_S"), ("competitor_sales_B",))


def recovery_small() -> Table:
    """104 weeks, four channels, of the public generator of pymc-labs/mmm-param-recovery (Apache-2.0)."""
    frame = pd.read_csv(ROOT / "tests" / "data" / "mmm" / "recovery_small.csv")
    channels = tuple(name for name in frame if name.startswith("x"))
    return Table(frame, channels, ("c1", "c2"))


def ten_channels() -> Table:
    """156 weeks, ten channels, simulated."""
    return _simulated(World(101, 1, 156, 10, HABITS))


def eight_geos() -> Table:
    """Eight geos, 156 weeks, eight channels, simulated."""
    return _simulated(World(102, 8, 156, 8, HABITS))


def forty_geos() -> Table:
    """Meridian's simulated sample: 40 geos, 156 weeks, five paid and one organic channel (impressions)."""
    raw = pd.read_csv(ROOT / "sample_data" / "meridian_geo_all_channels.csv", index_col=0)
    frame = raw.rename(columns={"time": "date", "conversions": "y"})
    channels = tuple(name for name in frame if name.endswith("_impression"))
    controls = tuple(name for name in frame if name.endswith("_control"))
    return Table(frame, channels, (*controls, "Promo"))


def _simulated(world: World) -> Table:
    market = simulate(world)
    totals = tuple(float(value) for value in market.totals.sum(axis=0))
    return Table(market.frame, market.channels, market.controls, totals)


NATIONAL: dict[str, Callable[[], Table]] = {
    "robyn": robyn,
    "recovery_small": recovery_small,
    "ten_channels": ten_channels,
}
GEOS: dict[str, Callable[[], Table]] = {"eight_geos": eight_geos, "forty_geos": forty_geos}


def another(table: Table, seed: int) -> Table:
    """A data set of the same structure: spend and KPI shaken by a few per cent."""
    rng = np.random.default_rng(seed)
    frame = table.frame.copy()
    for name in (*table.channels, "y"):
        frame[name] = frame[name] * np.exp(rng.normal(0, 0.03, len(frame)))
    return Table(frame, table.channels, table.controls)


def columns_of(table: Table) -> pd.DataFrame:
    """Only the columns that a fit reads."""
    extra = ["population"] if "population" in table.frame else []
    return table.frame[["date", "geo", *table.channels, *table.controls, *extra, "y"]]
