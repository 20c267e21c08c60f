"""The table in which a person says what every column is, with the reason for each guess."""

from __future__ import annotations

from collections.abc import Mapping as Words
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.data import (
    ColumnMap,
    ColumnRole,
    DatasetKind,
    DateOrder,
    KpiKind,
    Mapping,
    MediaMeasure,
    NumberFormat,
    Period,
    Weekday,
)
from pages.data.upload.files import Reading
from pages.shared.layout import edited_table

COLUMN, ROLE, LABEL, PAIR, EXAMPLE, REASON = "Column", "Role", "Shown as", "Its spend", "Example", "Why"
ROW_HEIGHT, ROWS_SHOWN, EXAMPLE_LENGTH = 36, 24, 24


ROLE_LABELS: dict[ColumnRole, str] = {
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
KIND_LABELS: dict[DatasetKind, str] = {
    DatasetKind.MIX: "Mix data",
    DatasetKind.MIX_LONG: "Mix data, one row per channel",
    DatasetKind.SALES: "Sales facts",
    DatasetKind.PROMO_CATALOG: "Promotion catalogue",
    DatasetKind.CAMPAIGN_METRICS: "Campaign metrics",
    DatasetKind.SEGMENTS: "Customer segments",
    DatasetKind.TARGETS: "Targets",
    DatasetKind.UNKNOWN: "Not recognised",
}
DATE_LABELS: dict[DateOrder | None, str] = {
    None: "As detected",
    DateOrder.DAY_FIRST: "Day first: 31.12.2025",
    DateOrder.MONTH_FIRST: "Month first: 12/31/2025",
    DateOrder.YEAR_FIRST: "Year first: 2025-12-31",
}
NUMBER_LABELS: dict[NumberFormat | None, str] = {
    None: "As detected",
    NumberFormat.POINT: "1,234.56",
    NumberFormat.COMMA: "1.234,56",
}
MEASURE_LABELS: dict[MediaMeasure, str] = {
    MediaMeasure.SPEND: "Money spent",
    MediaMeasure.EXPOSURE: "Exposure where known",
}
MIX_KINDS = (DatasetKind.MIX, DatasetKind.MIX_LONG, DatasetKind.UNKNOWN)


CURRENCIES = [
    "EUR",
    "USD",
    "GBP",
    "CHF",
    "SEK",
    "DKK",
    "NOK",
    "PLN",
    "CZK",
    "JPY",
    "INR",
    "CAD",
    "AUD",
    "BRL",
]


def choose_formats(reading: Reading, generation: int) -> None:
    """How dates and numbers are written in one file; what was detected is named and can be overruled."""
    detection, mapping = reading.detection, reading.mapping
    key = f"{reading.source.file_id}:{reading.table.sheet}:{generation}"
    with st.container(horizontal=True):
        order = st.selectbox(
            f"Dates (detected: {DATE_LABELS.get(detection.date_order, 'none')})",
            list(DATE_LABELS),
            index=list(DATE_LABELS).index(mapping.date_order),
            format_func=DATE_LABELS.__getitem__,
            key=f"dates:{key}",
            width=280,
        )
        numbers = st.selectbox(
            f"Numbers (detected: {NUMBER_LABELS.get(detection.number_format, 'none')})",
            list(NUMBER_LABELS),
            index=list(NUMBER_LABELS).index(mapping.number_format),
            format_func=NUMBER_LABELS.__getitem__,
            key=f"numbers:{key}",
            width=280,
        )
    reading.mapping = replace(mapping, date_order=order, number_format=numbers)


def choose_meaning(readings: Sequence[Reading], generation: int) -> None:
    """Currency, the KPI's name and kind, and whether days are summed to weeks: one answer for all files."""
    first = readings[0].mapping
    with st.container(horizontal=True):
        label = st.text_input(
            "Name of the KPI",
            first.kpi_label or (first.target_column or ""),
            max_chars=60,
            key=f"kpi_label:{generation}",
            width=220,
        )
        kind = st.segmented_control(
            "The KPI is",
            list(KpiKind),
            default=first.kpi_kind,
            required=True,
            format_func={KpiKind.MONEY: "Money", KpiKind.COUNT: "A count"}.__getitem__,
            help="Money: revenue, margin. A count: orders, visits, subscribers.",
            key=f"kpi_kind:{generation}",
        )
        currency = st.selectbox(
            "Currency",
            list(dict.fromkeys([first.currency, *CURRENCIES])),
            accept_new_options=True,
            key=f"currency:{generation}",
            width=120,
        )
        period = _choose_period(readings, first, generation)
        measure = _choose_measure(readings, first, generation)
    for reading in readings:
        reading.mapping = replace(
            reading.mapping, kpi_label=label.strip(), kpi_kind=kind, currency=currency, **period, **measure
        )


def _choose_period(readings: Sequence[Reading], first: Mapping, generation: int) -> dict[str, object]:
    if all(reading.detection.frequency != "daily" for reading in readings):
        return {}
    period = st.selectbox(
        "Days",
        list(Period),
        index=list(Period).index(first.period),
        format_func={Period.AS_IS: "Keep days", Period.WEEKLY: "Sum to weeks"}.__getitem__,
        key=f"period:{generation}",
        width=150,
    )
    if period is not Period.WEEKLY:
        return {"period": period}
    start = st.selectbox(
        "Weeks begin on",
        list(Weekday),
        index=list(Weekday).index(first.week_start),
        format_func=lambda day: day.value.title(),
        key=f"week_start:{generation}",
        width=150,
    )
    return {"period": period, "week_start": start}


def _choose_measure(readings: Sequence[Reading], first: Mapping, generation: int) -> dict[str, object]:
    if not any(reading.mapping.pairs for reading in readings):
        return {}
    return {"media_measure": choose_measure(first, key=f"measure:{generation}")}


def choose_measure(mapping: Mapping, *, key: str) -> MediaMeasure:
    """Whether the model looks at money or, where a channel has it, at impressions or clicks."""
    return st.selectbox(
        "The model looks at",
        list(MediaMeasure),
        index=list(MediaMeasure).index(mapping.media_measure),
        format_func=MEASURE_LABELS.__getitem__,
        help="Impressions or clicks say better when people saw an ad; returns are per money either way.",
        key=key,
        width=210,
    )


def role_of_label(words: str) -> ColumnRole:
    """The role that a person chose by its words."""
    return next(role for role, text in ROLE_LABELS.items() if text == words)


def edit_mapping(
    mapping: Mapping, preview: pd.DataFrame, *, key: str, reasons: Words[str, str] | None = None
) -> Mapping:
    """The mapping as edited in the table; `preview` (text cells) gives the examples.

    `key` names the table: another file, sheet or starting point needs another key.
    """
    names = [item.column for item in mapping.columns]
    config = st.column_config
    edited = edited_table(
        key,
        lambda: _rows(mapping, preview, reasons or {}),
        disabled=[COLUMN, EXAMPLE, REASON],
        column_config={
            COLUMN: config.TextColumn(width=150, pinned=True, help="The header as it stands in the file"),
            ROLE: config.SelectboxColumn(width=210, options=list(ROLE_LABELS.values()), required=True),
            LABEL: config.TextColumn(width=140, max_chars=80, help="The name that charts and tables show"),
            PAIR: config.SelectboxColumn(
                width=110, options=names, help="For media exposure: the column that says what it cost"
            ),
            EXAMPLE: config.TextColumn(width=150),
            REASON: config.TextColumn(width=260, help="Why this role was guessed"),
        },
        column_order=[COLUMN, ROLE, LABEL, PAIR, EXAMPLE, *([REASON] if reasons else [])],
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(mapping.columns), ROWS_SHOWN) + 1) + 2,
        alt="What each column of the file is",
    )
    return replace(mapping, columns=_column_maps(edited, mapping))


