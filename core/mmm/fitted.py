"""A fitted mix model: everything that can be asked of its posterior, without the sampler; its files.

Kept as files anyone can open: posterior.nc (NetCDF, read by ArviZ), data.parquet, model.json.
"""

from __future__ import annotations

import json
import math
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.calendar import Granularity
from core.errors import UserError
from core.mmm.arrays import Floats
from core.mmm.config import MMMConfig
from core.mmm.model.media import media_draws, media_terms
from core.mmm.model.parameters import natural_of
from core.mmm.model.predict import Posterior, baseline_draws, predict
from core.mmm.model.structure import Structure, structure_of
from core.mmm.panel.reading import NATIONAL
from core.mmm.results.channel_summary import Day, channel_summary, geo_summary
from core.mmm.results.curves import carry_over_curves, response_curves
from core.mmm.results.decomposition import decompose, fitted_frame
from core.mmm.results.frequency import frequency_curve, optimal_frequency

if TYPE_CHECKING:
    import xarray as xr

FORMAT = 1
POSTERIOR, DATA, MODEL = "posterior.nc", "data.parquet", "model.json"


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
        """Write NetCDF, Parquet and JSON into `folder` (made if need be); see `core.mmm.fitted`."""

        save_model(self, Path(folder))

    @classmethod
    def load(cls, folder: str | Path) -> FittedMMM:
        """The model that `save` wrote; UserError where the folder holds none."""

        return load_model(Path(folder))


def _labelled(values: Floats, dims: tuple[str, ...], coords: dict[str, Any], name: str) -> xr.DataArray:
    import xarray as xr

    return xr.DataArray(values, dims=dims, coords=coords, name=name)


