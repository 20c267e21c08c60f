"""Measure / Model: set one up on a data set, train it in the background, keep the models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.access import Permission
from core.data.dataset_info import DatasetInfo
from core.data.store import datasets, versions
from core.database import read_session
from core.mmm.store.models import models as known_models
from pages.measure.model.form import show_set_up
from pages.measure.model.models import MODELS, SET_UP, VIEW, show_active, show_models
from pages.measure.model.sampling import past_trainings
from pages.shared.access import open_screen
from pages.shared.layout import empty_state, page_header
from pages.shared.screens import Screen, choose, chosen_id
from pages.shared.session import may

READ_ONLY = (
    "You can look at everything and try settings out; nothing is kept. "
    "Training is for members who hold that right in this project."
)

visit = open_screen(Screen.MODEL)
person, project = visit.person, visit.project


def choose_dataset(history: Mapping[int, Sequence[DatasetInfo]]) -> DatasetInfo:
    """The data set and version in the address, else the newest; a choice goes into the address.

    `history` has the versions of each data set, the newest first.
    """
    asked = chosen_id("dataset")
    every = {version.id: version for known in history.values() for version in known}
    roots = list(history)
    present = every.get(asked or 0, history[roots[0]][0])
    with st.container(horizontal=True):
        root = st.selectbox(
            "Data set",
            roots,
            index=roots.index(present.root_id),
            format_func=lambda number: history[number][0].name,
            width=340,
            key=f"setup_dataset:{present.root_id}",
        )
        known = history[root]
        numbers = [version.id for version in known]
        version = st.selectbox(
            "Version",
            numbers,
            index=numbers.index(present.id) if present.id in numbers else 0,
            format_func=lambda number: f"{every[number].version} ({every[number].rows:,} rows)",
            width=180,
            key=f"setup_version:{root}:{present.id}",
        )
    if version != asked:
        choose("dataset", version)
    return every[version]


with page_header("Model", "Set up, train, and keep the models of this project"):
    view = st.segmented_control(
        "Show",
        [SET_UP, MODELS],
        default=SET_UP,
        required=True,
        key=VIEW,
        label_visibility="collapsed",
        bind="query-params",
    )
if not may(project, Permission.MODEL_TRAIN):
    st.info(READ_ONLY, icon=":material/visibility:")
archived = view == MODELS and st.toggle("Archived", key="models_archived")
with read_session() as s:
    models = known_models(s, person, project.project_id, archived=archived)
    infos = datasets(s, person, project.project_id) if view == SET_UP else ()
    history = {info.root_id: versions(s, person, info.id) for info in infos}
show_active(models, project)
if view == MODELS:
    show_models(models, project, archived)
elif history:
    # The trainings of the past tell how long the next one takes on this machine.
    past = past_trainings(models, {info.id: info.rows for info in infos})
    show_set_up(person, project, choose_dataset(history), models, past)
else:
    empty_state(
        "No data yet",
        "A model learns from a table with one row per period: a KPI and what each media channel cost.",
        icon=":material/database:",
        button="Upload a file",
        screen=Screen.UPLOAD,
    )
