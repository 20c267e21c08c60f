"""Plan / Budget: the split of a budget that brings the most, within the limits a person sets."""

from __future__ import annotations

from core.access import Permission
from core.mmm.planning.values import PlanKind
from pages.parts.layout import page_header
from pages.parts.plan.answers import plan_basis
from pages.parts.plan.budget_board import budget_screen
from pages.parts.plan.library import show_saved
from pages.parts.plan.model import trained_models, wording_of
from pages.parts.plan.open import open_bench, plan_tabs
from pages.parts.session import require_project

person, project = require_project(Permission.PROJECT_VIEW)
header = page_header("Budget", "Find the split of a budget that brings the most, and see how sure that is")
models = trained_models(person, project)
table, saved = plan_tabs(PlanKind.BUDGET)
if table.open:
    with table:
        budget_screen(person, project, models, open_bench(person, project, PlanKind.BUDGET), header)
if saved.open:
    with saved:
        wording = wording_of(models[0], project, plan_basis(models[0]).period)
        show_saved(person, project, PlanKind.BUDGET, wording)
