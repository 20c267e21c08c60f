"""The workbench keeps what came last, also when a run that was overtaken is still at work."""

from __future__ import annotations

from pages.plan.shared_media.editor_state import PlanEditorState


def test_the_answer_of_an_overtaken_run_does_not_bring_its_inputs_back() -> None:
    state = PlanEditorState(inputs={"tv": 105})
    seen = state.inputs
    state.inputs = {"tv": 110}
    state.set_answer_if_current(seen, {"tv": 105}, {"kpi": 1.0})
    assert state.inputs == {"tv": 110}
    assert state.answer is None


def test_an_answer_to_what_lies_there_is_kept_with_it() -> None:
    state = PlanEditorState(inputs={"tv": 105})
    state.set_answer_if_current(state.inputs, {"tv": 105.0}, {"kpi": 1.0})
    assert state.answered == state.inputs == {"tv": 105.0}
    assert not state.stale


def test_a_renewed_form_gives_way_to_a_newer_change() -> None:
    state = PlanEditorState(inputs={"old": 1})
    seen = state.inputs
    state.inputs = {"old": 2}
    assert not state.replace(seen, {"new": 1})
    assert state.replace(state.inputs, {"new": 2})
    assert state.inputs == {"new": 2}
