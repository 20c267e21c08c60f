"""The workbench keeps what came last, also when a run that was overtaken is still at work."""

from __future__ import annotations

from pages.plan.shared_media.editor_state import PlanEditorState


def test_the_answer_of_an_overtaken_run_does_not_bring_its_inputs_back() -> None:
    bench = PlanEditorState(inputs={"tv": 105})
    seen = bench.inputs
    bench.inputs = {"tv": 110}
    bench.settle_unless_moved(seen, {"tv": 105}, {"kpi": 1.0})
    assert bench.inputs == {"tv": 110}
    assert bench.answer is None


def test_an_answer_to_what_lies_there_is_kept_with_it() -> None:
    bench = PlanEditorState(inputs={"tv": 105})
    bench.settle_unless_moved(bench.inputs, {"tv": 105.0}, {"kpi": 1.0})
    assert bench.answered == bench.inputs == {"tv": 105.0}
    assert not bench.stale


def test_a_renewed_form_gives_way_to_a_newer_change() -> None:
    bench = PlanEditorState(inputs={"old": 1})
    seen = bench.inputs
    bench.inputs = {"old": 2}
    assert not bench.replace(seen, {"new": 1})
    assert bench.replace(bench.inputs, {"new": 2})
    assert bench.inputs == {"new": 2}
