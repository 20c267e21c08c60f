"""The worker's lock: one worker beside an app's home, and its name for whoever asks."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

WAIT_SECONDS = 2.0  # a supervisor that looks whether the lock is free holds it for a moment


def _started(pid: int) -> str | None:
    """When the process began, in clock ticks since boot, as the kernel writes it; None when there is none.

    The 22nd field of /proc/<pid>/stat; what stands before the last ")" may hold blanks. A zombie is dead.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def worker_name(pid: int | None = None) -> str:
    """host/pid/start of a process, by default this one: unique even when its number is used again."""
    number = pid or os.getpid()
    return f"{socket.gethostname()}/{number}/{_started(number)}"


def lives(name: str) -> bool | None:
    """Whether the named process lives; None when it is on another machine and nobody here can tell."""
    host, pid, started = name.rsplit("/", 2)
    return _started(int(pid)) == started if host == socket.gethostname() else None


@dataclass(frozen=True)
class Holder:
    """Who holds the lock: the worker's name, its process number, and whether an app started it."""

    name: str
    pid: int
    by_app: bool


class WorkerLock:
    """An flock on a file: the kernel lets go of it when its holder dies, however that happens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self, holder: Holder, wait_seconds: float = WAIT_SECONDS) -> bool:
        """True when this process now holds the lock; False when somebody else keeps it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        until = time.monotonic() + wait_seconds
        while not _locked(file):
            if time.monotonic() > until:
                file.close()
                return False
            time.sleep(0.05)
        file.truncate(0)
        file.write(json.dumps(asdict(holder)))
        file.flush()
        os.fsync(file.fileno())
        self._file = file
        return True

    def holder(self) -> Holder | None:
        """Who holds the lock now; None when nobody does."""
        if not self._path.exists():
            return None
        with self._path.open("a+") as file:
            if _locked(file):
                return None
            file.seek(0)
            written = file.read()
        try:
            return Holder(**json.loads(written))
        except (ValueError, TypeError):
            return Holder("", 0, by_app=False)  # taken a moment ago and not yet signed

    def let_go(self) -> None:
        """Gives the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
