"""The project's promotion data to take along: a DuckDB file with views and the baseline inside."""

from __future__ import annotations

import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.promo.store.duckdb_file import export_project
from pages.shared.layout import NO_EXPORTS
from pages.shared.session import may

ZIP = "application/zip"


def export_button(person: Person, project: Membership) -> None:
    """The button; the file is made when it is asked for, by which time the run of the page is over."""
    allowed = may(project, Permission.EXPORT_DOWNLOAD)

    def make() -> bytes:
        return project_export(person, project.project_id)

    st.download_button(
        "DuckDB",
        data=make,
        file_name="promotions.zip",
        mime=ZIP,
        icon=":material/download:",
        key="duckdb",
        on_click="ignore",
        disabled=not allowed,
        help="Sales, promotions and what was learned as a database file" if allowed else NO_EXPORTS,
    )


def project_export(person: Person, project_id: int) -> bytes:
    """The ZIP with the DuckDB file."""
    with session() as s:
        return export_project(s, person, project_id)
