"""Plan / Budget: the split of a budget that brings the most, within the limits a person sets."""

from __future__ import annotations

from core.mmm.planning.budget_inputs import PlanKind
from pages.plan.optimization.editor import budget_screen
from pages.plan.shared_media.editor_state import open_editor, plan_tabs
from pages.plan.shared_media.frozen import show_frozen
from pages.plan.shared_media.model import trained_models
from pages.plan.shared_media.saved_plans import show_saved
from pages.shared.access import open_screen
from pages.shared.layout import page_header
from pages.shared.screens import Screen

visit = open_screen(Screen.BUDGET)
person, project = visit.person, visit.project
header = page_header("Budget", "Find the split of a budget that brings the most, and see how sure that is")
table, saved = plan_tabs(PlanKind.BUDGET)
if table.open:
    with table:
        state = open_editor(person, project, PlanKind.BUDGET)
        # A frozen plan needs no model: it is shown before one is asked for.
        if not show_frozen(project, state):
            budget_screen(person, project, trained_models(person, project), state, header)
if saved.open:
    with saved:
        show_saved(person, project, PlanKind.BUDGET)
