"""The saved plans and scenarios of a project: their list, and saving what is in the editor."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from core.access import Membership, Person
from core.charts.formats import Wording
from core.database import session
from core.json_values import from_json
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer
from core.mmm.planning.budget_inputs import PlanKind
from core.mmm.planning.compare import ComparedPlan
from core.mmm.planning.plan_text import signed
from core.mmm.planning.saved_plan import ScenarioInfo, frozen_text
from core.mmm.store import plans as store
from pages.plan.shared_media.compare import show_comparison
from pages.plan.shared_media.editor_state import KINDS, PlanEditorState, open_plan, plan_editor_state
from pages.plan.shared_media.model import completed_models, plan_basis, wording_of
from pages.shared.actions import FAILED, attempt, toast_next
from pages.shared.escape import plain
from pages.shared.formatting import ago
from pages.shared.layout import empty_state
from pages.shared.saved_things import show_list

MAX_NAME_LENGTH = 120


def show_saved(person: Person, project: Membership, kind: PlanKind) -> None:
    """The saved plans: first the comparison of those that are chosen, then the list."""
    # The words of the newest model; those of the project alone where every model is gone.
    wording = Wording(kpi_label=project.kpi_label, currency=project.currency)
    if models := completed_models(person, project):
        wording = wording_of(models[0], project, plan_basis(models[0]).period)
    archived = st.session_state.get(f"{kind}_archived", False)
    with session() as s:
        plans = store.scenarios(s, person, project.project_id, kind=kind.value, archived=archived)
    with_answer = [compared for plan in plans if (compared := compared_plan(plan))]
    show_comparison(with_answer, project, wording, kind.value)
    st.toggle("Show archived", key=f"{kind}_archived")
    noun = KINDS[kind].noun
    if not plans:
        empty_state(
            "Nothing is archived" if archived else f"No saved {noun} yet",
            "" if archived else f"Save a {noun} and it waits here, with its inputs and its answer.",
            icon=":material/bookmark:",
            key=f"{kind}_none",
        )

    def facts(plan: ScenarioInfo) -> str:
        own = plan.frozen.wording if plan.frozen else wording
        note = f"  \n:material/sticky_note_2: {plain(plan.note.splitlines()[0][:120])}" if plan.note else ""
        facts = []
        compared = compared_plan(plan)
        if compared is not None:
            facts.append(own.money(compared.answer.total_value))
            other = "recent spend" if plan.kind == PlanKind.WHATIF else "today’s split"
            facts.append(f"{signed(compared.answer.difference.mean, own)} {own.kpi_label} against {other}")
        facts.append(f"{plan.config.get('periods')} {own.period}s")
        model = f"model “{plan.model_name}” (no. {plan.model_id})"
        facts.append(model if plan.model_available else f"{model}, deleted")
        facts.append(f"{plan.created_by}, {ago(plan.updated_at, dt.datetime.now(dt.UTC))}")
        return plain(" · ".join(facts)) + note

    show_list(
        KINDS[kind], project, plans, facts, badges=_frozen_badge, buttons=_open_button,
        on_gone=lambda plan: KINDS[kind].close_if_open(plan.id, project.project_id),
    )  # fmt: skip


def compared_plan(plan: ScenarioInfo) -> ComparedPlan | None:
    """The plan as the comparison takes it; None where it has no answer."""
    if not plan.results:
        return None
    answer = WhatIfAnswer if plan.kind == PlanKind.WHATIF else BudgetAnswer
    return ComparedPlan(
        plan.id, plan.name, plan.model_id, plan.model_name, int(plan.config["periods"]),
        from_json(answer, plan.results), float(plan.config.get("level", 0.9)),
    )  # fmt: skip


def _frozen_badge(plan: ScenarioInfo) -> None:
    if plan.is_frozen:
        st.badge(frozen_text(plan), icon=":material/ac_unit:", color="blue")


def _open_button(plan: ScenarioInfo) -> None:
    if not plan.archived and st.button("Open", key=f"plan_open_{plan.id}", icon=":material/open_in_new:"):
        open_plan(plan)
        st.rerun()


def save_buttons(
    person: Person, project: Membership, state: PlanEditorState, kind: PlanKind, *, ready: bool,
    first_name: str,
) -> None:  # fmt: skip
    """Buttons of the page's header: start a new plan, save over the open one, save as a new one."""
    reason = KINDS[kind].reason_not_to_save(project)
    if not reason and not ready:
        reason = "There is no answer to save yet."
    elif not reason and state.stale:
        reason = "The inputs were changed after this answer: optimise again before saving."
    label, icon, colour = "Save", ":material/save:", "primary"
    if (saved := state.saved) is not None:
        new_button(person, project, kind)
        changed = state.unsaved and not state.stale
        if st.button(
            "Save changes", icon=icon, key=f"{kind}_overwrite", type="primary",
            disabled=bool(reason) or not changed, help=reason or None,
        ):  # fmt: skip
            overwritten: Any = attempt(
                store.update_scenario, saved.id, config=state.inputs, results=state.answer,
                seen_at=saved.updated_at, done=f"“{saved.name}” saved",
            )  # fmt: skip
            if overwritten is not FAILED:
                state.saved = overwritten
                st.rerun()
        label, icon, colour = "Save as new", ":material/save_as:", "secondary"
    if reason:
        st.button(label, icon=icon, key=f"{kind}_save_blocked", disabled=True, help=reason)
        return
    popover = st.popover(label, icon=icon, type=colour, key=f"{kind}_save_box")  # type: ignore[arg-type]
    with popover, st.form(f"{kind}_save_form", border=False):
        name = st.text_input("Name", first_name, max_chars=MAX_NAME_LENGTH, key=f"{kind}_save_name")
        pressed = st.form_submit_button("Save", type="primary", icon=":material/save:", key=f"{kind}_save")
    if not pressed or state.model_id is None:
        return
    with popover:
        made = attempt(store.save_scenario, state.model_id, name, kind.value, state.inputs, state.answer)
    if made is FAILED:
        return
    toast_next(f"“{made.name}” saved", ":material/check_circle:")
    state.move_to(plan_editor_state(person, project.project_id, kind, made.id), made)
    KINDS[kind].open(made.id, project.project_id)
    st.rerun()


def new_button(person: Person, project: Membership, kind: PlanKind) -> None:
    """Start another plan while a saved one is open."""
    # Not a callback: in a fragment only the fragment would run again, with the plan it started with.
    if st.button("New", icon=":material/add:", key=f"{kind}_new"):
        plan_editor_state(person, project.project_id, kind, None).clear()
        KINDS[kind].close(project.project_id)
        st.rerun()


def show_name(state: PlanEditorState) -> None:
    """The name of the open plan, and whether it was changed since it was saved; nothing for a new one."""
    if state.saved is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(state.saved.name)}**", width="content")
        if state.unsaved:
            state.show_changes(f"plan_discard_{state.saved.id}")
