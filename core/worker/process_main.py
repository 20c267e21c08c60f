"""What every process under the worker does around its work: signs of life, its end in words, its errors."""

from __future__ import annotations

import os
import secrets
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Protocol

from sqlalchemy.orm import Session

from core.database import session
from core.errors import UserError
from core.queue.attempt import Progress
from core.queue.reporter import Reporter, end_with_parent
from core.queue.retry import with_retries

LONGEST_TRACE = 20_000

# Screens go first: work in the background takes what they leave. 19 is the most that Unix knows.
NICENESS = 19

REFERENCE_SENTENCE = (
    "The {noun} stopped because of an error that is not yours. The reference for the administrator "
    "is {reference}; the details are in the worker's log."
)


class Attempt(Protocol):
    """One attempt at a piece of work, in words."""

    @property
    def noun(self) -> str:
        """What is done, for sentences."""

    @property
    def title(self) -> str:
        """What is done, for the log."""


class Rows(Protocol):
    """Where the work's row is written: the module `runs.store` or `processing.store`."""

    def beat(self, s: Session, run: Any, progress: Progress, /) -> bool:
        """A sign of life; False when the work shall stop."""

    def stop(self, s: Session, run: Any, /) -> bool:
        """The work ends as cancelled."""

    def fail(self, s: Session, run: Any, message: str, reference: str | None = None, /) -> bool:
        """The work ends as failed."""


def write_end(run: Attempt, write: Callable[..., bool], *words: str) -> None:
    """Writes how the work ended, however long the database is away."""

    def once() -> bool:
        with session() as s:
            return write(s, run, *words)

    with_retries(once)


def _beat(run: Attempt, rows: Rows) -> Callable[[Progress], bool]:
    def beat(progress: Progress) -> bool:
        with session() as s:
            return rows.beat(s, run, progress)

    return beat


def _end_by_force(run: Attempt, rows: Rows) -> Callable[[], None]:
    """Ends work that does not come to its next step: writes that it is cancelled and leaves at once."""

    def leave() -> None:
        write_end(run, rows.stop)
        os._exit(0)

    return leave


def _told(error: Exception, run: Attempt, rows: Rows, log: Connection) -> None:
    """Fails the work with a reference; the traceback goes to the worker, which owns the log."""
    reference = secrets.token_hex(4)
    trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
    log.send(f"{run.title} failed, reference {reference}\n{trace}")
    write_end(run, rows.fail, REFERENCE_SENTENCE.format(noun=run.noun, reference=reference), reference)


def at_work(
    run: Attempt,
    rows: Rows,
    log: Connection,
    work: Callable[[Reporter], None],
    cancelled: Callable[[], type[Exception]],
) -> None:
    """Does `work` in this process and writes how it ended; lines for the log go to `log`.

    `cancelled` names the error with which the work says that it heard the wish to stop.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the worker, which then ends this process
    end_with_parent()
    os.nice(NICENESS)
    reporter = Reporter(_beat(run, rows), _end_by_force(run, rows)).start()
    stopped = cancelled()
    try:
        work(reporter)
    except stopped:
        write_end(run, rows.stop)
    except UserError as error:
        write_end(run, rows.fail, str(error))
    except Exception as error:  # whatever went wrong, the person gets a reference and the log the traceback
        _told(error, run, rows, log)
    finally:
        reporter.close()
