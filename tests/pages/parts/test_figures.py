"""One way of writing figures."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from pages.parts import figures

UTC = dt.UTC


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (1.234, "1.23"),
        (0.01234, "0.0123"),
        (1_234, "1,234"),
        (9_999, "9,999"),
        (12_345, "12.3k"),
        (1_240_000, "1.24M"),
        (-2_500_000_000, "−2.50B"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_a_number_is_short_and_never_lies_about_its_size(value: float | None, written: str) -> None:
    assert figures.number(value) == written


def test_money_carries_its_sign_before_the_currency() -> None:
    assert figures.money(-1_240_000, "EUR") == "−€1.24M"
    assert figures.money(12, "SEK") == "SEK\u202f12.0"
    assert figures.money(None, "EUR") == "–"


def test_shares_and_intervals_read_as_one() -> None:
    assert figures.percent(0.234) == "23\u202f%"
    assert figures.interval(0.1, 0.25, figures.percent) == "10\u202f% to 25\u202f%"


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
