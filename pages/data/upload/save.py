"""Saving an upload: as a data set with a suggested name, or as the next version of one that is there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import streamlit as st

from core.access import Membership
from core.data import Prepared
from core.data.dataset_info import DatasetInfo
from core.data.store import save_dataset, save_version
from core.json_values import to_json
from pages.data.upload.state import Reading, forget_upload
from pages.shared.actions import attempt, toast_next
from pages.shared.screens import Screen, go


def suggested_name(file_names: Sequence[str]) -> str:
    """A readable name made of the first file's: `robyn_weekly.csv` becomes `Robyn weekly`."""
    words = re.sub(r"[_\-\s.]+", " ", PurePath(file_names[0]).stem).strip()
    return (words[:1].upper() + words[1:])[:80] or "Data set"


def source_of(readings: Sequence[Reading]) -> dict[str, Any]:
    """How the files were read, kept so that the next version can be read the same way."""
    return {
        "files": [reading.source.name for reading in readings],
        "sheets": [reading.table.sheet for reading in readings],
        "mappings": [to_json(reading.mapping) for reading in readings],
    }


def save_new(project: Membership, readings: Sequence[Reading], prepared: Prepared, blocked: str) -> None:
    """Name and button; then on to the model's set-up."""
    names = [reading.source.name for reading in readings]
    with st.container(border=True, horizontal=True, vertical_alignment="bottom", key="upload_save"):
        name = st.text_input(
            "Save as a data set named",
            suggested_name(names),
            max_chars=120,
            key=f"name:{names[0]}",
            width=380,
        )
        pressed = st.button(
            "Save and set up the model",
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
            disabled=bool(blocked),
            help=blocked or None,
            key="save_dataset",
        )
        if blocked:
            st.caption(f":red[{blocked}]")
    if pressed:
        files = [(reading.source.name, reading.source.content) for reading in readings]
        info = attempt(save_dataset, project.project_id, name, files, prepared, source=source_of(readings))
        _saved(project, info)


def save_next(
    known: DatasetInfo, readings: Sequence[Reading], prepared: Prepared, blocked: str
) -> DatasetInfo | None:
    """The button that saves the next version; the version saved, once it is."""
    pressed = st.button(
        f"Save as version {known.versions + 1}",
        type="primary",
        icon=":material/save:",
        disabled=bool(blocked),
        help=blocked or None,
        key="save_version",
    )
    if blocked:
        st.caption(f":red[{blocked}]")
    if not pressed:
        return None
    files = [(reading.source.name, reading.source.content) for reading in readings]
    return attempt(save_version, known.id, files, prepared, source=source_of(readings)) or None


def _saved(project: Membership, info: DatasetInfo | None) -> None:
    if not info:
        return
    forget_upload(project.project_id)
    toast_next(f"Data set “{info.name}” saved")
    go(Screen.MODEL, dataset=info.id)
