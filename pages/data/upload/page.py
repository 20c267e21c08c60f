"""Data / Upload: drop files, see what was recognised and what is wrong, mend it, save or load it."""

from __future__ import annotations

import streamlit as st

from core.access import Permission
from core.data import Prepared
from pages.data.upload.files import (
    Reading,
    Upload,
    choose_sheet,
    current_upload,
    drop_files,
    offer_fresh_start,
    offer_template,
    read_files,
)
from pages.data.upload.mapping_editor import choose_formats, choose_meaning, edit_mapping
from pages.data.upload.retail_cards import remembered_mappings, show_retail
from pages.data.upload.retail_looks import preview_files
from pages.data.upload.summary import show_data, show_kind, show_problems, show_summary
from pages.data.upload.version import (
    carry_mappings,
    choose_target,
    completed,
    save_and_retrain,
    save_new,
    show_changes,
)
from pages.shared.access import open_screen
from pages.shared.escape import plain
from pages.shared.layout import page_header, section
from pages.shared.screens import Screen
from pages.shared.session import may

READ_ONLY = "You can look around here. Uploading is for members who may edit this project's data."

visit = open_screen(Screen.UPLOAD)
person, project = visit.person, visit.project


def map_columns(upload: Upload, readings: list[Reading]) -> None:
    """The editors of all files, in tabs where there are several."""
    section("Columns", "The role of every column and why. Change a role or a name in the table.")
    choose_meaning(readings, upload.generation)
    names = [plain(reading.source.name) for reading in readings]
    places = st.tabs(names) if len(readings) > 1 else [st.container()]
    for place, reading in zip(places, readings, strict=True):
        with place:
            edit_roles(upload, reading)
            with st.expander("The file as it is read: dates, numbers, first rows"):
                choose_formats(reading, upload.generation)
                st.dataframe(reading.table.preview(), alt=f"First rows of {reading.source.name}")


def edit_roles(upload: Upload, reading: Reading) -> None:
    """The table of one file's columns; what is typed there becomes its mapping."""
    reasons = {guess.column: guess.reason for guess in reading.detection.guesses}
    key = f"mapping:{reading.source.file_id}:{reading.table.sheet}:{reading.followed}:{upload.generation}"
    reading.mapping = edit_mapping(reading.mapping, reading.table.preview(50), key=key, reasons=reasons)


def blocked_by(prepared: Prepared) -> str:
    """Why the table cannot be saved yet, empty when it can."""
    count = len(prepared.errors)
    return f"Mend {count} {'error' if count == 1 else 'errors'} first." if count else ""


upload = current_upload(project.project_id)
with page_header("Upload", "From your files to data that models can learn from"):
    offer_fresh_start(upload, project.project_id)
allowed = may(project, Permission.DATASET_UPLOAD)
if not allowed:
    st.info(READ_ONLY, icon=":material/visibility:")
target = choose_target(person, project) if allowed else None
drop_files(upload, project.project_id, locked=not allowed)
with st.spinner("Looking at the files"):
    looks, others = preview_files(
        upload, remembered_mappings(person, project.project_id) if upload.sources else ()
    )
if looks:
    show_retail(person, project, upload, looks)
readings, unreadable = read_files(upload, others)
for fault in unreadable:
    st.error(plain(fault), icon=":material/error:")
if not readings:
    if not looks:
        offer_template(project)
    st.stop()
if looks:
    section("Mix data", "Files for the mix model, apart from the sales above.")

for reading in readings:
    show_kind(reading)
    choose_sheet(upload, reading)
carry_mappings(readings, target)
above = st.container()
map_columns(upload, readings)
prepared = upload.settle(readings)
with above:
    if target:
        prepared = completed(target, prepared)
    show_summary(prepared)
    if target:
        show_changes(target, readings, prepared)
        save_and_retrain(person, project, target, readings, prepared, blocked_by(prepared))
    else:
        save_new(project, readings, prepared, blocked_by(prepared))
    show_problems(upload, prepared)
section("A look at the data")
show_data(prepared.frame, prepared.mapping, key="upload_look")
