"""A frozen plan on the table: shown from what it keeps itself, whatever became of its model and data."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from core.access import Membership, Permission
from core.charts.formats import Wording
from core.json_values import from_json
from core.mmm import FittedMMM
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer
from core.mmm.planning.basis import horizon_curves, read_basis
from core.mmm.planning.budget_inputs import PlanKind, read_budget_inputs
from core.mmm.planning.plan_text import changes
from core.mmm.planning.saved_plan import ScenarioInfo, frozen_text
from core.mmm.planning.whatif_inputs import read_whatif_inputs
from core.mmm.store import plans
from core.mmm.store.plans import frozen_model
from pages.plan.shared_media.budget_answer import show_answer
from pages.plan.shared_media.editor_state import KINDS, PlanEditorState, open_plan
from pages.plan.shared_media.plan_actions import budget_actions, scenario_actions
from pages.plan.shared_media.whatif_answer import show_channels, show_forecast, show_sentence, show_whatif
from pages.shared.actions import FAILED, attempt
from pages.shared.escape import plain
from pages.shared.session import may


def show_frozen(project: Membership, state: PlanEditorState) -> bool:
    """Whether the plan on the table is frozen; then it is shown, and nothing can be changed."""
    info = state.saved
    if info is None or info.frozen is None:
        return False
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="frozen_head"):
        st.markdown(f"**{plain(info.name)}**", width="content")
        st.badge(frozen_text(info), icon=":material/ac_unit:", color="blue")
        st.space("stretch")
        st.button("New", icon=":material/add:", key="frozen_new", on_click=KINDS[PlanKind(info.kind)].close,
                  args=(project.project_id,))  # fmt: skip
        if may(project, Permission.PLAN_EDIT) and st.button(
            "Edit a copy", icon=":material/edit:", key="frozen_copy", disabled=not info.model_available,
            help=None if info.model_available else "Its model was deleted, so a copy could not be computed.",
        ):  # fmt: skip
            copy = attempt(plans.duplicate_scenario, info.id, done="This is your copy to change")
            if copy is not FAILED:
                open_plan(copy)
                st.rerun()
    origin = info.frozen.origin if info.frozen else None
    if origin is not None:
        st.caption(
            plain(f"Model: {origin.model_words}, trained {origin.trained_on}. Data: {origin.data_words}.")
        )
    wording = info.frozen.wording
    if info.kind == PlanKind.BUDGET:
        inputs = read_budget_inputs(info.config, wording.labels)
        answer = from_json(BudgetAnswer, info.results or {})
        actions = partial(budget_actions, project, state, None, answer, inputs, wording)
        show_answer(
            answer, inputs, wording, _curves(info.cache_key, inputs.periods, inputs.level, info), actions
        )
    else:
        _whatif(project, state, info, wording)
    return True


def _whatif(project: Membership, state: PlanEditorState, info: ScenarioInfo, wording: Wording) -> None:
    basis = read_basis(_model(info.cache_key, info), int(info.config["periods"]))
    inputs = read_whatif_inputs(info.config, basis)
    answer = from_json(WhatIfAnswer, info.results or {})
    if changes(answer):
        show_sentence(answer, wording, inputs.level)
    else:
        st.markdown("#### As recently.")
    show_whatif(answer, inputs.periods, wording, inputs.level)
    scenario_actions(project, state, None, answer, inputs, wording)
    if answer.forecast:
        show_forecast(answer, basis.actual, wording, inputs.level)
    show_channels(answer, wording, inputs.level)


@st.cache_resource(max_entries=4, show_spinner="Opening the frozen model")
def _model(cache_key: str, _info: ScenarioInfo) -> FittedMMM:
    return frozen_model(_info)


@st.cache_data(max_entries=16, show_spinner="Drawing the curves")
def _curves(cache_key: str, periods: int, level: float, _info: ScenarioInfo) -> pd.DataFrame:
    model = _model(cache_key, _info)
    return horizon_curves(model, read_basis(model, periods), level)