def save_model(model: FittedMMM, folder: Path) -> None:
    """Write the model's three files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    data_of(model.structure).to_parquet(folder / DATA, index=False)
    # Written aside and moved: a reader that still has the old file open keeps a whole one.
    aside = folder / f".{POSTERIOR}.part"
    for number, (group, dataset) in enumerate(_datasets(model).items()):
        packing = {name: {"zlib": True, "complevel": 1} for name in dataset if dataset[name].size > 1000}
        mode: Literal["a", "w"] = "a" if number else "w"
        dataset.to_netcdf(aside, mode=mode, group=group, engine="h5netcdf", encoding=packing)
    os.replace(aside, folder / POSTERIOR)
    record = {
        "format": FORMAT,
        "config": json.loads(model.config.to_json()),
        "seed": model.seed,
        "outliers": [[g, str(day.date())] for g, day in model.structure.recipe.outliers],
        "diagnostics": _plain(model.diagnostics),
    }
    (folder / MODEL).write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")


def load_model(folder: Path) -> FittedMMM:
    """The model in `folder`; UserError where a file is missing or of another format."""
    missing = [name for name in (POSTERIOR, DATA, MODEL) if not (folder / name).is_file()]
    if missing:
        raise UserError(f"The folder holds no complete model: {', '.join(missing)} missing.")
    record = json.loads((folder / MODEL).read_text(encoding="utf-8"))
    if record.get("format") != FORMAT:
        raise UserError(f"The model's files have format {record.get('format')}, this version reads {FORMAT}.")
    config = MMMConfig.from_json(json.dumps(record["config"]))
    structure = structure_of(pd.read_parquet(folder / DATA), config)
    trace, diverging, kept, theta = _read_draws(folder / POSTERIOR)
    geos = len(structure.panel.geos)
    natural = natural_of(kept, structure.layout, config, geos, structure.weekly)
    posterior = Posterior(natural, media_draws(structure, natural), theta)
    return FittedMMM(structure, posterior, trace, diverging, _numbers(record["diagnostics"]), record["seed"])


def data_of(structure: Structure) -> pd.DataFrame:
    """The fitted rows as a frame the same configuration reads back to the same panel."""
    panel, config = structure.panel, structure.config
    geos, periods = panel.kpi.shape
    flat: dict[str, Any] = {config.date_column: np.tile(panel.dates.to_numpy(), geos)}
    if config.geo_column:
        flat[config.geo_column] = np.repeat(panel.geos if config.use_geo else [NATIONAL], periods)
    flat[config.target_column] = panel.kpi.ravel()
    for c, channel in enumerate(config.channels):
        exposure = panel.exposure[..., c].ravel()
        reach, frequency = config.reach_frequency.get(channel, (channel, None))
        if frequency:
            k = config.frequency_channels.index(channel)
            flat[frequency] = panel.average_frequency[..., k].ravel()
        if channel in config.spend_columns or (frequency and channel in config.channel_columns):
            flat[config.spend_columns.get(channel, channel)] = panel.spend[..., c].ravel()
        flat[reach] = exposure
    for names, block in (
        (config.control_columns, panel.controls), (tuple(config.treatment_columns), panel.treatments)
    ):  # fmt: skip
        for k, name in enumerate(names):
            flat[name] = block[..., k].ravel()
    if config.event_column:
        flat[config.event_column] = panel.events.ravel().astype(str)
    if config.value_column:
        flat[config.value_column] = panel.value.ravel()
    if config.population_column:
        flat[config.population_column] = np.repeat(panel.population, periods)
    return pd.DataFrame(flat)


def _datasets(model: FittedMMM) -> dict[str, xr.Dataset]:
    import xarray as xr

    structure, trace, geos = model.structure, model.trace, list(model.geos)
    chains, draws, _ = trace.shape
    steps = {"chain": np.arange(chains), "draw": np.arange(draws)}
    names = {"parameter": list(structure.layout.names)}
    channels = {"channel": list(model.config.channels), "geo": geos}
    columns = names | {"geo": geos, "column": _column_labels(structure)}
    points = {"point": (("chain", "draw", "parameter"), trace)}
    observed = {"kpi": (("geo", "date"), structure.panel.kpi)}
    baseline = {
        "theta": (("sample", "geo", "column"), model.posterior.theta),
        "point": (("sample", "parameter"), _kept_points(model)),
    }
    return {
        "posterior": xr.Dataset(_natural_variables(model), steps | channels),
        "sample_stats": xr.Dataset({"diverging": (("chain", "draw"), model.diverging)}, steps),
        "unconstrained_posterior": xr.Dataset(points, steps | names),
        "baseline_posterior": xr.Dataset(baseline, columns),
        "observed_data": xr.Dataset(observed, {"geo": geos, "date": structure.panel.dates}),
    }


def _natural_variables(model: FittedMMM) -> dict[str, Any]:
    """Variables of the posterior group by name: (dims, values)."""
    structure, trace, geos = model.structure, model.trace, len(model.geos)
    chains, draws, size = trace.shape
    natural = natural_of(trace.reshape(-1, size), structure.layout, model.config, geos, structure.weekly)
    kinds = dict.fromkeys(("share", "first", "second", "half", "slope"), "channel") | {"noise": "geo"}
    if geos > 1:
        kinds["spread"] = "channel"
    variables: dict[str, Any] = {
        _NAMES.get(name, name): (("chain", "draw", dim), getattr(natural, name).reshape(chains, draws, -1))
        for name, dim in kinds.items()
    }
    if geos > 1:
        effect = natural.effect.reshape(chains, draws, geos, -1)
        variables["geo_effect"] = (("chain", "draw", "geo", "channel"), effect)
    return variables


_NAMES = {
    "first": "adstock_first", "second": "adstock_second", "half": "half_saturation", "spread": "geo_spread",
}  # fmt: skip


def _column_labels(structure: Structure) -> list[str]:
    return [f"{k}:{name}" for k, name in enumerate(structure.design.names)]


def _kept_points(model: FittedMMM) -> Floats:
    """The unconstrained points of the kept draws: the same even thinning that chose them."""
    flat = model.trace.reshape(-1, model.trace.shape[-1])
    places = np.linspace(0, len(flat) - 1, model.posterior.draws).round().astype(np.int64)
    return np.asarray(flat[places])


def _read_draws(path: Path) -> tuple[Floats, NDArray[np.bool_], Floats, Floats]:
    import h5netcdf

    with h5netcdf.File(path, "r") as file:
        trace = np.asarray(file["unconstrained_posterior/point"][...])
        diverging = np.asarray(file["sample_stats/diverging"][...]).astype(bool)
        kept = np.asarray(file["baseline_posterior/point"][...])
        theta = np.asarray(file["baseline_posterior/theta"][...])
    return trace, diverging, kept, theta


def _plain(value: Any) -> Any:
    """The value in JSON's own words; infinities and NaN as text, which strict readers accept."""
    if isinstance(value, dict):
        return {key: _plain(own) for key, own in value.items()}
    if isinstance(value, list):
        return [_plain(own) for own in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(own) for key, own in value.items()}
    if isinstance(value, list):
        return [_numbers(own) for own in value]
    return float(value) if value in ("nan", "inf", "-inf") else value
