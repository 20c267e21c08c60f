"""Waiting after wrong passwords: free at first, then doubling, never for ever."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access.credentials import SignInLimits, waiting_words


def test_the_first_tries_are_free_then_each_failure_doubles_the_wait() -> None:
    limits = SignInLimits()
    waits = [limits.wait_after(n).total_seconds() for n in range(10)]
    assert waits == [0, 0, 0, 0, 0, 5, 10, 20, 40, 80]


def test_the_wait_never_passes_the_longest() -> None:
    assert SignInLimits().wait_after(10_000) == dt.timedelta(minutes=15)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "in 1 second"), (40, "in 40 seconds"), (120, "in 2 minutes"), (121, "in 3 minutes")],
)
def test_the_wait_is_said_in_words(seconds: float, words: str) -> None:
    assert waiting_words(dt.timedelta(seconds=seconds)) == words
