"""What jobs of the mix model work on, and what they write down once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Person
from core.data.dataset_info import DatasetInfo
from core.data.store import save_version
from core.demo.weekly_sales import Demo
from core.json_values import to_json
from core.mmm.job_results import TrainingResults
from core.mmm.store import models, validations
from core.mmm.store.training import complete_fold, complete_training, fold_input, training_input
from core.queue.job import Attempt, JobKind
from core.queue.store.state import claim
from db.tables import ModelResult
from tests.core.mmm.validation.test_summary import result


def test_a_training_knows_its_set_up_and_data(s: Session, running: Attempt, dataset: DatasetInfo) -> None:
    given = training_input(s, running)
    assert (given.model_id, given.dataset_id, given.sampling["draws"]) == (running.job_id, dataset.id, 1000)
    assert given.fold is None and given.previous_path is None


def test_a_refit_on_other_data_knows_where_the_earlier_results_lie(
    s: Session, person: Person, completed: int, dataset: DatasetInfo, weekly: Demo
) -> None:
    newer = save_version(s, person, dataset.id, [("n.csv", b"x")], weekly.prepared)
    refit = claim(s, JobKind.TRAINING, models.retrain_on(s, person, completed, newer.id), "a/1/1")
    again = claim(s, JobKind.TRAINING, models.run_again(s, person, completed), "b/2/2")
    stored = s.scalars(select(ModelResult.artifacts_path).where(ModelResult.model_id == completed)).one()
    assert refit is not None and training_input(s, refit).previous_path == stored
    assert again is not None and training_input(s, again).previous_path is None


def test_results_are_written_once_even_after_a_lost_answer(
    s: Session, running: Attempt, findings: Callable[..., TrainingResults]
) -> None:
    for lost in (replace(running, number=2), replace(running, run_by="other/9/9")):
        assert not complete_training(s, lost, findings())
    assert complete_training(s, running, findings("a"))
    assert complete_training(s, running, findings("a"))
    assert not complete_training(s, running, findings("b"))
    assert s.scalars(select(ModelResult.artifacts_path)).all() == ["a"]


def test_a_fold_knows_its_cutoff_and_keeps_what_it_found(s: Session, person: Person, completed: int) -> None:
    check = validations.start(s, person, completed)
    first = validations.validation(s, person, check).slices[0]
    attempt = claim(s, JobKind.VALIDATION, first.id, "a/1/1")
    assert attempt is not None
    given = fold_input(s, attempt)
    assert given.fold == to_json(first.slice) and given.model_id == completed
    assert not complete_fold(s, replace(attempt, number=2), {})
    for _ in range(2):
        assert complete_fold(s, attempt, result(1).to_json())
    assert validations.validation(s, person, check).slices[0].result == result(1)
