"""Problems of single columns: cells that are no numbers, gaps, negative spend, nothing but one value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.mmm.config import MMMConfig
from core.mmm.panel.reading import is_blank, media_columns, numeric_columns, read_numbers
from core.mmm.problem import Problem, RepairKind

# An average worked out from rounded impressions may fall short of 1 by a rounding.
SLACK = 1e-6


def reach_problems(frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    """Every problem of reach and frequency columns that hold numbers; others are named elsewhere."""
    data, problems = frame.reset_index(drop=True), list[Problem]()
    for channel in config.frequency_channels:
        reach, frequency = config.reach_frequency[channel]
        cost = config.spend_columns.get(channel, channel)
        if channel in config.channel_columns and cost == channel != reach and cost in data:
            problems += _cost(cost, read_numbers(data[cost]))
        if reach in data and frequency in data:
            people, often = read_numbers(data[reach]), read_numbers(data[frequency])
            problems += _too_seldom(reach, frequency, people, often)
            problems += _always_alike(channel, frequency, people, often, config)
        if reach in data and config.population_column in data:
            problems += _too_many(reach, read_numbers(data[reach]), data, config)
    return problems


def frequency_faults(frame: pd.DataFrame, config: MMMConfig) -> list[str]:
    """Sentences about impossible frequencies alone, for rows to be predicted."""
    return [problem.message for problem in reach_problems(frame, config) if problem.blocks]


def _cost(column: str, numbers: pd.Series) -> list[Problem]:
    bad = np.flatnonzero(~(numbers >= 0))
    if not len(bad):
        return []
    text = (
        f"Column '{column}' is the cost of the channel of that name, and holds no amount of 0 or more in "
        f"{len(bad)} rows, first in row {int(bad[0]) + 1}."
    )
    return [Problem("error", "cost", text, column, int(bad[0]) + 1)]


def _too_seldom(reach: str, frequency: str, people: pd.Series, often: pd.Series) -> list[Problem]:
    bad = np.flatnonzero((people > 0) & (often < 1 - SLACK))
    if not len(bad):
        return []
    row = int(bad[0]) + 1
    text = (
        f"Column '{frequency}' is below 1 in {len(bad)} rows in which '{reach}' says that people were "
        f"reached, first {often.iloc[bad[0]]:g} in row {row}: whoever is reached has at least one contact."
    )
    return [Problem("error", "frequency_below_one", text, frequency, row)]


def _always_alike(
    channel: str, frequency: str, people: pd.Series, often: pd.Series, config: MMMConfig
) -> list[Problem]:
    seen = often[people > 0].dropna()
    if seen.empty or seen.nunique() > 1:
        return []
    text = (
        f"Frequency '{frequency}' of '{config.label(channel)}' is {seen.iloc[0]:g} wherever somebody was "
        "reached: the data can't tell which frequency works best, only the prior does."
    )
    return [Problem("warning", "constant_frequency", text, frequency)]


def _too_many(reach: str, people: pd.Series, data: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    column = str(config.population_column)
    population = read_numbers(data[column])
    bad = np.flatnonzero(people > population)
    if not len(bad):
        return []
    row = int(bad[0]) + 1
    text = (
        f"Column '{reach}' is above the population '{column}' in {len(bad)} rows, first "
        f"{people.iloc[bad[0]]:,.0f} of {population.iloc[bad[0]]:,.0f} in row {row}: reach counts each "
        "person once a period, so these may be impressions, or the two have different units."
    )
    return [Problem("warning", "reach_above_population", text, reach, row)]


def value_problems(frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    """Every problem of a numeric column's own cells."""
    data = frame.reset_index(drop=True)
    media = set(media_columns(config))
    problems: list[Problem] = []
    for column in (c for c in numeric_columns(config) if c in data and data.columns.tolist().count(c) == 1):
        numbers, blank = read_numbers(data[column]), is_blank(data[column])
        problems += _no_numbers(data, column, numbers, blank) + _gaps(column, blank, config, media)
        if column in media:
            problems += _negative(column, numbers)
        problems += _without_variation(column, numbers, config, media)
    return problems


def _no_numbers(data: pd.DataFrame, column: str, numbers: pd.Series, blank: pd.Series) -> list[Problem]:
    bad = np.flatnonzero(numbers.isna() & ~blank)
    if not len(bad):
        return []
    row = int(bad[0]) + 1
    text = (
        f"Column '{column}' has {len(bad)} cells that are no number, first "
        f"'{data[column].iloc[bad[0]]}' in row {row}."
    )
    return [Problem("error", "not_a_number", text, column, row)]


def _gaps(column: str, blank: pd.Series, config: MMMConfig, media: set[str]) -> list[Problem]:
    if not blank.any():
        return []
    row = int(blank.to_numpy().argmax()) + 1
    advice, repair = "fill it in or leave the row out", None
    if column in media:
        advice, repair = "0 if nothing ran", RepairKind.FILL_MISSING_ZERO
    elif column != config.target_column:
        advice, repair = "interpolate between its neighbours, or fill it in", RepairKind.INTERPOLATE
    text = f"Column '{column}' is empty in {int(blank.sum())} rows, first in row {row}: {advice}."
    return [Problem("error", "empty_cell", text, column, row, repair)]


def _negative(column: str, numbers: pd.Series) -> list[Problem]:
    below = np.flatnonzero(numbers < 0)
    if not len(below):
        return []
    row = int(below[0]) + 1
    text = (
        f"Column '{column}' is negative in {len(below)} rows, first {numbers.iloc[below[0]]:g} in row {row}: "
        "spend and exposure cannot be."
    )
    return [Problem("error", "negative", text, column, row)]


def _without_variation(column: str, numbers: pd.Series, config: MMMConfig, media: set[str]) -> list[Problem]:
    known = numbers.dropna()
    if known.empty:
        return []
    if column in media:
        kept = known.iloc[: len(known) - config.holdout] if config.geo_column is None else known
        if (kept == 0).all():
            where = " outside the holdout" if config.holdout else ""
            text = f"Channel '{column}' is 0 in every row{where}: its effect cannot be learned; leave it out."
            return [Problem("error", "all_zero", text, column, repair=RepairKind.DROP_COLUMN)]
        return []
    if known.nunique() > 1:
        return []
    if column == config.target_column:
        text = f"The target '{column}' has the same value {known.iloc[0]:g} in every row: nothing to explain."
        return [Problem("error", "constant_target", text, column)]
    if column in config.control_columns:
        text = f"Control '{column}' has the same value in every row and tells the model nothing."
        return [Problem("warning", "constant_control", text, column, repair=RepairKind.DROP_COLUMN)]
    if column == config.population_column and known.iloc[0] <= 0:
        return [Problem("error", "population", f"Population '{column}' must be positive.", column)]
    return []
