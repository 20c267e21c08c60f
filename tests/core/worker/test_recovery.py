from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import Person
from core.mmm.model_info import TrainingStatus
from core.mmm.store import models
from core.queue.attempt import Run
from core.queue.store import runs
from core.worker.store.recovery import recover


def dead(name: str) -> bool | None:
    return False


def alive(name: str) -> bool | None:
    return True


def unknown(name: str) -> bool | None:
    return None


def silence(s: Session, model_id: int, seconds: int) -> None:
    ago = text("UPDATE models SET heartbeat_at = now() - make_interval(secs => :seconds) WHERE id = :id")
    s.execute(ago, {"seconds": seconds, "id": model_id})
    s.expire_all()


def test_a_training_whose_worker_died_starts_again_once_and_then_fails(
    s: Session, person: Person, running: Run
) -> None:
    assert recover(s, dead) == (running.model_id,)
    info = models.model(s, person, running.model_id)
    assert info.status == TrainingStatus.PENDING and info.message and "starts again" in info.message
    assert runs.claim(s, running.model_id, "somewhere/2/2") is not None
    assert recover(s, dead) == (running.model_id,)
    info = models.model(s, person, running.model_id)
    assert info.status == TrainingStatus.FAILED and info.message and "killed twice" in info.message
    assert recover(s, dead) == ()


def test_a_training_somebody_runs_is_left_alone(s: Session, running: Run) -> None:
    assert recover(s, alive) == ()
    silence(s, running.model_id, 120)
    assert recover(s, alive) == ()


def test_on_another_machine_silence_decides(s: Session, running: Run) -> None:
    assert recover(s, unknown) == ()
    silence(s, running.model_id, 120)
    assert recover(s, unknown) == (running.model_id,)


def test_a_worker_that_lives_but_is_silent_for_very_long_has_lost_its_training(
    s: Session, running: Run
) -> None:
    silence(s, running.model_id, 3600)
    assert recover(s, alive) == (running.model_id,)


def test_a_cancelled_training_that_nobody_runs_is_cancelled(s: Session, person: Person, running: Run) -> None:
    models.cancel(s, person, running.model_id)
    recover(s, dead)
    assert models.model(s, person, running.model_id).status == TrainingStatus.CANCELLED


def test_a_model_that_waits_without_a_job_gets_one(s: Session, person: Person, waiting: int) -> None:
    s.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    assert recover(s, alive) == (waiting,)
    assert recover(s, alive) == ()


def test_jobs_of_workers_that_are_gone_do_not_count_as_running_for_ever(s: Session, waiting: int) -> None:
    s.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL"))
    recover(s, alive)
    left = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
    assert s.scalar(left) == 0
