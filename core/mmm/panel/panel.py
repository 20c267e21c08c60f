"""A frame as arrays: (geo, period, column), with everything the model needs to know about its calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.calendar import Granularity, detect_frequency
from core.mmm.config import MMMConfig
from core.mmm.panel.checks import check
from core.mmm.panel.reading import NATIONAL, read_dates, read_events, read_geos, read_numbers
from core.mmm.problem import DatasetProblem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """A checked data set.

    Arrays are (geo, period, ...): `kpi`, `value` (money per unit of KPI) by period; `exposure` and `spend`
    by channel (paid, then organic; organic spend is 0); `controls`, `treatments` by column. `events` holds
    names (empty for none). `population` by geo is 1 where no column gives it. The exposure of a channel with
    reach and frequency is its reach; `average_frequency` holds such channels only (where nobody is reached,
    the mean of where somebody is).
    """

    dates: pd.DatetimeIndex
    geos: tuple[str, ...]
    frequency: Granularity
    kpi: Floats
    value: Floats
    exposure: Floats
    spend: Floats
    controls: Floats
    treatments: Floats
    events: NDArray[np.object_]
    population: Floats
    average_frequency: Floats

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.dates)


def read_panel(frame: pd.DataFrame, config: MMMConfig) -> Panel:
    """The frame as arrays; DatasetProblem with every error where it cannot be fitted."""
    errors = [problem for problem in check(frame, config) if problem.blocks]
    if errors:
        raise DatasetProblem(errors)
    rows = rows_of(frame, config)
    dates = pd.DatetimeIndex(np.unique(rows["__date"].to_numpy()))
    frequency = detect_frequency(dates)
    if frequency is None:
        raise DatasetProblem("The dates are neither daily, weekly nor monthly.")
    return panel_of(rows, config, dates, frequency)


def rows_of(frame: pd.DataFrame, config: MMMConfig) -> pd.DataFrame:
    """The frame's rows with parsed `__date`, `__geo`, sorted by geo and date; summed over geos when the
    model is national."""
    rows = frame.reset_index(drop=True).copy()
    rows["__date"] = read_dates(rows[config.date_column])
    rows["__geo"] = read_geos(rows, config) if config.use_geo else NATIONAL
    if config.geo_column and not config.use_geo:
        rows = _summed(rows, config)
    return rows.sort_values(["__geo", "__date"], kind="stable").reset_index(drop=True)


def _summed(rows: pd.DataFrame, config: MMMConfig) -> pd.DataFrame:
    """One row per date: KPI and media summed, controls and treatments averaged by population, value
    by KPI, frequency by reach.
    """
    present = [c for c in rows if c in _sums(config) or c in _means(config)]
    numbers = pd.DataFrame({c: read_numbers(rows[c]) for c in present})
    weight = pd.Series(1.0, index=rows.index)
    if config.population_column and config.population_column in rows:
        weight = read_numbers(rows[config.population_column])
    by_date = rows["__date"]
    reach_of = {frequency: reach for reach, frequency in config.reach_frequency.values()}
    total = {c: numbers[c].groupby(by_date).sum() for c in present if c in _sums(config)}
    for column in (c for c in present if c in _means(config)):
        own = weight
        if column == config.value_column and config.target_column in numbers:
            own = numbers[config.target_column]
        if column in reach_of:
            own = numbers[reach_of[column]]
        weighted = (numbers[column] * own).groupby(by_date).sum() / own.groupby(by_date).sum()
        plain = numbers[column].groupby(by_date).mean()
        total[column] = weighted.where(np.isfinite(weighted), plain)
    summed = pd.DataFrame(total).rename_axis("__date").reset_index()
    if config.event_column and config.event_column in rows:
        names = read_events(rows[config.event_column]).groupby(by_date).max()
        summed[config.event_column] = names.to_numpy()
    return summed.assign(__geo=NATIONAL)


def _sums(config: MMMConfig) -> set[str]:
    columns = {config.target_column, *config.channels, *config.spend_columns.values()}
    columns |= {reach for reach, _ in config.reach_frequency.values()}
    return columns | ({config.population_column} if config.population_column else set())


def _means(config: MMMConfig) -> set[str]:
    columns = {*config.control_columns, *config.treatment_columns}
    columns |= {frequency for _, frequency in config.reach_frequency.values()}
    return columns | ({config.value_column} if config.value_column else set())


def panel_of(rows: pd.DataFrame, config: MMMConfig, dates: pd.DatetimeIndex, frequency: Granularity) -> Panel:
    """Arrays of complete, sorted rows (every geo has every date); a missing target column reads as NaN."""
    geos = tuple(dict.fromkeys(rows["__geo"]))
    shape = (len(geos), len(dates))

    def grid(column: str) -> Floats:
        if column not in rows:
            return np.full(shape, np.nan)
        return read_numbers(rows[column]).to_numpy().reshape(shape)

    def stack(columns: tuple[str, ...]) -> Floats:
        return np.stack([grid(c) for c in columns], axis=-1) if columns else np.empty((*shape, 0))

    often = {
        channel: _frequency(grid(reach), grid(frequency))
        for channel, (reach, frequency) in config.reach_frequency.items()
    }
    seen = {channel: grid(config.reach_frequency.get(channel, (channel,))[0]) for channel in config.channels}
    exposure = np.stack([seen[channel] for channel in config.channels], axis=-1)
    spend = np.zeros_like(exposure)
    for place, channel in enumerate(config.channel_columns):
        cost = config.spend_columns.get(channel, channel)
        bought = channel in often and (cost not in rows or cost == config.reach_frequency[channel][0])
        spend[..., place] = seen[channel] * often[channel] if bought else grid(cost)
    frequencies = [often[channel] for channel in config.frequency_channels]
    value = np.full(shape, config.value_per_unit or 1.0)
    if config.value_column and config.value_column in rows:
        value = grid(config.value_column)
    names = read_events(rows[config.event_column]) if config.event_column else pd.Series("", index=rows.index)
    population = np.ones(len(geos))
    if config.population_column and config.population_column in rows:
        population = grid(config.population_column).mean(axis=1)
    return Panel(
        dates, geos, frequency, grid(config.target_column), value, exposure, spend,
        stack(tuple(config.control_columns)), stack(tuple(config.treatment_columns)),
        names.to_numpy(dtype=object).reshape(shape), population,
        np.stack(frequencies, axis=-1) if frequencies else np.empty((*shape, 0)),
    )  # fmt: skip


def _frequency(reach: Floats, frequency: Floats) -> Floats:
    """(geo, period) average frequency; where nobody is reached, the geo's mean by reach, else that of all.

    Without reach there is no effect at any frequency; the mean is what reach would have come with.
    """
    people, contacts = reach.sum(axis=1), np.where(reach > 0, reach * frequency, 0.0).sum(axis=1)
    overall = contacts.sum() / people.sum() if people.sum() > 0 else 1.0
    usual = np.where(people > 0, contacts / np.where(people > 0, people, 1.0), overall)
    return np.asarray(np.where(reach > 0, frequency, usual[:, None]))
