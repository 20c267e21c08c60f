"""Saving a plan: as a new one or over the one that is open; and why not where it is not allowed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.access import Membership, Permission, Person
from core.mmm.planning.saved_plan import ScenarioInfo
from core.mmm.store import plans
from pages.plan.shared_media.editor_state import PlanEditorState, bench_of, close_plan
from pages.shared.actions import FAILED, attempt, toast_next
from pages.shared.escape import plain
from pages.shared.screens import choose
from pages.shared.session import may

MOST_LETTERS = 120


def save_buttons(
    person: Person, project: Membership, bench: PlanEditorState, kind: str, *, ready: bool, first_name: str
) -> None:
    """Buttons of the page's header: begin anew, save over the open plan, save as a new one."""
    reason = _why_not(project, bench, ready)
    if bench.scenario is not None:
        new_button(person, project, kind)
        changed = bench.unsaved and not bench.stale
        if st.button(
            "Save changes", icon=":material/save:", key=f"{kind}_overwrite", type="primary",
            disabled=bool(reason) or not changed, help=reason or None,
        ):  # fmt: skip
            _overwrite(bench, bench.scenario)
    words = "Save as new" if bench.scenario else "Save"
    icon = ":material/save_as:" if bench.scenario else ":material/save:"
    if reason:
        st.button(words, icon=icon, key=f"{kind}_save_blocked", disabled=True, help=reason)
        return
    shade: Any = "secondary" if bench.scenario else "primary"
    with st.popover(words, icon=icon, type=shade, key=f"{kind}_save_box"):
        _save_form(person, project, bench, kind, first_name)


def new_button(person: Person, project: Membership, kind: str) -> None:
    """Begin another plan beside the saved one that is open."""
    # Not a callback: in a fragment only the fragment would run again, with the plan it began with.
    if st.button("New", icon=":material/add:", key=f"{kind}_new"):
        _begin(person, project, kind)
        st.rerun()


def show_name(bench: PlanEditorState) -> None:
    """The name of the open plan, and whether it was changed since it was saved; nothing for a new one."""
    if bench.scenario is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(bench.scenario.name)}**", width="content")
        if bench.unsaved:
            st.badge("Changes not saved", color="orange", icon=":material/edit:")
            if st.button(
                "Discard changes",
                icon=":material/undo:",
                type="tertiary",
                key=f"plan_discard_{bench.scenario.id}",
            ):
                # What is saved by now takes the table on the next run, also what somebody else saved.
                bench.scenario = None
                st.rerun()


def _save_form(
    person: Person, project: Membership, bench: PlanEditorState, kind: str, first_name: str
) -> None:
    with st.form(f"{kind}_save_form", border=False):
        name = st.text_input("Name", first_name, max_chars=MOST_LETTERS, key=f"{kind}_save_name")
        pressed = st.form_submit_button("Save", type="primary", icon=":material/save:", key=f"{kind}_save")
    if not pressed or bench.model_id is None:
        return
    saved = attempt(plans.save_scenario, bench.model_id, name, kind, bench.inputs, bench.answer)
    if saved is FAILED:
        return
    toast_next(f"“{saved.name}” saved", ":material/check_circle:")
    _move_to(saved, person, project, bench, kind)
    st.rerun()


def _move_to(
    saved: ScenarioInfo, person: Person, project: Membership, bench: PlanEditorState, kind: str
) -> None:
    """The plan's own workbench takes over; the one it came from goes back to what was saved there."""
    own = bench_of(person, project.project_id, kind, saved.id)
    own.open(saved)
    if bench.scenario is not None:
        bench.open(bench.scenario)
    else:
        bench.clear()
    choose("scenario", saved.id)


def _overwrite(bench: PlanEditorState, scenario: ScenarioInfo) -> None:
    saved: Any = attempt(
        plans.update_scenario,
        scenario.id,
        config=bench.inputs,
        results=bench.answer,
        seen_at=scenario.updated_at,
        done=f"“{scenario.name}” saved",
    )
    if saved is not FAILED:
        bench.scenario = saved
        st.rerun()


def _begin(person: Person, project: Membership, kind: str) -> None:
    bench_of(person, project.project_id, kind, None).clear()
    close_plan(project.project_id, kind)


def _why_not(project: Membership, bench: PlanEditorState, ready: bool) -> str:
    if not may(project, Permission.PLAN_EDIT):
        if project.is_demo:
            return "This is the demo: try everything here; to keep plans, make a project of your own."
        return f"Your role here ({project.role}) may look at plans but not save them."
    if not ready:
        return "There is no answer to save yet."
    if bench.stale:
        return "The inputs were changed after this answer: optimise again before saving."
    return ""
