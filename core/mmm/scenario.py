"""What-if: the media KPI of a spend schedule right after the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.data.calendar import following_dates
from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.fitted import FittedMMM
from core.mmm.model.media import exposure_per_spend
from core.mmm.model.predict import Posterior, baseline_draws, future_panel
from core.mmm.optimiser.horizon import horizon_of, kpi_by_period
from core.mmm.problem import listed

if TYPE_CHECKING:
    import xarray as xr


def simulate(
    model: FittedMMM, spend: pd.DataFrame, controls: pd.DataFrame | None = None, draws: int = 500
) -> xr.DataArray:
    """(draw, period) media KPI of the paid channels, summed over geos.

    `spend` has one row per period after the data and one column per paid channel (a channel left out spends
    nothing); geos keep their present shares, exposure its present price. Effects of past spend count. After
    the schedule follow the max_lag - 1 periods in which it still works (`in_window` False). Coordinates:
    `date`, `in_window`, and with `controls` (the frame of those periods without media) `baseline`
    (draw, period), NaN in the tail. UserError lists every fault of the schedule.
    """
    import xarray as xr

    schedule = schedule_of(model, spend)
    posterior = model.thinned(draws)
    horizon = horizon_of(model.structure, posterior.media, np.zeros_like(schedule))
    kpi = kpi_by_period(horizon, schedule).sum(axis=-1)
    periods = kpi.shape[1]
    dates = following_dates(model.dates[-1], model.frequency, periods)
    inside = np.arange(periods) < len(schedule)
    coords = {"date": ("period", dates), "in_window": ("period", inside)}
    found = xr.DataArray(kpi, dims=("draw", "period"), coords=coords, name="kpi")
    if controls is not None:
        base = _baseline(model, posterior, controls, len(schedule), periods)
        found = found.assign_coords(baseline=(("draw", "period"), base))
    return found


def schedule_of(model: FittedMMM, spend: pd.DataFrame) -> Floats:
    """(period, paid channel) money of a schedule frame; UserError lists every fault."""
    faults = []
    unknown = [str(name) for name in spend.columns if name not in model.channels]
    if unknown:
        faults.append(f"These are no paid channels of the model: {listed(unknown)}.")
    if not len(spend):
        faults.append("The schedule has no periods.")
    known = spend.reindex(columns=list(model.channels), fill_value=0.0)
    numbers = known.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    for c, channel in enumerate(model.channels):
        bad = np.flatnonzero(~(numbers[:, c] >= 0) | ~np.isfinite(numbers[:, c]))
        if len(bad):
            faults.append(f"Spend of '{channel}' must be 0 or more: row {int(bad[0]) + 1} is not.")
    rate = exposure_per_spend(model.structure)
    for c, channel in enumerate(model.channels):
        if np.isnan(rate[:, c]).any() and (numbers[:, c] > 0).any():
            faults.append(f"'{channel}' never spent in the data, so exposure for its money is unknown.")
    if faults:
        raise UserError(faults)
    return np.asarray(numbers)


def _baseline(
    model: FittedMMM, posterior: Posterior, controls: pd.DataFrame, window: int, periods: int
) -> Floats:
    structure = model.structure
    frame = controls.reset_index(drop=True).copy()
    for column in (
        *model.config.channels,
        *(c for pair in model.config.reach_frequency.values() for c in pair),
    ):
        frame[column] = 0.0
    panel, places = future_panel(structure, frame)
    if len(places) != window or places[0] != structure.panel.periods:
        raise UserError(f"controls must hold the {window} periods of the schedule, right after the data.")
    generator = np.random.default_rng([model.seed, 4])
    base = baseline_draws(structure, posterior, panel, generator).sum(axis=1)[:, places]
    return np.pad(base, ((0, 0), (0, periods - window)), constant_values=np.nan)
