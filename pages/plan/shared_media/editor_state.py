"""The editor of a plan or scenario: what is typed until it is saved, and which saved one is open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.mmm.model_info import ModelInfo
from core.mmm.planning.budget_inputs import PlanKind
from core.mmm.planning.saved_plan import ScenarioInfo
from core.mmm.store import models
from core.mmm.store import plans as store
from pages.shared.actions import ItemActions
from pages.shared.escape import plain
from pages.shared.saved_things import EditorState, SavedKind, editor_state_of, read_opened, show_tab, tabs_of
from pages.shared.screens import choose

ACTIONS = ItemActions(
    rename=store.rename_scenario,
    duplicate=store.duplicate_scenario,
    archive=store.archive_scenario,
    unarchive=store.unarchive_scenario,
    delete=store.delete_scenario,
    restore=store.restore_scenario,
)
TABS = {PlanKind.BUDGET: ("Plan", "Saved plans"), PlanKind.WHATIF: ("Scenario", "Saved scenarios")}
KINDS = {
    kind: SavedKind(noun, kind.value, ACTIONS, Permission.PLAN_EDIT, Permission.PLAN_DELETE, "scenario")
    for kind, noun in ((PlanKind.BUDGET, "plan"), (PlanKind.WHATIF, "scenario"))
}
Value = TypeVar("Value")


@dataclass
class PlanEditorState(EditorState[ScenarioInfo]):
    """One plan in the editor. `inputs` and `answer` are the JSON of core's values; None: not started.

    `answered` are the inputs that `answer` belongs to. Widgets are keyed by `round` and `horizon_round`: a
    new number shows them with the values held here.
    """

    model_id: int | None = None
    inputs: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None
    answered: dict[str, Any] | None = None
    horizon_round: int = 0

    def open(self, saved: ScenarioInfo) -> None:
        """Start from a saved plan, with the answer it was saved with."""
        self.model_id, self.saved = saved.model_id, saved
        self.inputs = self.answered = dict(saved.config)
        self.answer = dict(saved.results) if saved.results else None
        self.round += 1

    def replaced_by(self, saved: ScenarioInfo) -> bool:
        """Whether others froze the plan, or saved it while nothing was typed here."""
        assert self.saved is not None
        changed = saved.updated_at != self.saved.updated_at and not self.unsaved
        return self.saved.is_frozen != saved.is_frozen or changed

    def take_name(self, saved: ScenarioInfo) -> None:
        """Take over the present name of the open plan; what was typed stays."""
        if self.saved is not None:
            self.saved = replace(
                saved, config=self.saved.config, results=self.saved.results, updated_at=self.saved.updated_at
            )

    def use_model(self, model_id: int) -> None:
        """Plan on this model; the question stays, the answer of another model is dropped."""
        if self.model_id not in (None, model_id):
            self.restart(self.inputs)
        self.model_id = model_id

    def restart(self, inputs: dict[str, Any] | None) -> None:
        """Start again with these inputs (None: the first ones) and without an answer."""
        self.inputs, self.answer, self.answered = inputs, None, None
        self.round += 1

    def change_horizon(self, inputs: dict[str, Any]) -> None:
        """Go on with the inputs for another horizon; an answer for the old one is stale then."""
        self.inputs = inputs
        self.horizon_round += 1

    def clear(self) -> None:
        """Start from nothing: neither model nor inputs."""
        self.model_id = self.saved = None
        self.restart(None)

    def set_answer(self, inputs: dict[str, Any], answer: dict[str, Any]) -> None:
        """Hold an answer with the inputs it belongs to."""
        self.inputs = self.answered = inputs
        self.answer = answer

    def replace(self, seen: dict[str, Any] | None, inputs: dict[str, Any]) -> bool:
        """Put inputs in place of those that were read as `seen`; False where others have come since.

        A run that is overtaken by a newer one goes on for a moment: what it read must not come back.
        """
        with self.lock:
            if self.inputs is not seen:
                return False
            self.inputs = inputs
            return True

    def set_answer_if_current(
        self, seen: dict[str, Any] | None, inputs: dict[str, Any], answer: dict[str, Any]
    ) -> None:
        """Hold an answer to the inputs that were read as `seen`, unless others have come since."""
        if self.replace(seen, inputs):
            self.answer, self.answered = answer, inputs

    @property
    def stale(self) -> bool:
        """Whether the inputs were changed after the answer."""
        return self.answer is not None and self.inputs != self.answered

    @property
    def unsaved(self) -> bool:
        """Whether the inputs differ from those of the saved plan."""
        return self.saved is not None and self.inputs != dict(self.saved.config)


def plan_tabs(kind: PlanKind) -> tuple[Any, Any]:
    """The two tabs of a planning screen; the body of each runs only while it is open."""
    editor, saved = tabs_of(TABS[kind], f"{kind}_tab")
    return editor, saved


def open_plan(saved: ScenarioInfo) -> None:
    """Open a saved plan in the editor on the next run."""
    kind = PlanKind(saved.kind)
    KINDS[kind].open(saved.id, saved.project_id)
    choose("model", None)
    show_tab(TABS[kind][0], f"{kind}_tab")


def open_editor(person: Person, project: Membership, kind: PlanKind) -> PlanEditorState:
    """The editor of the plan in the address (`?scenario=`), at first as it was saved; else of a new one."""
    saved = read_opened(
        KINDS[kind], person, project, store.scenario,
        lambda found: found.project_id == project.project_id and found.kind == kind.value,
        KINDS[kind].opened_id(project.project_id),
    )  # fmt: skip
    state = plan_editor_state(person, project.project_id, kind, saved.id if saved else None)
    if saved is not None:
        state.catch_up(saved)
    return state


def plan_editor_state(
    person: Person, project_id: int, kind: PlanKind, scenario_id: int | None
) -> PlanEditorState:
    """The person's editor for one saved plan, or for a new one (None)."""
    return editor_state_of(person, PlanEditorState, project_id, kind.value, scenario_id)


def show_saved_model(person: Person, state: PlanEditorState) -> ModelInfo | None:
    """The model of the saved plan, which stays; None where it can be chosen."""
    if state.saved is None:
        return None
    with session() as s:
        info = models.model(s, person, state.saved.model_id)
    choose("model", info.id)
    st.text_input(
        "Model",
        f"{info.name} (no. {info.id})",
        disabled=True,
        key=f"plan_model_{state.saved.id}",
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


def first_value(key: str, value: Value) -> Value:
    """`value` as it was when the widget `key` was first drawn: defaults must not change while one types."""
    slot = f"_{key}_first"
    if key not in st.session_state or slot not in st.session_state:
        st.session_state[slot] = value
    return cast(Value, st.session_state[slot])


def set_first_value(key: str, value: Any) -> None:
    """Show another first value in the widget `key`; what was typed into it is dropped."""
    st.session_state[f"_{key}_first"] = value
