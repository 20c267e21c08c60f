"""What concerns a whole file or data set: formats, currency, the KPI's name and kind, days to weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.data import KpiKind, Mapping, MediaMeasure, Period, Weekday
from pages.data.upload.mapping_labels import DATE_WORDS, MEASURE_WORDS, NUMBER_WORDS
from pages.data.upload.state import Reading

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
            f"Dates (detected: {DATE_WORDS.get(detection.date_order, 'none')})",
            list(DATE_WORDS),
            index=list(DATE_WORDS).index(mapping.date_order),
            format_func=DATE_WORDS.__getitem__,
            key=f"dates:{key}",
            width=280,
        )
        numbers = st.selectbox(
            f"Numbers (detected: {NUMBER_WORDS.get(detection.number_format, 'none')})",
            list(NUMBER_WORDS),
            index=list(NUMBER_WORDS).index(mapping.number_format),
            format_func=NUMBER_WORDS.__getitem__,
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
        kind = _choose_kind(first, generation)
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


def _choose_kind(first: Mapping, generation: int) -> KpiKind:
    return st.segmented_control(
        "The KPI is",
        list(KpiKind),
        default=first.kpi_kind,
        required=True,
        format_func={KpiKind.MONEY: "Money", KpiKind.COUNT: "A count"}.__getitem__,
        help="Money: revenue, margin. A count: orders, visits, subscribers.",
        key=f"kpi_kind:{generation}",
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
        format_func=MEASURE_WORDS.__getitem__,
        help="Impressions or clicks say better when people saw an ad; returns are per money either way.",
        key=key,
        width=210,
    )
