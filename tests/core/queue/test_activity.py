"""The pulse that every screen feels: what trains, what has just ended, and only of one's own projects."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.access import Person
from core.mmm.store import models
from core.queue.store.activity import Activity, pulse

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def test_what_waits_counts_as_active_and_only_for_members(
    s: Session, person: Person, stranger: Person, waiting: int
) -> None:
    assert pulse(s, person, LONG_AGO) == Activity(active=1, ended=0)
    assert pulse(s, stranger, LONG_AGO) == Activity(active=0, ended=0)


def test_an_ending_counts_until_it_was_seen(s: Session, person: Person, completed: int) -> None:
    ended_at = models.model(s, person, completed).finished_at
    assert ended_at is not None
    assert pulse(s, person, LONG_AGO) == Activity(active=0, ended=1)
    assert pulse(s, person, ended_at) == Activity(active=0, ended=0)


def test_a_deleted_model_is_silent(s: Session, person: Person, waiting: int) -> None:
    models.delete_model(s, person, waiting)
    assert pulse(s, person, LONG_AGO) == Activity(active=0, ended=0)
