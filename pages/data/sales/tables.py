"""A reference table of the project on the screen: edited in place by who may, saved as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

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

TARGET_KINDS = {
    "month": "str",
    "geo": "str",
    "sales_value_target": "float",
    "margin_pct_target": "float",
    "units_target": "float",
}


SHOWN = {
    "promo_name": "Promotion",
    "date_start": "From",
    "date_end": "To",
    "departments": "Departments",
    "channels": "Sales channels",
    "avg_discount_pct": "Discount, %",
    "source_file": "From the file",
}


FAVOURITES = "fav_categories"
SEGMENT_KINDS = {
    "segment_id": "str",
    "name": "str",
    "share_of_customers": "float",
    "share_of_revenue": "float",
    "avg_basket_value": "float",
    FAVOURITES: "str",
    "discount_sensitivity": "str",
    "purchase_frequency": "float",
    "last_purchase_days_ago": "float",
}
SENSITIVITIES = ["low", "medium", "high"]


def segments_of(person: Person, project_id: int) -> pd.DataFrame:
    """The segments as they are kept."""
    with session() as s:
        return reference.segments(s, person, project_id)


def show_segments(person: Person, project: Membership) -> None:
    """The table of segments; who may upload data edits it and saves it as a whole."""
    kept = segments_of(person, project.project_id)[list(SEGMENT_KINDS)]
    kept = kept.assign(
        **{
            FAVOURITES: [
                (
                    "; ".join(str(part) for part in value)
                    if isinstance(value, list | tuple)
                    else str(value or "")
                )
                for value in kept[FAVOURITES]
            ]
        }
    )
    currency = project.currency
    config = st.column_config
    share = {"format": "percent", "step": 0.01}
    edit_whole(
        kept,
        SEGMENT_KINDS,
        {
            "segment_id": config.TextColumn("Id", help="The name that files and promotions use"),
            "name": config.TextColumn("Name"),
            "share_of_customers": config.NumberColumn(
                "Customers", help="Share of all customers, 0 to 1", **share
            ),
            "share_of_revenue": config.NumberColumn("Revenue", help="Share of all revenue, 0 to 1", **share),
            "avg_basket_value": config.NumberColumn(f"Basket, {currency}", format="%.2f"),
            FAVOURITES: config.TextColumn("Favourite departments", help="Several are told apart by ;"),
            "discount_sensitivity": config.SelectboxColumn("Reacts to discounts", options=SENSITIVITIES),
            "purchase_frequency": config.NumberColumn("Purchases a year", format="%.1f"),
            "last_purchase_days_ago": config.NumberColumn("Last purchase, days ago", format="%d"),
        },
        project,
        _save_segments,
        noun="segments",
        allowed=may(project, Permission.DATASET_UPLOAD),
        hint="Add a row for each group of customers that promotions can be aimed at.",
    )


def _save_segments(s: object, person: Person, project_id: int, frame: pd.DataFrame) -> object:
    lists = [
        [part.strip() for part in str(text).split(";") if part.strip()]
        for text in frame[FAVOURITES].fillna("")
    ]
    return reference.save_segments(s, person, project_id, frame.assign(**{FAVOURITES: lists}))  # type: ignore[arg-type]


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


def targets_of(person: Person, project_id: int) -> pd.DataFrame:
    """The targets as they are kept."""
    with session() as s:
        return reference.targets(s, person, project_id)


def show_targets(person: Person, project: Membership) -> None:
    """The table of targets; who may plan edits it and saves it as a whole."""
    currency = project.currency
    config = st.column_config
    edit_whole(
        targets_of(person, project.project_id)[list(TARGET_KINDS)],
        TARGET_KINDS,
        {
            "month": config.TextColumn("Month", help="As 2025-10"),
            "geo": config.TextColumn("Geo", help="ALL where the shop is not told apart by geo"),
            "sales_value_target": config.NumberColumn(f"Sales, {currency}", format="localized"),
            "margin_pct_target": config.NumberColumn("Margin, % of sales", format="%.2f"),
            "units_target": config.NumberColumn("Units", format="localized"),
        },
        project,
        reference.save_targets,
        noun="targets",
        allowed=may(project, Permission.PLAN_EDIT),
        hint="Add a row for each month: sales, margin in percent of sales and units the shop shall reach.",
    )


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
    before = with_types(kept, kinds)
    typed = st.data_editor(
        before,
        key=f"{noun}:{project.project_id}:{fingerprint_of(kept)}",
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


def with_types(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The frame with a type for every column, so that an empty table can be typed into."""
    made = {name: frame[name].astype("object" if kind == "str" else kind) for name, kind in kinds.items()}
    return pd.DataFrame(made).reset_index(drop=True)


def fingerprint_of(frame: pd.DataFrame) -> str:
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
