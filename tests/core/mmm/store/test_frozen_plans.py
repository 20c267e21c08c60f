"""A frozen plan says the same for ever, whatever happens to its model and data; notes are nobody's loss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import artifacts
from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import audit, join_as
from core.data import store as data
from core.errors import UserError
from core.json_values import from_json
from core.lifecycle.names import StaleWrite
from core.mmm.planning.answers import BudgetAnswer
from core.mmm.planning.saved_plan import ScenarioInfo
from core.mmm.store import models
from core.mmm.store import plans as scenarios
from core.mmm.store.plans import freeze_scenario, frozen_model, write_note
from core.projects.store import duplicate_project
from core.worker.store import purge
from db.tables import Dataset, Model, ModelResult
from tests.core.mmm.plan_examples import WORDING, budget_answer


@pytest.fixture
def frozen(s: Session, person: Person, saved: ScenarioInfo) -> Iterator[ScenarioInfo]:
    info = freeze_scenario(s, person, saved.id, WORDING, seen_at=saved.updated_at)
    yield info
    # The transaction is rolled back, the files are not.
    artifacts.remove(info.artifacts_path or "none")


def long_ago(s: Session, *tables: str) -> None:
    for table in tables:
        s.execute(
            text(f"UPDATE {table} SET deleted_at = now() - interval '31 days' WHERE deleted_at IS NOT NULL")
        )
    s.expire_all()


def test_a_frozen_plan_says_by_whom_when_and_on_what(
    s: Session, person: Person, frozen: ScenarioInfo, kept_model: int
) -> None:
    assert frozen.is_frozen and frozen.frozen_by == "Paul" and frozen.frozen_at is not None
    assert frozen.frozen is not None and frozen.frozen.wording == WORDING
    origin = frozen.frozen.origin
    assert (origin.model_id, origin.model_name, origin.rows) == (kept_model, "First", 60)
    assert origin.start_on == "2023-01-02" and "version 1: 60 rows" in origin.data_words
    entries = audit(s, person, frozen.project_id)
    assert any(entry.action == "scenario:freeze" for entry in entries)


def test_it_shows_the_same_after_its_model_and_its_data_are_deleted_and_purged(
    s: Session, person: Person, frozen: ScenarioInfo, kept_model: int
) -> None:
    original = s.scalars(select(ModelResult.artifacts_path)).one()
    before = frozen_model(frozen).contributions(20).values
    models.rename_model(s, person, kept_model, "Another name")
    models.delete_model(s, person, kept_model)
    data.delete_dataset(s, person, s.scalars(select(Dataset.id)).one())
    long_ago(s, "models", "datasets")
    # Data stay while a model stands on them: the second round finds none.
    files = {file for _ in range(2) for file in purge(s).files}
    for path in files:
        artifacts.remove(path)
    s.expire_all()
    assert original in files and not artifacts.exists(original or "")
    assert s.scalars(select(Model.id)).all() == [] and s.scalars(select(Dataset.id)).all() == []
    again = scenarios.scenario(s, person, frozen.id)
    assert (again.results, again.config) == (frozen.results, frozen.config)
    assert again.frozen == frozen.frozen and again.model_name == "First" and not again.model_available
    assert from_json(BudgetAnswer, again.results or {}) == budget_answer()
    assert np.array_equal(frozen_model(again).contributions(20).values, before)
    assert [info.id for info in scenarios.scenarios(s, person, frozen.project_id)] == [frozen.id]


def test_nothing_changes_a_frozen_plan_not_even_a_direct_write(
    s: Session, person: Person, frozen: ScenarioInfo
) -> None:
    with pytest.raises(UserError, match="is frozen and stays as it is"):
        scenarios.update_scenario(s, person, frozen.id, config={"total": 2})
    for change in ("results = '{}'", "frozen = NULL", "frozen_at = NULL", "artifacts_path = 'x'"):
        with pytest.raises(IntegrityError, match="is frozen"), s.begin_nested():
            s.execute(text(f"UPDATE optimization_scenarios SET {change} WHERE id = {frozen.id}"))
    twice = freeze_scenario(s, person, frozen.id, WORDING)
    assert (twice.frozen_at, twice.artifacts_path) == (frozen.frozen_at, frozen.artifacts_path)


def test_editing_starts_a_copy_that_is_not_frozen(
    s: Session, person: Person, frozen: ScenarioInfo, kept_model: int
) -> None:
    copy = scenarios.duplicate_scenario(s, person, frozen.id)
    assert (copy.is_frozen, copy.artifacts_path, copy.model_id) == (False, None, kept_model)
    assert scenarios.update_scenario(s, person, copy.id, config={"total": 2}).config == {"total": 2}
    models.delete_model(s, person, kept_model)
    with pytest.raises(UserError, match="could not be changed"):
        scenarios.duplicate_scenario(s, person, frozen.id)


def test_it_may_be_renamed_archived_deleted_and_brought_back(
    s: Session, person: Person, frozen: ScenarioInfo
) -> None:
    assert scenarios.rename_scenario(s, person, frozen.id, "For the board").name == "For the board"
    scenarios.archive_scenario(s, person, frozen.id)
    scenarios.delete_scenario(s, person, frozen.id)
    back = scenarios.restore_scenario(s, person, frozen.id)
    assert back.is_frozen and frozen_model(back).seed == frozen_model(frozen).seed


def test_its_files_go_only_when_no_plan_names_them_any_more(
    s: Session, person: Person, frozen: ScenarioInfo
) -> None:
    path = frozen.artifacts_path or ""
    copied = duplicate_project(s, person, frozen.project_id, "Twin")
    twin = scenarios.scenarios(s, person, copied.id)[0]
    assert twin.is_frozen and twin.artifacts_path == path
    assert purge(s, files=[f"{path}/model.json"]).files == ()
    for info in (frozen, twin):
        assert path not in purge(s).files
        scenarios.delete_scenario(s, person, info.id)
        long_ago(s, "optimization_scenarios")
    assert path in purge(s).files
    assert purge(s, files=[f"{path}/model.json"]).files == (path,)


def test_only_an_answer_on_a_living_undamaged_model_can_be_frozen(
    s: Session, person: Person, saved: ScenarioInfo, kept_model: int
) -> None:
    empty = scenarios.save_scenario(s, person, kept_model, "Empty", "budget", {})
    with pytest.raises(UserError, match="nothing to freeze"):
        freeze_scenario(s, person, empty.id, WORDING)
    newer = scenarios.update_scenario(s, person, saved.id, config=saved.config)
    with pytest.raises(StaleWrite, match="would be frozen"):
        freeze_scenario(s, person, saved.id, WORDING, seen_at=saved.updated_at)
    assert newer.updated_at > saved.updated_at
    s.execute(text("UPDATE model_results SET artifacts_checksum = 'other'"))
    s.expire_all()
    with pytest.raises(UserError, match="damaged"):
        freeze_scenario(s, person, saved.id, WORDING)
    models.delete_model(s, person, kept_model)
    with pytest.raises(UserError, match="was deleted"):
        freeze_scenario(s, person, saved.id, WORDING)


def test_strangers_find_nothing_and_viewers_neither_freeze_nor_note(
    s: Session, person: Person, stranger: Person, frozen: ScenarioInfo, kept_model: int
) -> None:
    for act in (scenarios.scenario, scenarios.duplicate_scenario):
        with pytest.raises(NotFound):
            act(s, stranger, frozen.id)
    with pytest.raises(NotFound):
        write_note(s, stranger, frozen.id, "Hello")
    open_plan = scenarios.save_scenario(s, person, kept_model, "Open", "budget", {}, {"kpi": 1})
    join_as(s, frozen.project_id, stranger.id, Role.VIEWER)
    assert scenarios.scenario(s, stranger, frozen.id).results == frozen.results
    with pytest.raises(AccessDenied):
        freeze_scenario(s, stranger, open_plan.id, WORDING)
    with pytest.raises(AccessDenied):
        write_note(s, stranger, frozen.id, "Hello")


def test_a_note_is_plain_text_with_who_and_when_on_frozen_plans_too(
    s: Session, person: Person, frozen: ScenarioInfo
) -> None:
    noted = write_note(s, person, frozen.id, "  Agreed with *Ann* \r\n<b>on Monday</b>\n\n")
    assert noted.note == "Agreed with *Ann*\n<b>on Monday</b>"
    assert (noted.note_by, noted.updated_at) == ("Paul", frozen.updated_at)
    with pytest.raises(StaleWrite, match="Somebody else"):
        write_note(s, person, frozen.id, "Mine", seen_at=frozen.note_at)
    assert write_note(s, person, frozen.id, "", seen_at=noted.note_at).note == ""
    with pytest.raises(UserError, match="the most is 4,000"):
        write_note(s, person, scenarios.duplicate_scenario(s, person, frozen.id).id, "x" * 4_001,
                   seen_at=scenarios.scenario(s, person, frozen.id).note_at)  # fmt: skip
