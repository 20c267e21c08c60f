"""Where job processes come from: a fork server that has loaded and compiled everything beforehand."""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.forkserver import ensure_running

from core.queue.job import Attempt
from core.worker.process_main import run

PRELOAD = "core.worker.preload"
END_SECONDS = 3.0
UNKNOWN_EXIT = 255  # what multiprocessing says when the fork server died before the process it forked

# Set before any numerical library is loaded. One thread each, since the chains already fill the processors;
# and none in the background of pyarrow's allocator, since whoever forks must have one thread only.
QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


def open_fork_server() -> ForkServerContext:
    """The context to start trainings from; the fork server begins to warm up in the background.

    The fork server is a program of its own, started fresh, so it holds no thread and no database connection
    of the worker's.
    """
    os.environ.update(QUIET)
    context = mp.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD])
    ensure_running()
    return context


def spawn(context: ForkServerContext, attempt: Attempt) -> tuple[ForkServerProcess, Connection]:
    """A new process for the job and the end of the pipe on which it sends what belongs into the log.

    Waits until the fork server is warm, so it is called from a thread.
    """
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(attempt, theirs), name=attempt.title, daemon=True)
    process.start()
    theirs.close()
    return process, ours


def log_lines(log: Connection) -> Iterator[str]:
    """The lines that the process has sent so far."""
    with contextlib.suppress(EOFError, OSError):
        while log.poll():
            yield log.recv()


def end_process(process: ForkServerProcess) -> int:
    """Makes sure that the process has ended, politely first; its exit code.

    When the fork server itself was killed the exit code is unknown and the process may still live, so it is
    killed by its number as well.
    """
    process.terminate()
    process.join(END_SECONDS)
    if process.is_alive():
        process.kill()
        process.join(END_SECONDS)
    if process.exitcode == UNKNOWN_EXIT and process.pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    return process.exitcode or 0
