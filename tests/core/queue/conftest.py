"""A waiting job of each kind, and the same one in the hands of a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import Person
from core.mmm.store import validations
from core.queue.job import Attempt, JobId, JobKind
from core.queue.store.jobs import enqueue_job
from core.queue.store.kinds import KINDS
from core.queue.store.state import claim


@dataclass(frozen=True)
class WaitingJob:
    """A job and its row."""

    s: Session
    kind: JobKind
    id: JobId

    @property
    def row(self) -> Any:
        """The row as it is now."""
        return self.s.get_one(KINDS[self.kind].table, self.id, populate_existing=True)

    @property
    def in_queue(self) -> Any:
        """Its place in the queue."""
        query = text(
            "SELECT task_name, queue_name, priority, status, args FROM procrastinate_jobs WHERE id = :id"
        )
        return self.s.execute(query, {"id": self.row.queue_id}).one()

    def claim(self, run_by: str = "somewhere/1/1") -> Attempt | None:
        """The attempt of a worker that may do it."""
        return claim(self.s, self.kind, str(self.id), run_by)


@pytest.fixture
def new_job(
    s: Session, person: Person, project: int, request: pytest.FixtureRequest
) -> Callable[..., WaitingJob]:
    """Makes waiting jobs: `new_job(JobKind.SALES)`."""

    def make(kind: JobKind) -> WaitingJob:
        if kind is JobKind.TRAINING:
            return WaitingJob(s, kind, request.getfixturevalue("waiting"))
        if kind is JobKind.VALIDATION:
            check = validations.start(s, person, request.getfixturevalue("completed"))
            return WaitingJob(s, kind, validations.validation(s, person, check).slices[0].id)
        return WaitingJob(s, kind, enqueue_job(s, project, kind, asked_by=person.id, files=2))

    return make


@pytest.fixture(params=list(JobKind))
def queued(request: pytest.FixtureRequest, new_job: Callable[..., WaitingJob]) -> WaitingJob:
    """A job of every kind that waits, one after another."""
    return new_job(request.param)


@pytest.fixture
def begun(queued: WaitingJob) -> Attempt:
    """The same job in the hands of a worker."""
    attempt = queued.claim()
    assert attempt is not None
    return attempt
