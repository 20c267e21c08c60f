from core import backup, database
from core.queue.job import JobKind
from core.queue.queue import QUEUES, UPKEEP, queue
from core.worker import tasks
from core.worker.process_main import work_of


def test_the_worker_knows_its_tasks_and_when_they_are_due() -> None:
    due = {task.task.name: task.cron for task in queue.periodic_registry.periodic_tasks.values()}
    assert due == {"sweep": "* * * * *", "back_up": "30 2 * * *", "retention": "15 3 * * *"}
    assert {queue.tasks[known.task].queue for known in QUEUES} == {"training", "processing"}
    assert all(queue.tasks[name].queue == UPKEEP for name in due)


def test_the_nightly_backup_is_one_that_can_be_found_again(empty_database: str) -> None:
    before = len(backup.saved())
    tasks.back_up(timestamp=0)
    assert len(backup.saved()) == before + 1


def test_sweep_and_retention_do_their_work_on_a_fresh_database(empty_database: str) -> None:
    tasks.sweep(timestamp=0)
    tasks.retention(timestamp=0)
    with database.read_session():
        assert tasks.recover_lost_jobs() == {}


def test_every_kind_of_job_has_a_function_that_does_it() -> None:
    assert all(callable(work_of(kind)) for kind in JobKind)
