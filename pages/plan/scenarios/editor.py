"""The board of a spend scenario: sliders and their answer in one fragment, so that only it runs again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.access import Membership, Person
from core.charts.formats import Wording
from core.json_values import from_json, to_json
from core.mmm.model_info import ModelInfo
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_inputs import PlanKind
from core.mmm.planning.plan_text import horizon_text
from core.mmm.planning.saved_plan import ScenarioInfo
from core.mmm.planning.whatif import solve_whatif
from core.mmm.planning.whatif_inputs import read_whatif_inputs
from pages.plan.optimization.budget_form import ask_horizon
from pages.plan.scenarios.driver_editor import take_period_edits
from pages.plan.scenarios.scenario_editor import edit_scenario, renew_form
from pages.plan.scenarios.schedule_grid import take_edits
from pages.plan.scenarios.state import ScenarioEditorState
from pages.plan.shared_media.answers import plan_basis, spend_forecast, trained
from pages.plan.shared_media.editor_state import PlanEditorState
from pages.plan.shared_media.model import choose_model, trusted, wording_of
from pages.plan.shared_media.open import show_kept_model, show_model_gone
from pages.plan.shared_media.plan_actions import keep_whatif
from pages.plan.shared_media.save import new_button, save_buttons, show_name
from pages.plan.shared_media.whatif_answer import show_channels, show_sentence, show_whatif
from pages.shared.access import open_screen
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.layout import section
from pages.shared.screens import Screen


def whatif_question(
    person: Person, project: Membership, models: Sequence[ModelInfo], bench: PlanEditorState
) -> None:
    """The model and the horizon, then the board."""
    if bench.scenario is not None and not bench.scenario.model_available:
        _show_kept(person, project, models[0], bench, bench.scenario)
        return
    scenario_id = bench.scenario.id if bench.scenario else 0
    prefix = f"whatif_{project.project_id}_{scenario_id}_{bench.round}"
    with st.container(border=True, key="plan_question"), st.grid(3, min_column_width=220):
        info = show_kept_model(person, bench) or choose_model(models, bench.model_id, key=f"{prefix}_model")
        bench.use_model(info.id)
        basis = plan_basis(info, int(bench.inputs["periods"]) if bench.inputs else None)
        periods = ask_horizon(basis, basis.periods, basis.most_periods, prefix)
        basis = plan_basis(info, periods)
        st.caption(plain(horizon_text(basis.start_on, basis.end_on, basis.periods, basis.period)))
    if trusted(info):
        whatif_board(info, basis, bench, wording_of(info, project, basis.period))


def _show_kept(
    person: Person, project: Membership, other: ModelInfo, bench: PlanEditorState, scenario: ScenarioInfo
) -> None:
    """The saved answer alone; names are those of another model, as its own is gone."""
    wording = wording_of(other, project, plan_basis(other).period)
    answer = from_json(WhatIfAnswer, scenario.results or {})
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            show_name(bench)
        new_button(person, project, PlanKind.WHATIF.value)
    show_model_gone(scenario)
    show_sentence(answer, wording, float(scenario.config["level"]))
    show_whatif(answer, int(scenario.config["periods"]), wording, float(scenario.config["level"]))
    if "spend" in scenario.config:
        # The first form held percent of the usual spend of a model that is gone: its money is not known.
        inputs = read_whatif_inputs(scenario.config)
        keep_whatif(project, bench, None, answer, inputs, wording)
    show_channels(answer, wording, float(scenario.config["level"]))


@st.fragment
def whatif_board(info: ModelInfo, basis: PlanBasis, bench: PlanEditorState, wording: Wording) -> None:
    """The answer on top, the scenario below; every change is computed at once."""
    # A fragment runs by itself: who was signed out, or lost the project, must not go on here.
    visit = open_screen(Screen.SCENARIOS)
    person, project = visit.person, visit.project
    prefix = f"whatif_{project.project_id}_{info.id}_{bench.round}_{bench.stretched}"
    desk = ScenarioEditorState(bench, basis, wording, prefix)
    renew_form(bench, basis)
    recent = spend_forecast(info, basis)
    take_edits(desk)
    take_period_edits(desk, recent.drivers)
    seen = bench.inputs
    with user_errors() as outcome:
        inputs = desk.inputs
        answer = solve_whatif(trained(info), inputs, basis, recent)
    if outcome.failed:
        return
    bench.settle_unless_moved(seen, to_json(inputs), to_json(answer))
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap="xxsmall"):
            show_name(bench)
            show_sentence(answer, wording, inputs.level)
        save_buttons(person, project, bench, PlanKind.WHATIF.value, ready=True, first_name="My scenario")
    show_whatif(answer, basis.periods, wording, inputs.level)
    keep_whatif(project, bench, info, answer, inputs, wording, basis)
    edit_scenario(desk, info, recent, answer)
    section("Channel by channel")
    show_channels(answer, wording, inputs.level)
