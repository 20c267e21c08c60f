import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.worker.lock import WorkerLock, lives, worker_name
from core.worker.supervisor import Supervisor
from tests.core.worker.conftest import started_worker, until


@pytest.fixture
def supervisors(home: Path, empty_database: str) -> Iterator[tuple[Supervisor, Supervisor]]:
    """Two apps at the same home."""
    both = Supervisor(home, wanted=True), Supervisor(home, wanted=True)
    yield both
    for supervisor in both:
        supervisor.stop()


def pid(home: Path) -> int:
    holder = WorkerLock(home / "worker.lock").holder()
    return holder.pid if holder else 0


@pytest.mark.slow
def test_several_apps_share_one_worker_and_the_last_one_takes_it_along(
    supervisors: tuple[Supervisor, Supervisor], home: Path
) -> None:
    first, second = supervisors
    first.start()
    second.start()
    assert until(lambda: pid(home), 30)
    born = pid(home)
    os.kill(born, signal.SIGKILL)
    assert until(lambda: pid(home) not in (0, born), 30)
    again = worker_name(pid(home))
    first.stop()
    assert second.alive() and lives(again)
    second.stop()
    assert not second.alive() and not lives(again)


@pytest.mark.slow
def test_a_worker_started_by_hand_is_used_and_left_alone(
    supervisors: tuple[Supervisor, Supervisor], home: Path
) -> None:
    by_hand = started_worker(home)
    try:
        assert until(lambda: pid(home) == by_hand.pid, 30)
        first, _ = supervisors
        first.start()
        first.stop()
        assert by_hand.poll() is None
        holder = WorkerLock(home / "worker.lock").holder()
        assert holder is not None and not holder.by_app and lives(holder.name)
    finally:
        by_hand.terminate()
        by_hand.wait(20)


def test_where_no_worker_is_wanted_none_is_started(home: Path) -> None:
    supervisor = Supervisor(home, wanted=False)
    supervisor.start()
    assert not supervisor.alive()
    supervisor.stop()
    assert not home.exists()
