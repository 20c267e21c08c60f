"""The project's promotion data to take along: a DuckDB file with views and the baseline inside."""

from __future__ import annotations

from core.access import Membership, Person
from core.promo.duckdb_file.store import export_project
from core.store import session
from pages.parts.layout import Download, download_row

ZIP = "application/zip"


def export_button(person: Person, project: Membership) -> None:
    """The button; the file is made when it is asked for, by which time the run of the page is over."""

    def make() -> bytes:
        return project_export(person, project.project_id)

    download_row(project, [Download("DuckDB", "promotions.zip", ZIP, make)], key="duckdb")


def project_export(person: Person, project_id: int) -> bytes:
    """The ZIP with the DuckDB file."""
    with session() as s:
        return export_project(s, person, project_id)
