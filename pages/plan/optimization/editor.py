"""The board of a budget: the question on top, the answer below, and what to do with both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access import Membership, Person
from core.charts.formats import Wording
from core.errors import UserError
from core.json_values import from_json, to_json
from core.mmm.model_info import ModelInfo
from core.mmm.optimiser.linear_limits import InfeasiblePlan
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.basis import PlanBasis
from core.mmm.planning.budget_answer import solve_budget
from core.mmm.planning.budget_inputs import BudgetInputs, PlanKind, Reference, read_budget_inputs
from core.mmm.planning.budget_question import basis_for_reference, first_budget, start_budget
from core.mmm.planning.limit_text import explain_clash, settings_text
from core.mmm.planning.plan_text import horizon_text
from pages.plan.optimization.budget_form import ask_budget, ask_horizon
from pages.plan.optimization.frontier import show_frontier
from pages.plan.shared_media.answers import plan_basis, plan_curves, trained
from pages.plan.shared_media.budget_answer import show_answer
from pages.plan.shared_media.editor_state import PlanEditorState
from pages.plan.shared_media.model import choose_model, trusted, wording_of
from pages.plan.shared_media.open import show_kept_model, show_model_gone
from pages.plan.shared_media.plan_actions import keep_budget
from pages.plan.shared_media.save import new_button, save_buttons, show_name
from pages.shared.actions import user_errors
from pages.shared.escape import plain


def budget_screen(
    person: Person,
    project: Membership,
    models: Sequence[ModelInfo],
    bench: PlanEditorState,
    header: DeltaGenerator,
) -> None:
    """The board, or the saved answer alone where its model is gone."""
    if bench.scenario is None or bench.scenario.model_available:
        budget_board(person, project, models, bench, header)
        return
    with header:
        new_button(person, project, PlanKind.BUDGET.value)
    show_name(bench)
    show_model_gone(bench.scenario)
    wording = wording_of(models[0], project, plan_basis(models[0]).period)
    inputs = read_budget_inputs(bench.scenario.config, wording.labels)
    answer = from_json(BudgetAnswer, bench.scenario.results or {})
    keep = partial(keep_budget, project, bench, None, answer, inputs, wording)
    show_answer(answer, inputs, wording, None, keep)


def budget_board(
    person: Person,
    project: Membership,
    models: Sequence[ModelInfo],
    bench: PlanEditorState,
    header: DeltaGenerator,
) -> None:
    """The question, its answer, and the header's buttons."""
    prefix = f"budget_{project.project_id}_{bench.scenario.id if bench.scenario else 0}_{bench.round}"
    name = st.container()
    with st.container(border=True, key="plan_question"):
        fields = st.grid(4, min_column_width=200)
        with fields:
            info = show_kept_model(person, bench) or choose_model(
                models, bench.model_id, key=f"{prefix}_model"
            )
            bench.use_model(info.id)
            basis = plan_basis(info, _periods_of(bench))
            periods = ask_horizon(basis, basis.periods, basis.most_periods, prefix)
            basis = plan_basis(info, periods)
        allowed, wording = trusted(info), wording_of(info, project, basis.period)
        _say_horizon(basis, wording)
        inputs = _ask(bench, basis, wording, prefix, fields)
        blocked = inputs is None or not allowed
        icon = ":material/auto_awesome:"
        if st.button("Optimise", type="primary", icon=icon, key="plan_optimise", disabled=blocked) and inputs:
            _optimise(info, inputs, basis, bench, wording)
    with name:
        show_name(bench)
    if bench.answer and bench.answered and allowed:
        _show(info, project, basis, bench, wording)
    with header:
        first = f"{wording.money(inputs.total_value)} for {periods} {basis.period}s" if inputs else "My plan"
        ready = bench.answer is not None
        save_buttons(person, project, bench, PlanKind.BUDGET.value, ready=ready, first_name=first)


def _say_horizon(basis: PlanBasis, wording: Wording) -> None:
    horizon = horizon_text(basis.start_on, basis.end_on, basis.periods, basis.period)
    recently = f"recent spend over as many {basis.period}s: {wording.money(basis.recent_total)}"
    st.caption(plain(f"{horizon}; {recently}"))


def _ask(
    bench: PlanEditorState, basis: PlanBasis, wording: Wording, prefix: str, fields: DeltaGenerator
) -> BudgetInputs | None:
    """The inputs as edited, kept on the bench; None while they break a rule, which is said below them."""
    old = read_budget_inputs(bench.inputs, wording.labels) if bench.inputs else None
    basis = basis_for_reference(basis, old.reference if old else Reference.RECENT)
    kept = start_budget(basis, old, wording.labels)
    if old is not None and kept is not old:
        bench.stretch(to_json(kept))
    with user_errors() as outcome:
        inputs = ask_budget(kept, basis, wording, f"{prefix}_{bench.stretched}", fields)
    if outcome.failed:
        return None
    bench.inputs = to_json(inputs)
    if inputs.reference != kept.reference:
        # Every recent amount in the tables is another one now.
        st.rerun()
    _say_settings(inputs, basis, wording)
    return inputs


def _say_settings(inputs: BudgetInputs, basis: PlanBasis, wording: Wording) -> None:
    """What was set beside total, horizon and goal, so that it is seen while it is folded."""
    said = settings_text(inputs, first_budget(basis, wording.labels), wording)
    if said:
        st.caption(plain(f"Set: {'; '.join(said)}."))


def _optimise(
    info: ModelInfo, inputs: BudgetInputs, basis: PlanBasis, bench: PlanEditorState, wording: Wording
) -> bool:
    """Put the question to the optimiser, whether it had an answer; who comes here has agreed to a model that
    did not converge."""
    with user_errors() as outcome, st.spinner("Looking for the best split"):
        try:
            answer = solve_budget(trained(info), inputs, basis, override=not info.converged)
        except InfeasiblePlan as error:
            raise UserError(explain_clash(error, inputs, wording)) from error
        bench.settle(to_json(inputs), to_json(answer))
    if outcome.failed:
        bench.answer = bench.answered = None
    return not outcome.failed


def _show(
    info: ModelInfo, project: Membership, basis: PlanBasis, bench: PlanEditorState, wording: Wording
) -> None:
    inputs = read_budget_inputs(bench.answered or {}, wording.labels)
    answer = from_json(BudgetAnswer, bench.answer or {})
    if bench.stale:
        st.info(
            "The question was changed after this answer. Press Optimise for a new one.",
            icon=":material/update:",
        )
    whole = plan_basis(info, inputs.periods)
    curves = plan_curves(info, whole, inputs.level)
    keep = partial(keep_budget, project, bench, info, answer, inputs, wording)
    show_answer(answer, inputs, wording, curves, keep)
    compared = basis_for_reference(whole, inputs.reference)
    show_frontier(
        info, inputs, answer, wording, lambda chosen: _optimise(info, chosen, compared, bench, wording)
    )


def _periods_of(bench: PlanEditorState) -> int | None:
    return int(bench.inputs["periods"]) if bench.inputs else None
