"""Plan / Creative brief: what the creative team needs to make a planned promotion."""

from __future__ import annotations

from core.access import Permission
from pages.parts.layout import empty_state, page_header
from pages.parts.places import Screen
from pages.parts.promo.brief_board import brief_board
from pages.parts.promo.brief_choice import choose_promo
from pages.parts.promo.library import saved_promos
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header("Creative brief", "From a saved promotion to a brief the creative team can work with")
# A saved brief outlives the figures that it was written from.
promos = [promo for promo in saved_promos(person, project) if promo.kpi_id or promo.briefed]
if promos:
    brief_board(person, project, choose_promo(promos, key="brief_promo"))
else:
    empty_state(
        "A brief needs a saved promotion",
        "Build one and save it; its brief is written from it.",
        icon=":material/edit_note:",
        button="Build a promotion",
        screen=Screen.PROMOTIONS,
        key="brief_none",
    )
