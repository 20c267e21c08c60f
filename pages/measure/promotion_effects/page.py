"""Measure / Promotion effects: the baseline, what discounts did, what they cost elsewhere."""

from __future__ import annotations

import streamlit as st

from pages.measure.promotion_effects.curves import show_baseline, show_cannibalisation, show_curves
from pages.measure.promotion_effects.figures import show_figures
from pages.measure.promotion_effects.versions import export_menu, show_coefficients, show_versions
from pages.measure.promotion_effects.view import (
    choose_geo,
    choose_version,
    known_versions,
    offer_estimation,
    readable_view,
    show_state,
)
from pages.shared.access import open_screen
from pages.shared.layout import page_header
from pages.shared.progress import show_jobs
from pages.shared.screens import Screen, link

visit = open_screen(Screen.PROMO_EFFECTS)
person, project = visit.person, visit.project

actions = page_header("Promotion effects", "What discounts did to sales and margin, and how sure that is")
known, jobs = known_versions(person, project)
with st.container(horizontal=True, vertical_alignment="bottom", key="effects_choices"):
    info = choose_version(known)
    beside = st.container(width="content")
busy = show_jobs(jobs, project, key="effects_jobs")
view = readable_view(project, info, busy)
with beside:
    view = choose_geo(view)
with actions:
    link("Plan a promotion", Screen.PROMOTIONS, icon=":material/sell:")
    export_menu(view, person)
    offer_estimation(view, busy)

show_state(view)
show_figures(view)
names = ["Uplift", "Baseline", "After and beside", "Coefficients", "Versions"]
tabs = st.tabs(names, key="effects_tab", on_change="rerun")
if tabs[0].open:
    with tabs[0]:
        show_curves(view)
if tabs[1].open:
    with tabs[1]:
        show_baseline(view)
if tabs[2].open:
    with tabs[2]:
        show_cannibalisation(view)
if tabs[3].open:
    with tabs[3]:
        show_coefficients(view, person)
if tabs[4].open:
    with tabs[4]:
        show_versions(view, person, known)
