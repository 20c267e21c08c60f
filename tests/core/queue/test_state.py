"""One state machine for every kind of job, and what is special about each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import Person
from core.data.dataset_info import DatasetInfo
from core.demo.weekly_sales import Demo
from core.mmm.store import models, validations
from core.projects import store as projects
from core.queue.job import Attempt, JobKind, JobStatus, Progress, ProjectBusy
from core.queue.queue import PROCESSING, TRAINING
from core.queue.store import state
from core.queue.store.jobs import complete_job, enqueue_job
from core.queue.store.kinds import KINDS, PATIENCE_SECONDS
from tests.core.queue.conftest import WaitingJob

NewJob = Callable[..., WaitingJob]


def older(job: WaitingJob, seconds: float) -> None:
    job.row.created_at -= dt.timedelta(seconds=seconds)
    job.s.flush()


def test_row_and_place_in_the_queue_are_written_together(queued: WaitingJob) -> None:
    waiting, kind = queued.in_queue, KINDS[queued.kind]
    assert (waiting.task_name, waiting.queue_name) == (kind.queue.task, kind.queue.name)
    assert (waiting.priority, waiting.status) == (kind.priority, "todo")
    assert waiting.args == {"kind": queued.kind.value, "job_id": str(queued.id)}


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (JobKind.TRAINING, "pending"),
        (JobKind.VALIDATION, "pending"),
        (JobKind.SALES, "queued"),
        (JobKind.UPLIFT, "queued"),
    ],
)
def test_each_table_keeps_its_own_words_for_the_states(
    s: Session, new_job: NewJob, kind: JobKind, word: str
) -> None:
    job = new_job(kind)
    stored = text(f"SELECT status FROM {KINDS[kind].table.__tablename__} WHERE id = :id")
    assert s.scalar(stored, {"id": job.id}) == word
    assert job.claim() is not None
    running = "running" if word == "pending" else "processing"
    assert s.scalar(stored, {"id": job.id}) == running


def test_a_job_is_claimed_once(queued: WaitingJob) -> None:
    attempt = queued.claim()
    assert attempt is not None and (attempt.kind, attempt.job_id, attempt.number) == (
        queued.kind,
        queued.id,
        1,
    )
    assert queued.claim("other/2/2") is None


def test_a_job_that_waits_is_cancelled_at_once_and_leaves_the_queue(s: Session, queued: WaitingJob) -> None:
    assert state.cancel(s, queued.row)
    assert queued.row.status == JobStatus.CANCELLED and queued.in_queue.status == "cancelled"
    assert not state.cancel(s, queued.row)
    assert queued.claim() is None


def test_deleting_a_project_ends_its_jobs(
    s: Session, person: Person, project: int, queued: WaitingJob, begun: Attempt
) -> None:
    later = enqueue_job(s, project, JobKind.UPLIFT, asked_by=person.id)
    projects.delete_project(s, person, project)
    assert WaitingJob(s, JobKind.UPLIFT, later).row.status == JobStatus.CANCELLED
    assert not state.beat(s, begun, Progress("reading"))
    assert queued.row.cancel_requested


def test_a_job_of_a_deleted_project_is_cancelled_when_its_turn_comes(
    s: Session, project: int, queued: WaitingJob
) -> None:
    s.execute(text("UPDATE projects SET deleted_at = now() WHERE id = :id"), {"id": project})
    assert queued.claim() is None
    assert queued.row.status == JobStatus.CANCELLED


def test_a_fold_of_a_deleted_model_is_not_claimed(s: Session, new_job: NewJob, completed: int) -> None:
    job = new_job(JobKind.VALIDATION)
    s.execute(text("UPDATE models SET deleted_at = now() WHERE id = :id"), {"id": completed})
    assert job.claim() is None


def test_a_beat_is_a_sign_of_life_and_the_progress_people_see(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    before = queued.row.heartbeat_at
    assert state.beat(s, begun, Progress("reading", 3, 10, divergences=2, files=1, records=500))
    row = queued.row
    assert (row.stage, row.progress_done, row.progress_total) == (
        "reading",
        3,
        10,
    ) and row.heartbeat_at > before
    if KINDS[queued.kind].queue is TRAINING:
        assert row.divergences == 2
    else:
        assert (row.files_processed, row.records_processed) == (1, 500)
    assert state.cancel(s, row)
    assert not state.beat(s, begun, Progress("reading", 9, 10))


def test_a_stage_keeps_the_time_it_began_and_so_does_a_shared_count(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    def began(stage: str, done: int, total: int) -> object:
        state.beat(s, begun, Progress(stage, done, total))
        return queued.row.stage_started_at

    tuning = began("tune", 1, 100)
    assert began("tune", 5, 100) == tuning
    assert began("sample", 51, 100) == tuning
    assert began("summarise", 0, 1) != tuning


def test_whoever_lost_the_row_writes_nothing_any_more(s: Session, queued: WaitingJob, begun: Attempt) -> None:
    for lost in (replace(begun, number=2), replace(begun, run_by="other/9/9")):
        assert not state.beat(s, lost, Progress("sample", 1, 2))
        assert not state.complete(s, lost, lambda row: pytest.fail("written"))
        assert not state.fail(s, lost, "No.")
        assert not state.stop(s, lost)
        assert not state.release(s, lost)
        assert not state.killed(s, lost, "No.")
    assert queued.row.status == JobStatus.RUNNING
    assert state.beat(s, begun, Progress("sample", 1, 2))


def test_completing_twice_is_harmless_after_a_lost_answer(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    written: list[object] = []
    assert state.complete(s, begun, written.append)
    assert state.complete(s, begun, written.append)
    assert len(written) == 1 and queued.row.status == JobStatus.COMPLETED
    assert queued.row.stage is None and queued.row.finished_at is not None
    assert not state.complete(s, replace(begun, run_by="other/9/9"), written.append)


def test_a_job_with_nothing_to_show_has_failed_with_its_result(s: Session, new_job: NewJob) -> None:
    job = new_job(JobKind.SALES)
    attempt = job.claim()
    assert attempt is not None
    for _ in range(2):
        assert complete_job(s, attempt, {"files": []}, message="Empty.", files=2, records=10, failed=True)
    row = job.row
    assert (row.status, row.message, row.result) == (JobStatus.FAILED, "Empty.", {"files": []})
    assert (row.files_processed, row.records_processed) == (2, 10)


def test_a_cancelled_job_that_ends_otherwise_is_cancelled(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    state.cancel(s, queued.row)
    assert not state.complete(s, begun, lambda row: pytest.fail("written"))
    assert state.fail(s, begun, "It broke.", "abcd1234")
    assert (queued.row.status, queued.row.message) == (JobStatus.CANCELLED, "Cancelled.")


def test_a_failure_shows_its_sentence_and_reference(s: Session, queued: WaitingJob, begun: Attempt) -> None:
    assert state.fail(s, begun, "It broke.", "abcd1234")
    row = queued.row
    assert (row.status, row.message, row.error_reference) == (JobStatus.FAILED, "It broke.", "abcd1234")
    assert row.stage is None and row.finished_at is not None


def test_a_released_job_waits_in_a_new_place_as_if_it_had_not_begun(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    before = queued.row.queue_id
    assert state.release(s, begun)
    assert (queued.row.status, queued.row.attempt) == (JobStatus.QUEUED, 0)
    assert queued.row.queue_id != before and queued.in_queue.status == "todo"
    again = queued.claim("other/2/2")
    assert again is not None and again.number == 1


def test_a_killed_process_ends_a_training_and_gives_other_jobs_one_more_try(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    before = queued.row.queue_id
    assert state.killed(s, begun, "It was killed.")
    if KINDS[queued.kind].queue is PROCESSING:
        assert queued.row.queue_id != before and queued.in_queue.status == "todo"
        again = queued.claim("b/2/2")
        assert again is not None and again.number == 2
        assert state.killed(s, again, "It was killed.")
    assert (queued.row.status, queued.row.message) == (JobStatus.FAILED, "It was killed.")


def test_a_project_runs_two_trainings_and_folds_at_once(
    s: Session, person: Person, completed: int, dataset: DatasetInfo, weekly: Demo
) -> None:
    check = validations.start(s, person, completed)
    folds = [
        WaitingJob(s, JobKind.VALIDATION, part.id) for part in validations.validation(s, person, check).slices
    ]
    training, other = (
        WaitingJob(s, JobKind.TRAINING, models.train(s, person, dataset.id, "M", weekly.config))
        for _ in range(2)
    )
    first = folds[0].claim()
    assert TRAINING.jobs_per_project == 2 and first is not None and training.claim() is not None
    for job in (folds[1], other):
        with pytest.raises(ProjectBusy):
            job.claim()
        assert job.row.status == JobStatus.QUEUED
    assert state.fail(s, first, "No.")
    assert other.claim() is not None


def test_jobs_on_sales_run_one_after_another_in_their_order(s: Session, new_job: NewJob) -> None:
    first, later = new_job(JobKind.SALES), new_job(JobKind.UPLIFT)
    older(first, 5)
    with pytest.raises(ProjectBusy):
        later.claim()
    attempt = first.claim()
    assert attempt is not None
    with pytest.raises(ProjectBusy):
        later.claim("b/2/2")
    assert complete_job(s, attempt, {})
    assert later.claim("b/2/2") is not None


def test_files_that_arrive_before_learning_began_are_learned_from_at_once(
    s: Session, new_job: NewJob
) -> None:
    learning, reading = new_job(JobKind.UPLIFT), new_job(JobKind.SALES)
    older(learning, 5)
    attempt = reading.claim()
    assert attempt is not None
    with pytest.raises(ProjectBusy):
        learning.claim()
    assert complete_job(s, attempt, {})
    assert learning.claim() is not None


def test_trainings_go_first_but_not_for_ever(s: Session, new_job: NewJob, waiting: int) -> None:
    job = new_job(JobKind.SALES)
    with pytest.raises(ProjectBusy, match="training goes first"):
        job.claim("here/1/1")
    assert state.claim(s, JobKind.TRAINING, waiting, "here/1/1") is not None
    with pytest.raises(ProjectBusy, match="training goes first"):
        job.claim("here/1/1")
    older(job, PATIENCE_SECONDS + 1)
    assert job.claim("here/1/1") is not None


def test_a_training_on_another_machine_keeps_nobody_waiting(new_job: NewJob, running: Attempt) -> None:
    assert new_job(JobKind.SALES).claim("elsewhere/2/2") is not None
