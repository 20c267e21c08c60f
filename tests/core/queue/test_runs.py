from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.access import Person
from core.data.dataset_info import DatasetInfo
from core.data.store import save_version
from core.demo.weekly_sales import Demo
from core.mmm.model_info import TrainingStatus
from core.mmm.store import models
from core.queue.attempt import LIVE_TRAININGS_A_PROJECT, Progress, ProjectBusy, Run, TrainingResults
from core.queue.store import runs
from db.tables import Model, ModelResult


def test_a_model_is_taken_up_once(s: Session, waiting: int) -> None:
    run = runs.claim(s, waiting, "a/1/1")
    assert run is not None and run.attempt == 1 and run.sampling["draws"] == 1000
    assert runs.claim(s, waiting, "b/2/2") is None


def test_a_refit_on_other_data_knows_where_the_earlier_results_lie(
    s: Session, person: Person, completed: int, dataset: DatasetInfo, weekly: Demo
) -> None:
    newer = save_version(s, person, dataset.id, [("n.csv", b"x")], weekly.prepared)
    refit = runs.claim(s, models.retrain_on(s, person, completed, newer.id), "a/1/1")
    again = runs.claim(s, models.run_again(s, person, completed), "b/2/2")
    kept = s.scalars(select(ModelResult.artifacts_path).where(ModelResult.model_id == completed)).one()
    assert refit is not None and refit.earlier_path == kept
    assert again is not None and again.earlier_path is None


def test_what_was_cancelled_or_deleted_is_not_taken_up(s: Session, person: Person, waiting: int) -> None:
    again = models.run_again(s, person, waiting)
    models.cancel(s, person, waiting)
    models.delete_model(s, person, again)
    assert runs.claim(s, waiting, "a/1/1") is None
    assert runs.claim(s, again, "a/1/1") is None


def test_a_project_that_trains_enough_waits(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo
) -> None:
    numbers = [
        models.train(s, person, dataset.id, "M", weekly.config) for _ in range(LIVE_TRAININGS_A_PROJECT + 1)
    ]
    taken = [runs.claim(s, number, "a/1/1") for number in numbers[:-1]]
    with pytest.raises(ProjectBusy):
        runs.claim(s, numbers[-1], "a/1/1")
    assert models.model(s, person, numbers[-1]).status == TrainingStatus.PENDING
    assert taken[0] is not None and runs.fail(s, taken[0], "No.")
    assert runs.claim(s, numbers[-1], "a/1/1") is not None


def test_whoever_lost_the_row_writes_nothing_any_more(
    s: Session, running: Run, findings: Callable[..., TrainingResults]
) -> None:
    for lost in (replace(running, attempt=2), replace(running, run_by="other/9/9")):
        assert not runs.beat(s, lost, Progress("sample", 1, 2))
        assert not runs.complete(s, lost, findings())
        assert not runs.fail(s, lost, "No.")
        assert not runs.release(s, lost)
    assert runs.beat(s, running, Progress("sample", 1, 2))


def test_completing_twice_is_harmless_after_a_lost_answer(
    s: Session, running: Run, findings: Callable[..., TrainingResults]
) -> None:
    assert runs.complete(s, running, findings("a"))
    assert runs.complete(s, running, findings("a"))
    assert not runs.complete(s, running, findings("b"))
    assert s.scalars(select(ModelResult.artifacts_path)).all() == ["a"]


def test_a_cancelled_training_that_dies_is_cancelled_and_not_failed(
    s: Session, person: Person, running: Run
) -> None:
    models.cancel(s, person, running.model_id)
    assert runs.fail(s, running, "The training process was killed.")
    assert models.model(s, person, running.model_id).status == TrainingStatus.CANCELLED


def test_a_failure_shows_its_sentence_and_reference(s: Session, person: Person, running: Run) -> None:
    assert runs.fail(s, running, "Something broke.", "abcd1234")
    info = models.model(s, person, running.model_id)
    assert (info.status, info.message, info.error_reference) == (
        TrainingStatus.FAILED,
        "Something broke.",
        "abcd1234",
    )
    assert info.stage is None and info.finished_at is not None


def test_a_released_training_waits_as_if_it_had_not_begun(s: Session, person: Person, running: Run) -> None:
    before = s.scalar(select(Model.job_id).where(Model.id == running.model_id))
    assert runs.release(s, running)
    info = models.model(s, person, running.model_id)
    assert (info.status, info.attempt) == (TrainingStatus.PENDING, 0)
    after = s.scalar(select(Model.job_id).where(Model.id == running.model_id))
    assert after != before
    status = s.scalar(text("SELECT status FROM procrastinate_jobs WHERE id = :id"), {"id": after})
    assert status == "todo"


def test_a_stage_keeps_the_time_it_began_and_so_does_a_shared_count(s: Session, running: Run) -> None:
    def began(stage: str, done: int, total: int) -> object:
        runs.beat(s, running, Progress(stage, done, total))
        return s.scalar(select(Model.stage_started_at).where(Model.id == running.model_id))

    tuning = began("tune", 1, 100)
    assert began("tune", 5, 100) == tuning
    assert began("sample", 51, 100) == tuning
    assert began("summarise", 0, 1) != tuning
