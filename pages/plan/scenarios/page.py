"""Plan / Scenarios: what happens to the KPI when spend changes, seen while the sliders move."""

from __future__ import annotations

from core.mmm.planning.budget_inputs import PlanKind
from pages.plan.scenarios.editor import scenario_screen
from pages.plan.shared_media.editor_state import open_editor, plan_tabs
from pages.plan.shared_media.frozen import show_frozen
from pages.plan.shared_media.model import trained_models
from pages.plan.shared_media.saved_plans import show_saved
from pages.shared.access import open_screen
from pages.shared.layout import page_header
from pages.shared.screens import Screen

visit = open_screen(Screen.SCENARIOS)
person, project = visit.person, visit.project
page_header("Scenarios", "Move spend and see at once what the model expects, and how sure that is")
table, saved = plan_tabs(PlanKind.WHATIF)
if table.open:
    with table:
        state = open_editor(person, project, PlanKind.WHATIF)
        # A frozen plan needs no model: it is shown before one is asked for.
        if not show_frozen(project, state):
            scenario_screen(person, project, trained_models(person, project), state)
if saved.open:
    with saved:
        show_saved(person, project, PlanKind.WHATIF)
