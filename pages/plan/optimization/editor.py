"""The board of a budget: the question on top, the answer below, and what to do with both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access import Membership, Person
from core.charts.base import alt_text
from core.charts.formats import Wording, percent, probability
from core.errors import UserError
from core.json_values import from_json, to_json
from core.mmm.model_info import ModelInfo
from core.mmm.optimiser.linear_limits import InfeasiblePlan
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_answer import FrontierPoint, adopted, frontier_points, solve_budget
from core.mmm.planning.budget_charts import frontier_chart
from core.mmm.planning.budget_inputs import BudgetInputs, PlanKind, Reference, read_budget_inputs
from core.mmm.planning.budget_question import basis_for_reference, first_budget, start_budget
from core.mmm.planning.limit_text import explain_clash, settings_text
from core.mmm.planning.plan_text import horizon_text, split_label
from pages.plan.optimization.budget_form import ask_budget, ask_horizon
from pages.plan.shared_media.budget_answer import show_answer
from pages.plan.shared_media.editor_state import PlanEditorState, show_model_gone, show_saved_model
from pages.plan.shared_media.model import (
    accept_model,
    choose_model,
    plan_basis,
    plan_curves,
    trained,
    wording_of,
)
from pages.plan.shared_media.plan_actions import budget_actions
from pages.plan.shared_media.saved_plans import new_button, save_buttons, show_name
from pages.shared.actions import user_errors
from pages.shared.escape import plain
from pages.shared.layout import chart, section

_DRAWN = "_plan_frontier"


def show_frontier(
    info: ModelInfo,
    inputs: BudgetInputs,
    answer: BudgetAnswer,
    wording: Wording,
    adopt: Callable[[BudgetInputs], bool],
) -> None:
    """The frontier once it is asked for; `adopt` takes over the question of a plan on it and
    says whether it could be answered."""
    share = percent(inputs.risk_share)
    section(
        "Expectation against risk",
        f"Plans of the same money that bring the most for every degree of caution. The cautious outcome is "
        f"the one missed in {share} of cases.",
    )
    asked = (info.id, str(to_json(inputs)))
    if st.session_state.get(_DRAWN) != asked:
        st.button(
            "Draw the frontier", icon=":material/show_chart:", key="plan_frontier_draw",
            on_click=st.session_state.update, args=({_DRAWN: asked},),
        )  # fmt: skip
        return
    with user_errors() as outcome, st.spinner("Searching plans between expectation and caution"):
        points = _points(info.project_id, info.cache_key, to_json(inputs), info, inputs, answer)
    if outcome.failed:
        return
    if len(points) < 2:
        st.caption("Within these limits the best expected plan is also the safest.")
        return
    with st.container(border=True, key="plan_frontier"):
        _pick(points, inputs, answer, wording, adopt)


def _pick(
    points: tuple[FrontierPoint, ...],
    inputs: BudgetInputs,
    answer: BudgetAnswer,
    wording: Wording,
    adopt: Callable[[BudgetInputs], bool],
) -> None:
    picture = st.container()
    places = range(1, len(points) + 1)
    place = st.select_slider(
        "Plan on the frontier, from the most expected to the safest", list(places), key="plan_frontier_place"
    )
    point = points[int(place) - 1]
    with picture:
        drawn = frontier_chart(points, int(place) - 1, answer, wording, inputs.risk_share)
        chart(drawn, key="plan_frontier_chart", alt=alt_text(drawn), height=int(drawn.layout.height))
    st.markdown(
        plain(
            f"Expected {wording.kpi(point.kpi)}; missed in {percent(inputs.risk_share)} of cases: "
            f"{wording.kpi(point.low_kpi)}; chance to beat {split_label(answer.reference)}: "
            f"{probability(point.probability_better)}."
        )
    )
    money = [f"{wording.label(name)} {wording.money(value)}" for name, value in point.spend_value.items()]
    st.caption(plain(" · ".join(money)))
    pressed = st.button("Adopt this split", icon=":material/check:", key="plan_frontier_adopt")
    if pressed and adopt(adopted(inputs, point)):
        st.rerun()


@st.cache_data(max_entries=32, show_spinner=False)
def _points(
    project_id: int,
    cache_key: str,
    asked: dict[str, Any],
    _info: ModelInfo,
    _inputs: BudgetInputs,
    _answer: BudgetAnswer,
) -> tuple[FrontierPoint, ...]:
    return frontier_points(trained(_info), _inputs, _answer, override=not _info.converged)


def budget_screen(
    person: Person,
    project: Membership,
    models: Sequence[ModelInfo],
    state: PlanEditorState,
    header: DeltaGenerator,
) -> None:
    """The board, or the saved answer alone where its model is gone."""
    if state.saved is None or state.saved.model_available:
        budget_editor(person, project, models, state, header)
        return
    with header:
        new_button(person, project, PlanKind.BUDGET)
    show_name(state)
    show_model_gone(state.saved)
    wording = wording_of(models[0], project, plan_basis(models[0]).period)
    inputs = read_budget_inputs(state.saved.config, wording.labels)
    answer = from_json(BudgetAnswer, state.saved.results or {})
    actions = partial(budget_actions, project, state, None, answer, inputs, wording)
    show_answer(answer, inputs, wording, None, actions)


def budget_editor(
    person: Person,
    project: Membership,
    models: Sequence[ModelInfo],
    state: PlanEditorState,
    header: DeltaGenerator,
) -> None:
    """The question, its answer, and the header's buttons."""
    prefix = f"budget_{project.project_id}_{state.saved.id if state.saved else 0}_{state.round}"
    name = st.container()
    with st.container(border=True, key="plan_question"):
        fields = st.grid(4, min_column_width=200)
        with fields:
            info = show_saved_model(person, state) or choose_model(
                models, state.model_id, key=f"{prefix}_model"
            )
            state.use_model(info.id)
            basis = plan_basis(info, (int(state.inputs["periods"]) if state.inputs else None))
            periods = ask_horizon(basis, basis.periods, basis.most_periods, prefix)
            basis = plan_basis(info, periods)
        allowed, wording = accept_model(info), wording_of(info, project, basis.period)
        horizon = horizon_text(basis.start_on, basis.end_on, basis.periods, basis.period)
        recently = f"recent spend over as many {basis.period}s: {wording.money(basis.recent_total)}"
        st.caption(plain(f"{horizon}; {recently}"))
        inputs = _ask(state, basis, wording, prefix, fields)
        blocked = inputs is None or not allowed
        icon = ":material/auto_awesome:"
        if st.button("Optimise", type="primary", icon=icon, key="plan_optimise", disabled=blocked) and inputs:
            _optimise(info, inputs, basis, state, wording)
    with name:
        show_name(state)
    if state.answer and state.answered and allowed:
        _show(info, project, basis, state, wording)
    with header:
        first = f"{wording.money(inputs.total_value)} for {periods} {basis.period}s" if inputs else "My plan"
        ready = state.answer is not None
        save_buttons(person, project, state, PlanKind.BUDGET, ready=ready, first_name=first)


