import pytest
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import join_as
from core.errors import UserError
from core.lifecycle.names import StaleWrite
from core.mmm.store import plans as scenarios
from core.mmm.store.models import delete_model


def test_a_scenario_keeps_question_and_answer_and_its_kind(
    s: Session, person: Person, project: int, completed: int
) -> None:
    saved = scenarios.save_scenario(s, person, completed, "Q1", "budget", {"total": 5}, {"kpi": 9})
    assert (saved.kind, saved.config, saved.results) == ("budget", {"total": 5}, {"kpi": 9})
    scenarios.save_scenario(s, person, completed, "What if", "whatif", {}, None)
    assert [info.name for info in scenarios.scenarios(s, person, project, kind="whatif")] == ["What if"]
    assert len(scenarios.scenarios(s, person, project, model_id=completed)) == 2


def test_saving_over_what_somebody_else_saved_is_refused_only_when_asked(
    s: Session, person: Person, completed: int
) -> None:
    mine = scenarios.save_scenario(s, person, completed, "Q1", "budget", {"total": 1})
    theirs = scenarios.update_scenario(s, person, mine.id, config={"total": 2}, seen_at=mine.updated_at)
    with pytest.raises(StaleWrite, match="somebody else"):
        scenarios.update_scenario(s, person, mine.id, config={"total": 3}, seen_at=mine.updated_at)
    assert scenarios.scenario(s, person, mine.id).config == {"total": 2}
    latest = scenarios.update_scenario(s, person, mine.id, config={"total": 4})
    assert latest.config == {"total": 4} and latest.kind == "budget"
    assert latest.updated_at > theirs.updated_at


def test_a_scenario_outlives_its_model_and_says_that_it_is_gone(
    s: Session, person: Person, completed: int
) -> None:
    saved = scenarios.save_scenario(s, person, completed, "Q1", "budget", {}, {"kpi": 9})
    delete_model(s, person, completed)
    kept = scenarios.scenario(s, person, saved.id)
    assert (kept.model_available, kept.results) == (False, {"kpi": 9})


def test_rename_duplicate_archive_delete_and_undo(
    s: Session, person: Person, project: int, completed: int
) -> None:
    saved = scenarios.save_scenario(s, person, completed, "Q1", "budget", {"total": 1}, {"kpi": 9})
    copy = scenarios.duplicate_scenario(s, person, saved.id)
    assert (copy.name, copy.config, copy.results) == ("Q1 (copy)", {"total": 1}, {"kpi": 9})
    assert scenarios.rename_scenario(s, person, copy.id, "Q2").name == "Q2"
    scenarios.archive_scenario(s, person, copy.id)
    assert [info.id for info in scenarios.scenarios(s, person, project, archived=True)] == [copy.id]
    scenarios.unarchive_scenario(s, person, copy.id)
    scenarios.delete_scenario(s, person, saved.id)
    assert [info.id for info in scenarios.scenarios(s, person, project)] == [copy.id]
    assert scenarios.restore_scenario(s, person, saved.id).name == "Q1"
    with pytest.raises(UserError):
        scenarios.rename_scenario(s, person, copy.id, "x" * 200)


def test_strangers_find_no_scenario_and_viewers_change_none(
    s: Session, person: Person, stranger: Person, project: int, completed: int
) -> None:
    saved = scenarios.save_scenario(s, person, completed, "Q1", "budget", {})
    with pytest.raises(NotFound):
        scenarios.scenario(s, stranger, saved.id)
    join_as(s, project, stranger.id, Role.VIEWER)
    assert scenarios.scenario(s, stranger, saved.id).name == "Q1"
    with pytest.raises(AccessDenied):
        scenarios.delete_scenario(s, stranger, saved.id)
