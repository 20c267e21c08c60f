"""Jobs that a death left behind go on, whatever their kind."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.queue.job import Attempt, JobKind, JobStatus
from core.queue.queue import TRAINING
from core.queue.store import state
from core.queue.store.kinds import KINDS
from core.queue.store.recovery import recover
from tests.core.queue.conftest import WaitingJob


def dead(name: str) -> bool | None:
    return False


def alive(name: str) -> bool | None:
    return True


def unknown(name: str) -> bool | None:
    return None


def silence(job: WaitingJob, seconds: int) -> None:
    now = job.s.scalars(select(func.now())).one()
    job.row.heartbeat_at = now - dt.timedelta(seconds=seconds)
    job.s.flush()


def found(job: WaitingJob) -> dict[JobKind, tuple[object, ...]]:
    return {job.kind: (job.id,)}


def test_a_job_whose_worker_died_starts_again_once_and_then_fails(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    assert recover(s, dead) == found(queued)
    assert queued.row.status == JobStatus.QUEUED and "starts again" in (queued.row.message or "")
    assert queued.claim("somewhere/2/2") is not None
    assert recover(s, dead) == found(queued)
    words = "killed twice" if KINDS[queued.kind].queue is TRAINING else "interrupted twice"
    assert queued.row.status == JobStatus.FAILED and words in (queued.row.message or "")
    assert queued.row.finished_at is not None
    assert recover(s, dead) == {}


def test_a_job_that_a_living_worker_runs_is_left_alone(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    assert recover(s, alive) == {}
    silence(queued, 120)
    assert recover(s, alive) == {}


def test_a_worker_that_lives_but_is_silent_for_very_long_has_lost_its_job(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    silence(queued, 3600)
    assert recover(s, alive) == found(queued)


def test_on_another_machine_silence_decides(s: Session, queued: WaitingJob, begun: Attempt) -> None:
    assert recover(s, unknown) == {}
    silence(queued, 120)
    assert recover(s, unknown) == found(queued)


def test_a_cancelled_job_that_nobody_runs_is_cancelled(
    s: Session, queued: WaitingJob, begun: Attempt
) -> None:
    state.cancel(s, queued.row)
    recover(s, dead)
    assert queued.row.status == JobStatus.CANCELLED


def test_a_job_that_waits_without_a_place_in_the_queue_gets_one(s: Session, queued: WaitingJob) -> None:
    s.execute(
        text("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = :id"), {"id": queued.row.queue_id}
    )
    assert recover(s, alive) == found(queued)
    assert queued.in_queue.status == "todo"
    queued.row.queue_id = None
    s.flush()
    assert recover(s, alive) == found(queued)
    assert recover(s, alive) == {}


def test_places_of_workers_that_are_gone_do_not_count_as_taken_for_ever(
    s: Session, queued: WaitingJob
) -> None:
    s.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL"))
    recover(s, alive)
    assert s.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")) == 0
