"""The catalogue of past promotions, as the retailer's own calendar has it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.promo.store import reference
from pages.shared.actions import FAILED, attempt, offer_undo
from pages.shared.escape import plain
from pages.shared.layout import empty_state
from pages.shared.screens import Screen, link
from pages.shared.session import may

SHOWN = {
    "promo_name": "Promotion",
    "date_start": "From",
    "date_end": "To",
    "departments": "Departments",
    "channels": "Sales channels",
    "avg_discount_pct": "Discount, %",
    "source_file": "From the file",
}


def catalog_of(person: Person, project_id: int) -> pd.DataFrame:
    """The catalogue as it is kept."""
    with session() as s:
        return reference.catalog(s, person, project_id)


def show_catalog(person: Person, project: Membership) -> None:
    """Past promotions, newest first; another file of the same name replaces its own rows."""
    kept, uploads = catalog_of(person, project.project_id), may(project, Permission.DATASET_UPLOAD)
    if kept.empty:
        empty_state(
            "No catalogue yet",
            "A calendar of past promotions helps to read the sales: name, first and last day, departments, "
            "sales channels and discount. What promotions did is learned from the sales themselves.",
            icon=":material/event:",
            button="Upload a catalogue" if uploads else None,
            screen=Screen.UPLOAD,
            key="no_catalog",
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{len(kept)} promotions.", width="stretch")
        if may(project, Permission.DATASET_DELETE):
            _offer_removal(project, kept)
        if uploads:
            link("Upload a catalogue", Screen.UPLOAD, icon=":material/upload_file:")
    st.dataframe(
        kept.sort_values("date_start", ascending=False)[[name for name in SHOWN if name in kept]].rename(
            columns=SHOWN
        ),
        hide_index=True,
        column_config={
            "From": st.column_config.DateColumn(format="D MMM YYYY"),
            "To": st.column_config.DateColumn(format="D MMM YYYY"),
            "Discount, %": st.column_config.NumberColumn(format="%.1f"),
        },
        alt="Past promotions, newest first",
    )


def _offer_removal(project: Membership, kept: pd.DataFrame) -> None:
    """What one file brought can be taken out, and brought back by the bar on top."""
    names = list(dict.fromkeys(kept["source_file"].dropna()))
    picked = st.menu_button(
        "Remove a file's promotions", [plain(name) for name in names], key="catalog_remove", type="tertiary"
    )
    if picked is not None:
        remove(project, kept, next(name for name in names if plain(name) == picked))


def remove(project: Membership, kept: pd.DataFrame, source_file: str) -> None:
    """Take a file's promotions out of the catalogue."""
    rows = kept[kept["source_file"] == source_file].drop(columns="source_file")
    if attempt(reference.remove_catalog, project.project_id, source_file) is not FAILED:
        text = f"{len(rows)} promotions of “{source_file}” removed."
        offer_undo(text, reference.save_catalog, project.project_id, rows, source_file)
        st.rerun()