def _ask(
    state: PlanEditorState, basis: PlanBasis, wording: Wording, prefix: str, fields: DeltaGenerator
) -> BudgetInputs | None:
    """The inputs as edited, kept on the bench; None while they break a rule, which is said below them."""
    old = read_budget_inputs(state.inputs, wording.labels) if state.inputs else None
    basis = basis_for_reference(basis, old.reference if old else Reference.RECENT)
    kept = start_budget(basis, old, wording.labels)
    if old is not None and kept is not old:
        state.change_horizon(to_json(kept))
    with user_errors() as outcome:
        inputs = ask_budget(kept, basis, wording, f"{prefix}_{state.horizon_round}", fields)
    if outcome.failed:
        return None
    state.inputs = to_json(inputs)
    if inputs.reference != kept.reference:
        # Every recent amount in the tables is another one now.
        st.rerun()
    said = settings_text(inputs, first_budget(basis, wording.labels), wording)
    if said:
        st.caption(plain(f"Set: {'; '.join(said)}."))
    return inputs


def _optimise(
    info: ModelInfo, inputs: BudgetInputs, basis: PlanBasis, state: PlanEditorState, wording: Wording
) -> bool:
    """Put the question to the optimiser, whether it had an answer; who comes here has agreed to a model that
    did not converge."""
    with user_errors() as outcome, st.spinner("Looking for the best split"):
        try:
            answer = solve_budget(trained(info), inputs, basis, override=not info.converged)
        except InfeasiblePlan as error:
            raise UserError(explain_clash(error, inputs, wording)) from error
        state.set_answer(to_json(inputs), to_json(answer))
    if outcome.failed:
        state.answer = state.answered = None
    return not outcome.failed


def _show(
    info: ModelInfo, project: Membership, basis: PlanBasis, state: PlanEditorState, wording: Wording
) -> None:
    inputs = read_budget_inputs(state.answered or {}, wording.labels)
    answer = from_json(BudgetAnswer, state.answer or {})
    if state.stale:
        st.info(
            "The question was changed after this answer. Press Optimise for a new one.",
            icon=":material/update:",
        )
    whole = plan_basis(info, inputs.periods)
    curves = plan_curves(info, whole, inputs.level)
    actions = partial(budget_actions, project, state, info, answer, inputs, wording)
    show_answer(answer, inputs, wording, curves, actions)
    compared = basis_for_reference(whole, inputs.reference)
    show_frontier(
        info, inputs, answer, wording, lambda chosen: _optimise(info, chosen, compared, state, wording)
    )
