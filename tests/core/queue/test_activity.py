"""What every screen asks: how much runs, what has just ended, and only of one's own projects."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import Person
from core.mmm.store import models
from core.queue.job import Attempt
from core.queue.store import state
from core.queue.store.activity import ActivityCounts, activity_counts, worker_state
from tests.core.queue.conftest import WaitingJob

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def test_what_waits_and_runs_counts_as_active_and_only_for_members(
    s: Session, person: Person, stranger: Person, queued: WaitingJob
) -> None:
    before = activity_counts(s, person, dt.datetime.now(dt.UTC))
    assert before.active >= 1
    assert queued.claim() is not None
    assert activity_counts(s, person, dt.datetime.now(dt.UTC)) == before
    assert activity_counts(s, stranger, LONG_AGO) == ActivityCounts(active=0, ended=0)


def test_an_ending_counts_until_it_was_seen(
    s: Session, person: Person, queued: WaitingJob, begun: Attempt
) -> None:
    before = activity_counts(s, person, LONG_AGO)
    assert state.fail(s, begun, "No.")
    assert activity_counts(s, person, LONG_AGO) == ActivityCounts(before.active - 1, before.ended + 1)
    assert activity_counts(s, person, queued.row.finished_at).ended == 0


def test_a_deleted_model_does_not_count(s: Session, person: Person, waiting: int) -> None:
    models.delete_model(s, person, waiting)
    assert activity_counts(s, person, LONG_AGO) == ActivityCounts(active=0, ended=0)


def test_the_state_of_the_worker_counts_what_waits_and_runs_of_every_kind(
    s: Session, queued: WaitingJob
) -> None:
    before = worker_state(s)
    assert queued.claim() is not None
    after = worker_state(s)
    assert (after.waiting, after.running) == (before.waiting - 1, before.running + 1)


def test_a_worker_is_alive_while_it_is_heard_of(s: Session) -> None:
    assert not worker_state(s).alive
    s.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    assert worker_state(s).alive
    s.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'"))
    silent = worker_state(s)
    assert not silent.alive and silent.last_seen_at is not None
