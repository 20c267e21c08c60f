"""The process of a processing job: what each kind of job does in it."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection

from core.jobs.at_work import at_work
from core.jobs.processing import store as processing
from core.jobs.processing.errand import Errand, JobKind
from core.jobs.reporter import Reporter
from core.jobs.run import Stopped


def _work_of(kind: JobKind) -> Callable[[Errand, Reporter], None]:
    if kind == JobKind.SALES:
        from core.promo.work.reading import read_files

        return read_files
    from core.promo.work.learning import learn

    return learn


def process(errand: Errand, log: Connection) -> None:
    """Does the job in this process and writes how it ended; lines for the log go to `log`."""
    work = _work_of(errand.kind)
    at_work(errand, processing, log, lambda reporter: work(errand, reporter), lambda: Stopped)
