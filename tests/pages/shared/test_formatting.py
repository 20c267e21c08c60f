"""One way of writing figures."""

from __future__ import annotations

import datetime as dt

from pages.shared import formatting

UTC = dt.UTC


def test_moments_say_how_long_ago_they_were() -> None:
    now = dt.datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert formatting.ago(None, now) == "never"
    assert formatting.ago(now, now) == "just now"
    assert formatting.ago(now - dt.timedelta(minutes=3), now) == "3 min ago"
    assert formatting.ago(now - dt.timedelta(days=40), now) == "20 Jan 2026"


def test_durations_and_sizes_have_units() -> None:
    assert formatting.lasting(95) == "1 min 35 s"
    assert formatting.lasting(3_700) == "1 h 1 min"
    assert formatting.size(1_536) == "1.5 KB"
    assert formatting.size(200 * 1024**2) == "200 MB"
