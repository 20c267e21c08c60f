import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from core.queue import reporter as module
from core.queue.job import Progress
from core.queue.reporter import Reporter


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.1)


def until(fact: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not fact() and time.monotonic() < end:
        time.sleep(0.01)
    return fact()


def test_beats_go_on_while_the_fit_is_silent() -> None:
    beats: list[Progress] = []
    reporter = Reporter(lambda progress: not beats.append(progress), lambda: None).start()
    assert until(lambda: len(beats) > 5)
    reporter.tell("sample", 3, 10, 1)
    assert until(lambda: beats[-1] == Progress("sample", 3, 10, 1))
    reporter.close()
    count = len(beats)
    time.sleep(0.05)
    assert len(beats) == count


def test_a_refused_beat_stops_the_fit_at_its_next_step() -> None:
    reporter = Reporter(lambda progress: False, lambda: None).start()
    assert until(lambda: not reporter.tell("sample", 1, 10, 0))
    reporter.close()


def test_a_fit_that_does_not_hear_is_ended_by_force() -> None:
    forced = threading.Event()
    reporter = Reporter(lambda progress: False, forced.set).start()
    assert forced.wait(5)
    reporter.close()


def test_a_database_that_is_away_neither_stops_the_fit_nor_the_beats() -> None:
    answers = iter([False] * 3)

    def beat(progress: Progress) -> bool:
        if next(answers, None) is False:
            raise OperationalError("select 1", {}, Exception("gone"))
        beaten.set()
        return True

    beaten = threading.Event()
    reporter = Reporter(beat, lambda: None).start()
    assert beaten.wait(5)
    assert reporter.tell("sample", 1, 10, 0)
    reporter.close()


def test_seconds_are_counted_by_stage_in_the_order_they_came() -> None:
    reporter = Reporter(lambda progress: True, lambda: None)
    for stage in ("prepare", "sample"):
        reporter.tell(stage, 0, 0, 0)
        time.sleep(0.05)
    assert list(reporter.seconds) == ["starting", "prepare", "sample"]
    assert 0.04 < reporter.seconds["prepare"] < 1.0
