"""An installation of the benchmark's own: app, worker, database and demo, in a folder that is thrown away."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a bench for measuring"


class House:
    """`with House() as house:` starts the app on a free port and points this process's core at its state."""

    def __init__(self, **settings: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mixwright-bench-"))
        # The embedded server's own account has to reach its files.
        self.home.chmod(0o755)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "MIXWRIGHT_HOME": str(self.home / "state"),
            "MIXWRIGHT_PUBLIC_URL": self.url,
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> House:
        self.start()
        os.environ.update(self.settings)
        return self

    def __exit__(self, *_: object) -> None:
        from core.database import shut_down

        shut_down()
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    @contextlib.contextmanager
    def entered(self) -> Iterator[House]:
        """The same as `with house:` for one that was started before."""
        os.environ.update(self.settings)
        try:
            yield self
        finally:
            self.__exit__()

    @property
    def printed(self) -> str:
        """What the app wrote so far."""
        return (self.home / "server.log").read_text(errors="replace")

    @property
    def demo_password(self) -> str:
        """The demo account's password, as printed."""
        return self._printed_word(r"Demo account: +demo / (\S+)")

    def start(self) -> float:
        """Seconds until the app answers after it was started."""
        began = time.monotonic()
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)],
                cwd=ROOT,
                env={**os.environ, **self.settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        while time.monotonic() - began < 120:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1),
            ):
                return time.monotonic() - began
            time.sleep(0.05)
        raise RuntimeError(self.printed)

    def stop(self) -> None:
        """Stop the app as Ctrl-C does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def wait_for_demo_model(self, seconds: float = 240.0) -> float:
        """Seconds until the demo's model has results."""
        from core.access.store import sign_in
        from core.database import session
        from core.mmm.store.models import models
        from core.projects import store as projects

        began = time.monotonic()
        with session() as s:
            demo = sign_in(s, "demo", self.demo_password, "127.0.0.1").person
        while time.monotonic() - began < seconds:
            with session() as s:
                project = projects(s, demo)[0]
                states = [model.status for model in models(s, demo, project.id)]
            if "completed" in states:
                return time.monotonic() - began
            time.sleep(0.1)
        raise RuntimeError(f"the demo's model has no results: {states}")

    def wait_for_promotions(self, seconds: float = 240.0) -> float:
        """Seconds until the second demo's sales are read and learned from."""
        from core.access.store import sign_in
        from core.database import session
        from core.projects import store as projects
        from core.queue.store.jobs import processing_jobs

        began = time.monotonic()
        with session() as s:
            demo = sign_in(s, "demo", self.demo_password, "127.0.0.1").person
        while time.monotonic() - began < seconds:
            with session() as s:
                jobs = processing_jobs(s, demo, projects(s, demo)[1].id)
            if len(jobs) == 2 and not any(job.active for job in jobs):
                return time.monotonic() - began
            time.sleep(0.1)
        raise RuntimeError(f"the second demo is not ready: {[(job.kind, job.status) for job in jobs]}")

    @contextlib.contextmanager
    def training(self, models_in_queue: int = 8) -> Iterator[None]:
        """While the block runs, one long training after another; what is left is cancelled at its end."""
        from core.database import session
        from core.mmm.store.models import cancel, train

        owner, dataset_id, config = self.workshop()
        plan = {"draws": 5000, "tune": 5000, "chains": 4, "seed": 1}
        with session() as s:
            made = [train(s, owner, dataset_id, f"load {n}", config, plan) for n in range(models_in_queue)]
        yield
        for model_id in made:
            with session() as s:
                cancel(s, owner, model_id)

    def workshop(self):  # type: ignore[no-untyped-def]
        """(owner, number of the data set, configuration): the demo's data in a project of the owner."""
        from core.access.store import claim
        from core.data.store import save_dataset
        from core.database import session
        from core.demo.weekly_sales import weekly_sales
        from core.projects.store import create_project

        demo = weekly_sales()
        with session() as s:
            owner = claim(s, self._printed_word(r"/claim\?token=(\S+)"), "bench", PASSWORD)
            project = create_project(s, owner, "Bench")
            files = [(demo.file_name, demo.content)]
            saved = save_dataset(s, owner, project.id, "Weekly sales", files, demo.prepared)
        return owner, saved.id, demo.config

    def _printed_word(self, pattern: str) -> str:
        found = re.search(pattern, self.printed)
        if found is None:
            raise RuntimeError(self.printed)
        return found[1]
