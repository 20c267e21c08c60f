"""One piece of work from the worker's side: start its process, watch it, say what became of it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess

from core.database import session
from core.queue.attempt import Run
from core.queue.job import Errand
from core.queue.retry import RETRY_SECONDS, with_retries
from core.queue.store import processing, runs
from core.queue.store.folds import claim_slice
from core.worker.fork_server import UNKNOWN_EXIT, end_process, log_lines, spawn

log = logging.getLogger("mixwright.worker")

Attempt = Run | Errand

WATCH_SECONDS = 0.1
RELEASE_SECONDS = 4.0  # a worker that stops does not wait longer for a database that is away


def exit_message(exit_code: int, noun: str = "training") -> str:
    """The sentence for the person whose training's or job's process ended without a word."""
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


def _claimed(claim: Callable[..., Attempt | None], number: int | str, run_by: str) -> Attempt | None:
    with session() as s:
        return claim(s, number, run_by)


def _written(run: Attempt, write: Callable[..., bool], *words: str, patience_seconds: float) -> bool:
    def once() -> bool:
        with session() as s:
            return write(s, run, *words)

    return with_retries(once, patience_seconds)


def _pass_on(pipe: Connection) -> None:
    for line in log_lines(pipe):
        log.error("%s", line)


async def _watched(process: ForkServerProcess, pipe: Connection, stopping: asyncio.Event) -> bool:
    """True when the process ended by itself, False when the worker is to stop first."""
    while process.is_alive():
        _pass_on(pipe)
        if stopping.is_set():
            return False
        await asyncio.sleep(WATCH_SECONDS)
    _pass_on(pipe)
    return True


def _settle(run: Attempt, exit_code: int) -> None:
    """Fails the run if its process ended without saying how; a processing job is tried once more."""
    sentence = exit_message(exit_code, run.noun)
    write = runs.fail if isinstance(run, Run) else processing.killed
    if _written(run, write, sentence, patience_seconds=RETRY_SECONDS):
        log.error("%s: its process died with exit code %s", run.title, exit_code)


async def bring_up_training(
    context: ForkServerContext, model_id: int, run_by: str, stopping: asyncio.Event
) -> None:
    """Trains the model in a process of its own, and returns when that has ended or the worker is to stop.

    Raises ProjectBusy when the project runs enough trainings already. When the worker stops, the training
    goes back into the queue as if it had not been begun.
    """
    await _bring_up(context, await asyncio.to_thread(_claimed, runs.claim, model_id, run_by), stopping)


async def bring_up_slice(
    context: ForkServerContext, slice_id: int, run_by: str, stopping: asyncio.Event
) -> None:
    """The same for one slice of a validation."""
    await _bring_up(context, await asyncio.to_thread(_claimed, claim_slice, slice_id, run_by), stopping)


async def bring_up_job(context: ForkServerContext, job_id: str, run_by: str, stopping: asyncio.Event) -> None:
    """The same for one processing job."""
    await _bring_up(
        context, await asyncio.to_thread(_claimed, processing.claim_job, job_id, run_by), stopping
    )


async def _bring_up(context: ForkServerContext, run: Attempt | None, stopping: asyncio.Event) -> None:
    if run is None:
        return
    process, pipe = await asyncio.to_thread(spawn, context, run)
    log.info("%s began in process %s", run.title, process.pid)
    by_itself = await _watched(process, pipe, stopping)
    exit_code = await asyncio.to_thread(end_process, process)
    if by_itself:
        await asyncio.to_thread(_settle, run, exit_code)
    else:
        release = runs.release if isinstance(run, Run) else processing.release
        await asyncio.to_thread(_written, run, release, patience_seconds=RELEASE_SECONDS)
    pipe.close()
