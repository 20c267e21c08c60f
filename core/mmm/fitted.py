"""A fitted mix model: everything that can be asked of its posterior, without the sampler."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.calendar import Granularity
from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.model.media import media_terms
from core.mmm.model.predict import Posterior, baseline_draws, predict
from core.mmm.model.structure import Structure
from core.mmm.results.channel_summary import Day, channel_summary, geo_summary
from core.mmm.results.curves import carry_over_curves, response_curves
from core.mmm.results.decomposition import decompose, fitted_frame
from core.mmm.results.frequency import frequency_curve, optimal_frequency

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]


class FittedMMM:
    """Posterior results of one model. Made by `fit`, kept by `save`, read back by `load`.

    `posterior` holds evenly thinned draws that every result uses; `trace` all of them, for convergence.
    """

    def __init__(
        self, structure: Structure, posterior: Posterior, trace: Floats, diverging: NDArray[np.bool_],
        diagnostics: dict[str, Any], seed: int,
    ) -> None:  # fmt: skip
        self.structure, self.posterior = structure, posterior
        self.trace, self.diverging = trace, diverging
        self.diagnostics, self.seed = diagnostics, seed

    @property
    def config(self) -> MMMConfig:
        """The specification that was fitted."""
        return self.structure.config

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Dates of the data, the holdout included."""
        return self.structure.panel.dates

    @property
    def geos(self) -> tuple[str, ...]:
        """Names of the geos; one word for national data."""
        return self.structure.panel.geos

    @property
    def channels(self) -> tuple[str, ...]:
        """Paid media channels in the configuration's order."""
        return tuple(self.config.channel_columns)

    @property
    def organic(self) -> tuple[str, ...]:
        """Organic media, in the configuration's order."""
        return tuple(self.config.organic_columns)

    @property
    def frequency(self) -> Granularity:
        """Spacing of the periods: daily, weekly or monthly."""
        return self.structure.panel.frequency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Spend by date (index) and paid channel (column), summed over geos."""
        spend = self.structure.panel.spend[..., : len(self.channels)].sum(axis=0)
        return pd.DataFrame(spend, index=self.dates.rename("date"), columns=list(self.channels))

    def recent_spend(self, periods: int) -> pd.Series:
        """Spend by paid channel over the last `periods` periods of the data."""
        if not 1 <= periods <= len(self.dates):
            raise UserError(f"The data have {len(self.dates)} periods; {periods} were asked for.")
        return self.frame.iloc[-periods:].sum().rename("spend")

    def thinned(self, draws: int) -> Posterior:
        """Up to `draws` evenly spaced posterior draws."""
        if draws < 1:
            raise UserError(f"At least one draw is needed, not {draws}.")
        count = min(draws, self.posterior.draws)
        return self.posterior.pick(np.linspace(0, self.posterior.draws - 1, count).round().astype(np.int64))

    def _generator(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, purpose])

    def channel_summary(self, level: float = 0.9, start: Day = None, end: Day = None) -> pd.DataFrame:
        """One row per channel (paid, then organic); see `results.channel_summary`."""
        own = self.posterior
        return channel_summary(self.structure, own.natural, own.media, level, start, end)

    def geo_summary(self, level: float = 0.9, start: Day = None, end: Day = None) -> pd.DataFrame:
        """The channel summary by (geo, channel)."""
        return geo_summary(self.structure, self.posterior.media, level, start, end)

    def contributions(self, draws: int = 200) -> xr.DataArray:
        """(draw, geo, date, channel) KPI earned by every channel in each period."""
        values = media_terms(self.thinned(draws).media, self.structure.exposure)
        coords = {"geo": list(self.geos), "date": self.dates, "channel": list(self.config.channels)}
        return _labelled(values, ("draw", "geo", "date", "channel"), coords, "contribution")

    def baseline(self, draws: int = 200) -> xr.DataArray:
        """(draw, geo, date) KPI without any media."""
        values = baseline_draws(self.structure, self.thinned(draws), self.structure.panel, self._generator(1))
        return _labelled(
            values, ("draw", "geo", "date"), {"geo": list(self.geos), "date": self.dates}, "baseline"
        )

    def predict(self, frame: pd.DataFrame, draws: int = 200) -> xr.DataArray:
        """(draw, geo, date) posterior predictive KPI for past rows, or future rows that follow the data.

        Carry-over from earlier periods counts. DatasetProblem lists every fault of the frame.
        """
        values, dates = predict(self.structure, self.thinned(draws), frame, self._generator(2))
        return _labelled(values, ("draw", "geo", "date"), {"geo": list(self.geos), "date": dates}, "kpi")

    def response_curves(self, points: int = 50) -> xr.DataArray:
        """(draw, channel, point), coordinate `spend`: KPI per period at steady spend, geos keeping
        their shares.
        """
        return response_curves(self.structure, self.posterior.media, points)

    def frequency_curve(self, points: int = 50, level: float = 0.9) -> pd.DataFrame:
        """KPI and incremental ROAS by average frequency at constant impressions, for channels with reach and
        frequency; see `core.mmm.results.frequency.frequency_curve`.
        """
        return frequency_curve(self.structure, self.posterior.media, points, level)

    def optimal_frequency(self, level: float = 0.9) -> pd.DataFrame:
        """Today's and the best average frequency by channel (`core.mmm.results.frequency`)."""
        return optimal_frequency(self.structure, self.posterior.media, level)

    def carry_over(self, lags: int | None = None, level: float = 0.9) -> pd.DataFrame:
        """Frame lag, channel, mean, lower, upper of the adstock weights."""
        return carry_over_curves(self.structure, self.posterior.media, lags or self.structure.lags, level)

    def fitted(self, level: float = 0.9, start: Day = None, end: Day = None) -> pd.DataFrame:
        """Frame date, actual, fitted, fitted_lower, fitted_upper, summed over geos."""
        return fitted_frame(self.structure, self.thinned(500), level, start, end, self._generator(3))

    def decomposition(self, level: float = 0.9, start: Day = None, end: Day = None) -> pd.DataFrame:
        """Tidy frame date, component, value, lower, upper: baseline parts, then channels."""
        return decompose(self.structure, self.thinned(400), level, start, end)

    def save(self, folder: str | Path) -> None:
        """Write NetCDF, Parquet and JSON into `folder` (made if need be); see `core.mmm.files`."""
        from core.mmm.files import save_model

        save_model(self, Path(folder))

    @classmethod
    def load(cls, folder: str | Path) -> FittedMMM:
        """The model that `save` wrote; UserError where the folder holds none."""
        from core.mmm.files import load_model

        return load_model(Path(folder))


def _labelled(values: Floats, dims: tuple[str, ...], coords: dict[str, Any], name: str) -> xr.DataArray:
    import xarray as xr

    return xr.DataArray(values, dims=dims, coords=coords, name=name)
