import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.worker.conftest import REPOSITORY

# Runs in a process of its own: the fork server belongs to the process that opened it.
PROGRAM = """
import json, os, sys
from pathlib import Path
from core.worker.fork_server import open_fork_server

def look(pipe):
    server = os.getppid()
    sockets = [os.readlink(f) for f in Path(f"/proc/{server}/fd").iterdir()]
    pipe.send({
        "threads": len(list(Path(f"/proc/{server}/task").iterdir())),
        "pymc_or_nutpie": "nutpie" in sys.modules,
        "sockets": sum(name.startswith("socket:") for name in sockets),
        "blas": os.environ["OPENBLAS_NUM_THREADS"],
    })

if __name__ == "__main__":
    context = open_fork_server()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=look, args=(theirs,))
    process.start()
    print(json.dumps(ours.recv()))
    process.join()
"""


@pytest.mark.slow
def test_whoever_forks_is_warm_and_has_one_thread_and_no_connection(tmp_path: Path) -> None:
    script = tmp_path / "fork_server_look.py"
    script.write_text(PROGRAM)
    answer = subprocess.run(
        [sys.executable, str(script)],
        env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = json.loads(answer.stdout)
    assert found["threads"] == 1
    assert found["pymc_or_nutpie"]
    assert found["sockets"] == 1, "only the one it listens on"
    assert found["blas"] == "1"


def test_the_worker_itself_loads_no_numerical_library() -> None:
    look = (
        "import sys, core.worker.worker; print([m for m in ('numpy', 'pandas', 'numba') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", look], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
