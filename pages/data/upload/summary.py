"""What was recognised, in four figures and a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data import ColumnRole, DatasetKind, Granularity, Mapping, Prepared
from core.data.detect import frequency_of
from pages.data.upload.mapping_labels import KIND_WORDS, MIX_KINDS
from pages.data.upload.state import Reading
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, kpi_row
from pages.shared.problems import count_words

NOUNS = {Granularity.DAILY: "days", Granularity.WEEKLY: "weeks", Granularity.MONTHLY: "months"}
COLOURS = {True: "green", False: "orange"}


def show_kind(reading: Reading) -> None:
    """What kind of file it is taken for and why; another kind than mix data is said plainly."""
    kind, table = reading.detection.kind, reading.table
    sheet = f", sheet {table.sheet}" if table.sheet else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"{table.name}{sheet}")
        st.badge(KIND_WORDS[kind], color=COLOURS[kind in MIX_KINDS[:2]])
        reason = reading.detection.kind_reason
        told = f"{reason[:1].upper()}{reason[1:]}."
        st.caption(f"{_counted(table.rows, 'row')}, {_counted(len(table.columns), 'column')}. {plain(told)}")
    if kind not in MIX_KINDS:
        st.warning(other_kind(kind), icon=":material/category:")


def other_kind(kind: DatasetKind) -> str:
    """The sentence for a file that is not mix data."""
    return (
        f"This looks like {KIND_WORDS[kind].lower()}. A mix model needs one row per period with a KPI and "
        "one column per media channel: give the columns such roles below, or choose another file."
    )


def show_summary(prepared: Prepared) -> None:
    """Rows, period, media and problems of the finished table."""
    frame, mapping = prepared.frame, prepared.mapping
    media = [mapping.label_of(name) for name in _media(mapping)]
    kpi_row(
        [
            KpiCard("Rows", f"{len(frame):,}", note=_regions(frame, mapping)),
            KpiCard("Period", *_period(frame, mapping)),
            KpiCard("Media channels", str(len(media)), note=_few(media)),
            KpiCard("Problems", count_words(prepared.problems).capitalize(), note=_repaired(prepared)),
        ]
    )
    for note in prepared.notes:
        st.caption(plain(note))


def _period(frame: pd.DataFrame, mapping: Mapping) -> tuple[str, str]:
    if mapping.date_column not in frame or frame.empty:
        return "–", ""
    dates = pd.to_datetime(frame[mapping.date_column]).dropna()
    if dates.empty:
        return "–", ""
    frequency = frequency_of(dates)
    noun = NOUNS[frequency] if frequency else "periods"
    return f"{dates.nunique():,} {noun}", f"{dates.min():%-d %b %Y} to {dates.max():%-d %b %Y}"


def _regions(frame: pd.DataFrame, mapping: Mapping) -> str:
    if mapping.geo_column not in frame:
        return "one row per period"
    return f"{frame[mapping.geo_column].nunique()} regions"


def _media(mapping: Mapping) -> list[str]:
    """Paid media once each (exposure stands beside its spend), then organic media."""
    paired = set(mapping.pairs.values())
    alone = [
        column
        for column in mapping.columns_of(ColumnRole.EXPOSURE, ColumnRole.ORGANIC)
        if column not in paired
    ]
    return [*mapping.columns_of(ColumnRole.SPEND), *alone]


def _few(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _repaired(prepared: Prepared) -> str:
    count = len(prepared.repairs_applied)
    return f"{count} repaired" if count else ""


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
