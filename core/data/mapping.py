"""What each column of a data set means, as a person confirmed it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pandas as pd

from core.data.dates import DateOrder
from core.data.numbers import NumberFormat
from core.errors import UserError


class MappingProblem(UserError):
    """A mapping that cannot be used; its faults name the columns."""


class ColumnRole(StrEnum):
    """What a column is for. `channel` names the media channel of a row in a long file."""

    DATE = "date"
    TARGET = "target"
    SPEND = "spend"
    EXPOSURE = "exposure"
    ORGANIC = "organic"
    CONTROL = "control"
    TREATMENT = "treatment"
    EVENT = "event"
    GEO = "geo"
    POPULATION = "population"
    VALUE_PER_UNIT = "value_per_unit"
    CHANNEL = "channel"
    IGNORE = "ignore"


NUMERIC_ROLES = frozenset(
    {
        *(ColumnRole.TARGET, ColumnRole.SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC, ColumnRole.CONTROL),
        *(ColumnRole.TREATMENT, ColumnRole.POPULATION, ColumnRole.VALUE_PER_UNIT),
    }
)
MEDIA_ROLES = frozenset({ColumnRole.SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC})
SINGLE_ROLES = (
    ColumnRole.DATE,
    ColumnRole.TARGET,
    ColumnRole.GEO,
    ColumnRole.POPULATION,
    ColumnRole.VALUE_PER_UNIT,
    ColumnRole.EVENT,
    ColumnRole.CHANNEL,
)


class KpiKind(StrEnum):
    """Whether the target is money or a number of things."""

    MONEY = "money"
    COUNT = "count"


class Period(StrEnum):
    """The rows of the prepared table: as in the file, or summed to weeks."""

    AS_IS = "as_is"
    WEEKLY = "weekly"


class Weekday(StrEnum):
    """The day a week begins."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """0 for Monday to 6 for Sunday."""
        return list(Weekday).index(self)


class EdgeWeeks(StrEnum):
    """What becomes of a first or last week that is not complete."""

    DROP = "drop"
    KEEP = "keep"


class MediaMeasure(StrEnum):
    """Whether the model looks at money spent or, where a channel has it, at its exposure."""

    SPEND = "spend"
    EXPOSURE = "exposure"


@dataclass(frozen=True)
class ColumnMap:
    """One column's role; `pair` is the spend column an exposure belongs to, `label` the friendly name."""

    column: str
    role: ColumnRole
    label: str = ""
    pair: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "role", ColumnRole(self.role))


