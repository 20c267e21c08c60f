import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.access import Person
from core.projects.store import projects
from core.queue.attempt import Progress, ProjectBusy, Run
from core.queue.job import Errand, JobKind
from core.queue.queue import PROCESS_TASK, PROCESSING
from core.queue.store import processing, runs
from core.worker.store.recovery import recover, recover_jobs
from db.tables import DataProcessingJob, ProcessingStatus


def dead(name: str) -> bool | None:
    return False


def alive(name: str) -> bool | None:
    return True


def unknown(name: str) -> bool | None:
    return None


@pytest.fixture
def queued(s: Session, person: Person, project: int) -> uuid.UUID:
    """A job that waits."""
    return processing.enqueue_job(s, project, JobKind.SALES, asked_by=person.id, files=2)


@pytest.fixture
def begun(s: Session, queued: uuid.UUID) -> Errand:
    """The same job in the hands of a worker."""
    errand = processing.claim_job(s, str(queued), "somewhere/1/1")
    assert errand is not None
    return errand


def row(s: Session, job_id: uuid.UUID) -> DataProcessingJob:
    return s.get_one(DataProcessingJob, job_id, populate_existing=True)


def in_queue(s: Session, job_id: uuid.UUID) -> Any:
    query = text("SELECT task_name, queue_name, status, args FROM procrastinate_jobs WHERE id = :id")
    return s.execute(query, {"id": row(s, job_id).queue_id}).one()


def older(s: Session, job_id: uuid.UUID, seconds: float) -> None:
    row(s, job_id).created_at -= dt.timedelta(seconds=seconds)
    s.flush()


def test_row_and_job_are_written_together(s: Session, queued: uuid.UUID) -> None:
    waiting = in_queue(s, queued)
    assert (waiting.task_name, waiting.queue_name, waiting.status) == (PROCESS_TASK, PROCESSING, "todo")
    assert waiting.args == {"job_id": str(queued)}
    assert row(s, queued).job_id.startswith("sales-")


def test_a_job_is_taken_up_once(s: Session, queued: uuid.UUID) -> None:
    errand = processing.claim_job(s, str(queued), "a/1/1")
    assert errand is not None and (errand.kind, errand.attempt) == (JobKind.SALES, 1)
    assert processing.claim_job(s, str(queued), "b/2/2") is None


def test_jobs_of_a_project_are_done_one_after_another_in_their_order(
    s: Session, person: Person, project: int, queued: uuid.UUID
) -> None:
    later = processing.enqueue_job(s, project, JobKind.UPLIFT, asked_by=person.id)
    older(s, queued, 5)
    with pytest.raises(ProjectBusy):
        processing.claim_job(s, str(later), "a/1/1")
    errand = processing.claim_job(s, str(queued), "a/1/1")
    assert errand is not None
    with pytest.raises(ProjectBusy):
        processing.claim_job(s, str(later), "b/2/2")
    assert processing.complete(s, errand, {})
    assert processing.claim_job(s, str(later), "b/2/2") is not None


def test_files_that_arrive_before_learning_began_are_learned_from_at_once(
    s: Session, person: Person, project: int
) -> None:
    learning = processing.enqueue_job(s, project, JobKind.UPLIFT, asked_by=person.id)
    reading = processing.enqueue_job(s, project, JobKind.SALES, asked_by=person.id)
    older(s, learning, 5)
    errand = processing.claim_job(s, str(reading), "a/1/1")
    assert errand is not None
    with pytest.raises(ProjectBusy):
        processing.claim_job(s, str(learning), "a/1/1")
    assert processing.complete(s, errand, {})
    assert processing.claim_job(s, str(learning), "a/1/1") is not None


def test_trainings_go_first_but_not_for_ever(s: Session, person: Person, project: int, waiting: int) -> None:
    queued = processing.enqueue_job(s, project, JobKind.SALES, asked_by=person.id)
    with pytest.raises(ProjectBusy, match="training goes first"):
        processing.claim_job(s, str(queued), "here/1/1")
    training = runs.claim(s, waiting, "here/1/1")
    with pytest.raises(ProjectBusy, match="training goes first"):
        processing.claim_job(s, str(queued), "here/1/1")
    assert isinstance(training, Run)
    older(s, queued, processing.PATIENCE_SECONDS + 1)
    assert processing.claim_job(s, str(queued), "here/1/1") is not None


def test_a_training_on_another_machine_keeps_nobody_waiting(
    s: Session, person: Person, project: int, running: Run
) -> None:
    queued = processing.enqueue_job(s, project, JobKind.SALES, asked_by=person.id)
    assert processing.claim_job(s, str(queued), "elsewhere/2/2") is not None


def test_a_beat_writes_progress_and_hears_the_wish_to_stop(s: Session, begun: Errand) -> None:
    assert processing.beat(s, begun, Progress("reading", 3, 10, files=1, records=500))
    found = row(s, begun.job_id)
    assert (found.stage, found.progress_done, found.progress_total) == ("reading", 3, 10)
    assert (found.files_processed, found.records_processed) == (1, 500)
    began = found.stage_started_at
    assert processing.beat(s, begun, Progress("reading", 9, 10, files=1, records=900))
    assert row(s, begun.job_id).stage_started_at == began
    assert processing.cancel(s, row(s, begun.job_id))
    assert not processing.beat(s, begun, Progress("reading", 9, 10))


