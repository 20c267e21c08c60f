"""Every problem of a data set, found at once: what blocks a fit and what merely deserves a look."""

from __future__ import annotations

import pandas as pd

from core.mmm.config import ConfigLimits, MMMConfig
from core.mmm.panel.check_collinearity import likeness_problems
from core.mmm.panel.check_columns import reach_problems, value_problems
from core.mmm.panel.check_dates import date_problems
from core.mmm.panel.reading import needed_columns
from core.mmm.problem import Problem, Thresholds, listed


def check(frame: pd.DataFrame, config: MMMConfig, thresholds: Thresholds | None = None) -> list[Problem]:
    """All problems of `frame` for this configuration, errors first.

    Never raises for a fault of the data: a frame that cannot even be read yields the problems that say why.
    """
    limits = thresholds or Thresholds()
    problems = _column_problems(frame, config)
    if frame.columns.has_duplicates:
        return problems
    if config.date_column in frame and (config.geo_column is None or config.geo_column in frame):
        problems += date_problems(frame, config, limits)
    problems += _geo_problems(frame, config)
    problems += value_problems(frame, config) + reach_problems(frame, config)
    if not any(problem.blocks for problem in problems):
        problems += likeness_problems(frame, config, limits)
    return sorted(problems, key=lambda problem: not problem.blocks)


def _column_problems(frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    problems = [
        Problem("error", "missing_column", f"Column '{column}' is not in the data.", column)
        for column in needed_columns(config)
        if column not in frame
    ]
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()].unique()
        problems.append(Problem("error", "column_twice", f"Column names occur twice: {listed(twice)}."))
    if not len(frame):
        problems.append(Problem("error", "empty", "The data have no rows."))
    return problems


def _geo_problems(frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    if not config.geo_column or config.geo_column not in frame:
        return []
    column = config.geo_column
    blank = frame[column].isna() | (frame[column].astype(str).str.strip() == "")
    if blank.any():
        row = int(blank.to_numpy().argmax()) + 1
        text = f"Column '{column}' is empty in {int(blank.sum())} rows, first in row {row}: name the geo."
        return [Problem("error", "geo_missing", text, column, row)]
    count = frame[column].nunique()
    if config.use_geo and count > ConfigLimits().geos:
        text = f"At most {ConfigLimits().geos} geos can be fitted; column '{column}' has {count}."
        return [Problem("error", "too_many_geos", text, column)]
    return []
