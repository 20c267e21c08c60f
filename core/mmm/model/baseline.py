"""The linear baseline: its design by geo, prior widths, and exact draws given the media term.

Everything is in units of the geo's mean KPI. Columns are the same for every geo except the dummies of its
own outliers. Coefficients are independent by geo with fixed prior sd.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.calendar import DAYS_PER_YEAR, Granularity
from core.mmm.choices import Trend
from core.mmm.config import MMMConfig
from core.mmm.panel.panel import Panel

Floats = NDArray[np.float64]


def years_since(dates: pd.DatetimeIndex, origin: pd.Timestamp) -> Floats:
    """Time in years from `origin`."""
    return np.asarray((dates - origin).days, dtype=float) / DAYS_PER_YEAR


def season_terms(dates: pd.DatetimeIndex, pairs: int) -> tuple[Floats, list[str]]:
    """(period, 2 x pairs) sines and cosines of the day of the year, and their names."""
    angle = 2 * np.pi * (dates.dayofyear.to_numpy(dtype=float) - 1) / DAYS_PER_YEAR
    columns = [f(k * angle) for k in range(1, pairs + 1) for f in (np.sin, np.cos)]
    names = [f"season_{f}{k}" for k in range(1, pairs + 1) for f in ("sin", "cos")]
    return (np.column_stack(columns) if columns else np.empty((len(dates), 0))), names


def weekday_terms(dates: pd.DatetimeIndex) -> tuple[Floats, list[str]]:
    """(period, 7) deviations of each weekday from the mean of a week, and their names."""
    shown = (dates.dayofweek.to_numpy()[:, None] == np.arange(7)).astype(float) - 1 / 7
    return shown, [f"weekday_{day}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]


def trend_knots(dates: pd.DatetimeIndex, frequency: Granularity, knot_weeks: int) -> pd.DatetimeIndex:
    """Dates at which the slope may change: every `knot_weeks` inside the data, given at least 78 weeks."""
    step = pd.Timedelta(weeks=knot_weeks)
    first, last = dates[0], dates[-1]
    if (last - first).days < 3 * 26 * 7 - 31:
        return pd.DatetimeIndex([])
    # No knot in the last half step: a slope nobody has seen yet would steer every forecast.
    return pd.date_range(first + step, last - step / 2, freq=step)


def hinge_terms(dates: pd.DatetimeIndex, knots: pd.DatetimeIndex) -> Floats:
    """(period, knot) years since each knot, 0 before it."""
    columns = [np.maximum(years_since(dates, knot), 0) for knot in knots]
    return np.column_stack(columns) if columns else np.empty((len(dates), 0))


def holiday_terms(dates: pd.DatetimeIndex, frequency: Granularity, country: str) -> tuple[Floats, list[str]]:
    """(period, holiday) public holidays of `country` falling into each period, and their names.

    A weekly period covers its date and the six days after it; a monthly one its calendar month.
    """
    import holidays

    first, last = dates[0] - pd.Timedelta(days=31), dates[-1] + pd.Timedelta(days=31)
    days = holidays.country_holidays(country, years=range(first.year, last.year + 1))
    names = sorted({name for joined in days.values() for name in joined.split("; ")})
    count = np.zeros((len(dates), len(names)))
    for day, joined in days.items():
        period = _period_of(day, dates, frequency)
        for name in joined.split("; ") if period is not None else ():
            count[period, names.index(name)] += 1
    # A holiday that falls into no period, or into every one, tells the model nothing.
    useful = [k for k in range(len(names)) if np.ptp(count[:, k]) > 0]
    return count[:, useful], [names[k] for k in useful]


def _period_of(day: dt.date, dates: pd.DatetimeIndex, frequency: Granularity) -> int | None:
    stamp = pd.Timestamp(day)
    if frequency == Granularity.MONTHLY:
        hits = np.flatnonzero((dates.year == stamp.year) & (dates.month == stamp.month))
        return int(hits[0]) if len(hits) else None
    length = 1 if frequency == Granularity.DAILY else 7
    place = int(dates.searchsorted(stamp, side="right")) - 1
    return place if place >= 0 and (stamp - dates[place]).days < length else None


@dataclass(frozen=True)
class Recipe:
    """How baseline columns are made from a panel, with constants fixed on the training periods.

    `parts` names the component of each column (base, trend, season, ...); `mean` and `sd` are the prior.
    `control_centre` and `control_scale` are (geo, control); `treatment_scale` (treatment,). `outliers` holds
    (geo index, date) of the periods with a dummy of their own.
    """

    origin: pd.Timestamp
    frequency: Granularity
    knots: pd.DatetimeIndex
    events: tuple[str, ...]
    holidays: tuple[str, ...]
    control_centre: Floats
    control_scale: Floats
    treatment_scale: Floats
    outliers: tuple[tuple[int, pd.Timestamp], ...] = ()


@dataclass(frozen=True)
class Design:
    """Baseline columns (geo, period, column) with their names, components and prior mean and sd (column,)."""

    columns: Floats
    names: tuple[str, ...]
    parts: tuple[str, ...]
    mean: Floats
    sd: Floats


def recipe_of(panel: Panel, config: MMMConfig, train: int) -> Recipe:
    """The recipe fixed on the first `train` periods of a panel."""
    dates = panel.dates[:train]
    controls = panel.controls[:, :train]
    scale = controls.std(axis=1)
    # A control that never moves in a geo has no effect there; 1 keeps it from being divided by zero.
    scale = np.where(scale > 1e-12 * np.maximum(np.abs(controls).max(axis=1, initial=0), 1e-300), scale, 1.0)
    reference = np.array(list(config.treatment_columns.values()))
    moved = panel.treatments[:, :train] - reference
    size = np.sqrt((moved**2).mean(axis=(0, 1))) if moved.size else np.empty(0)
    names = tuple(sorted({str(name) for name in panel.events.ravel() if name}))
    holiday_names: tuple[str, ...] = ()
    if config.holidays_country:
        holiday_names = tuple(holiday_terms(dates, panel.frequency, config.holidays_country)[1])
    piecewise = config.trend == Trend.PIECEWISE
    return Recipe(
        origin=dates[0],
        frequency=panel.frequency,
        knots=trend_knots(dates, panel.frequency, config.knot_weeks) if piecewise else pd.DatetimeIndex([]),
        events=names,
        holidays=holiday_names,
        control_centre=controls.mean(axis=1),
        control_scale=scale,
        treatment_scale=np.where(size > 0, size, 1.0),
    )


def design_of(panel: Panel, config: MMMConfig, recipe: Recipe) -> Design:
    """The baseline's columns for the periods of `panel`: those of the fit, or any that follow."""
    priors = config.priors
    shared = _shared_terms(panel, config, recipe)
    geos = len(panel.geos)
    blocks = [np.broadcast_to(block, (geos, *block.shape)) for block, _, _, _ in shared]
    labels = [(name, part, sd) for _, names, part, sd in shared for name in names]
    blocks.append((panel.controls - recipe.control_centre[:, None]) / recipe.control_scale[:, None])
    labels += [(name, name, priors.control_sd) for name in config.control_columns]
    reference = np.array(list(config.treatment_columns.values()))
    blocks.append((panel.treatments - reference) / recipe.treatment_scale)
    labels += [(name, name, priors.treatment_sd) for name in config.treatment_columns]
    blocks.append(np.stack([panel.events == name for name in recipe.events], axis=-1).astype(float)
                  if recipe.events else np.empty((*panel.kpi.shape, 0)))  # fmt: skip
    labels += [(f"event_{name}", "events", priors.event_sd) for name in recipe.events]
    blocks.append(_outlier_terms(panel, recipe))
    labels += [(f"outlier_{day.date()}", "outliers", priors.outlier_sd) for _, day in recipe.outliers]
    mean = np.zeros(len(labels))
    # The intercept is what media leave of the mean KPI.
    mean[0] = max(1.0 - priors.media_share_mean, 0.0)
    names, parts, sd = zip(*labels, strict=True)
    return Design(np.concatenate(blocks, axis=-1), names, parts, mean, np.array(sd))