@dataclass(frozen=True)
class Mapping:
    """The roles of a data set's columns and how its cells are to be read.

    `date_order` and `number_format` None mean that the columns decide. A mapping under construction may be
    incomplete; `faults` lists what is missing and `checked` raises MappingProblem with all of it.
    """

    columns: tuple[ColumnMap, ...]
    currency: str = "EUR"
    kpi_label: str = ""
    kpi_kind: KpiKind = KpiKind.MONEY
    date_order: DateOrder | None = None
    number_format: NumberFormat | None = None
    period: Period = Period.AS_IS
    week_start: Weekday = Weekday.MONDAY
    edge_weeks: EdgeWeeks = EdgeWeeks.DROP
    media_measure: MediaMeasure = MediaMeasure.SPEND

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        for name, kind in (
            ("kpi_kind", KpiKind),
            ("period", Period),
            ("week_start", Weekday),
            ("edge_weeks", EdgeWeeks),
            ("media_measure", MediaMeasure),
        ):
            object.__setattr__(self, name, kind(getattr(self, name)))
        for name, choice in (("date_order", DateOrder), ("number_format", NumberFormat)):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else choice(value))
        names = [column.column for column in self.columns]
        doubles = sorted({name for name in names if names.count(name) > 1})
        if doubles:
            raise MappingProblem([f"Column {name} has two roles; a column can have one." for name in doubles])

    def columns_of(self, *roles: ColumnRole) -> tuple[str, ...]:
        """The columns that have one of these roles, in the file's order."""
        return tuple(column.column for column in self.columns if column.role in roles)

    def role_of(self, column: str) -> ColumnRole:
        """The role of a column; columns the mapping does not know are ignored."""
        return next((known.role for known in self.columns if known.column == column), ColumnRole.IGNORE)

    def one(self, role: ColumnRole) -> str | None:
        """The first column with this role, if there is one."""
        return next(iter(self.columns_of(role)), None)

    @property
    def date_column(self) -> str | None:
        """The date column, if there is one."""
        return self.one(ColumnRole.DATE)

    @property
    def target_column(self) -> str | None:
        """The column to be explained, if there is one."""
        return self.one(ColumnRole.TARGET)

    @property
    def geo_column(self) -> str | None:
        """The column of regions, if there is one."""
        return self.one(ColumnRole.GEO)

    @property
    def pairs(self) -> dict[str, str]:
        """{spend column: its exposure column}."""
        return {
            column.pair: column.column
            for column in self.columns
            if column.role is ColumnRole.EXPOSURE and column.pair
        }

    @property
    def display_names(self) -> dict[str, str]:
        """{column: friendly name} of every used column that has one different from its own."""
        used = (column for column in self.columns if column.role is not ColumnRole.IGNORE)
        return {
            column.column: column.label for column in used if column.label and column.label != column.column
        }

    def label_of(self, column: str) -> str:
        """The friendly name of a column, or the column itself."""
        return self.display_names.get(column, column)

    def with_role(self, column: str, role: ColumnRole | str, pair: str | None = None) -> Mapping:
        """The same mapping with another role for one column; a role only one column can have moves to it."""
        role = ColumnRole(role)
        known = {known.column: known for known in self.columns}
        fresh = replace(known.get(column, ColumnMap(column, role)), role=role, pair=pair)
        columns = []
        for other in self.columns if column in known else (*self.columns, fresh):
            taken = role in SINGLE_ROLES and other.role is role and other.column != column
            columns.append(
                fresh
                if other.column == column
                else replace(other, role=ColumnRole.IGNORE)
                if taken
                else other
            )
        return replace(self, columns=tuple(columns))

    def with_label(self, column: str, label: str) -> Mapping:
        """The same mapping with another friendly name for one column."""
        columns = (replace(c, label=label.strip()) if c.column == column else c for c in self.columns)
        return replace(self, columns=tuple(columns))

    def replace(self, **changes: Any) -> Mapping:
        """The same mapping with other settings (currency, kpi_label, date_order, ...)."""
        return replace(self, **changes)

    @property
    def faults(self) -> list[str]:
        """Everything that keeps this mapping from making a mix data set, as sentences."""
        faults = [] if self.date_column else ["No column is marked as the date."]
        faults += [] if self.target_column else ["No column is marked as the KPI to explain."]
        if not self.columns_of(*MEDIA_ROLES):
            faults.append("No column is marked as media spend.")
        spends = self.columns_of(ColumnRole.SPEND)
        for column in self.columns:
            if column.role is ColumnRole.EXPOSURE and column.pair and column.pair not in spends:
                faults.append(f"{column.column} is paired with {column.pair}, which is not a spend column.")
        for role in SINGLE_ROLES:
            several = self.columns_of(role)
            if len(several) > 1:
                faults.append(f"Only one column can be the {role.value}; marked are {', '.join(several)}.")
        return faults

    def checked(self) -> Mapping:
        """Itself, or MappingProblem with every fault."""
        if self.faults:
            raise MappingProblem(self.faults)
        return self


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
    references = {}
    for column in mapping.columns_of(ColumnRole.TREATMENT):
        known = frame is not None and column in frame and frame[column].notna().any()
        references[column] = float(frame[column].median()) if frame is not None and known else 0.0
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
        "treatment_columns": references,
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
