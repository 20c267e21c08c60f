"""What was recognised, in four figures and a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data import ColumnRole, DataProblem, DatasetKind, Granularity, Mapping, Prepared, Severity
from core.data.charts import correlation_map, kpi_and_spend, missing_map
from core.data.detect import frequency_of
from core.data.problems import problem_counts, problem_table
from pages.data.upload.files import Reading, Upload
from pages.data.upload.mapping_editor import KIND_LABELS, MIX_KINDS
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, chart, kpi_row

NOUNS = {Granularity.DAILY: "days", Granularity.WEEKLY: "weeks", Granularity.MONTHLY: "months"}
COLOURS = {True: "green", False: "orange"}


ROWS_SHOWN = 200


ICONS = {
    Severity.ERROR: ":red[:material/error:]",
    Severity.WARNING: ":orange[:material/warning:]",
    Severity.INFO: ":blue[:material/info:]",
}
ORDER = tuple(Severity)
LISTED_WITH_BUTTONS = 12


def show_problems(upload: Upload, prepared: Prepared) -> None:
    """All problems, errors first; repairs by one click each or all safe ones at once; what was repaired."""
    problems = sorted(prepared.problems, key=lambda problem: ORDER.index(problem.severity))
    safe = [problem.repair for problem in problems if problem.repair]
    with st.container(border=True, key="upload_problems"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            counted = problem_counts(problems)
            text = "No problems found" if counted == "none" else f"Problems: {counted}"
            st.markdown(f"**{text}**")
            if safe:
                label = f"Repair all safe ones ({len(safe)})" if len(safe) > 1 else "Repair it"
                st.button(
                    label, icon=":material/build:", key="repair_all", on_click=upload.agree, args=tuple(safe)
                )
        for number, problem in enumerate(problems[:LISTED_WITH_BUTTONS]):
            words, deed = st.columns([3, 2], vertical_alignment="center")
            with words:
                place = f"  \n:small[:gray[{plain(problem.where)}]]" if problem.where else ""
                st.markdown(f"{ICONS[problem.severity]} {plain(problem.message)}{place}")
            if problem.repair:
                with deed, st.container(horizontal_alignment="right"):
                    st.button(
                        plain(problem.repair.label),
                        key=f"repair:{number}:{problem.repair.code}:{problem.repair.column}",
                        on_click=upload.agree,
                        args=(problem.repair,),
                    )
        if len(problems) > LISTED_WITH_BUTTONS:
            _rest(problems[LISTED_WITH_BUTTONS:])
        if any(not problem.repair for problem in prepared.errors):
            st.caption(
                "What has no button is mended in the file itself, or by another role in the columns below."
            )
        _agreed(upload)


def _rest(problems: Sequence[DataProblem]) -> None:
    with st.expander(f"{len(problems)} more"):
        st.dataframe(problem_table(problems), hide_index=True, alt="The other problems with their places")


def _agreed(upload: Upload) -> None:
    for number, repair in enumerate(upload.repairs):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f":green[:material/check_circle:] Repaired: {plain(repair.label)}", width="stretch")
            st.button(
                "Take back",
                key=f"unrepair:{number}",
                type="tertiary",
                on_click=upload.withdraw,
                args=(repair,),
            )


def show_data(frame: pd.DataFrame, mapping: Mapping, *, key: str) -> None:
    """Tabs over the finished table; only the open one is drawn."""
    names = ["Over time", "What moves together", "Gaps", "Table"]
    time, together, gaps, table = st.tabs(names, key=f"{key}:tabs", on_change="rerun")
    if time.open:
        with time:
            chart(kpi_and_spend(frame, mapping), key=f"{key}:time")
    if together.open:
        with together:
            st.caption(
                "Channels that rise and fall together are hard to tell apart: look for strong colours."
            )
            chart(correlation_map(frame, mapping), key=f"{key}:correlation")
    if gaps.open:
        with gaps:
            chart(missing_map(frame, mapping), key=f"{key}:missing")
    if table.open:
        with table:
            _rows(frame)


def _rows(frame: pd.DataFrame) -> None:
    st.dataframe(frame.head(ROWS_SHOWN), hide_index=True, alt="The first rows of the table")
    if len(frame) > ROWS_SHOWN:
        st.caption(f"The first {ROWS_SHOWN} of {len(frame):,} rows.")


def show_kind(reading: Reading) -> None:
    """What kind of file it is taken for and why; another kind than mix data is said plainly."""
    kind, table = reading.detection.kind, reading.table
    sheet = f", sheet {table.sheet}" if table.sheet else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"{table.name}{sheet}")
        st.badge(KIND_LABELS[kind], color=COLOURS[kind in MIX_KINDS[:2]])
        reason = reading.detection.kind_reason
        told = f"{reason[:1].upper()}{reason[1:]}."
        st.caption(f"{_counted(table.rows, 'row')}, {_counted(len(table.columns), 'column')}. {plain(told)}")
    if kind not in MIX_KINDS:
        st.warning(other_kind(kind), icon=":material/category:")


def other_kind(kind: DatasetKind) -> str:
    """The sentence for a file that is not mix data."""
    return (
        f"This looks like {KIND_LABELS[kind].lower()}. A mix model needs one row per period with a KPI and "
        "one column per media channel: give the columns such roles below, or choose another file."
    )


def show_summary(prepared: Prepared) -> None:
    """Rows, period, media and problems of the finished table."""
    frame, mapping = prepared.frame, prepared.mapping
    media = [mapping.label_of(name) for name in _media(mapping)]
    names = media
    most = 3
    more = f" and {len(names) - most} more" if len(names) > most else ""
    count = len(prepared.repairs_applied)
    kpi_row(
        [
            KpiCard("Rows", f"{len(frame):,}", note=_regions(frame, mapping)),
            KpiCard("Period", *_period(frame, mapping)),
            KpiCard("Media channels", str(len(media)), note=(", ".join(names[:most]) + more)),
            KpiCard(
                "Problems",
                problem_counts(prepared.problems).capitalize(),
                note=(f"{count} repaired" if count else ""),
            ),
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


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
