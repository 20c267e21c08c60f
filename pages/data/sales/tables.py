"""A reference table of the project on the screen: edited in place by who may, saved as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Membership, Permission
from pages.shared.actions import FAILED, attempt
from pages.shared.layout import empty_state
from pages.shared.screens import Screen, link
from pages.shared.session import may


def edit_whole(
    kept: pd.DataFrame,
    kinds: Mapping[str, str],
    columns: Mapping[str, object],
    project: Membership,
    save: Callable[..., Any],
    *,
    noun: str,
    allowed: bool,
    hint: str,
) -> None:
    """The table, with rows to add and delete where it is `allowed`; `save(s, person, project_id, frame)`.

    Faults of what was typed are shown all at once, and nothing is saved then.
    """
    if not allowed:
        _look(kept, columns, noun)
        return
    _above(kept, project, noun, hint)
    before = shaped(kept, kinds)
    typed = st.data_editor(
        before,
        key=f"{noun}:{project.project_id}:{print_of(kept)}",
        num_rows="dynamic",
        hide_index=True,
        column_config=dict(columns),
        alt=f"The {noun} of this project",
    )
    if _pressed(noun, changed=not typed.equals(before)):
        rows = typed.dropna(how="all")
        if attempt(save, project.project_id, rows, done=f"{noun.capitalize()} saved") is not FAILED:
            st.rerun()


def _above(kept: pd.DataFrame, project: Membership, noun: str, hint: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        words = hint if kept.empty else f"{len(kept)} {noun}. Change a cell, add or delete rows, save."
        st.caption(words, width="stretch")
        if may(project, Permission.DATASET_UPLOAD):
            link(f"Replace the {noun} by a file", Screen.UPLOAD, icon=":material/upload_file:")


def _pressed(noun: str, changed: bool) -> bool:
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            f"Save the {noun}",
            type="primary",
            icon=":material/save:",
            disabled=not changed,
            key=f"save_{noun}",
        )
        if changed:
            st.caption("Not saved yet.")
    return pressed


def shaped(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The frame with a type for every column, so that an empty table can be typed into."""
    made = {name: frame[name].astype("object" if kind == "str" else kind) for name, kind in kinds.items()}
    return pd.DataFrame(made).reset_index(drop=True)


def print_of(frame: pd.DataFrame) -> str:
    """A short name for what the table holds: another content, another editor."""
    return hashlib.sha256(frame.to_json(date_format="iso").encode()).hexdigest()[:12]


def _look(kept: pd.DataFrame, columns: Mapping[str, object], noun: str) -> None:
    if kept.empty:
        empty_state(
            f"No {noun} yet", f"Who may plan in this project adds the {noun} here, or uploads a file.",
            icon=":material/table_rows:", key=f"no_{noun}",
        )  # fmt: skip
        return
    st.dataframe(kept, hide_index=True, column_config=dict(columns), alt=f"The {noun} of this project")
