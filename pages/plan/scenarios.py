"""Plan / Scenarios: what happens to the KPI when spend changes, seen while the sliders move."""

from __future__ import annotations

from core.access import Permission
from core.mmm.planning.values import PlanKind
from pages.parts.layout import page_header
from pages.parts.plan.frozen import show_frozen
from pages.parts.plan.library import show_saved
from pages.parts.plan.model import trained_models
from pages.parts.plan.open import open_bench, plan_tabs
from pages.parts.plan.whatif_board import whatif_question
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
page_header("Scenarios", "Move spend and see at once what the model expects, and how sure that is")
table, saved = plan_tabs(PlanKind.WHATIF)
if table.open:
    with table:
        bench = open_bench(person, project, PlanKind.WHATIF)
        # A frozen plan needs no model: it is shown before one is asked for.
        if not show_frozen(project, bench):
            whatif_question(person, project, trained_models(person, project), bench)
if saved.open:
    with saved:
        show_saved(person, project, PlanKind.WHATIF)
