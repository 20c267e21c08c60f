"""Tells a living server from what a dead one left behind, and clears the latter away."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

_PROCESSES = Path("/proc")
_PATIENCE_SECONDS = 5.0


def postmaster(data: Path) -> int | None:
    """The pid of the server that really runs on `data`, None when the pid file names a zombie or a stranger.

    After a crash or in a restarted container the same number may belong to anything else.
    """
    pid = _noted_pid(data)
    if pid is None or not _alive(pid):
        return None
    if not (_PROCESSES / "self").exists():
        return pid
    return pid if _works_in(pid, data) and _state(pid) != "Z" else None


def clear(data: Path, sockets: Path) -> None:
    """End backends that outlived their postmaster and remove its pid file and sockets.

    Call only while no postmaster lives and the start lock is held.
    """
    _end(backends(data))
    (data / "postmaster.pid").unlink(missing_ok=True)
    for socket in sockets.glob(".s.PGSQL.*"):
        socket.unlink(missing_ok=True)


def _noted_pid(data: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return abs(int((data / "postmaster.pid").read_text().split("\n")[0]))
    return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _state(pid: int) -> str:
    try:
        return (_PROCESSES / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def _works_in(pid: int, data: Path) -> bool:
    """Whether the process is PostgreSQL's and works in the data folder, as all of a server's do."""
    try:
        name = (_PROCESSES / str(pid) / "comm").read_text().strip()
        return name in {"postgres", "postmaster"} and Path(os.readlink(_PROCESSES / str(pid) / "cwd")) == data
    except OSError:
        return False


def backends(data: Path) -> list[int]:
    """The pids of every process of a server on `data`, the postmaster included."""
    numbers = (int(entry.name) for entry in _PROCESSES.glob("[0-9]*"))
    return [pid for pid in numbers if _works_in(pid, data) and _state(pid) != "Z"]


def _end(pids: list[int]) -> None:
    for sign in (signal.SIGQUIT, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        limit = time.monotonic() + _PATIENCE_SECONDS
        while any(_alive(pid) and _state(pid) != "Z" for pid in pids) and time.monotonic() < limit:
            time.sleep(0.05)
