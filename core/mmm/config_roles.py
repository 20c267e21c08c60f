"""A model's configuration read back as roles and adjustments, so that its set-up can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping as Plain
from dataclasses import replace
from typing import Any

from core.data import ColumnMap, ColumnRole, Mapping, MediaMeasure, to_mmm_config_fields
from core.mmm.config import MMMConfig

SINGLE = {
    "date_column": ColumnRole.DATE,
    "target_column": ColumnRole.TARGET,
    "geo_column": ColumnRole.GEO,
    "event_column": ColumnRole.EVENT,
    "population_column": ColumnRole.POPULATION,
    "value_column": ColumnRole.VALUE_PER_UNIT,
}
MANY = {
    "control_columns": ColumnRole.CONTROL,
    "organic_columns": ColumnRole.ORGANIC,
    "treatment_columns": ColumnRole.TREATMENT,
}


def roles_of(mapping: Mapping, config: Plain[str, Any]) -> Mapping:
    """The mapping with the roles a model's configuration gives; columns it does not name are left out."""
    pairs = dict(config.get("spend_columns", {}))
    paid = {pairs.get(column, column) for column in config["channel_columns"]}
    known = dict.fromkeys(paid, ColumnRole.SPEND) | dict.fromkeys(pairs, ColumnRole.EXPOSURE)
    known |= {config[name]: role for name, role in SINGLE.items() if config.get(name)}
    known |= {column: role for name, role in MANY.items() for column in config.get(name, ())}
    contacts = (column for pair in config.get("reach_frequency", {}).values() for column in pair)
    known |= dict.fromkeys((column for column in contacts if column not in pairs), ColumnRole.EXPOSURE)
    columns = tuple(
        replace(c, role=known.get(c.column, _left(c, paid)), pair=pairs.get(c.column, c.pair))
        for c in mapping.columns
    )
    measure = MediaMeasure.EXPOSURE if pairs else MediaMeasure.SPEND
    return mapping.replace(columns=columns, media_measure=measure)


def _left(column: ColumnMap, paid: set[str]) -> ColumnRole:
    """Exposure stays beside a spend that is used, whichever of the two the model looked at."""
    return (
        ColumnRole.EXPOSURE
        if column.role is ColumnRole.EXPOSURE and column.pair in paid
        else ColumnRole.IGNORE
    )


def adjustments_of(mapping: Mapping, config: Plain[str, Any]) -> dict[str, Any]:
    """What a configuration says beyond the roles of `mapping` and differs from the default."""
    default = json.loads(MMMConfig("date", "target", ("channel",)).to_json())
    by_role = set(to_mmm_config_fields(mapping)) | {"seasonality"}
    fields = {
        name: value for name, value in config.items() if name not in by_role and value != default.get(name)
    }
    if mapping.geo_column and not config.get("use_geo"):
        fields["use_geo"] = False
    if config.get("treatment_columns"):
        fields["treatments"] = dict(config["treatment_columns"])
    return fields
