"""How a training process tells how far it is, hears that it shall stop, and notices that it is an orphan."""

from __future__ import annotations

import multiprocessing as mp
import os
import threading
import time
from collections.abc import Callable

from core.queue.job import Progress
from core.queue.retry import is_away

BEAT_SECONDS = 0.5
GRACE_SECONDS = 5.0  # a fit that does not hear the wish to stop within this time is ended by force
ORPHAN_EXIT = 70


class Reporter:
    """Writes the latest progress twice a second from a thread of its own, so that no stage is ever silent.

    `beat` writes one sign of life and returns False when the training shall stop; `overdue` is called in that
    thread when the fit has not come to its next step within GRACE_SECONDS. A database that is away for a
    while is waited for: the fit goes on.
    """

    def __init__(self, beat: Callable[[Progress], bool], overdue: Callable[[], None]) -> None:
        self._beat, self._overdue = beat, overdue
        self._progress = Progress()
        self._stop_wished_at: float | None = None
        self._closed = threading.Event()
        self._stage_began = time.monotonic()
        self._seconds: dict[str, float] = {}
        self._thread = threading.Thread(target=self._report, name="reporter", daemon=True)

    def start(self) -> Reporter:
        """Begins to report."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Ends reporting; the last progress may stay unwritten."""
        self._closed.set()
        self._thread.join(timeout=GRACE_SECONDS)

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds spent in each stage so far, in the order they came."""
        running = {self._progress.stage: time.monotonic() - self._stage_began}
        return {
            stage: round(self._seconds.get(stage, 0.0) + running.get(stage, 0.0), 2)
            for stage in [*self._seconds, *running]
        }

    def tell(self, stage: str, done: int, total: int, divergences: int) -> bool:
        """Notes the progress for the next beat; False when the fit shall stop. Fit to be `fit(progress=)`."""
        return self.note(Progress(stage, done, total, divergences))

    def note(self, progress: Progress) -> bool:
        """The same for progress that counts files and records as well."""
        before = self._progress.stage
        if progress.stage != before:
            now = time.monotonic()
            self._seconds[before] = self._seconds.get(before, 0.0) + now - self._stage_began
            self._stage_began = now
        self._progress = progress
        return self._stop_wished_at is None

    def _report(self) -> None:
        while not self._closed.is_set():
            if self._stop_wished_at is None:
                self._beat_once()
            elif time.monotonic() - self._stop_wished_at > GRACE_SECONDS:
                self._overdue()
                return
            self._closed.wait(BEAT_SECONDS)

    def _beat_once(self) -> None:
        try:
            wanted = self._beat(self._progress)
        except Exception as error:
            if is_away(error):
                return  # the next beat tries again, and silence is what others see meanwhile
            raise
        if not wanted:
            self._stop_wished_at = time.monotonic()


def end_with_parent() -> None:
    """From now on this process ends at once when the worker that started it is gone."""
    parent = mp.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(ORPHAN_EXIT)

    threading.Thread(target=wait, name="orphan watch", daemon=True).start()
