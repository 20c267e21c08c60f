"""KPI expected for periods of the data or for those that follow it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.calendar import following_dates
from core.mmm.choices import Trend
from core.mmm.model.baseline import design_of, hinge_terms
from core.mmm.model.media import MediaDraws, media_terms
from core.mmm.model.parameters import Natural
from core.mmm.model.structure import Structure, scaled_exposure
from core.mmm.panel.check_columns import frequency_faults
from core.mmm.panel.panel import Panel, panel_of, rows_of
from core.mmm.panel.reading import media_columns, read_dates, read_geos, read_numbers
from core.mmm.problem import DatasetProblem, listed

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Posterior:
    """Draws kept for every result: natural values, media response, and `theta` (draw, geo, column), the
    baseline's coefficients in units of the geo's mean KPI."""

    natural: Natural
    media: MediaDraws
    theta: Floats

    @property
    def draws(self) -> int:
        """Number of kept draws."""
        return len(self.theta)

    def pick(self, draws: Integers) -> Posterior:
        """The same for some of the draws."""
        return Posterior(self.natural.pick(draws), self.media.pick(draws), self.theta[draws])


def baseline_draws(
    structure: Structure, posterior: Posterior, panel: Panel, generator: np.random.Generator
) -> Floats:
    """(draw, geo, period) KPI without media over the panel's periods; beyond the fitted ones the slope may
    change again, as often and as much as the prior lets it change within them."""
    design = design_of(panel, structure.config, structure.recipe)
    level = np.einsum("gtk,sgk->sgt", design.columns, posterior.theta)
    knots = future_knots(structure, panel)
    if len(knots):
        sd = structure.config.priors.slope_change_sd
        change = sd * generator.standard_normal((posterior.draws, len(panel.geos), len(knots)))
        level = level + change @ hinge_terms(panel.dates, knots).T
    return np.asarray(level * structure.scales.kpi_mean[:, None])


def future_knots(structure: Structure, panel: Panel) -> pd.DatetimeIndex:
    """Dates after the fitted periods at which the slope may change again."""
    recipe, config = structure.recipe, structure.config
    if config.trend != Trend.PIECEWISE or not len(recipe.knots):
        return pd.DatetimeIndex([])
    last, step = structure.panel.dates[structure.train - 1], pd.Timedelta(weeks=config.knot_weeks)
    every = pd.date_range(recipe.knots[-1] + step, panel.dates[-1], freq=step)
    return every[every > last]


def noise_draws(
    structure: Structure, posterior: Posterior, periods: int, generator: np.random.Generator
) -> Floats:
    """(draw, geo, period) Gaussian noise in KPI units."""
    sd = posterior.natural.noise * structure.scales.kpi_mean
    return np.asarray(sd[..., None] * generator.standard_normal((*sd.shape, periods)))


def predict(
    structure: Structure, posterior: Posterior, frame: pd.DataFrame, generator: np.random.Generator
) -> tuple[Floats, pd.DatetimeIndex]:
    """(draw, geo, period) posterior predictive and its dates, for past rows or rows that follow the data.

    Media of `frame` replace those of the data where dates coincide; carry-over from earlier periods counts.
    DatasetProblem lists every fault of the frame.
    """
    whole, places = future_panel(structure, frame)
    exposure = scaled_exposure(whole, structure.scales)
    start = max(int(places[0]), 0)
    media = media_terms(posterior.media, exposure[..., : places[-1] + 1], start).sum(axis=-1)
    base = baseline_draws(structure, posterior, whole, generator)
    noise = noise_draws(structure, posterior, len(places), generator)
    return media[..., places - start] + base[..., places] + noise, whole.dates[places]


def future_panel(structure: Structure, frame: pd.DataFrame) -> tuple[Panel, Integers]:
    """The fitted panel with the frame's periods laid over it or appended, and their places in it.

    DatasetProblem lists every fault of the frame.
    """
    rows = _future_rows(structure, frame)
    dates = pd.DatetimeIndex(np.unique(rows["__date"].to_numpy()))
    given = panel_of(rows, structure.config, dates, structure.panel.frequency)
    return _spliced(structure.panel, given)


def _future_rows(structure: Structure, frame: pd.DataFrame) -> pd.DataFrame:
    config = structure.config
    needed = [config.date_column, *_unit_columns(structure)]
    needed += [config.geo_column] if config.geo_column and config.use_geo else []
    missing = [f"Column '{c}' is not in the data." for c in needed if c not in frame]
    if missing:
        raise DatasetProblem(missing)
    faults = _cell_faults(structure, frame) + _calendar_faults(structure, frame)
    if faults:
        raise DatasetProblem(faults)
    national = config.geo_column and config.geo_column not in frame
    return rows_of(frame, replace(config, geo_column=None) if national else config)


def _unit_columns(structure: Structure) -> list[str]:
    config = structure.config
    costs = set(config.spend_columns.values())
    columns = [c for c in media_columns(config) if c not in costs]
    return columns + list(config.control_columns) + list(config.treatment_columns)


def _cell_faults(structure: Structure, frame: pd.DataFrame) -> list[str]:
    faults = []
    for column in _unit_columns(structure):
        bad = np.flatnonzero(read_numbers(frame[column]).isna())
        if len(bad):
            faults.append(
                f"Column '{column}' has no number in {len(bad)} rows, first in row {int(bad[0]) + 1}."
            )
    for column in media_columns(structure.config):
        if column in frame and (read_numbers(frame[column]) < 0).any():
            faults.append(f"Column '{column}' is negative: spend and exposure cannot be.")
    return faults + frequency_faults(frame, structure.config)


def _calendar_faults(structure: Structure, frame: pd.DataFrame) -> list[str]:
    panel, config = structure.panel, structure.config
    dates = read_dates(frame[config.date_column])
    if dates.isna().any():
        row = int(dates.isna().to_numpy().argmax()) + 1
        return [f"Column '{config.date_column}' has a cell that is no date, in row {row}."]
    every = pd.DatetimeIndex(np.unique(dates.to_numpy()))
    future = every[every > panel.dates[-1]]
    faults = []
    strange = every[(every <= panel.dates[-1]) & ~every.isin(panel.dates)]
    if len(strange):
        faults.append(f"These dates are not in the fitted data: {listed(d.date() for d in strange)}.")
    expected = following_dates(panel.dates[-1], panel.frequency, len(future))
    if len(future) and not future.equals(expected):
        faults.append(
            f"Future rows must follow the data without a gap: the next {panel.frequency.noun} is "
            f"{expected[0].date()}, the rows begin {future[0].date()} and hold {len(future)} dates."
        )
    if config.use_geo:
        geos = read_geos(frame, config)
        if set(geos) != set(panel.geos) or pd.DataFrame({"d": dates, "g": geos}).duplicated().any():
            faults.append(f"Every date needs one row for each of the geos {listed(panel.geos)}.")
        elif len(frame) != len(every) * len(panel.geos):
            faults.append("The geos have unequal calendars.")
    return faults


def _spliced(panel: Panel, given: Panel) -> tuple[Panel, Integers]:
    """The fitted panel with the given periods laid over it or appended, and the places of the given ones."""
    dates = panel.dates.union(given.dates)
    places = np.asarray(dates.get_indexer(given.dates), dtype=np.int64)
    extra = len(dates) - panel.periods
    order = [given.geos.index(geo) for geo in panel.geos]

    def lay(name: str) -> Any:
        old, new = getattr(panel, name), getattr(given, name)[order]
        pad = [(0, 0), (0, extra)] + [(0, 0)] * (old.ndim - 2)
        whole = np.pad(old, pad, mode="edge") if name == "value" else np.pad(old, pad)
        if name != "value":
            whole[:, places] = new
        return whole

    names = ("kpi", "value", "exposure", "average_frequency", "spend", "controls", "treatments", "events")
    return replace(panel, dates=dates, **{name: lay(name) for name in names}), places
