"""Which plan lies on the table: the saved one the address names, or a new one; and on which model."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.access import Membership, NotFound, Person
from core.database import session
from core.mmm.model_info import ModelInfo
from core.mmm.planning.budget_inputs import PlanKind
from core.mmm.planning.saved_plan import ScenarioInfo
from core.mmm.store import models, plans
from pages.plan.shared_media.editor_state import PlanEditorState, bench_of, close_plan, open_number
from pages.shared.escape import plain
from pages.shared.screens import choose

TABS = {PlanKind.BUDGET: ("Plan", "Saved plans"), PlanKind.WHATIF: ("Scenario", "Saved scenarios")}
_NEXT = "_plan_tab_next"


def plan_tabs(kind: PlanKind) -> tuple[Any, Any]:
    """The two tabs of a planning screen; the body of each runs only while it is open."""
    key = f"{kind}_tab"
    if st.session_state.pop(_NEXT, False):
        st.session_state[key] = TABS[kind][0]
    table, saved = st.tabs(TABS[kind], key=key, on_change="rerun")
    return table, saved


def open_plan(scenario_id: int) -> None:
    """Go to a saved plan: it takes the table on the next run."""
    choose("scenario", scenario_id)
    choose("model", None)
    st.session_state[_NEXT] = True


def open_bench(person: Person, project: Membership, kind: PlanKind) -> PlanEditorState:
    """The workbench of the plan in the address (`?scenario=`), at first with what was saved."""
    scenario = _wanted(person, project, kind)
    bench = bench_of(person, project.project_id, kind.value, scenario.id if scenario else None)
    if scenario is not None and (bench.scenario is None or _overtaken(bench, bench.scenario, scenario)):
        bench.open(scenario)
    elif scenario is not None and bench.scenario is not None:
        bench.rename(scenario)
    return bench


def _overtaken(bench: PlanEditorState, known: ScenarioInfo, now: ScenarioInfo) -> bool:
    """Whether what others did takes the table: they froze the plan, or saved it while nothing was changed
    here."""
    saved = now.updated_at != known.updated_at and not bench.unsaved
    return known.is_frozen != now.is_frozen or saved


def show_kept_model(person: Person, bench: PlanEditorState) -> ModelInfo | None:
    """The model of the saved plan on the table, which stays; None where it can be chosen."""
    if bench.scenario is None:
        return None
    with session() as s:
        info = models.model(s, person, bench.scenario.model_id)
    choose("model", info.id)
    st.text_input(
        "Model",
        f"{info.name} (no. {info.id})",
        disabled=True,
        key=f"plan_model_{bench.scenario.id}",
        help="A saved plan keeps its model. Begin a new one to plan on another model.",
    )
    return info


def show_model_gone(scenario: ScenarioInfo) -> None:
    """Says that the model of a saved plan was deleted, and what that means."""
    st.warning(
        plain(
            f"The model of this plan, “{scenario.model_name}” (no. {scenario.model_id}), was deleted. "
            "The answer is shown as it was saved; it cannot be computed anew."
        ),
        icon=":material/history:",
    )


def _wanted(person: Person, project: Membership, kind: PlanKind) -> ScenarioInfo | None:
    wanted = open_number(project.project_id, kind.value)
    if wanted is None:
        return None
    try:
        with session() as s:
            found = plans.scenario(s, person, wanted)
    except NotFound as error:
        st.warning(error.faults[0], icon=":material/search_off:")
        close_plan(project.project_id, kind.value)
        return None
    if found.project_id != project.project_id or found.kind != kind.value:
        close_plan(project.project_id, kind.value)
        return None
    return found
