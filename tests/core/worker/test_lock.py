import subprocess
import sys
from pathlib import Path

from core.worker.lock import Holder, WorkerLock

ME = Holder("here/1/1", 1, by_app=True)


def test_one_holder_at_a_time_and_everybody_can_see_who(tmp_path: Path) -> None:
    first, second = WorkerLock(tmp_path / "w.lock"), WorkerLock(tmp_path / "w.lock")
    assert first.holder() is None
    assert first.take(ME)
    assert not second.take(Holder("other/2/2", 2, by_app=False), wait_seconds=0.0)
    assert second.holder() == ME
    first.let_go()
    assert second.holder() is None
    assert second.take(Holder("other/2/2", 2, by_app=False), wait_seconds=0.0)


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from core.worker.lock import Holder, WorkerLock; "
        "lock = WorkerLock(Path(sys.argv[1])); assert lock.take(Holder('x/1/1', 1, False)); "
        "print('held', flush=True); "
        "time.sleep(60)"
    )
    path = tmp_path / "w.lock"
    child = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline() == b"held\n"
    assert WorkerLock(path).holder() is not None
    child.kill()
    child.wait()
    assert WorkerLock(path).holder() is None
