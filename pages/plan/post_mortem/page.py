"""Plan / Post-mortem: what a promotion brought against its forecast, and what to learn from it."""

from __future__ import annotations

from pages.plan.post_mortem.report import last_sold
from pages.plan.post_mortem.view import show_post_mortem
from pages.plan.shared_promo.context import promo_context
from pages.plan.shared_promo.saved_promos import choose_promo, saved_promos
from pages.shared.access import open_screen
from pages.shared.layout import empty_state, page_header
from pages.shared.screens import Screen

visit = open_screen(Screen.POST_MORTEM)
person, project = visit.person, visit.project
page_header("Post-mortem", "What a promotion brought against its forecast, and what to learn from it")
context = promo_context(person, project)
last = last_sold(person, project)
# A saved report outlives the figures that it was made from.
started = [p for p in saved_promos(person, project) if (p.kpi_id or p.reviewed) and p.start <= last]
if started:
    show_post_mortem(person, project, choose_promo(person, started, key="review_promo"), context)
else:
    empty_state(
        "No saved promotion has sales yet",
        "Once sales of a saved promotion's days are there, its outcome is compared with its forecast here.",
        icon=":material/fact_check:",
        button="Add sales files",
        screen=Screen.SALES,
        key="review_none",
    )
