"""Names of workers that tell whether the process behind them still lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path


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
