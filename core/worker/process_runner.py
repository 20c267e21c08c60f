"""One job from the worker's side: claim it, start its process, watch it, write what became of it."""

from __future__ import annotations

import asyncio
import logging
import signal
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

from core.database import session
from core.queue.job import Attempt, JobKind
from core.queue.retry import in_transaction
from core.queue.store import state
from core.worker.fork_server import UNKNOWN_EXIT, end_process, log_lines, spawn

log = logging.getLogger("mixwright.worker")

WATCH_SECONDS = 0.1
RELEASE_SECONDS = 4.0  # a worker that stops does not wait longer for a database that is away


async def run_job(
    context: ForkServerContext, kind: JobKind, job_id: str, run_by: str, stopping: asyncio.Event
) -> None:
    """Does the job in a process of its own, and returns when that has ended or the worker is to stop.

    Raises ProjectBusy when the job has to wait. When the worker stops, the job goes back into the queue as if
    it had not been begun.
    """
    attempt = await asyncio.to_thread(_claimed, kind, job_id, run_by)
    if attempt is None:
        return
    process, pipe = await asyncio.to_thread(spawn, context, attempt)
    log.info("%s began in process %s", attempt.title, process.pid)
    while process.is_alive() and not stopping.is_set():
        _pass_on(pipe)
        await asyncio.sleep(WATCH_SECONDS)
    by_itself = not process.is_alive()
    _pass_on(pipe)
    exit_code = await asyncio.to_thread(end_process, process)
    await asyncio.to_thread(_settle if by_itself else _release, attempt, exit_code)
    pipe.close()


def _claimed(kind: JobKind, job_id: str, run_by: str) -> Attempt | None:
    with session() as s:
        return state.claim(s, kind, job_id, run_by)


def _pass_on(pipe: Connection) -> None:
    for line in log_lines(pipe):
        log.error("%s", line)


def _settle(attempt: Attempt, exit_code: int) -> None:
    """Writes what becomes of a job whose process ended without writing it."""
    sentence = exit_message(exit_code, attempt.noun)
    if in_transaction(lambda s: state.killed(s, attempt, sentence)):
        log.error("%s: its process died with exit code %s", attempt.title, exit_code)


def _release(attempt: Attempt, exit_code: int) -> None:
    in_transaction(lambda s: state.release(s, attempt), RELEASE_SECONDS)


def exit_message(exit_code: int, noun: str = "training") -> str:
    """The sentence for the person whose job's process ended without a word."""
    if exit_code >= 0 and exit_code != UNKNOWN_EXIT:
        return (
            f"The {noun}'s process ended unexpectedly (exit code {exit_code}); the worker's log says more. "
            "Nothing else was lost; it can be run again."
        )
    by = f" ({signal.Signals(-exit_code).name})" if exit_code < 0 else ""
    return (
        f"The {noun}'s process was killed{by}, most likely because the machine ran out of memory or somebody "
        "ended it. Nothing else was lost; it can be run again."
    )
