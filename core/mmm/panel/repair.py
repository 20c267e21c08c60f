"""Safe repairs of a data set, one at a time, each on a copy."""

from __future__ import annotations

import pandas as pd

from core.errors import UserError
from core.mmm.config import MMMConfig
from core.mmm.panel.reading import (
    is_blank,
    media_columns,
    numeric_columns,
    read_dates,
    read_geos,
    read_numbers,
)
from core.mmm.problem import Problem, RepairKind


def apply_repair(frame: pd.DataFrame, config: MMMConfig, problem: Problem) -> pd.DataFrame:
    """The frame with one problem repaired; UserError where the problem offers no repair.

    After `drop_column` the configuration must lose the column too.
    """
    if problem.repair is None:
        raise UserError(f"There is no safe repair for this: {problem.message}")
    return _REPAIRS[problem.repair](frame.copy(), config, problem)


def _drop_duplicates(frame: pd.DataFrame, config: MMMConfig, problem: Problem) -> pd.DataFrame:
    keys = pd.DataFrame({"date": read_dates(frame[config.date_column]), "geo": read_geos(frame, config)})
    return frame[~keys.duplicated(keep="first").to_numpy()].reset_index(drop=True)


def _sum_duplicates(frame: pd.DataFrame, config: MMMConfig, problem: Problem) -> pd.DataFrame:
    """One row per date and geo: KPI and media added up, frequencies averaged by reach, every other number
    averaged, the first of the rest.
    """
    keys = [read_dates(frame[config.date_column]).rename("__date"), read_geos(frame, config).rename("__geo")]
    added = {config.target_column, *media_columns(config)}
    numbers = [c for c in numeric_columns(config) if c in frame]
    rules: dict[str, str] = {c: "sum" if c in added else "mean" for c in numbers}
    data = frame.assign(**{c: read_numbers(frame[c]) for c in numbers})
    rules |= {c: "first" for c in data.columns if c not in rules}
    pairs = [pair for pair in config.reach_frequency.values() if set(pair) <= set(numbers)]
    data = data.assign(**{often: data[reach] * data[often] for reach, often in pairs})
    merged = data.groupby(keys, sort=False, dropna=False).agg(rules)
    for reach, often in pairs:
        merged[often] = (merged[often] / merged[reach]).fillna(0.0)
    return merged[list(frame.columns)].reset_index(drop=True)


def _drop_rows(frame: pd.DataFrame, config: MMMConfig, problem: Problem) -> pd.DataFrame:
    readable = read_dates(frame[config.date_column]).notna().to_numpy()
    return frame[readable].reset_index(drop=True)


def _drop_column(frame: pd.DataFrame, config: MMMConfig, problem: Problem) -> pd.DataFrame:
    return frame.drop(columns=[str(problem.column)])


def _fill_zero(frame: pd.DataFrame, config: MMMConfig, problem: Problem) -> pd.DataFrame:
    column = str(problem.column)
    filled = frame[column].mask(is_blank(frame[column]), 0)
    return frame.assign(**{column: filled})


def _interpolate(frame: pd.DataFrame, config: MMMConfig, problem: Problem) -> pd.DataFrame:
    """Linear in time between a geo's neighbours; its first and last known value beyond them."""
    column = str(problem.column)
    order = read_dates(frame[config.date_column]).sort_values(kind="stable").index
    numbers = read_numbers(frame[column]).loc[order]
    by_geo = numbers.groupby(read_geos(frame, config).loc[order])
    filled = by_geo.transform(lambda own: own.interpolate(limit_direction="both"))
    return frame.assign(**{column: filled.reindex(frame.index)})


def _common_calendar(frame: pd.DataFrame, config: MMMConfig, problem: Problem) -> pd.DataFrame:
    """Only the dates on which every geo has a row."""
    dates, geos = read_dates(frame[config.date_column]), read_geos(frame, config)
    per_date = geos.groupby(dates).nunique()
    shared = per_date[per_date == geos.nunique()].index
    return frame[dates.isin(shared).to_numpy()].reset_index(drop=True)


_REPAIRS = {
    RepairKind.DROP_DUPLICATES: _drop_duplicates,
    RepairKind.SUM_DUPLICATES: _sum_duplicates,
    RepairKind.DROP_ROWS: _drop_rows,
    RepairKind.DROP_COLUMN: _drop_column,
    RepairKind.FILL_MISSING_ZERO: _fill_zero,
    RepairKind.INTERPOLATE: _interpolate,
    RepairKind.COMMON_CALENDAR: _common_calendar,
}
assert set(_REPAIRS) == set(RepairKind)