def _shared_terms(
    panel: Panel, config: MMMConfig, recipe: Recipe
) -> list[tuple[Floats, list[str], str, float]]:
    priors, dates = config.priors, panel.dates
    terms: list[tuple[Floats, list[str], str, float]] = [
        (np.ones((len(dates), 1)), ["intercept"], "base", priors.intercept_sd)
    ]
    if config.trend != Trend.NONE:
        slope = years_since(dates, recipe.origin)[:, None]
        terms.append((slope, ["slope"], "trend", priors.slope_sd))
        names = [f"slope_change_{knot.date()}" for knot in recipe.knots]
        terms.append((hinge_terms(dates, recipe.knots), names, "trend", priors.slope_change_sd))
    season, names = season_terms(dates, config.season_pairs)
    terms.append((season, names, "season", priors.season_sd))
    if recipe.frequency == Granularity.DAILY:
        weekday, names = weekday_terms(dates)
        terms.append((weekday, names, "weekday", priors.weekday_sd))
    if recipe.holidays and config.holidays_country:
        found, named = holiday_terms(dates, recipe.frequency, config.holidays_country)
        days = np.zeros((len(dates), len(recipe.holidays)))
        for place, name in enumerate(recipe.holidays):
            if name in named:
                days[:, place] = found[:, named.index(name)]
        labels = [f"holiday_{name}" for name in recipe.holidays]
        terms.append((days, labels, "holidays", priors.event_sd))
    return terms


