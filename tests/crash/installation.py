"""An installation of its own for a test: app, worker, trainings and database as real processes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.worker.lock import WorkerLock
from db.server import PostgresServer

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def until(fact: Callable[[], object], seconds: float = 120.0) -> bool:
    """Whether `fact` came true in time; a database that is away at a look counts as not yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if fact():
                return True
        except DBAPIError:
            pass
        time.sleep(0.1)
    return False


def runs(pid: int) -> bool:
    """Whether the process lives; one that waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def kill(*pids: int) -> None:
    """Ends the processes the hard way."""
    for pid in pids:
        if runs(pid):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(runs(pid) for pid in pids), 10)


class Installation:
    """A home with everything in it, and the processes that work on it."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mixwright-crash-"))
        self.home.chmod(0o711)
        self.server = PostgresServer(self.home / "postgres")
        self._apps: list[subprocess.Popen[bytes]] = []

    def start_app(self) -> subprocess.Popen[bytes]:
        """The app, answering."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = [f"--server.port={port}", "--server.headless=true", "--server.address=127.0.0.1"]
        own = {"MIXWRIGHT_HOME": str(self.home), "MIXWRIGHT_WORKER": "1", "MIXWRIGHT_DEMO": "1"}
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with (self.home / "app.log").open("ab") as log:
            app = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", *options],
                cwd=REPOSITORY,
                env=kept | own,
                stdout=log,
                stderr=log,
            )
        self._apps.append(app)
        assert until(lambda: _answers(port), 90), (self.home / "app.log").read_text()[-3000:]
        return app

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction on this installation's database."""
        engine = create_engine(self.server.url(), poolclass=NullPool)
        with Session(engine, expire_on_commit=False) as s, s.begin():
            yield s

    def model(self) -> Any:
        """The row of the demo's model: status, stage, attempt, progress_done, message."""
        with self.session() as s:
            columns = "status, stage, attempt, progress_done, message, heartbeat_at"
            return s.execute(text(f"SELECT {columns} FROM models ORDER BY id LIMIT 1")).one_or_none()

    def samples(self) -> bool:
        """Whether the demo's model is being sampled right now."""
        model = self.model()
        return model is not None and model.stage in ("tune", "sample") and model.progress_done > 0

    def is_at(self, status: str) -> bool:
        """Whether the demo's model stands at `status`."""
        model = self.model()
        return model is not None and model.status == status

    def worker_pid(self) -> int:
        """The worker's process number; 0 while there is none."""
        holder = WorkerLock(self.home / "worker.lock").holder()
        return holder.pid if holder else 0

    def training_pid(self) -> int:
        """The process number of the latest training."""
        log = (self.home / "logs" / "worker.log").read_text()
        return int(re.findall(r"Training of model \d+ began in process (\d+)", log)[-1])

    def database_pid(self) -> int:
        """The process number of the database server; 0 while there is none."""
        file = self.server.data / "postmaster.pid"
        return int(file.read_text().split()[0]) if file.exists() else 0

    def remove(self) -> None:
        """Ends everything and leaves nothing."""
        for app in self._apps:
            kill(app.pid)
            app.wait()
        kill(self.worker_pid())
        self.server.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
