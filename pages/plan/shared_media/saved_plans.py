"""The saved plans of a project: open, rename, duplicate, archive, delete with undo."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from core.access import Membership, Permission, Person
from core.charts.formats import Wording
from core.database import session
from core.json_values import from_json
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer
from core.mmm.planning.budget_inputs import PlanKind
from core.mmm.planning.compare import ComparedPlan
from core.mmm.planning.plan_text import signed
from core.mmm.planning.saved_plan import ScenarioInfo, frozen_text
from core.mmm.store import plans as store
from pages.plan.shared_media.answers import plan_basis
from pages.plan.shared_media.compare import show_comparison
from pages.plan.shared_media.editor_state import close_plan, open_number
from pages.plan.shared_media.model import completed_models, wording_of
from pages.plan.shared_media.open import open_plan
from pages.shared.actions import ItemActions, item_menu
from pages.shared.escape import plain
from pages.shared.formatting import ago
from pages.shared.layout import empty_state
from pages.shared.session import may

ACTIONS = ItemActions(
    rename=store.rename_scenario,
    duplicate=store.duplicate_scenario,
    archive=store.archive_scenario,
    unarchive=store.unarchive_scenario,
    delete=store.delete_scenario,
    restore=store.restore_scenario,
)
NOUN = {PlanKind.BUDGET: "plan", PlanKind.WHATIF: "scenario"}


def saved_plans(
    person: Person, project: Membership, kind: PlanKind, *, archived: bool = False
) -> tuple[ScenarioInfo, ...]:
    """The saved plans of one kind, the last changed first."""
    with session() as s:
        return store.scenarios(s, person, project.project_id, kind=kind.value, archived=archived)


def show_saved(person: Person, project: Membership, kind: PlanKind) -> None:
    """The saved plans: first the comparison of those that are chosen, then the list."""
    wording = _wording(person, project)
    archived = st.session_state.get(f"{kind}_archived", False)
    plans = saved_plans(person, project, kind, archived=archived)
    show_comparison([known for plan in plans if (known := compared(plan))], project, wording, kind.value)
    st.toggle("Show archived", key=f"{kind}_archived")
    if not plans:
        noun = NOUN[kind]
        empty_state(
            "Nothing is archived" if archived else f"No saved {noun} yet",
            "" if archived else f"Save a {noun} and it waits here, with its inputs and its answer.",
            icon=":material/bookmark:",
            key=f"{kind}_none",
        )
    for plan in plans:
        _line(plan, project, kind, wording)


def _wording(person: Person, project: Membership) -> Wording:
    """The words of the newest model; those of the project alone where every model is gone."""
    models = completed_models(person, project)
    if models:
        return wording_of(models[0], project, plan_basis(models[0]).period)
    return Wording(kpi_label=project.kpi_label, currency=project.currency)


def compared(plan: ScenarioInfo) -> ComparedPlan | None:
    """The plan as the comparison takes it; None where it has no answer."""
    if not plan.results:
        return None
    answer = WhatIfAnswer if plan.kind == PlanKind.WHATIF else BudgetAnswer
    return ComparedPlan(
        plan.id, plan.name, plan.model_id, plan.model_name, int(plan.config["periods"]),
        from_json(answer, plan.results), float(plan.config.get("level", 0.9)),
    )  # fmt: skip


def _line(plan: ScenarioInfo, project: Membership, kind: PlanKind, wording: Wording) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"plan_line_{plan.id}"):
        with st.container(gap="xxsmall", width="stretch"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.text(plan.name, width="content")
                if plan.is_frozen:
                    st.badge(frozen_text(plan), icon=":material/ac_unit:", color="blue")
            st.caption(plain(_facts(plan, plan.frozen.wording if plan.frozen else wording)))
            if plan.note:
                st.caption(f":material/sticky_note_2: {plain(plan.note.splitlines()[0][:120])}")
        if not plan.archived and st.button("Open", key=f"plan_open_{plan.id}", icon=":material/open_in_new:"):
            open_plan(plan.id)
            st.rerun()
        item_menu(
            NOUN[kind],
            plan.id,
            plan.name,
            ACTIONS,
            key=f"plan_menu_{plan.id}",
            archived=plan.archived,
            may_edit=may(project, Permission.PLAN_EDIT),
            may_delete=may(project, Permission.PLAN_DELETE),
            after=lambda: _close(plan.id, project.project_id, kind),
        )


def _close(scenario_id: int, project_id: int, kind: PlanKind) -> None:
    if open_number(project_id, kind.value) == scenario_id:
        close_plan(project_id, kind.value)


def _facts(plan: ScenarioInfo, wording: Wording) -> str:
    facts = []
    known = compared(plan)
    if known is not None:
        facts.append(wording.money(known.answer.total_value))
        other = "recent spend" if plan.kind == PlanKind.WHATIF else "today’s split"
        facts.append(f"{signed(known.answer.difference.mean, wording)} {wording.kpi_label} against {other}")
    facts.append(f"{plan.config.get('periods')} {wording.period}s")
    model = f"model “{plan.model_name}” (no. {plan.model_id})"
    facts.append(model if plan.model_available else f"{model}, deleted")
    facts.append(f"{plan.created_by}, {ago(plan.updated_at, dt.datetime.now(dt.UTC))}")
    return " · ".join(facts)
