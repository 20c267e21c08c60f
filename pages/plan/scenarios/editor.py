"""The board of a spend scenario: sliders and their answer in one fragment, so that only it runs again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import streamlit as st

from core.access import Membership, Person
from core.charts.formats import Wording
from core.json_values import from_json, to_json
from core.mmm.fitted import FittedMMM
from core.mmm.model_info import ModelInfo
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import PlanKind
from core.mmm.planning.goal_seek import GoalQuestion, seek_goal
from core.mmm.planning.plan_text import goal_seek_sentence, horizon_text
from core.mmm.planning.whatif import SpendForecast, solve_whatif
from core.mmm.planning.whatif_inputs import read_whatif_inputs
from core.mmm.planning.whatif_schedule import first_whatif, read_whatif
from pages.plan.optimization.budget_form import ask_horizon
from pages.plan.scenarios.driver_editor import apply_period_edits, ask_drivers
from pages.plan.scenarios.schedule_grid import apply_edits, ask_spend, edit_grid, show_fills
from pages.plan.scenarios.state import ScenarioEditor, choose_geo
from pages.plan.shared_media.editor_state import PlanEditorState, show_model_gone, show_saved_model
from pages.plan.shared_media.model import (
    accept_model,
    choose_model,
    plan_basis,
    spend_forecast,
    trained,
    wording_of,
)
from pages.plan.shared_media.plan_actions import scenario_actions
from pages.plan.shared_media.saved_plans import new_button, save_buttons, show_name
from pages.plan.shared_media.whatif_answer import show_channels, show_forecast, show_sentence, show_whatif
from pages.shared.access import open_screen
from pages.shared.actions import show_faults, user_errors
from pages.shared.escape import plain
from pages.shared.layout import section
from pages.shared.screens import Screen

EVERYTHING = ""
CERTAINTIES = {"On average": None, "With 80 % certainty": 0.8, "With 90 % certainty": 0.9}
FIRST_RISE = 0.05  # of what media cause now


class EditorTab(StrEnum):
    """The ways to edit a scenario."""

    SLIDERS = "Sliders"
    GRID = "Grid"
    DRIVERS = "Price and other drivers"
    GOAL = "Goal seek"


def edit_scenario(
    editor: ScenarioEditor, info: ModelInfo, recent: SpendForecast, answer: WhatIfAnswer
) -> None:
    """The chosen way to edit, with the forecast beside it or, under the grid, below."""
    views = [view for view in EditorTab if view != EditorTab.DRIVERS or recent.drivers]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        picked = st.segmented_control(
            "Edit by", views, default=EditorTab.SLIDERS, required=True, key=f"{editor.prefix}_view",
            label_visibility="collapsed", wrap=True,
        )  # fmt: skip
        if picked in (EditorTab.SLIDERS, EditorTab.GRID):
            editor = replace(editor, geo=choose_geo(editor))
        st.button(
            "Back to recent spend", icon=":material/restart_alt:", key="whatif_reset", type="tertiary",
            on_click=_reset, args=(editor,),
        )  # fmt: skip
    view, editor = EditorTab(picked or EditorTab.SLIDERS), editor
    fault = editor.pop_fault()
    with st.container(key="whatif_fault"):
        if fault is not None:
            show_faults(fault)
    level = editor.inputs.level
    if view == EditorTab.GRID:
        show_fills(editor)
        edit_grid(editor)
        show_forecast(answer, editor.basis.actual, editor.wording, level)
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        if view == EditorTab.DRIVERS:
            ask_drivers(editor, recent.drivers, recent.repeats_last_year)
        elif view == EditorTab.GOAL:
            edit_goal(editor, trained(info), recent, answer)
        else:
            ask_spend(editor)
    with right:
        show_forecast(answer, editor.basis.actual, editor.wording, level)


def _reset(editor: ScenarioEditor) -> None:
    editor.state.restart(to_json(first_whatif(editor.basis)))


def upgrade_inputs(state: PlanEditorState, basis: PlanBasis) -> None:
    """Read what lies on the bench, and what was saved, in the present form and for the present horizon."""
    if not state.inputs:
        return
    if state.saved is not None and "spend_pct" in state.saved.config:
        kept = to_json(read_whatif(state.saved.config, basis))
        state.saved = replace(state.saved, config=kept)
    seen = state.inputs
    now = to_json(read_whatif(seen, basis))
    if now != seen and state.replace(seen, now) and now["periods"] != seen["periods"]:
        state.horizon_round += 1


def edit_goal(editor: ScenarioEditor, model: FittedMMM, recent: SpendForecast, answer: WhatIfAnswer) -> None:
    """The question, and its answer below."""
    with user_errors() as outcome:
        wording, key = editor.wording, f"{editor.prefix}_goal"
        kinds = [f"Whole {wording.kpi_label}", f"Caused {wording.kpi_label}"]
        with st.container(border=True, key=key):
            picked = st.selectbox(
                "Which money", [*editor.basis.channels, EVERYTHING], key=f"{key}_channel",
                format_func=lambda name: wording.label(name) or "All channels, in present proportion",
            )  # fmt: skip
            kind = st.segmented_control("Reach", kinds, default=kinds[0], required=True, key=f"{key}_kind")
            whole = kind == kinds[0]
            caused = answer.kpi.mean
            now = answer.whole_kpi.mean if whole and answer.whole_kpi else caused
            # The first target stays while the scenario changes, or it would run away from its own answer.
            target = f"{key}_target_{whole}"
            st.session_state.setdefault(target, float(f"{max(now + FIRST_RISE * caused, 1.0):.4g}"))
            value = st.number_input(
                f"{kind} over the horizon", 0.0, key=target, step=float(f"{max(now / 100, 1.0):.1g}"),
                format="%.0f",
            )  # fmt: skip
            sure = st.selectbox("How surely", list(CERTAINTIES), key=f"{key}_certainty")
        question = GoalQuestion(float(value or 0.0), picked or None, whole, CERTAINTIES[sure])
        found = seek_goal(model, question, editor.inputs, editor.basis, recent)
    if not outcome.failed:
        icon = ":material/flag:" if found.reached else ":material/block:"
        say = st.success if found.reached else st.warning
        say(plain(goal_seek_sentence(found, editor.wording, found.inputs.level)), icon=icon)
        if found.reached and found.beyond_seen:
            st.caption("That is more money than was ever spent: there the curve is a guess of the model.")
        words = "Put it into the scenario" if found.reached else "Put the most into the scenario"
        st.button(
            words, icon=":material/input:", key=f"{editor.prefix}_goal_use", type="primary",
            on_click=editor.change, args=(lambda _: found.inputs,),
        )  # fmt: skip


def scenario_screen(
    person: Person, project: Membership, models: Sequence[ModelInfo], state: PlanEditorState
) -> None:
    """The model and the horizon, then the board."""
    if state.saved is not None and not state.saved.model_available:
        other = models[0]
        wording = wording_of(other, project, plan_basis(other).period)
        answer = from_json(WhatIfAnswer, state.saved.results or {})
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                show_name(state)
            new_button(person, project, PlanKind.WHATIF)
        show_model_gone(state.saved)
        show_sentence(answer, wording, float(state.saved.config["level"]))
        show_whatif(answer, int(state.saved.config["periods"]), wording, float(state.saved.config["level"]))
        if "spend" in state.saved.config:
            # The first form held percent of the usual spend of a model that is gone: its money is not known.
            inputs = read_whatif_inputs(state.saved.config)
            scenario_actions(project, state, None, answer, inputs, wording)
        show_channels(answer, wording, float(state.saved.config["level"]))
        return
    scenario_id = state.saved.id if state.saved else 0
    prefix = f"whatif_{project.project_id}_{scenario_id}_{state.round}"
    with st.container(border=True, key="plan_question"), st.grid(3, min_column_width=220):
        info = show_saved_model(person, state) or choose_model(models, state.model_id, key=f"{prefix}_model")
        state.use_model(info.id)
        basis = plan_basis(info, int(state.inputs["periods"]) if state.inputs else None)
        periods = ask_horizon(basis, basis.periods, basis.most_periods, prefix)
        basis = plan_basis(info, periods)
        st.caption(plain(horizon_text(basis.start_on, basis.end_on, basis.periods, basis.period)))
    if accept_model(info):
        scenario_editor(info, basis, state, wording_of(info, project, basis.period))


@st.fragment
def scenario_editor(info: ModelInfo, basis: PlanBasis, state: PlanEditorState, wording: Wording) -> None:
    """The answer on top, the scenario below; every change is computed at once."""
    # A fragment runs by itself: who was signed out, or lost the project, must not go on here.
    visit = open_screen(Screen.SCENARIOS)
    person, project = visit.person, visit.project
    prefix = f"whatif_{project.project_id}_{info.id}_{state.round}_{state.horizon_round}"
    editor = ScenarioEditor(state, basis, wording, prefix)
    upgrade_inputs(state, basis)
    recent = spend_forecast(info, basis)
    apply_edits(editor)
    apply_period_edits(editor, recent.drivers)
    seen = state.inputs
    with user_errors() as outcome:
        inputs = editor.inputs
        answer = solve_whatif(trained(info), inputs, basis, recent)
    if outcome.failed:
        return
    state.set_answer_if_current(seen, to_json(inputs), to_json(answer))
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap="xxsmall"):
            show_name(state)
            show_sentence(answer, wording, inputs.level)
        save_buttons(person, project, state, PlanKind.WHATIF, ready=True, first_name="My scenario")
    show_whatif(answer, basis.periods, wording, inputs.level)
    scenario_actions(project, state, info, answer, inputs, wording, basis)
    edit_scenario(editor, info, recent, answer)
    section("Channel by channel")
    show_channels(answer, wording, inputs.level)
