"""Who uses a home: every process holds a shared lock, and the one that can take it alone is the last."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class InUse:
    """A process's share in a home. Locks die with their process, so a crash leaves nothing behind."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: int | None = None

    def hold(self) -> None:
        """Take a share; waits while the last user is stopping the server."""
        if self._handle is None:
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_SH)
            self._handle = handle

    def alone(self) -> bool:
        """Whether nobody else holds a share; if so newcomers wait until `let_go`."""
        if self._handle is None:
            return False
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def let_go(self) -> None:
        """Give the share back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
