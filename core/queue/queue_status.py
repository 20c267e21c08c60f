"""How the queue stands, for those who look after the installation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class WorkerState:
    """Whether a worker is alive, when (UTC) one was last heard of, and how much work waits and runs."""

    alive: bool
    last_seen_at: dt.datetime | None
    waiting: int
    running: int
