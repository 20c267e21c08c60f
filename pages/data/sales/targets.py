"""The targets of each month: a table edited in place, or replaced by a file."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.promo.store import reference
from pages.data.sales.tables import edit_whole
from pages.shared.session import may

KINDS = {
    "month": "str",
    "geo": "str",
    "sales_value_target": "float",
    "margin_pct_target": "float",
    "units_target": "float",
}


def targets_of(person: Person, project_id: int) -> pd.DataFrame:
    """The targets as they are kept."""
    with session() as s:
        return reference.targets(s, person, project_id)


def show_targets(person: Person, project: Membership) -> None:
    """The table of targets; who may plan edits it and saves it as a whole."""
    edit_whole(
        targets_of(person, project.project_id)[list(KINDS)],
        KINDS,
        _columns(project.currency),
        project,
        reference.save_targets,
        noun="targets",
        allowed=may(project, Permission.PLAN_EDIT),
        hint="Add a row for each month: sales, margin in percent of sales and units the shop shall reach.",
    )


def _columns(currency: str) -> dict[str, object]:
    config = st.column_config
    return {
        "month": config.TextColumn("Month", help="As 2025-10"),
        "geo": config.TextColumn("Geo", help="ALL where the shop is not told apart by geo"),
        "sales_value_target": config.NumberColumn(f"Sales, {currency}", format="localized"),
        "margin_pct_target": config.NumberColumn("Margin, % of sales", format="%.2f"),
        "units_target": config.NumberColumn("Units", format="localized"),
    }
