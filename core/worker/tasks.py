"""What the worker can do: train models, check them on past forecasts, process data, keep the house."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext

from procrastinate import JobContext, RetryStrategy

from core import artifacts, backup
from core.database import session
from core.queue.attempt import ProjectBusy
from core.queue.queue import PROCESS_TASK, PROCESSING, TRAIN_TASK, TRAINING, UPKEEP, VALIDATE_TASK, queue
from core.worker.process_runner import bring_up_job, bring_up_slice, bring_up_training
from core.worker.store.recovery import recover, recover_jobs, recover_slices
from core.worker.store.retention import make_months_ahead, purge
from core.worker.worker_name import lives

log = logging.getLogger("mixwright.worker")

BUSY_WAIT_SECONDS = 5
AGAIN = RetryStrategy(wait=BUSY_WAIT_SECONDS, retry_exceptions=[ProjectBusy])
SOON = RetryStrategy(wait=1, retry_exceptions=[ProjectBusy])


@dataclass(frozen=True)
class Duty:
    """What a worker brings along to its jobs: its name, its fork server, and the wish to stop."""

    name: str
    nursery: ForkServerContext
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


@queue.task(name=TRAIN_TASK, queue=TRAINING, pass_context=True, retry=AGAIN)
async def train_model(context: JobContext, model_id: int) -> None:
    """Trains one model; waits a little longer while its project runs enough trainings."""
    duty: Duty = context.additional_context["duty"]
    await bring_up_training(duty.nursery, model_id, duty.name, duty.stopping)


@queue.task(name=VALIDATE_TASK, queue=TRAINING, pass_context=True, retry=AGAIN)
async def validate_slice(context: JobContext, slice_id: int) -> None:
    """Forecasts one slice of a validation; waits like a training while its project is busy."""
    duty: Duty = context.additional_context["duty"]
    await bring_up_slice(duty.nursery, slice_id, duty.name, duty.stopping)


@queue.task(name=PROCESS_TASK, queue=PROCESSING, pass_context=True, retry=SOON)
async def process_data(context: JobContext, job_id: str) -> None:
    """Does one processing job; waits while its project does an earlier one, or a training goes first."""
    duty: Duty = context.additional_context["duty"]
    await bring_up_job(duty.nursery, job_id, duty.name, duty.stopping)


def recover_lost_jobs() -> tuple[int, ...]:
    """The numbers of the models that nobody trained any more and that were put right."""
    with session() as s:
        found, slices, jobs = recover(s, lives), recover_slices(s, lives), recover_jobs(s, lives)
    if found:
        log.warning("Found trainings that nobody ran any more, models %s", ", ".join(map(str, found)))
    if slices:
        log.warning("Found slices of validations that nobody ran any more: %s", ", ".join(map(str, slices)))
    if jobs:
        log.warning("Found processing jobs that nobody did any more: %s", ", ".join(map(str, jobs)))
    return found


@queue.periodic(cron="* * * * *")
@queue.task(name="sweep", queue=UPKEEP, queueing_lock="sweep")
def sweep(timestamp: int) -> None:
    """Each minute: finds trainings that nobody runs any more."""
    recover_lost_jobs()


@queue.periodic(cron="30 2 * * *")
@queue.task(name="back_up", queue=UPKEEP, queueing_lock="back_up")
def back_up(timestamp: int) -> None:
    """Each night: saves the database with a list of the kept files."""
    log.info("Backup saved: %s", backup.save())


@queue.periodic(cron="15 3 * * *")
@queue.task(name="retention", queue=UPKEEP, queueing_lock="retention")
def retention(timestamp: int) -> None:
    """Each night: removes for good what was deleted long ago, and what has outlived its use.

    Room for the sales of coming months is made first, and apart: the facts are locked meanwhile.
    """
    with session() as s:
        make_months_ahead(s)
    with session() as s:
        purged = purge(s, files=artifacts.files())
    purged.remove_files()
    log.info("Retention removed %s", purged)
