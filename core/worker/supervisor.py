"""Keeps one worker running beside the app, however many processes the app has."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from core.settings import settings
from core.worker.lock import Holder, WorkerLock, lives

log = logging.getLogger("mixwright.supervisor")

LOOK_SECONDS = 1.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
SETTLED_SECONDS = 60.0  # a worker that lived this long was well: the next start waits the first pause again
STOP_SECONDS = 15.0

REPOSITORY = Path(__file__).resolve().parent.parent.parent


class Supervisor:
    """Starts a worker if none lives, and again if it dies; stops it when the last app at this home ends.

    The worker is detached: an app that is killed leaves it running, and the next app adopts it. A worker that
    a person started by hand is left alone.
    """

    def __init__(self, home: Path | None = None, *, wanted: bool | None = None) -> None:
        self._home = home or settings().home
        self._wanted = settings().worker if wanted is None else wanted
        self._lock = WorkerLock(self._home / "worker.lock")
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._apps: IO[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at, self._pause, self._next_at = 0.0, FIRST_PAUSE_SECONDS, 0.0

    def start(self) -> None:
        """Begins to watch over the worker, in a thread; does nothing where no worker is wanted."""
        if not self._wanted or self._thread is not None:
            return
        (self._home / "logs").mkdir(parents=True, exist_ok=True)
        self._apps = (self._home / "apps.lock").open("a")
        fcntl.flock(self._apps, fcntl.LOCK_SH)
        self._thread = threading.Thread(target=self._watch, name="worker supervisor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends watching; the worker is stopped unless another app at this home still needs it."""
        if self._thread is None or self._apps is None:
            return
        self._ended.set()
        self._thread.join()
        self._thread = None
        if self._last_app():
            self._stop_worker()
        self._apps.close()
        self._apps = None

    def alive(self) -> bool:
        """Whether a worker lives at this home."""
        return self._lock.holder() is not None

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                self._look()
            except OSError:  # a full disk or too many processes: told, and tried again at the next look
                log.exception("The worker could not be started")
            self._ended.wait(LOOK_SECONDS)

    def _look(self) -> None:
        ended = self._child is not None and self._child.poll() is not None
        now = time.monotonic()
        if ended:
            self._child = None
            settled = now - self._started_at > SETTLED_SECONDS
            self._pause = FIRST_PAUSE_SECONDS if settled else min(LONGEST_PAUSE_SECONDS, 2 * self._pause)
            self._next_at = now + self._pause
        if self._child is None and now >= self._next_at and not self.alive():
            self._child, self._started_at = self._begin(), now

    def _begin(self) -> subprocess.Popen[bytes]:
        log.info("Starting a worker for %s", self._home)
        with (self._home / "logs" / "worker.err").open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", "core.worker", "--by-app"],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
                env=os.environ | {"MIXWRIGHT_HOME": str(self._home)},
            )

    def _last_app(self) -> bool:
        """Whether no other app holds its share of the lock any more."""
        assert self._apps is not None
        try:
            fcntl.flock(self._apps, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _stop_worker(self) -> None:
        holder = self._lock.holder()
        if holder is None and self._child is not None and self._child.poll() is None:
            holder = Holder("", self._child.pid, by_app=True)  # ours, and not yet come to its lock
        if holder is None or not holder.by_app or not holder.pid:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder.pid, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while self._still(holder) and time.monotonic() < until:
            time.sleep(0.05)
        if self._still(holder):
            log.warning("The worker did not stop within %s s and is killed", STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.kill(holder.pid, signal.SIGKILL)

    def _still(self, holder: Holder) -> bool:
        if self._child is not None and self._child.pid == holder.pid:
            return self._child.poll() is None
        return bool(holder.name) and lives(holder.name) is True
