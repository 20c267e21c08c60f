"""Which plan lies on the table: the saved one the address names, or a new one; and on which model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.access import Membership, NotFound, Person
from core.mmm.model_info import ModelInfo
from core.mmm.plan_values import PlanKind
from core.mmm.scenarios import store
from core.mmm.scenarios.scenario_info import ScenarioInfo
from core.store import session
from pages.parts.places import choose, chosen_id
from pages.parts.plan_state import Bench, bench_of

TABLE, SAVED = "Plan", "Saved plans"
_NEXT = "_plan_tab_next"


def plan_tabs(kind: PlanKind) -> tuple[Any, Any]:
    """The two tabs of a planning screen; the body of each runs only while it is open."""
    key = f"{kind}_tab"
    if st.session_state.pop(_NEXT, False):
        st.session_state[key] = TABLE
    table, saved = st.tabs([TABLE, SAVED], key=key, on_change="rerun")
    return table, saved


def open_plan(scenario_id: int) -> None:
    """Go to a saved plan: it takes the table on the next run."""
    choose("scenario", scenario_id)
    choose("model", None)
    st.session_state[_NEXT] = True


def open_bench(person: Person, project: Membership, kind: PlanKind) -> Bench:
    """The workbench of the plan in the address (`?scenario=`), at first with what was saved."""
    scenario = _wanted(person, project, kind)
    bench = bench_of(person, project.project_id, kind.value, scenario.id if scenario else None)
    if scenario is not None and bench.scenario is None:
        bench.open(scenario)
    elif scenario is not None and bench.scenario is not None:
        bench.rename(scenario)
    return bench


def show_kept_model(bench: Bench, models: Sequence[ModelInfo]) -> ModelInfo | None:
    """The model of the saved plan on the table, which stays; None where it can be chosen."""
    if bench.scenario is None:
        return None
    info = next((info for info in models if info.id == bench.scenario.model_id), None)
    if info is not None:
        choose("model", info.id)
        st.text_input(
            "Model",
            f"{info.name} (no. {info.id})",
            disabled=True,
            key=f"plan_model_{bench.scenario.id}",
            help="A saved plan keeps its model. Begin a new one to plan on another model.",
        )
    return info


def _wanted(person: Person, project: Membership, kind: PlanKind) -> ScenarioInfo | None:
    wanted = chosen_id("scenario")
    if wanted is None:
        return None
    try:
        with session() as s:
            found = store.scenario(s, person, wanted)
    except NotFound as error:
        st.warning(error.faults[0], icon=":material/search_off:")
        choose("scenario", None)
        return None
    if found.project_id != project.project_id or found.kind != kind.value:
        choose("scenario", None)
        return None
    return found
