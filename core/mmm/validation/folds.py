"""Where the past ends and the forecast begins, for each slice of a validation."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from core.data.calendar import Granularity
from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.panel.panel import Panel, read_panel


def without_holdout(config: MMMConfig) -> MMMConfig:
    """The configuration with nothing held out: the slices hold back by themselves."""
    return replace(config, holdout=0)


def config_of_past(config: MMMConfig, panel: Panel, last: pd.Timestamp) -> tuple[MMMConfig, tuple[str, ...]]:
    """The configuration for data that end at `last`, and a sentence for everything left out of it.

    Media that had not run yet can't be learned and count as nothing; lift tests that end later were not
    known. Raises UserError where no paid medium had run.
    """
    config = without_holdout(config)
    before = panel.dates <= last
    ran = panel.exposure[:, before].sum(axis=(0, 1)) > 0
    paid = len(config.channel_columns)
    ran[:paid] &= panel.spend[:, before].sum(axis=(0, 1))[:paid] > 0
    kept = {name for name, active in zip(config.channels, ran, strict=True) if active}
    if not kept & set(config.channel_columns):
        raise UserError(f"No media channel ran before {last.date()}, so nothing could be learned by then.")
    told = [f"{config.display_names.get(name, name)} had not run yet." for name in config.channels
            if name not in kept]  # fmt: skip
    later = [test for test in config.lift_tests if pd.Timestamp(test.end) > last]
    if later:
        told.append(f"{len(later)} lift test{'s' if len(later) > 1 else ''} ended later and was not used.")
    return _trimmed(config, kept, last), tuple(told)


def _trimmed(config: MMMConfig, kept: set[str], last: pd.Timestamp) -> MMMConfig:
    def of(given: Any) -> Any:
        return {name: value for name, value in given.items() if name in kept} if _by_name(given) else given

    tests = [test for test in config.lift_tests if test.channel in kept and pd.Timestamp(test.end) <= last]
    return replace(
        config,
        channel_columns=[name for name in config.channel_columns if name in kept],
        organic_columns=[name for name in config.organic_columns if name in kept],
        spend_columns=of(config.spend_columns),
        reach_frequency=of(config.reach_frequency),
        adstock=of(config.adstock),
        saturation=of(config.saturation),
        priors=replace(config.priors, channels=of(config.priors.channels)),
        lift_tests=tests,
    )


def _by_name(value: Any) -> bool:
    return isinstance(value, Mapping)


@dataclass(frozen=True)
class FoldLimits:
    """What a validation may ask for, and how much past a slice wants and needs, in years."""

    folds: int = 4
    most_folds: int = 12
    good_years: float = 1.0
    least_years: float = 0.5
    most_horizon_years: float = 1.0


@dataclass(frozen=True)
class Fold:
    """One fold: fit on everything up to `last_on`, forecast the `periods` periods `start_on` to `end_on`.

    `fold` counts from 1, the earliest. `common_start_on` to `common_end_on` are periods that every slice was
    fitted on, the last year of the earliest past: over them channels are compared among slices.
    """

    fold: int
    last_on: dt.date
    start_on: dt.date
    end_on: dt.date
    periods: int
    common_start_on: dt.date
    common_end_on: dt.date


def default_horizon(frequency: Granularity) -> int:
    """Eight weeks of periods; two months where the data are monthly."""
    return {Granularity.DAILY: 56, Granularity.WEEKLY: 8, Granularity.MONTHLY: 2}[frequency]


def time_slices(
    frame: pd.DataFrame,
    config: MMMConfig,
    folds: int | None = None,
    horizon: int | None = None,
    limits: FoldLimits | None = None,
) -> tuple[Fold, ...]:
    """Slices at the end of the data, one horizon after the other, the earliest first.

    Fewer than `folds` where the earliest would have too little past: under a year while two slices with a
    year remain, under half a year in any case. The configuration's own holdout is forecast like the rest.
    Raises UserError where not one slice fits, DatasetProblem for a faulty frame.
    """
    bounds = limits or FoldLimits()
    panel = read_panel(frame, without_holdout(config))
    steps = default_horizon(panel.frequency) if horizon is None else horizon
    wanted = bounds.folds if folds is None else folds
    _refuse(wanted, steps, panel, bounds)
    count = _fitting(wanted, steps, panel, bounds)
    return tuple(_slice(panel, steps, count, fold) for fold in range(1, count + 1))


def _refuse(folds: int, horizon: int, panel: Panel, limits: FoldLimits) -> None:
    noun, faults = panel.frequency.noun, []
    most = math.floor(limits.most_horizon_years * panel.frequency.periods_per_year)
    if not 1 <= folds <= limits.most_folds:
        faults.append(f"The number of slices must lie between 1 and {limits.most_folds}, not {folds}.")
    if not 1 <= horizon <= most:
        faults.append(f"The horizon must lie between 1 and {most} {noun}s, not {horizon}.")
    if faults:
        raise UserError(faults)


def _fitting(folds: int, horizon: int, panel: Panel, limits: FoldLimits) -> int:
    """How many slices leave the earliest of them enough past."""
    year = panel.frequency.periods_per_year
    good, least = (
        (panel.periods - math.ceil(years * year)) // horizon
        for years in (limits.good_years, limits.least_years)
    )
    if min(folds, good) >= min(folds, 2):
        return min(folds, good)
    if least >= 1:
        return min(folds, 2, least)
    noun = panel.frequency.noun
    raise UserError(
        f"The data cover {panel.periods} {noun}s: too few to hold back {horizon} {noun}s and still learn "
        f"from half a year. At least {math.ceil(limits.least_years * year) + horizon} are needed."
    )


def _slice(panel: Panel, horizon: int, folds: int, fold: int) -> Fold:
    days = [stamp.date() for stamp in panel.dates]
    first_cut = len(days) - folds * horizon
    cut = first_cut + (fold - 1) * horizon
    year = math.floor(panel.frequency.periods_per_year)
    return Fold(
        fold=fold,
        last_on=days[cut - 1],
        start_on=days[cut],
        end_on=days[cut + horizon - 1],
        periods=horizon,
        common_start_on=days[max(0, first_cut - year)],
        common_end_on=days[first_cut - 1],
    )