def _rows(mapping: Mapping, preview: pd.DataFrame, reasons: Words[str, str]) -> pd.DataFrame:
    rows = [
        {
            COLUMN: item.column,
            ROLE: ROLE_LABELS[item.role],
            LABEL: item.label or item.column,
            PAIR: item.pair,
            EXAMPLE: _example(preview, item.column),
            REASON: _sentence(reasons.get(item.column, "")),
        }
        for item in mapping.columns
    ]
    return pd.DataFrame(rows, columns=[COLUMN, ROLE, LABEL, PAIR, EXAMPLE, REASON])


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]


def _example(preview: pd.DataFrame, column: str) -> str:
    values = [text for text in preview[column].tolist() if str(text).strip()] if column in preview else []
    telling = [text for text in values if text not in {"0", "0.0", "na"}] or values
    return ", ".join(dict.fromkeys(_short(text) for text in telling[:3]))


def _short(text: str) -> str:
    """The text cut where it is long; numbers lose decimals nobody reads."""
    whole, point, decimals = text.partition(".")
    if whole.lstrip("-").isdigit() and decimals.isdigit():
        return f"{whole}{point}{decimals[:2]}"
    return text if len(text) <= EXAMPLE_LENGTH else f"{text[: EXAMPLE_LENGTH - 1]}…"


def _column_maps(edited: pd.DataFrame, mapping: Mapping) -> tuple[ColumnMap, ...]:
    rows = edited.to_dict("records")
    return tuple(_column_map(item, row) for item, row in zip(mapping.columns, rows, strict=True))


def _column_map(item: ColumnMap, row: dict[str, object]) -> ColumnMap:
    role = role_of_label(str(row[ROLE]))
    pair = str(row[PAIR]) if role is ColumnRole.EXPOSURE and not _blank(row[PAIR]) else None
    return replace(item, role=role, label=_label(item, row[LABEL]), pair=pair)


def _label(item: ColumnMap, typed: object) -> str:
    if typed == (item.label or item.column):
        return item.label
    return "" if _blank(typed) or typed == item.column else str(typed).strip()


def _blank(value: object) -> bool:
    return value is None or value != value or not str(value).strip()
