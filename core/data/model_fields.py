"""A mapping in the words of the mix model's configuration."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.data.mapping import ColumnRole, Mapping, MediaMeasure


def to_mmm_config_fields(mapping: Mapping, frame: pd.DataFrame | None = None) -> dict[str, Any]:
    """Constructor fields of MMMConfig for a mapping, so that the model's page starts from it.

    A treatment's reference is its median in `frame` (0 without one). Media with exposure but no known spend
    are organic: they earn contribution, not return. Raises MappingProblem where date, target or media lack.
    """
    mapping.checked()
    pairs = mapping.pairs if mapping.media_measure is MediaMeasure.EXPOSURE else {}
    lonely = [c.column for c in mapping.columns if c.role is ColumnRole.EXPOSURE and not c.pair]
    organic = [
        column
        for column in mapping.columns_of(ColumnRole.ORGANIC, ColumnRole.EXPOSURE)
        if mapping.role_of(column) is ColumnRole.ORGANIC or column in lonely
    ]
    treatments = mapping.columns_of(ColumnRole.TREATMENT)
    geo = mapping.geo_column
    channels = [pairs.get(column, column) for column in mapping.columns_of(ColumnRole.SPEND)]
    # Display names; where exposure stands for a channel it is called what its spend is called.
    labels = dict(mapping.display_names)
    labels |= {exposure: mapping.label_of(spend) for spend, exposure in pairs.items()}
    fields = {
        "date_column": mapping.date_column,
        "target_column": mapping.target_column,
        "channel_columns": channels,
        "control_columns": list(mapping.columns_of(ColumnRole.CONTROL)),
        "organic_columns": organic,
        "treatment_columns": {c: _reference(frame, c) for c in treatments},
        "geo_column": geo,
        "use_geo": geo is not None,
        "kpi_kind": mapping.kpi_kind.value,
        "value_column": mapping.one(ColumnRole.VALUE_PER_UNIT),
        "currency": mapping.currency,
        "spend_columns": {exposure: spend for spend, exposure in pairs.items()},
        "event_column": mapping.one(ColumnRole.EVENT),
        "population_column": mapping.one(ColumnRole.POPULATION),
        "display_names": labels,
    }
    return fields


def _reference(frame: pd.DataFrame | None, column: str) -> float:
    if frame is None or column not in frame or frame[column].dropna().empty:
        return 0.0
    return float(frame[column].median())
