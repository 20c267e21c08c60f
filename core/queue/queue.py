"""The queue: Procrastinate on the application's own PostgreSQL, and the rules of each of its queues."""

from __future__ import annotations

from dataclasses import dataclass

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

# Where jobs are added: never opened, since each is written on the connection of the caller's transaction.
client = App(connector=SyncPsycopgConnector())

# Where the worker takes them out; it puts a connector with a pool in the place of this one.
queue = App(connector=PsycopgConnector())

UPKEEP = "upkeep"


@dataclass(frozen=True)
class JobQueue:
    """One queue of jobs: how many of a project run at once, and how soon a job that had to wait asks again.

    `lock` is the first half of the advisory lock under which a project's running jobs are counted.
    """

    name: str
    lock: int
    jobs_per_project: int
    retry_seconds: int

    @property
    def task(self) -> str:
        """The name of the task that does any job of this queue."""
        return f"run_{self.name}_job"


TRAINING = JobQueue("training", lock=7301, jobs_per_project=2, retry_seconds=5)
PROCESSING = JobQueue("processing", lock=7303, jobs_per_project=1, retry_seconds=1)
QUEUES = (TRAINING, PROCESSING)
