from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import Person
from core.queue.attempt import Run
from core.queue.job import JobKind
from core.queue.store.processing import claim_job, enqueue_job
from core.queue.store.queue import answers, worker_state


def test_the_state_of_the_queue_counts_what_waits_and_runs(s: Session, running: Run) -> None:
    before = worker_state(s)
    assert (before.alive, before.running) == (False, 1)
    s.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    assert worker_state(s).alive
    s.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'"))
    silent = worker_state(s)
    assert not silent.alive and silent.last_seen_at is not None


def test_processing_jobs_count_as_work(s: Session, person: Person, project: int) -> None:
    before = worker_state(s)
    job_id = enqueue_job(s, project, JobKind.SALES, asked_by=person.id)
    assert worker_state(s).waiting == before.waiting + 1
    assert claim_job(s, str(job_id), "a/1/1") is not None
    after = worker_state(s)
    assert (after.waiting, after.running) == (before.waiting, before.running + 1)


def test_a_database_that_is_there_answers(s: Session) -> None:
    assert answers(s)
