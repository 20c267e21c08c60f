"""What the worker can do: any job of a kind, and the upkeep of the installation."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext

from procrastinate import JobContext, RetryStrategy

from core import artifacts, backup
from core.database import session
from core.queue.job import JobId, JobKind, ProjectBusy
from core.queue.queue import QUEUES, UPKEEP, queue
from core.queue.store.recovery import recover
from core.worker.lock import lives
from core.worker.process_runner import run_job
from core.worker.store import make_months_ahead, purge

log = logging.getLogger("mixwright.worker")


@dataclass(frozen=True)
class WorkerContext:
    """What a worker brings along to its jobs: its name, its fork server, and the wish to stop."""

    name: str
    fork_server: ForkServerContext
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


async def _run(context: JobContext, kind: str, job_id: str) -> None:
    worker: WorkerContext = context.additional_context["worker"]
    await run_job(worker.fork_server, JobKind(kind), job_id, worker.name, worker.stopping)


# A job that has to wait for others of its project is tried again soon.
for _queue in QUEUES:
    _retry = RetryStrategy(wait=_queue.retry_seconds, retry_exceptions=[ProjectBusy])
    queue.task(name=_queue.task, queue=_queue.name, pass_context=True, retry=_retry)(_run)


def recover_lost_jobs() -> dict[JobKind, tuple[JobId, ...]]:
    """The jobs of each kind that nobody ran any more and that go on."""
    with session() as s:
        found = recover(s, lives)
    for kind, numbers in found.items():
        log.warning("Found jobs that nobody ran any more, %s: %s", kind, ", ".join(map(str, numbers)))
    return found


@queue.periodic(cron="* * * * *")
@queue.task(name="sweep", queue=UPKEEP, queueing_lock="sweep")
def sweep(timestamp: int) -> None:
    """Each minute: finds jobs that nobody runs any more."""
    recover_lost_jobs()


@queue.periodic(cron="30 2 * * *")
@queue.task(name="back_up", queue=UPKEEP, queueing_lock="back_up")
def back_up(timestamp: int) -> None:
    """Each night: saves the database with a list of the stored files."""
    log.info("Backup saved: %s", backup.save())


@queue.periodic(cron="15 3 * * *")
@queue.task(name="retention", queue=UPKEEP, queueing_lock="retention")
def retention(timestamp: int) -> None:
    """Each night: removes for good what was deleted long ago, and what has outlived its use.

    Room for the sales of coming months is made first, and apart: the facts are locked meanwhile.
    """
    with session() as s:
        make_months_ahead(s, dt.datetime.now(dt.UTC).date())
    with session() as s:
        purged = purge(s, files=artifacts.files())
    purged.remove_files()
    log.info("Retention removed %s", purged)