def test_whoever_lost_the_row_writes_nothing_any_more(s: Session, begun: Errand) -> None:
    for lost in (replace(begun, attempt=2), replace(begun, run_by="other/9/9")):
        assert not processing.beat(s, lost, Progress("reading"))
        assert not processing.complete(s, lost, {"files": []})
        assert not processing.fail(s, lost, "No.")
        assert not processing.stop(s, lost)
        assert not processing.release(s, lost)
        assert not processing.killed(s, lost, "No.")
    assert row(s, begun.job_id).status == ProcessingStatus.PROCESSING


def test_completing_twice_is_harmless_after_a_lost_answer(s: Session, begun: Errand) -> None:
    assert processing.complete(s, begun, {"files": []}, files=2, records=10)
    assert processing.complete(s, begun, {"files": []}, files=2, records=10)
    found = row(s, begun.job_id)
    assert (found.status, found.files_processed, found.result) == (
        ProcessingStatus.COMPLETED,
        2,
        {"files": []},
    )


def test_a_cancelled_job_that_ends_otherwise_is_cancelled(s: Session, begun: Errand) -> None:
    processing.cancel(s, row(s, begun.job_id))
    assert not processing.complete(s, begun, {})
    assert processing.fail(s, begun, "It broke.", "abcd1234")
    assert row(s, begun.job_id).status == ProcessingStatus.CANCELLED


def test_a_failure_shows_its_sentence_and_reference(s: Session, begun: Errand) -> None:
    assert processing.fail(s, begun, "It broke.", "abcd1234")
    found = row(s, begun.job_id)
    assert (found.message, found.error_reference, found.stage) == ("It broke.", "abcd1234", None)


def test_a_killed_job_is_tried_once_more_and_then_has_failed(s: Session, begun: Errand) -> None:
    before = row(s, begun.job_id).queue_id
    assert processing.killed(s, begun, "It was killed.")
    assert row(s, begun.job_id).queue_id != before and in_queue(s, begun.job_id).status == "todo"
    again = processing.claim_job(s, str(begun.job_id), "b/2/2")
    assert again is not None and again.attempt == 2
    assert processing.killed(s, again, "It was killed.")
    assert (row(s, begun.job_id).status, row(s, begun.job_id).message) == (
        ProcessingStatus.FAILED, "It was killed.",
    )  # fmt: skip


def test_a_released_job_waits_as_if_it_had_not_begun(s: Session, begun: Errand) -> None:
    assert processing.release(s, begun)
    found = row(s, begun.job_id)
    assert (found.status, found.attempt) == (ProcessingStatus.QUEUED, 0)


def test_a_job_that_waits_is_cancelled_at_once_and_leaves_the_queue(s: Session, queued: uuid.UUID) -> None:
    assert processing.cancel(s, row(s, queued))
    assert row(s, queued).status == ProcessingStatus.CANCELLED
    assert in_queue(s, queued).status == "cancelled"
    assert processing.claim_job(s, str(queued), "a/1/1") is None


def test_deleting_a_project_ends_its_jobs(s: Session, person: Person, project: int, begun: Errand) -> None:
    later = processing.enqueue_job(s, project, JobKind.UPLIFT, asked_by=person.id)
    projects.delete_project(s, person, project)
    assert row(s, later).status == ProcessingStatus.CANCELLED
    assert not processing.beat(s, begun, Progress("reading"))


def silence(s: Session, job_id: uuid.UUID, seconds: int) -> None:
    row(s, job_id).heartbeat_at = s.scalar(select(func.now())) - dt.timedelta(seconds=seconds)  # type: ignore[operator]
    s.flush()


def test_a_job_whose_worker_died_starts_again_once_and_then_fails(s: Session, begun: Errand) -> None:
    assert recover_jobs(s, alive) == ()
    assert recover_jobs(s, dead) == (begun.job_id,)
    assert row(s, begun.job_id).status == ProcessingStatus.QUEUED
    assert processing.claim_job(s, str(begun.job_id), "b/2/2") is not None
    assert recover_jobs(s, dead) == (begun.job_id,)
    found = row(s, begun.job_id)
    assert found.status == ProcessingStatus.FAILED and found.message and "interrupted twice" in found.message


def test_on_another_machine_silence_decides(s: Session, begun: Errand) -> None:
    assert recover_jobs(s, unknown) == ()
    silence(s, begun.job_id, 120)
    assert recover_jobs(s, alive) == ()
    assert recover_jobs(s, unknown) == (begun.job_id,)


def test_a_job_that_waits_without_a_place_in_the_queue_gets_one(s: Session, queued: uuid.UUID) -> None:
    s.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    recover(s, alive)
    assert recover_jobs(s, alive) == (queued,)
    assert recover_jobs(s, alive) == ()
