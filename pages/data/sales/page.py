"""Data / Sales & promotions: the facts, their files, the catalogue, targets and segments."""

from __future__ import annotations

import streamlit as st

from core.access import Permission
from core.database import session
from core.promo.store import files as facts
from core.queue.store import jobs as job_store
from pages.data.sales.export import export_button
from pages.data.sales.files import no_sales, show_files
from pages.data.sales.glance import show_glance
from pages.data.sales.tables import show_catalog, show_segments, show_targets
from pages.shared.access import open_screen
from pages.shared.layout import page_header
from pages.shared.progress import show_history, show_jobs
from pages.shared.screens import Screen, go
from pages.shared.session import may

KEPT = (
    "Sales are kept as long as the project, files that were replaced or withdrawn for 30 days. Figures of "
    "planned promotions are kept for two years, post-mortems for three, this list of work for 90 days."
)

visit = open_screen(Screen.SALES)
person, project = visit.person, visit.project
with page_header(
    "Sales & promotions", "What was sold, when it was promoted, and what each month shall reach"
):
    with session() as s:
        span = facts.facts_span(s, person, project.project_id)
        files = facts.sales_files(s, person, project.project_id)
        jobs = job_store.processing_jobs(s, person, project.project_id)
    if span is not None:
        export_button(person, project)
    if may(project, Permission.DATASET_UPLOAD) and st.button(
        "Upload", type="primary", icon=":material/upload_file:", key="sales_upload"
    ):
        go(Screen.UPLOAD)
working = show_jobs(jobs, project, key="sales_jobs")
names = ["Sales", "Files", "Catalogue", "Targets", "Segments", "Jobs"]
sales, sources, catalog, targets, segments, work = st.tabs(names, key="sales_tab", on_change="rerun")
if sales.open:
    with sales:
        if span is None:
            no_sales(project, working)
        else:
            show_glance(person, project, span)
if sources.open:
    with sources:
        show_files(person, project, files)
if catalog.open:
    with catalog:
        show_catalog(person, project)
if targets.open:
    with targets:
        show_targets(person, project)
if segments.open:
    with segments:
        show_segments(person, project)
if work.open:
    with work:
        show_history(jobs)
        st.caption(KEPT)
