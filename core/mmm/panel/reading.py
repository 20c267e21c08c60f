"""A user's frame read as dates, geos and numbers, without changing or guessing anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.mmm.config import MMMConfig

NO_EVENT = frozenset({"", "na", "n/a", "nan", "none", "null", "no", "0", "0.0", "false", "-"})
NATIONAL = "national"


def read_dates(column: pd.Series) -> pd.Series:
    """The column as midnight timestamps; NaT where a cell is no date (bare numbers are no dates)."""
    if pd.api.types.is_numeric_dtype(column):
        return pd.Series(pd.NaT, index=column.index, dtype="datetime64[ns]")
    parsed = pd.to_datetime(column, errors="coerce")
    if getattr(parsed.dtype, "tz", None) is not None:
        parsed = parsed.dt.tz_localize(None)
    return parsed.dt.normalize().astype("datetime64[ns]")


def read_numbers(column: pd.Series) -> pd.Series:
    """The column as floats; NaN where a cell is empty or no number."""
    if pd.api.types.is_bool_dtype(column):
        return column.astype(float)
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    return numbers.where(np.isfinite(numbers))


def is_blank(column: pd.Series) -> pd.Series:
    """Where a cell is empty: missing, or a text of spaces."""
    if pd.api.types.is_numeric_dtype(column):
        return column.isna()
    return column.isna() | (column.astype(str).str.strip() == "")


def read_geos(frame: pd.DataFrame, config: MMMConfig) -> pd.Series:
    """The geo of every row as text; one word for all rows of national data."""
    if config.geo_column is None:
        return pd.Series(NATIONAL, index=frame.index)
    return frame[config.geo_column].astype(str)


def read_events(column: pd.Series) -> pd.Series:
    """The event's name of every row, empty where there is none."""
    words = column.astype(str).str.strip()
    return words.where(~words.str.lower().isin(NO_EVENT) & column.notna(), "")


def media_columns(config: MMMConfig) -> list[str]:
    """Columns of exposure or cost that must be present and cannot be negative."""
    columns: dict[str, None] = {}
    for channel in config.channels:
        for name in config.reach_frequency.get(channel, (channel,)):
            columns[name] = None
    columns.update(dict.fromkeys(config.spend_columns.values()))
    return list(columns)


def numeric_columns(config: MMMConfig) -> list[str]:
    """Every column that must hold numbers, in the order of their roles."""
    columns: dict[str, Any] = {config.target_column: None}
    columns.update(dict.fromkeys(media_columns(config)))
    columns.update(dict.fromkeys(config.control_columns))
    columns.update(dict.fromkeys(config.treatment_columns))
    columns.update(dict.fromkeys(c for c in (config.value_column, config.population_column) if c))
    return list(columns)


def needed_columns(config: MMMConfig) -> list[str]:
    """Every column of the frame that the configuration speaks of."""
    others = (config.date_column, config.geo_column, config.event_column)
    return [*dict.fromkeys([c for c in others if c] + numeric_columns(config))]
