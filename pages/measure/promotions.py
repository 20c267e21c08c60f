"""Measure / Promotion effects: the baseline, what discounts did, what they cost elsewhere."""

from __future__ import annotations

import streamlit as st

from core.access import Permission
from pages.parts.layout import page_header
from pages.parts.places import Screen, link
from pages.parts.promo_effects.baseline import show_baseline
from pages.parts.promo_effects.beside import show_beside
from pages.parts.promo_effects.choice import choose_geo, choose_version, known_versions
from pages.parts.promo_effects.coefficients import show_coefficients
from pages.parts.promo_effects.curves import show_curves
from pages.parts.promo_effects.export import export_menu
from pages.parts.promo_effects.figures import show_figures
from pages.parts.promo_effects.learning import learn_again, readable_view, show_state
from pages.parts.promo_effects.versions import show_versions
from pages.parts.sales.jobs import show_jobs
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)

actions = page_header("Promotion effects", "What discounts did to sales and margin, and how sure that is")
known = known_versions(person, project)
with st.container(horizontal=True, vertical_alignment="bottom", key="effects_choices"):
    info = choose_version(known)
    beside = st.container(width="content")
busy = show_jobs(person, project, key="effects_jobs")
view = readable_view(project, info, busy)
with beside:
    view = choose_geo(view)
with actions:
    link("Plan a promotion", Screen.PROMOTIONS, icon=":material/sell:")
    export_menu(view, person)
    learn_again(view, busy)

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
        show_beside(view)
if tabs[3].open:
    with tabs[3]:
        show_coefficients(view, person)
if tabs[4].open:
    with tabs[4]:
        show_versions(view, person, known)
