"""The workbench of a plan: what is being typed, kept through page switches and reloads until it is saved."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import streamlit as st

from core.access import Person
from core.mmm.planning.saved_plan import ScenarioInfo
from pages.shared.screens import choose, chosen_id

_OWN = "_plan_benches"
_OPEN = "_plan_open"
Value = TypeVar("Value")


@dataclass
class PlanEditorState:
    """One plan on the table. `inputs` and `answer` are the JSON of core's values; None: not begun.

    `answered` are the inputs that `answer` belongs to, `scenario` is the saved plan it was opened from.
    Widgets are keyed by `round` and `stretched`: a new number shows them with the values on the table.
    """

    model_id: int | None = None
    inputs: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None
    answered: dict[str, Any] | None = None
    scenario: ScenarioInfo | None = None
    round: int = 0
    stretched: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def open(self, scenario: ScenarioInfo) -> None:
        """Put a saved plan on the table, with the answer it was saved with."""
        self.model_id, self.scenario = scenario.model_id, scenario
        self.inputs = self.answered = dict(scenario.config)
        self.answer = dict(scenario.results) if scenario.results else None
        self.round += 1

    def rename(self, scenario: ScenarioInfo) -> None:
        """Take over the present name of the open plan; what is on the table stays."""
        if self.scenario is not None:
            self.scenario = replace(
                scenario,
                config=self.scenario.config,
                results=self.scenario.results,
                updated_at=self.scenario.updated_at,
            )

    def use_model(self, model_id: int) -> None:
        """Plan on this model; the question stays, the answer of another model is dropped."""
        if self.model_id not in (None, model_id):
            self.restart(self.inputs)
        self.model_id = model_id

    def restart(self, inputs: dict[str, Any] | None) -> None:
        """Begin again with these inputs (None: the first ones) and without an answer."""
        self.inputs, self.answer, self.answered = inputs, None, None
        self.round += 1

    def stretch(self, inputs: dict[str, Any]) -> None:
        """Go on with the inputs as they are for another horizon; an answer for the old one is stale then."""
        self.inputs = inputs
        self.stretched += 1

    def clear(self) -> None:
        """An empty table: neither model nor inputs."""
        self.model_id = self.scenario = None
        self.restart(None)

    def settle(self, inputs: dict[str, Any], answer: dict[str, Any]) -> None:
        """Keep an answer with the inputs it belongs to."""
        self.inputs = self.answered = inputs
        self.answer = answer

    def replace(self, seen: dict[str, Any] | None, inputs: dict[str, Any]) -> bool:
        """Put inputs in place of those that lay here as `seen`; False where others have come since.

        A run that is overtaken by a newer one goes on for a moment: what it read must not come back.
        """
        with self.lock:
            if self.inputs is not seen:
                return False
            self.inputs = inputs
            return True

    def settle_unless_moved(
        self, seen: dict[str, Any] | None, inputs: dict[str, Any], answer: dict[str, Any]
    ) -> None:
        """Keep an answer to the inputs that lay here as `seen`, unless others have come since."""
        if self.replace(seen, inputs):
            self.answer, self.answered = answer, inputs

    @property
    def stale(self) -> bool:
        """Whether the inputs were changed after the answer."""
        return self.answer is not None and self.inputs != self.answered

    @property
    def unsaved(self) -> bool:
        """Whether the saved plan differs from what is on the table."""
        return self.scenario is not None and self.inputs != dict(self.scenario.config)


def open_number(project_id: int, kind: str) -> int | None:
    """The saved plan in the address, else the one this browser session looked at last on this screen."""
    slot = f"{_OPEN}_{project_id}_{kind}"
    if (wanted := chosen_id("scenario")) is not None:
        st.session_state[slot] = wanted
    elif (last := st.session_state.get(slot)) is not None:
        choose("scenario", last)
    return st.session_state.get(slot)


def close_plan(project_id: int, kind: str) -> None:
    """Nothing saved is open any more."""
    st.session_state.pop(f"{_OPEN}_{project_id}_{kind}", None)
    choose("scenario", None)


def bench_of(person: Person, project_id: int, kind: str, scenario_id: int | None) -> PlanEditorState:
    """The person's workbench for one saved plan, or for a new one (None).

    It lives in the server so that a reload keeps it; visitors of the demo share an account and therefore keep
    theirs in the browser's session.
    """
    if person.is_demo:
        own = st.session_state.setdefault(_OWN, {})
        return own.setdefault((project_id, kind, scenario_id), PlanEditorState())
    return _bench(person.id, project_id, kind, scenario_id)


@st.cache_resource(max_entries=1000, show_spinner=False)
def _bench(person_id: int, project_id: int, kind: str, scenario_id: int | None) -> PlanEditorState:
    return PlanEditorState()


def frozen(key: str, value: Value) -> Value:
    """`value` as it was when the widget `key` was first drawn: defaults must not change while one types."""
    slot = f"_{key}_first"
    if key not in st.session_state or slot not in st.session_state:
        st.session_state[slot] = value
    return cast(Value, st.session_state[slot])


def refreeze(key: str, value: Value) -> None:
    """Show another first value in the widget `key`; what was typed into it is dropped."""
    st.session_state[f"_{key}_first"] = value
