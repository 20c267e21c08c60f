"""Dropping files and reading them: the uploader, the template, the sheet, and the sentence for a bad file."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership
from core.data import FileProblem, read_table
from core.data.template import template_csv, template_xlsx
from pages.data.upload.state import Reading, SourceFile, Upload, forget_upload
from pages.shared.escape import plain
from pages.shared.layout import Download, download_row

FILE_TYPES = ["csv", "xlsx", "xlsb", "parquet"]
MOST_MB = 200
XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def drop_files(upload: Upload, project_id: int, locked: bool = False) -> None:
    """The place to drop files; files of an earlier visit are named and can be let go."""
    key = f"files:{project_id}:{upload.generation}"
    st.file_uploader(
        "Drop one or several files: CSV, Excel (XLSX, XLSB) or Parquet",
        type=FILE_TYPES,
        accept_multiple_files=True,
        max_upload_size=MOST_MB,
        key=key,
        disabled=locked,
        on_change=lambda: upload.take(st.session_state[key]),
    )
    kept = [source.name for source in upload.sources if source.file_id not in upload.in_widget]
    if kept:
        st.caption(f":material/history: Still here from before: {plain(', '.join(kept))}")


def offer_fresh_start(upload: Upload, project_id: int) -> None:
    """Let go of everything that is uploaded and not saved."""
    if upload.sources:
        st.button(
            "Start over",
            icon=":material/restart_alt:",
            key="upload_start_over",
            on_click=forget_upload,
            args=(project_id,),
        )


def offer_template(project: Membership) -> None:
    """What a file should look like, and two filled examples to start from."""
    with st.container(border=True, key="upload_form"):
        st.markdown("**What the file should look like**")
        st.caption(
            "One row per day, week or month (and region): a date, the KPI to explain, one column of spend "
            "per media channel; impressions, prices, competitors and events where you have them. Names are "
            "yours: the columns are recognised, and you can correct every role."
        )
        st.dataframe(_example(), hide_index=True, alt="The first rows of the template")
        download_row(
            project,
            [
                Download("Template CSV", "mixwright-template.csv", "text/csv", template_csv),
                Download("Template Excel", "mixwright-template.xlsx", XLSX_MIME, template_xlsx),
            ],
            key="upload_template",
        )


@st.cache_data(max_entries=1)
def _example() -> pd.DataFrame:
    return read_table(template_csv(), "template.csv").preview(4)


def read_files(upload: Upload, sources: Sequence[SourceFile]) -> tuple[list[Reading], list[str]]:
    """Those of the files that could be read, and one sentence for each fault of those that could not."""
    readings, faults = [], []
    for source in sources:
        try:
            readings.append(upload.read(source))
        except FileProblem as problem:
            faults += [_with_name(source, fault) for fault in problem.faults]
            # A sheet that cannot be read is not insisted on: the next look reads the usual one again.
            upload.sheets.pop(source.file_id, None)
    return readings, faults


def _with_name(source: SourceFile, fault: str) -> str:
    return fault if source.name in fault else f"{source.name}: {fault}"


def choose_sheet(upload: Upload, reading: Reading) -> None:
    """Which sheet of a workbook is read, where there is more than one."""
    sheets = reading.table.sheets
    if len(sheets) < 2:
        return
    chosen = st.selectbox(
        f"Sheet of {plain(reading.source.name)}",
        sheets,
        index=sheets.index(reading.table.sheet) if reading.table.sheet in sheets else 0,
        key=f"sheet:{reading.source.file_id}",
        width=320,
    )
    if chosen and chosen != reading.table.sheet:
        upload.choose_sheet(reading.source, chosen)
        st.rerun()
