"""Columns too much alike to be told apart by any model."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.config import MMMConfig
from core.mmm.panel.reading import read_geos, read_numbers
from core.mmm.problem import Problem, RepairKind, Thresholds

Floats = NDArray[np.float64]


def likeness_problems(frame: pd.DataFrame, config: MMMConfig, limits: Thresholds) -> list[Problem]:
    """Collinear explanatory columns and controls that repeat the target; all columns hold numbers."""
    data = frame.reset_index(drop=True)
    table = pd.DataFrame({c: read_numbers(data[c]) for c in _explanatory(data, config)})
    target = read_numbers(data[config.target_column])
    if config.geo_column and config.use_geo:
        # Differences of level among geos are no collinearity: the model gives each geo its own baseline.
        geos = read_geos(data, config)
        table, target = (
            table - table.groupby(geos).transform("mean"),
            target - target.groupby(geos).transform("mean"),
        )
    table = table.loc[:, table.std() > 0]
    problems = _like_target(table, target, config, limits)
    if table.shape[1] < 2:
        return problems
    return problems + _pairs(table, limits) + _inflated(table, limits)


def _explanatory(data: pd.DataFrame, config: MMMConfig) -> list[str]:
    media = [config.reach_frequency.get(channel, (channel,))[0] for channel in config.channels]
    columns = [*media, *config.control_columns, *config.treatment_columns]
    return [column for column in columns if column in data]


def _like_target(
    table: pd.DataFrame, target: pd.Series, config: MMMConfig, limits: Thresholds
) -> list[Problem]:
    if target.std() == 0:
        return []
    problems = []
    for column in (c for c in config.control_columns if c in table):
        likeness = abs(float(np.corrcoef(table[column], target)[0, 1]))
        if likeness > limits.same_as_target:
            text = (
                f"Control '{column}' repeats the target '{config.target_column}' (correlation "
                f"{likeness:.4f}): it "
                "would explain the KPI by itself; leave it out."
            )
            problems.append(
                Problem("error", "control_is_target", text, column, repair=RepairKind.DROP_COLUMN)
            )
    return problems


def _pairs(table: pd.DataFrame, limits: Thresholds) -> list[Problem]:
    likeness = np.corrcoef(table.to_numpy(), rowvar=False)
    problems = []
    for i, j in combinations(range(table.shape[1]), 2):
        if abs(likeness[i, j]) > limits.correlation:
            first, second = table.columns[i], table.columns[j]
            text = (
                f"'{first}' and '{second}' move together (correlation {likeness[i, j]:.2f}): "
                "their effects cannot "
                "be told apart; combine them, drop one, or run a lift test."
            )
            problems.append(Problem("warning", "collinear", text, second))
    return problems


def variance_inflation(table: Floats) -> Floats:
    """Variance inflation factor of each column: 1 / (1 - R2) of its regression on the others."""
    likeness = np.corrcoef(table, rowvar=False)
    values, vectors = np.linalg.eigh(likeness)
    return np.asarray((vectors**2 / np.maximum(values, 1e-10)).sum(axis=1))


def _inflated(table: pd.DataFrame, limits: Thresholds) -> list[Problem]:
    factors = variance_inflation(table.to_numpy())
    return [
        Problem(
            "warning",
            "inflated",
            f"'{column}' is nearly a mixture of the other columns (variance inflation "
            f"{min(factor, 9999):.0f}): "
            "its effect will be uncertain.",
            column,
        )
        for column, factor in zip(table.columns, factors, strict=True)
        if factor > limits.vif
    ]
