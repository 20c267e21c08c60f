"""Plan / Post-mortem: what a promotion brought against its forecast, and what to learn from it."""

from __future__ import annotations

from core.access import Permission
from pages.parts.layout import empty_state, page_header
from pages.parts.places import Screen
from pages.parts.promo.brief_choice import choose_promo
from pages.parts.promo.ground import ground_of
from pages.parts.promo.library import saved_promos
from pages.parts.promo.review_board import review_board
from pages.parts.promo.review_report import last_sold
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header("Post-mortem", "What a promotion brought against its forecast, and what to learn from it")
ground = ground_of(person, project)
last = last_sold(person, project)
# A saved report outlives the figures that it was made from.
begun = [p for p in saved_promos(person, project) if (p.kpi_id or p.reviewed) and p.start <= last]
if begun:
    review_board(person, project, choose_promo(begun, key="review_promo"), ground)
else:
    empty_state(
        "No saved promotion has sales yet",
        "Once sales of a saved promotion's days are there, its outcome is compared with its forecast here.",
        icon=":material/fact_check:",
        button="Add sales files",
        screen=Screen.SALES,
        key="review_none",
    )
