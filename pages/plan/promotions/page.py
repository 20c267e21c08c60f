"""Plan / Promotions: build a promotion, see its figures and its verdict, save and compare."""

from __future__ import annotations

from pages.plan.promotions.compare import show_comparison
from pages.plan.promotions.editor import promo_editor
from pages.plan.promotions.settings import show_settings
from pages.plan.shared_promo.editor_state import open_editor, promo_tabs
from pages.plan.shared_promo.saved_promos import show_saved
from pages.shared.access import open_screen
from pages.shared.layout import page_header
from pages.shared.screens import Screen

visit = open_screen(Screen.PROMOTIONS)
person, project = visit.person, visit.project
page_header(
    "Promotions", "Build a promotion and see at once what it sells, what it costs and whether it may run"
)
builder, saved, compare, settings = promo_tabs()
if builder.open:
    with builder:
        promo_editor(open_editor(person, project))
if saved.open:
    with saved:
        show_saved(person, project)
if compare.open:
    with compare:
        show_comparison(person, project)
if settings.open:
    with settings:
        show_settings(person, project)
