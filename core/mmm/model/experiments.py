"""Lift tests laid over a panel: which cells they speak about, and the exposure they are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.config import MMMConfig
from core.mmm.lift import LiftTest
from core.mmm.model.parameters import Scales
from core.mmm.panel.panel import Panel
from core.mmm.problem import DatasetProblem, listed

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Experiments:
    """`table` (test, 5): channel, first period, period after the last, lift, lift_sd. One row per test and
    geo: `row_test`, `row_geo`, and `changed` (row, training period), the comparison's scaled exposure."""

    table: Floats
    row_test: Integers
    row_geo: Integers
    changed: Floats


def experiments_of(panel: Panel, config: MMMConfig, scales: Scales, train: int) -> Experiments:
    """The lift tests of a configuration on a panel; DatasetProblem where one lies outside the data."""
    faults = [fault for test in config.lift_tests for fault in _faults(test, panel, config, train)]
    if faults:
        raise DatasetProblem(faults)
    table, row_test, row_geo, changed = [], [], [], []
    for number, test in enumerate(config.lift_tests):
        c = config.channels.index(test.channel)
        start, stop = _window(test, panel)
        table.append([c, start, stop, test.lift, test.lift_sd])
        geos = [panel.geos.index(geo) for geo in test.geos] if test.geos else list(range(len(panel.geos)))
        exposure = _compared(panel, c, start, stop, test, geos)
        for g in geos:
            row_test.append(number)
            row_geo.append(g)
            changed.append(exposure[g, :train] / scales.exposure[g, c])
    return Experiments(
        np.array(table, dtype=float).reshape(-1, 5),
        np.array(row_test, dtype=np.int64),
        np.array(row_geo, dtype=np.int64),
        np.array(changed, dtype=float).reshape(-1, train),
    )


def _window(test: LiftTest, panel: Panel) -> tuple[int, int]:
    start = int(panel.dates.searchsorted(pd.Timestamp(test.start), side="left"))
    return start, int(panel.dates.searchsorted(pd.Timestamp(test.end), side="right"))


def _faults(test: LiftTest, panel: Panel, config: MMMConfig, train: int) -> list[str]:
    name, faults = f"Lift test of '{test.channel}' from {test.start} to {test.end}", []
    start, stop = _window(test, panel)
    first, last = panel.dates[0].date(), panel.dates[train - 1].date()
    if pd.Timestamp(test.start) < panel.dates[0] or stop > train or start >= stop:
        faults.append(f"{name}: its window must lie inside the training data, {first} to {last}.")
    unknown = [geo for geo in test.geos or () if geo not in panel.geos]
    if unknown:
        faults.append(f"{name}: unknown geos {listed(unknown)}.")
    if faults or test.spend_change is None:
        return faults
    if test.channel in config.organic_columns:
        return [f"{name}: an organic medium has no spend to change; leave spend_change blank."]
    c = config.channels.index(test.channel)
    geos = [panel.geos.index(geo) for geo in test.geos] if test.geos else slice(None)
    spent = float(panel.spend[geos, start:stop, c].sum())
    if spent + test.spend_change < 0:
        faults.append(
            f"{name}: spend_change {test.spend_change:,.0f} takes away more than the {spent:,.0f} spent."
        )
    if spent == 0 and not panel.spend[geos, :train, c].any():
        faults.append(f"{name}: the channel never spent in these geos, so exposure cannot follow spend.")
    return faults


def _compared(panel: Panel, c: int, start: int, stop: int, test: LiftTest, geos: list[int]) -> Floats:
    """(geo, period) raw exposure of the channel had its window's spend been the comparison's."""
    exposure = panel.exposure[:, :, c].copy()
    spent = panel.spend[geos, start:stop, c].sum()
    if test.spend_change is None:
        exposure[geos, start:stop] = 0.0
    elif spent > 0:
        exposure[geos, start:stop] *= (spent + test.spend_change) / spent
    else:
        # Nothing ran: the comparison's money is spread evenly at the geos' usual cost of exposure.
        bought = panel.exposure[geos, :, c].sum() / panel.spend[geos, :, c].sum()
        exposure[geos, start:stop] = test.spend_change * bought / (len(geos) * (stop - start))
    return exposure
