"""The project's promotion data to take along: a DuckDB file with views and the baseline inside."""

from __future__ import annotations

from core.access import Membership
from core.promo.duckdb_file.store import export_project
from core.store import session
from pages.parts.layout import Download, download_row
from pages.parts.session import require_person

ZIP = "application/zip"


def export_button(project: Membership) -> None:
    """The button; the file is made when it is asked for."""

    def make() -> bytes:
        with session() as s:
            return export_project(s, require_person(), project.project_id)

    download_row(project, [Download("DuckDB", "promotions.zip", ZIP, make)], key="duckdb")
