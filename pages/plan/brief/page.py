"""Plan / Creative brief: what the creative team needs to make a planned promotion."""

from __future__ import annotations

from pages.plan.brief.editor import brief_editor
from pages.plan.shared_promo.saved_promos import choose_promo, saved_promos
from pages.shared.access import open_screen
from pages.shared.layout import empty_state, page_header
from pages.shared.screens import Screen

visit = open_screen(Screen.BRIEF)
person, project = visit.person, visit.project
page_header("Creative brief", "From a saved promotion to a brief the creative team can work with")
# A saved brief outlives the figures that it was written from.
promos = [promo for promo in saved_promos(person, project) if promo.kpi_id or promo.briefed]
if promos:
    brief_editor(person, project, choose_promo(person, promos, key="brief_promo"))
else:
    empty_state(
        "A brief needs a saved promotion",
        "Build one and save it; its brief is written from it.",
        icon=":material/edit_note:",
        button="Build a promotion",
        screen=Screen.PROMOTIONS,
        key="brief_none",
    )