def _outlier_terms(panel: Panel, recipe: Recipe) -> Floats:
    block = np.zeros((*panel.kpi.shape, len(recipe.outliers)))
    for place, (geo, day) in enumerate(recipe.outliers):
        block[geo, panel.dates == day, place] = 1.0
    return block


@dataclass(frozen=True)
class Basis:
    """The scaled design of each geo as U diag(s) V': `left` (geo, rank, period), `singular` (geo, rank),
    `right` (geo, column, column) whose rows beyond the rank span the directions the data cannot see."""

    left: Floats
    singular: Floats
    right: Floats


def basis_of(design: Design, train: int) -> Basis:
    """Singular vectors of the scaled design over the first `train` periods."""
    scaled = design.columns[:, :train] * design.sd
    parts = [np.linalg.svd(own, full_matrices=True) for own in scaled]
    rank = min(train, scaled.shape[-1])
    left = np.stack([u[:, :rank].T for u, _, _ in parts])
    return Basis(
        np.ascontiguousarray(left), np.stack([s for _, s, _ in parts]), np.stack([v for _, _, v in parts])
    )


def draw_coefficients(
    basis: Basis, design: Design, residual: Floats, noise: Floats, generator: np.random.Generator
) -> Floats:
    """(draw, geo, column) exact draws of the baseline's coefficients.

    `residual` (draw, geo, period) is the scaled KPI less Z m0 and media, `noise` (draw, geo) its sd. Along
    singular direction k the coefficient is Normal(s_k u_k'r / (s2 + s_k^2), s2 / (s2 + s_k^2)); a direction
    the data cannot see keeps its prior.
    """
    draws, geos, _ = residual.shape
    columns, rank = basis.right.shape[-1], basis.singular.shape[-1]
    out = np.empty((draws, geos, columns))
    for g in range(geos):
        noise2 = noise[:, g, None] ** 2
        precision = noise2 + basis.singular[g] ** 2
        centre = basis.singular[g] * (residual[:, g] @ basis.left[g].T) / precision
        free = generator.standard_normal((draws, columns))
        free[:, :rank] = centre + np.sqrt(noise2 / precision) * free[:, :rank]
        out[:, g] = design.mean + design.sd * (free @ basis.right[g])
    return out
