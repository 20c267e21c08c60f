"""The worker: takes jobs from the queue until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import logging
import logging.handlers
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError

from core.database import DatabaseUnavailable, bring_up, conninfo, read_session, shut_down
from core.queue.queue import PROCESSING, TRAINING, UPKEEP, queue
from core.settings import settings
from core.worker.fork_server import open_fork_server
from core.worker.lock import Holder, WorkerLock, worker_name
from core.worker.tasks import WorkerContext, recover_lost_jobs

log = logging.getLogger("mixwright.worker")

NICENESS = 5
AGAIN_SECONDS = 1.0
POLL_SECONDS = 2.0  # work that had to wait is asked for this often; new work is heard of at once
GUARD_SECONDS = 3.0
LOG_BYTES, LOG_FILES = 5_000_000, 5


def _without_trace(record: logging.LogRecord) -> bool:
    """A database that is away is one line in the log, not a page for each of those who noticed."""
    if record.exc_info and isinstance(record.exc_info[1], ConnectorException):
        record.exc_info = None
    return True


def _open_log(home: Path, *, by_app: bool) -> None:
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    rotating = logging.handlers.RotatingFileHandler(
        folder / "worker.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
    )
    handlers: list[logging.Handler] = [rotating] if by_app else [rotating, logging.StreamHandler()]
    for handler in handlers:
        handler.addFilter(_without_trace)
    form = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, handlers=handlers)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)


async def _serve_queue(worker: WorkerContext, queue_name: str, concurrency: int) -> None:
    """Works on one queue; begins anew when the database was away, since that ends Procrastinate's worker."""
    while not worker.stopping.is_set():
        try:
            await queue.run_worker_async(
                queues=[queue_name],
                name=f"{queue_name} {worker.name}",
                concurrency=concurrency,
                install_signal_handlers=False,
                delete_jobs="successful" if queue_name == UPKEEP else "never",
                fetch_job_polling_interval=POLL_SECONDS,
                additional_context={"worker": worker},
            )
        except ConnectorException as error:
            log.warning("The queue %s lost the database and will look again: %s", queue_name, error)
        await asyncio.sleep(AGAIN_SECONDS)


def _database_answers() -> bool:
    try:
        with read_session():
            return True
    except (DBAPIError, DatabaseUnavailable) as error:
        log.warning("The database does not answer: %s", error)
        return False


async def _keep_database_up(worker: WorkerContext) -> None:
    """Asks the database every few seconds: whoever asks brings an embedded server up that was killed."""
    while not worker.stopping.is_set():
        await asyncio.sleep(GUARD_SECONDS)
        await asyncio.to_thread(_database_answers)


async def _serve(worker: WorkerContext) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stopping.set)
    connector = PsycopgConnector(conninfo=conninfo(), min_size=1, max_size=6)
    with queue.replace_connector(connector):
        async with queue.open_async():
            work = [
                asyncio.create_task(_serve_queue(worker, TRAINING.name, settings().trainings)),
                asyncio.create_task(_serve_queue(worker, PROCESSING.name, 1)),
                asyncio.create_task(_serve_queue(worker, UPKEEP, 1)),
                asyncio.create_task(_keep_database_up(worker)),
            ]
            await worker.stopping.wait()
            log.info("Asked to stop")
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


def main(arguments: Sequence[str]) -> int:
    """Runs a worker until it is told to stop; the exit code. A second one at the same home ends at once."""
    parser = argparse.ArgumentParser(
        prog="python -m core.worker", description="Trains models in the background."
    )
    parser.add_argument(
        "--by-app", action="store_true", help="started by the app, which stops it when it ends"
    )
    by_app = parser.parse_args(arguments).by_app
    home, name = settings().home, worker_name()
    lock = WorkerLock(home / "worker.lock")
    if not lock.take(Holder(name, os.getpid(), by_app)):
        print(f"Another worker is at work for {home}.", file=sys.stderr)
        return 0
    os.nice(NICENESS)
    _open_log(home, by_app=by_app)
    log.info("Worker %s begins", name)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the loop below takes over
    fork_server = open_fork_server()
    try:
        bring_up()
        recover_lost_jobs()
        asyncio.run(_serve(WorkerContext(name, fork_server)))
    finally:
        shut_down()
        lock.let_go()
    log.info("Worker %s has stopped", name)
    return 0
