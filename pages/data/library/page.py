"""Data / Library: the project's data sets with their versions; open, download, rename, archive, delete."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.access import NotFound, Permission
from core.data import store
from core.data.dataset_info import DatasetInfo
from core.database import read_session
from pages.data.library.dataset import next_steps, period_label, problem_label, show_dataset
from pages.data.upload.files import offer_template
from pages.shared.access import open_screen
from pages.shared.actions import ItemActions, item_menu, show_faults
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import empty_state, page_header
from pages.shared.screens import Screen, choose, chosen_id, go
from pages.shared.session import may

SEARCH_FROM = 8
ACTIONS = ItemActions(
    rename=store.rename_dataset,
    duplicate=store.duplicate_dataset,
    archive=store.archive_dataset,
    unarchive=store.unarchive_dataset,
    delete=store.delete_dataset,
    restore=store.restore_dataset,
)

visit = open_screen(Screen.LIBRARY)
person, project = visit.person, visit.project


def menu(info: DatasetInfo) -> None:
    """Rename, duplicate, archive, delete."""
    item_menu(
        "data set",
        info.id,
        info.name,
        ACTIONS,
        key=f"menu:{info.id}",
        archived=info.archived,
        may_edit=may(project, Permission.DATASET_EDIT),
        may_delete=may(project, Permission.DATASET_DELETE),
        after=lambda: choose("dataset", None),
    )


def line(info: DatasetInfo) -> None:
    """One data set in the list."""
    with st.container(border=True):
        words, deeds = st.columns([3, 1], vertical_alignment="center")
        with words, st.container(gap="xxsmall"):
            st.text(info.name)
            models = f"{info.models} model{'s' if info.models != 1 else ''}"
            st.caption(
                f"Version {info.version} · {info.rows:,} rows · {period_label(info)} · "
                f"{problem_label(info)} · {models} · by {plain(info.uploaded_by)}, {day(info.uploaded_at)}"
            )
        with deeds, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            if st.button("Open", key=f"open:{info.id}"):
                choose("dataset", info.id)
                st.rerun()
            menu(info)


def shelf(infos: Sequence[DatasetInfo]) -> None:
    """The list, with a search box where it is long."""
    wanted = st.text_input("Search", key="library_search", live=True) if len(infos) >= SEARCH_FROM else ""
    for info in infos:
        if (wanted or "").lower() in info.name.lower():
            line(info)


def opened(dataset_id: int) -> None:
    """One data set in full."""
    try:
        with read_session() as s:
            info, history = store.dataset(s, person, dataset_id), store.versions(s, person, dataset_id)
    except NotFound as fault:
        show_faults(fault)
        choose("dataset", None)
        return
    with page_header(info.name, f"Version {info.version} of {info.versions} · {period_label(info)}"):
        if st.button("All data sets", icon=":material/arrow_back:", key="library_back"):
            choose("dataset", None)
            st.rerun()
        menu(info)
    next_steps(project, info)
    show_dataset(project, info, history)


def listed() -> None:
    """All data sets, or how to get the first one."""
    with page_header("Library", "The data sets of this project"):
        archived = st.toggle("Archived", key="library_archived")
        if may(project, Permission.DATASET_UPLOAD) and st.button(
            "Upload", type="primary", icon=":material/upload_file:", key="library_upload"
        ):
            go(Screen.UPLOAD)
    with read_session() as s:
        infos = store.datasets(s, person, project.project_id, archived=archived)
    if infos:
        shelf(infos)
    elif archived:
        st.caption("Nothing is archived.")
    else:
        text = (
            "Upload a table with one row per week: a KPI such as revenue, and what each media channel cost."
        )
        empty_state(
            "No data yet", text, icon=":material/database:", button="Upload a file", screen=Screen.UPLOAD
        )
        offer_template(project)


if chosen := chosen_id("dataset"):
    opened(chosen)
else:
    listed()
