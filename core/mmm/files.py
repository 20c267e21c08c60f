"""A fitted model as files anyone can open: posterior.nc (NetCDF, read by ArviZ), data.parquet, model.json."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.model.media import media_draws
from core.mmm.model.parameters import natural_of
from core.mmm.model.predict import Posterior
from core.mmm.model.structure import Structure, structure_of
from core.mmm.panel.reading import NATIONAL

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
FORMAT = 1
POSTERIOR, DATA, MODEL = "posterior.nc", "data.parquet", "model.json"


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
