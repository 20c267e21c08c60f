"""Goal seek on the scenario board: which money reaches a KPI, put into the scenario by a click."""

from __future__ import annotations

import streamlit as st

from core.mmm.fitted import FittedMMM
from core.mmm.planning.answers import WhatIfAnswer
from core.mmm.planning.goal_seek import GoalAnswer, GoalQuestion, seek_goal
from core.mmm.planning.plan_text import goal_seek_sentence
from core.mmm.planning.whatif import SpendForecast
from pages.plan.scenarios.state import ScenarioEditorState
from pages.shared.actions import user_errors
from pages.shared.escape import plain

EVERYTHING = ""
CERTAINTIES = {"On average": None, "With 80 % certainty": 0.8, "With 90 % certainty": 0.9}
FIRST_RISE = 0.05  # of what media cause now


def edit_goal(
    desk: ScenarioEditorState, model: FittedMMM, recent: SpendForecast, answer: WhatIfAnswer
) -> None:
    """The question, and its answer below."""
    with user_errors() as outcome:
        question = _ask(desk, answer)
        found = seek_goal(model, question, desk.inputs, desk.basis, recent)
    if not outcome.failed:
        _show(desk, found)


def _ask(desk: ScenarioEditorState, answer: WhatIfAnswer) -> GoalQuestion:
    wording, key = desk.wording, f"{desk.prefix}_goal"
    kinds = [f"Whole {wording.kpi_label}", f"Caused {wording.kpi_label}"]
    with st.container(border=True, key=key):
        picked = st.selectbox(
            "Which money", [*desk.basis.channels, EVERYTHING], key=f"{key}_channel",
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
    return GoalQuestion(float(value or 0.0), picked or None, whole, CERTAINTIES[sure])


def _show(desk: ScenarioEditorState, found: GoalAnswer) -> None:
    icon = ":material/flag:" if found.reached else ":material/block:"
    say = st.success if found.reached else st.warning
    say(plain(goal_seek_sentence(found, desk.wording, found.inputs.level)), icon=icon)
    if found.reached and found.beyond_seen:
        st.caption("That is more money than was ever spent: there the curve is a guess of the model.")
    words = "Put it into the scenario" if found.reached else "Put the most into the scenario"
    st.button(
        words, icon=":material/input:", key=f"{desk.prefix}_goal_use", type="primary",
        on_click=desk.change, args=(lambda _: found.inputs,),
    )  # fmt: skip
