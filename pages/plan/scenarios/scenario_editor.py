"""How a scenario is edited: by sliders, grid, price and promotion, or by a goal; all are one schedule."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import streamlit as st

from core.json_values import to_json
from core.mmm.model_info import ModelInfo
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.whatif import SpendForecast
from core.mmm.planning.whatif_schedule import first_whatif, read_whatif
from pages.plan.scenarios.driver_editor import ask_drivers
from pages.plan.scenarios.goal_editor import edit_goal
from pages.plan.scenarios.schedule_grid import edit_grid, show_fills
from pages.plan.scenarios.sliders import ask_spend
from pages.plan.scenarios.state import ScenarioEditorState, choose_geo
from pages.plan.shared_media.answers import trained
from pages.plan.shared_media.editor_state import PlanEditorState
from pages.plan.shared_media.whatif_answer import show_forecast
from pages.shared.actions import show_faults


class EditorTab(StrEnum):
    """The ways to edit a scenario."""

    SLIDERS = "Sliders"
    GRID = "Grid"
    DRIVERS = "Price and other drivers"
    GOAL = "Goal seek"


def edit_scenario(
    desk: ScenarioEditorState, info: ModelInfo, recent: SpendForecast, answer: WhatIfAnswer
) -> None:
    """The chosen way to edit, with the forecast beside it or, under the grid, below."""
    view, desk = _ask_view(desk, recent)
    fault = desk.take_fault()
    with st.container(key="whatif_fault"):
        if fault is not None:
            show_faults(fault)
    level = desk.inputs.level
    if view == EditorTab.GRID:
        show_fills(desk)
        edit_grid(desk)
        show_forecast(answer, desk.basis.actual, desk.wording, level)
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        if view == EditorTab.DRIVERS:
            ask_drivers(desk, recent.drivers, recent.repeats_last_year)
        elif view == EditorTab.GOAL:
            edit_goal(desk, trained(info), recent, answer)
        else:
            ask_spend(desk)
    with right:
        show_forecast(answer, desk.basis.actual, desk.wording, level)


def _ask_view(desk: ScenarioEditorState, recent: SpendForecast) -> tuple[EditorTab, ScenarioEditorState]:
    views = [view for view in EditorTab if view != EditorTab.DRIVERS or recent.drivers]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        picked = st.segmented_control(
            "Edit by", views, default=EditorTab.SLIDERS, required=True, key=f"{desk.prefix}_view",
            label_visibility="collapsed", wrap=True,
        )  # fmt: skip
        if picked in (EditorTab.SLIDERS, EditorTab.GRID):
            desk = replace(desk, geo=choose_geo(desk))
        st.button(
            "Back to recent spend", icon=":material/restart_alt:", key="whatif_reset", type="tertiary",
            on_click=_reset, args=(desk,),
        )  # fmt: skip
    return EditorTab(picked or EditorTab.SLIDERS), desk


def _reset(desk: ScenarioEditorState) -> None:
    desk.bench.restart(to_json(first_whatif(desk.basis)))


def renew_form(bench: PlanEditorState, basis: PlanBasis) -> None:
    """Read what lies on the bench, and what was saved, in the present form and for the present horizon."""
    if not bench.inputs:
        return
    if bench.scenario is not None and "spend_pct" in bench.scenario.config:
        kept = to_json(read_whatif(bench.scenario.config, basis))
        bench.scenario = replace(bench.scenario, config=kept)
    seen = bench.inputs
    now = to_json(read_whatif(seen, basis))
    if now != seen and bench.replace(seen, now) and now["periods"] != seen["periods"]:
        bench.stretched += 1
