"""Measure / Results: what media did, how sure that is, and where money should go next."""

from __future__ import annotations

import streamlit as st

from core.queue.job import JobStatus
from pages.measure.results.curves import show_carry_over, show_curves
from pages.measure.results.diagnostics import show_diagnostics, show_method, show_quick_fit_comparison
from pages.measure.results.drivers import show_drivers
from pages.measure.results.export import export_menu, method_of
from pages.measure.results.overview import show_channels, show_over_time, show_overview
from pages.measure.results.summary import show_figures, show_insights, show_newer_data, show_stability
from pages.shared.access import open_screen
from pages.shared.layout import page_header
from pages.shared.model_choice import choose_model, choose_view, known_models, stop_unless_ready
from pages.shared.screens import Screen, link

visit = open_screen(Screen.RESULTS)
person, project = visit.person, visit.project

TABS = {
    "Overview": show_overview,
    "Channels": show_channels,
    "Over time": show_over_time,
    "Beyond media": show_drivers,
    "Curves": show_curves,
    "Carry-over": show_carry_over,
    "Diagnostics": show_diagnostics,
}

actions = page_header("Results", "What media caused, what it returned, and how sure that is")
models = known_models(person, project)
with st.container(horizontal=True, vertical_alignment="bottom", key="results_choices"):
    info = choose_model(models)
    choices = st.container(horizontal=True, vertical_alignment="bottom", width="content")
stop_unless_ready(info)
with choices:
    view = choose_view(project, info)
with actions:
    link("Plan a budget", Screen.BUDGET, icon=":material/account_balance_wallet:", model=info.id)
    other = next((m.id for m in models if m.id != info.id and m.status is JobStatus.COMPLETED), None)
    if other is not None:
        link("Compare", Screen.COMPARE, icon=":material/compare_arrows:", models=f"{info.id},{other}")
    export_menu(view)

show_newer_data(view)
show_insights(view)
show_stability(view)
show_figures(view)

for tab, show in zip(st.tabs(list(TABS), key="tab", bind="query-params"), TABS.values(), strict=True):
    if tab.open:
        with tab:
            show(view)

show_quick_fit_comparison(view)
show_method(view, method_of(view))
