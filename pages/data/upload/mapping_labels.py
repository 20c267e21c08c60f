"""The words in which roles, kinds, frequencies and formats are shown; closed sets come from core."""

from __future__ import annotations

from core.data import ColumnRole, DatasetKind, DateOrder, MediaMeasure, NumberFormat

ROLE_WORDS: dict[ColumnRole, str] = {
    ColumnRole.DATE: "Date",
    ColumnRole.TARGET: "KPI to explain",
    ColumnRole.SPEND: "Media spend",
    ColumnRole.EXPOSURE: "Media exposure (views, clicks)",
    ColumnRole.ORGANIC: "Organic media (no spend)",
    ColumnRole.CONTROL: "Control (competitors, weather)",
    ColumnRole.TREATMENT: "Own price or promotion",
    ColumnRole.EVENT: "Events by name",
    ColumnRole.GEO: "Region",
    ColumnRole.POPULATION: "Population of the region",
    ColumnRole.VALUE_PER_UNIT: "Money per unit of the KPI",
    ColumnRole.CHANNEL: "Channel name (long file)",
    ColumnRole.IGNORE: "Leave out",
}
KIND_WORDS: dict[DatasetKind, str] = {
    DatasetKind.MIX: "Mix data",
    DatasetKind.MIX_LONG: "Mix data, one row per channel",
    DatasetKind.SALES: "Sales facts",
    DatasetKind.PROMO_CATALOG: "Promotion catalogue",
    DatasetKind.CAMPAIGN_METRICS: "Campaign metrics",
    DatasetKind.SEGMENTS: "Customer segments",
    DatasetKind.TARGETS: "Targets",
    DatasetKind.UNKNOWN: "Not recognised",
}
DATE_WORDS: dict[DateOrder | None, str] = {
    None: "As detected",
    DateOrder.DAY_FIRST: "Day first: 31.12.2025",
    DateOrder.MONTH_FIRST: "Month first: 12/31/2025",
    DateOrder.YEAR_FIRST: "Year first: 2025-12-31",
}
NUMBER_WORDS: dict[NumberFormat | None, str] = {
    None: "As detected",
    NumberFormat.POINT: "1,234.56",
    NumberFormat.COMMA: "1.234,56",
}
MEASURE_WORDS: dict[MediaMeasure, str] = {
    MediaMeasure.SPEND: "Money spent",
    MediaMeasure.EXPOSURE: "Exposure where known",
}
MIX_KINDS = (DatasetKind.MIX, DatasetKind.MIX_LONG, DatasetKind.UNKNOWN)


def role_of_words(words: str) -> ColumnRole:
    """The role that a person chose by its words."""
    return next(role for role, text in ROLE_WORDS.items() if text == words)
