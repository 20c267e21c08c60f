"""The whole reading to take along: slides, a one-pager, a workbook, the table; made when asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from core.mmm.results.method import method_sentences
from core.mmm.results.report import Report, Title, report_of
from pages.measure.results.chart import file_name
from pages.measure.results.curves import best_frequencies
from pages.shared.layout import Download, download_menu
from pages.shared.model_view import ModelView

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def method_of(view: ModelView) -> tuple[str, ...]:
    """How the model was computed, in sentences."""
    model, results = view.model, dict(view.info.results or {})
    return method_sentences(
        model.config,
        model.diagnostics,
        results.get("run") or {},
        len(model.dates),
        len(model.geos),
        model.frequency.noun,
    )


def report(view: ModelView) -> Report:
    """The report of what is on the screen."""
    today = dt.datetime.now(dt.UTC).date()
    title = Title(view.project.project_name, view.info.name, method_of(view), today)
    optima = best_frequencies(view) if view.model.config.frequency_channels else None
    return report_of(title, view.summary, view.lines, view.curves, view.span, optima)


def export_menu(view: ModelView) -> None:
    """The button with all files of this reading."""
    note = "Each holds the dates and intervals chosen above."
    base = file_name(view, "results")

    def make() -> bytes:
        from core.mmm.documents.pptx import to_pptx

        return to_pptx(report(view))

    download_menu(
        view.project,
        [
            Download("PowerPoint", f"{base}.pptx", PPTX, make, ":material/slideshow:"),
            Download(
                "PDF one-pager", f"{base}.pdf", "application/pdf", _page(view), ":material/picture_as_pdf:"
            ),
            Download("Excel workbook", f"{base}.xlsx", XLSX, _workbook(view), ":material/table:"),
            Download("CSV of channels", f"{base}.csv", "text/csv", _table(view), ":material/table_view:"),
        ],
        note,
        key="export",
    )


def _page(view: ModelView) -> Callable[[], bytes]:
    def make() -> bytes:
        from core.mmm.documents.pdf import to_pdf

        return to_pdf(report(view))

    return make


def _workbook(view: ModelView) -> Callable[[], bytes]:
    def make() -> bytes:
        from core.mmm.documents.tables import to_xlsx

        return to_xlsx(report(view))

    return make


def _table(view: ModelView) -> Callable[[], bytes]:
    def make() -> bytes:
        from core.mmm.documents.tables import channels_csv

        return channels_csv(report(view))

    return make
