import os
import subprocess

from core.worker.lock import lives, worker_name


def test_this_process_lives_and_knows_its_name() -> None:
    assert worker_name().split("/")[1] == str(os.getpid())
    assert lives(worker_name()) is True


def test_a_dead_process_and_its_zombie_do_not_live() -> None:
    child = subprocess.Popen(["sleep", "60"])
    name = worker_name(child.pid)
    assert lives(name) is True
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert lives(name) is False
    child.wait()
    assert lives(name) is False


def test_a_number_used_again_is_another_process() -> None:
    host, pid, _ = worker_name().rsplit("/", 2)
    assert lives(f"{host}/{pid}/1") is False


def test_nobody_here_can_tell_about_another_machine() -> None:
    assert lives("elsewhere.example/1/1") is None
