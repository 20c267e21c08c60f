"""Measure / Compare models: which of two to five models to trust, by what, and what they disagree about."""

from __future__ import annotations

import streamlit as st

from pages.measure.compare.answer import show_channels, show_scores, show_setup, show_stability, show_verdict
from pages.measure.compare.checks import read_checks, show_checks
from pages.measure.compare.choice import choose_level, choose_models, trained_models
from pages.measure.compare.view import view_of
from pages.shared.access import open_screen
from pages.shared.layout import page_header
from pages.shared.screens import Screen

visit = open_screen(Screen.COMPARE)
person, project = visit.person, visit.project

page_header("Compare models", "Which one forecasts best, and where they disagree")
models = trained_models(person, project)
with st.container(horizontal=True, vertical_alignment="bottom", key="compare_choices"):
    chosen = choose_models(models)
    level = choose_level()
checks = read_checks(person, project, chosen)
view = view_of(project, chosen, checks, level)
if view.comparison is None:
    st.info("Choose a second model to compare this one with.", icon=":material/compare_arrows:")
else:
    show_verdict(view.comparison)
    show_scores(view)
show_checks(view)
if view.comparison is not None:
    show_channels(view)
    show_setup(view)
show_stability(view)
