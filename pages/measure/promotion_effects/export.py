"""What was learned to take along: the coefficients as CSV, everything as a workbook."""

from __future__ import annotations

from core.access import Person
from core.documents.tables import to_csv_bytes, to_xlsx_bytes
from pages.measure.promotion_effects.coefficients import coefficients_of
from pages.measure.promotion_effects.view import EffectsView
from pages.shared.layout import Download, download_menu

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_menu(view: EffectsView, person: Person) -> None:
    """The button with the files of this version; each is made when it is asked for."""
    base = f"promotion-effects-{view.info.version}"
    project_id = view.project.project_id

    def table() -> bytes:
        return to_csv_bytes(coefficients_of(person, project_id, view.info))

    def workbook() -> bytes:
        tables = view.tables
        return to_xlsx_bytes(
            {
                "Coefficients": coefficients_of(person, project_id, view.info),
                "Curves": tables.curves,
                "Past promotions": tables.events,
                "After a promotion": tables.dip,
                "Between departments": tables.rivals,
                "Baseline error": tables.errors,
                "Backtest windows": tables.backtest,
            }
        )

    files = [
        Download("Excel workbook", f"{base}.xlsx", XLSX, workbook, ":material/table:"),
        Download("CSV of coefficients", f"{base}.csv", "text/csv", table, ":material/table_view:"),
    ]
    download_menu(view.project, files, "Everything of the version chosen above.", key="effects_export")
