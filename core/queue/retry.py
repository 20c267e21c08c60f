"""Waiting for a database that is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.database import DatabaseUnavailable, session

Answer = TypeVar("Answer")

RETRY_SECONDS = 600.0
LONGEST_PAUSE_SECONDS = 5.0


def with_retries(write: Callable[[], Answer], patience_seconds: float = RETRY_SECONDS) -> Answer:
    """What `write` gives, tried again while the database is away.

    Raises the database's error when it is still away after `patience_seconds`. `write` must be safe to
    repeat: the answer to a commit can be lost although the commit was made.
    """
    until, pause = time.monotonic() + patience_seconds, 0.5
    while True:
        try:
            return write()
        except (DBAPIError, DatabaseUnavailable) as error:
            if time.monotonic() > until or not is_away(error):
                raise
            time.sleep(pause)
            pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)


def in_transaction(work: Callable[[Session], Answer], patience_seconds: float = RETRY_SECONDS) -> Answer:
    """What `work` gives in a transaction of its own, tried again while the database is away."""

    def once() -> Answer:
        with session() as s:
            return work(s)

    return with_retries(once, patience_seconds)


def is_away(error: Exception) -> bool:
    """Whether the connection is to blame, not what was asked: no SQLSTATE, or one of class 08 or 57."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return error.connection_invalidated or state is None or state[:2] in {"08", "57"}
    return isinstance(error, DatabaseUnavailable)
