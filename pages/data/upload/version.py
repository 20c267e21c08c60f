"""Next week's file of a known data set: the same roles, what changed, saved and retrained by one click."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import streamlit as st

from core.access import Membership, Permission, Person
from core.data import ColumnMap, ColumnRole, Mapping, Prepared
from core.data.dataset_info import DatasetInfo
from core.data.prepared import starts_later
from core.data.store import datasets, save_dataset, save_version
from core.data.versions import compare_versions
from core.database import read_session
from core.json_values import from_json, to_json
from core.mmm.model_info import ModelInfo
from core.mmm.store.models import models, retrain_on
from core.queue.job import JobStatus
from pages.data.upload.files import Reading, forget_upload
from pages.shared.actions import attempt, toast_next
from pages.shared.cached import dataset_frame
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, kpi_row
from pages.shared.screens import Screen, choose, chosen_id, go
from pages.shared.session import may

NEW = "A new data set"
ALL_ROWS, NEW_ROWS = "All rows, old and new", "Only new or corrected rows"


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


def choose_target(person: Person, project: Membership) -> DatasetInfo | None:
    """The data set whose next version is uploaded, or None for a new one; the choice stands in the URL."""
    with read_session() as s:
        known = {info.root_id: info for info in datasets(s, person, project.project_id)}
    if not known:
        return None
    asked = chosen_id("version_of") or 0
    options = [0, *known]
    chosen = st.selectbox(
        "These files are",
        options,
        index=options.index(asked) if asked in known else 0,
        format_func=lambda root: f"The next file of: {known[root].name}" if root else NEW,
        key=f"upload_target:{project.project_id}",
        width=420,
    )
    if chosen != asked:
        choose("version_of", chosen or None)
    return known.get(chosen)


def carry_mappings(readings: Sequence[Reading], known: DatasetInfo | None) -> None:
    """Give each new file the roles of the file it follows; columns that were not there are left out.

    Files that follow nothing (any more) have the roles that were recognised in them.
    """
    if known is None:
        for reading in readings:
            if reading.followed is not None:
                reading.mapping, reading.followed = reading.detection.mapping(), None
        return
    kept = [from_json(Mapping, plain) for plain in known.source.get("mappings", [])]
    for reading in readings:
        if not kept or reading.followed == known.id:
            continue
        earlier = max(
            kept,
            key=lambda mapping: len({item.column for item in mapping.columns} & set(reading.table.columns)),
        )
        reading.mapping, reading.followed = carried(earlier, reading.table.columns), known.id


def carried(earlier: Mapping, columns: Sequence[str]) -> Mapping:
    """The earlier roles for a file with these columns: new columns are left out, missing ones stay named."""
    known = {item.column for item in earlier.columns}
    new = tuple(ColumnMap(column, ColumnRole.IGNORE) for column in columns if column not in known)
    return replace(earlier, columns=(*earlier.columns, *new))


def completed(known: DatasetInfo, prepared: Prepared) -> Prepared:
    """The new table; where the file holds only the newest rows, laid over the rows that are there."""
    old = dataset_frame(known)
    later = starts_later(old, prepared.frame, prepared.mapping)
    holds = st.segmented_control(
        "The file holds",
        [ALL_ROWS, NEW_ROWS],
        default=NEW_ROWS if later else ALL_ROWS,
        required=True,
        key=f"upload_holds:{known.id}:{later}",
    )
    if holds == ALL_ROWS:
        return prepared
    from core.mmm.prepare import added_to

    return added_to(old, prepared)


def show_changes(known: DatasetInfo, readings: Sequence[Reading], prepared: Prepared) -> None:
    """What differs from the version before: rows, cells, columns."""
    if not prepared.ready:
        return
    diff = compare_versions(dataset_frame(known), prepared.frame, prepared.mapping)
    with st.container(border=True, key="upload_changes"):
        st.markdown(f"**Compared with version {known.version} of {plain(known.name)}**")
        for sentence in diff.sentences:
            st.text(sentence)
        kpi_row(
            [
                KpiCard("Rows added", f"{diff.rows_added:,}"),
                KpiCard("Rows gone", f"{diff.rows_removed:,}"),
                KpiCard("Cells changed", f"{diff.cells_changed:,}"),
            ],
            columns=3,
        )
        # Columns nobody has given a role; in a next version they are mostly new ones.
        names = [name for reading in readings for name in reading.mapping.columns_of(ColumnRole.IGNORE)]
        if names:
            st.caption(f"Left out: {plain(', '.join(names))}. Give a column a role below to use it.")
        if diff.cells_changed:
            with st.expander("The cells that changed"):
                st.dataframe(diff.changes, hide_index=True, alt="Changed cells, old and new")


def save_and_retrain(
    person: Person,
    project: Membership,
    known: DatasetInfo,
    readings: Sequence[Reading],
    prepared: Prepared,
    blocked: str,
) -> None:
    """Save the next version; where a model was trained on the data set, train it again on the new version."""
    with read_session() as s:
        made = models(s, person, project.project_id, status=JobStatus.COMPLETED)
    latest = next((model for model in made if model.dataset_latest_id == known.id), None)
    with st.container(border=True, key="upload_save"):
        again = _offer_training(project, latest)
        info = save_next(known, readings, prepared, blocked)
    if info is None:
        return
    model_id = attempt(retrain_on, latest.id, info.id) if again and latest else None
    forget_upload(project.project_id)
    toast_next(f"Version {info.version} of “{info.name}” saved" + ("; training begins" if model_id else ""))
    go(Screen.MODEL, dataset=info.id, **({"model": model_id} if model_id else {}))


def _offer_training(project: Membership, latest: ModelInfo | None) -> bool:
    if latest is None or not may(project, Permission.MODEL_TRAIN):
        return False
    label = f"Refit “{plain(latest.name)}” on the new rows, and see which channels moved"
    return st.toggle(label, value=True, key="retrain_too")
