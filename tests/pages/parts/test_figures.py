"""One way of writing figures."""

from __future__ import annotations

import datetime as dt

from pages.parts import figures

UTC = dt.UTC


def test_moments_say_how_long_ago_they_were() -> None:
    now = dt.datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert figures.ago(None, now) == "never"
    assert figures.ago(now, now) == "just now"
    assert figures.ago(now - dt.timedelta(minutes=3), now) == "3 min ago"
    assert figures.ago(now - dt.timedelta(days=40), now) == "20 Jan 2026"


def test_durations_and_sizes_have_units() -> None:
    assert figures.lasting(95) == "1 min 35 s"
    assert figures.lasting(3_700) == "1 h 1 min"
    assert figures.size(1_536) == "1.5 KB"
    assert figures.size(200 * 1024**2) == "200 MB"
