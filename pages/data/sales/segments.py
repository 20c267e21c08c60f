"""The customer segments: a table edited in place, or replaced by a file."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.promo.store import reference
from pages.data.sales.tables import edit_whole
from pages.shared.session import may

FAVOURITES = "fav_categories"
KINDS = {
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
    kept = segments_of(person, project.project_id)[list(KINDS)]
    kept = kept.assign(**{FAVOURITES: [_joined(value) for value in kept[FAVOURITES]]})
    edit_whole(
        kept,
        KINDS,
        _columns(project.currency),
        project,
        _save,
        noun="segments",
        allowed=may(project, Permission.DATASET_UPLOAD),
        hint="Add a row for each group of customers that promotions can be aimed at.",
    )


def _joined(value: object) -> str:
    return "; ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value or "")


def _save(s: object, person: Person, project_id: int, frame: pd.DataFrame) -> object:
    lists = [
        [part.strip() for part in str(text).split(";") if part.strip()]
        for text in frame[FAVOURITES].fillna("")
    ]
    return reference.save_segments(s, person, project_id, frame.assign(**{FAVOURITES: lists}))  # type: ignore[arg-type]


def _columns(currency: str) -> dict[str, object]:
    config = st.column_config
    share = {"format": "percent", "step": 0.01}
    return {
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
    }
