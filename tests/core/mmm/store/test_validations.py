"""Validations as people of a project see them; what their slices find is written by the worker's side."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import join_as
from core.data.dataset_info import DatasetInfo
from core.demo.weekly_sales import Demo
from core.mmm.store import models, validations
from core.mmm.store.training import complete_fold, fold_input
from core.projects.store import delete_project
from core.queue.job import JobKind, JobStatus
from core.queue.store import state
from core.queue.store.activity import ActivityCounts, activity_counts, worker_state
from tests.core.mmm.validation.test_summary import result

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def check(s: Session, person: Person, completed: int) -> int:
    """The number of a validation of a trained model whose slices wait."""
    return validations.start(s, person, completed)


def finish(s: Session, slice_id: int, crps: float = 1.0) -> None:
    run = state.claim(s, JobKind.VALIDATION, slice_id, "somewhere/1/1")
    assert run is not None
    fold = fold_input(s, run).fold
    assert fold is not None and complete_fold(s, run, result(fold["fold"], crps).to_json())


def test_every_slice_is_a_job_of_its_own_behind_the_trainings(s: Session, person: Person, check: int) -> None:
    info = validations.validation(s, person, check)
    assert [part.slice.fold for part in info.slices] == [1, 2, 3, 4] and info.horizon == 8
    assert info.active and info.progress_share == 0 and info.summary is None
    jobs = s.execute(
        text(
            "SELECT task_name, args->>'job_id', priority, status::text FROM procrastinate_jobs "
            "WHERE id IN (SELECT job_id FROM validation_slices WHERE validation_id = :check) ORDER BY id"
        ),
        {"check": check},
    ).all()
    assert [tuple(job) for job in jobs] == [
        ("run_training_job", str(part.id), -1, "todo") for part in info.slices
    ]


def test_asking_twice_does_nothing_twice(s: Session, person: Person, completed: int, check: int) -> None:
    assert validations.start(s, person, completed) == check
    for part in validations.validation(s, person, check).slices:
        finish(s, part.id)
    again = validations.start(s, person, completed)
    assert again != check
    assert validations.latest(s, person, _project(s, person, completed), [completed])[completed].id == again


def _project(s: Session, person: Person, model_id: int) -> int:
    return models.model(s, person, model_id).project_id


def test_a_model_that_was_never_trained_can_be_checked_too(s: Session, person: Person, waiting: int) -> None:
    models.cancel(s, person, waiting)
    assert validations.validation(s, person, validations.start(s, person, waiting, folds=2)).active


def test_slices_sample_what_the_model_sampled_but_not_more_than_a_score_needs(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo
) -> None:
    plan = {"draws": 2000, "tune": 300, "chains": 2, "seed": 9}
    model_id = models.train(s, person, dataset.id, "Long", weekly.config, plan)
    info = validations.validation(s, person, validations.start(s, person, model_id, folds=1))
    run = state.claim(s, JobKind.VALIDATION, info.slices[0].id, "somewhere/1/1")
    assert run is not None and fold_input(s, run).sampling == plan | {"draws": 500}
    assert fold_input(s, run).config["target_column"] == weekly.config.target_column


def test_slices_of_one_check_end_one_by_one_and_are_summed_up(s: Session, person: Person, check: int) -> None:
    first, second, third, fourth = validations.validation(s, person, check).slices
    finish(s, first.id, 1.0)
    finish(s, second.id, 3.0)
    run = state.claim(s, JobKind.VALIDATION, third.id, "somewhere/1/1")
    assert run is not None and state.fail(s, run, "It was killed.", "abcd")
    halfway = validations.validation(s, person, check)
    assert halfway.active and halfway.done == 3 and halfway.finished_at is None
    finish(s, fourth.id, 2.0)
    info = validations.validation(s, person, check)
    assert not info.active and info.finished_at is not None and info.progress_share == 1
    assert [part.message for part in info.failed] == ["It was killed."]
    assert info.summary is not None and info.summary.scores.crps == 2.0 and len(info.summary.slices) == 3


def test_cancelling_keeps_what_is_done_and_stops_the_rest(s: Session, person: Person, check: int) -> None:
    done, running, *waiting = validations.validation(s, person, check).slices
    finish(s, done.id)
    run = state.claim(s, JobKind.VALIDATION, running.id, "somewhere/1/1")
    assert run is not None and validations.cancel(s, person, check)
    info = validations.validation(s, person, check)
    assert [part.status for part in info.slices[2:]] == [JobStatus.CANCELLED] * 2
    assert info.slices[1].cancel_requested and info.active
    assert not complete_fold(s, run, result(2).to_json()) and state.stop(s, run)
    info = validations.validation(s, person, check)
    assert info.cancelled and not info.active and len(info.results) == 1
    assert not validations.cancel(s, person, check)
    assert all(state.claim(s, JobKind.VALIDATION, part.id, "somewhere/1/1") is None for part in waiting)


def test_deleting_the_model_or_its_project_stops_the_check(
    s: Session, person: Person, completed: int, check: int
) -> None:
    models.delete_model(s, person, completed)
    with pytest.raises(NotFound):
        validations.validation(s, person, check)
    assert activity_counts(s, person, LONG_AGO) == ActivityCounts(0, 0)
    models.restore_model(s, person, completed)
    assert validations.validation(s, person, check).cancelled
    again = validations.start(s, person, completed)
    project = _project(s, person, completed)
    delete_project(s, person, project)
    statuses = text("SELECT DISTINCT status FROM validation_slices WHERE validation_id = :check")
    assert s.scalars(statuses, {"check": again}).all() == ["cancelled"]


def test_only_members_see_a_check_and_only_those_who_may_train_start_one(
    s: Session, person: Person, stranger: Person, completed: int, check: int
) -> None:
    with pytest.raises(NotFound):
        validations.validation(s, stranger, check)
    with pytest.raises(NotFound):
        validations.start(s, stranger, completed)
    join_as(s, _project(s, person, completed), stranger.id, Role.VIEWER)
    assert validations.validation(s, stranger, check).id == check
    for act, number in ((validations.start, completed), (validations.cancel, check)):
        with pytest.raises(AccessDenied):
            act(s, stranger, number)


def test_what_is_under_way_and_what_has_ended_is_felt_by_members_only(
    s: Session, person: Person, stranger: Person, check: int
) -> None:
    slices = validations.validation(s, person, check).slices
    assert activity_counts(s, person, dt.datetime.now(dt.UTC)).active == 4
    assert [info.id for info in validations.active(s, person)] == [check]
    assert activity_counts(s, stranger, LONG_AGO) == ActivityCounts(0, 0) and not validations.active(
        s, stranger
    )
    before = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    for part in slices:
        assert not validations.finished_since(s, person, before)
        finish(s, part.id)
    assert [info.id for info in validations.finished_since(s, person, before)] == [check]
    ended = validations.validation(s, person, check).finished_at
    assert ended is not None and not validations.finished_since(s, person, ended)


def test_those_who_look_after_the_machine_see_slices_in_the_queue(
    s: Session, person: Person, completed: int
) -> None:
    before = worker_state(s)
    check = validations.start(s, person, completed)
    assert worker_state(s).waiting == before.waiting + 4
    state.claim(s, JobKind.VALIDATION, validations.validation(s, person, check).slices[0].id, "somewhere/1/1")
    after = worker_state(s)
    assert (after.waiting, after.running) == (before.waiting + 3, before.running + 1)


def test_each_start_and_cancel_is_written_down(s: Session, person: Person, check: int) -> None:
    validations.cancel(s, person, check)
    actions = s.scalars(text("SELECT action FROM audit_log ORDER BY id DESC LIMIT 2")).all()
    assert actions == ["model:cancel_validation", "model:validate"]


def test_a_result_is_kept_to_the_last_figure(s: Session, person: Person, check: int) -> None:
    part = validations.validation(s, person, check).slices[0]
    run = state.claim(s, JobKind.VALIDATION, part.id, "somewhere/1/1")
    assert run is not None
    found = replace(result(1, tv=(0.1, 0.05, 0.15)), max_rhat=float("inf"))
    assert complete_fold(s, run, found.to_json())
    assert validations.validation(s, person, check).results == (found,)
