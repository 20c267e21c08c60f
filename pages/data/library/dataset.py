"""One saved data set: its versions, problems and repairs, roles, charts, and the way onward."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Membership, Permission
from core.data import DataProblem, Mapping, Repair
from core.data.dataset_info import DatasetInfo
from core.data.problems import problem_table
from core.data.store import dataset_file
from core.documents.tables import to_csv_bytes
from core.json_values import from_json
from pages.data.upload.mapping_editor import ROLE_LABELS
from pages.data.upload.summary import show_data
from pages.shared.cached import dataset_frame
from pages.shared.escape import plain
from pages.shared.formatting import day, moment
from pages.shared.layout import Download, download_row
from pages.shared.screens import Screen, choose, go
from pages.shared.session import may

OCTETS = "application/octet-stream"


def period_label(info: DatasetInfo) -> str:
    """First and last date, as in `23 Nov 2015 to 11 Nov 2019`."""
    if not info.start_on or not info.end_on:
        return "no dates"
    return f"{day(info.start_on)} to {day(info.end_on)}"


def problem_label(info: DatasetInfo) -> str:
    """How many warnings were left when it was saved."""
    count = sum(problem.get("severity") == "warning" for problem in info.problems)
    return f"{count} warning{'s' if count != 1 else ''}" if count else "no problems"


def next_steps(project: Membership, info: DatasetInfo) -> None:
    """Set up a model, upload the next file, take the files away."""
    with st.container(horizontal=True):
        if may(project, Permission.MODEL_TRAIN) and st.button(
            "Set up a model", type="primary", icon=":material/model_training:", key="dataset_model"
        ):
            go(Screen.MODEL, dataset=info.id)
        if may(project, Permission.DATASET_UPLOAD) and st.button(
            "Upload the next file", icon=":material/upload_file:", key="dataset_next"
        ):
            go(Screen.UPLOAD, version_of=info.root_id)
        download_row(
            project,
            [
                Download("Original file", info.file_name, OCTETS, lambda: dataset_file(info)),
                Download(
                    "Table as CSV", f"{info.name}.csv", "text/csv", lambda: to_csv_bytes(dataset_frame(info))
                ),
            ],
            key=f"dataset_files:{info.id}",
        )


def show_dataset(project: Membership, info: DatasetInfo, history: Sequence[DatasetInfo]) -> None:
    """Everything known of one version, in tabs."""
    mapping = from_json(Mapping, info.mapping)
    names = [
        "Data",
        "Columns",
        f"Problems and repairs ({len(info.problems) + len(info.repairs)})",
        "Versions",
    ]
    data, columns, problems, versions = st.tabs(names, key=f"dataset_tabs:{info.id}", on_change="rerun")
    if data.open:
        with data:
            show_data(dataset_frame(info), mapping, key=f"dataset:{info.id}")
    with columns:
        rows = [(c.column, ROLE_LABELS[c.role], c.label or c.column, c.pair or "") for c in mapping.columns]
        frame = pd.DataFrame(rows, columns=["Column", "Role", "Shown as", "Its spend"])
        st.dataframe(frame, hide_index=True, alt="The role of every column")
    with problems:
        _problems(info)
    with versions:
        _versions(history, info)


def _problems(info: DatasetInfo) -> None:
    problems = [from_json(DataProblem, plain) for plain in info.problems]
    repairs = [from_json(Repair, plain) for plain in info.repairs]
    if not problems and not repairs:
        st.caption("No problems were found in this version, and nothing was repaired.")
    for repair in repairs:
        st.markdown(f":green[:material/check_circle:] Repaired: {plain(repair.label)}")
    if problems:
        st.dataframe(problem_table(problems), hide_index=True, alt="Problems with their places")


def _versions(history: Sequence[DatasetInfo], shown: DatasetInfo) -> None:
    for info in history:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.text(
                f"Version {info.version}: {info.rows:,} rows, {period_label(info)}; {info.file_name}, "
                f"by {info.uploaded_by}, {moment(info.uploaded_at)}"
            )
            if info.id == shown.id:
                st.badge("shown", color="green")
            elif st.button("Show", key=f"version:{info.id}", type="tertiary"):
                choose("dataset", info.id)
                st.rerun()
    st.caption(f"Checksum of the shown file (SHA-256): `{shown.checksum}`")
