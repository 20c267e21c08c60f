"""The process of a processing job: what each kind of job does in it."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection

from core.jobs.at_work import at_work
from core.jobs.processing import store as processing
from core.jobs.processing.errand import Errand, JobKind
from core.jobs.reporter import Reporter
from core.jobs.run import Stopped
from core.store import session


def _work_of(kind: JobKind) -> Callable[[Errand, Reporter], None]:
    if kind == JobKind.SALES:
        from core.promo.work.reading import read_files

        return read_files
    return _learn


def _learn(errand: Errand, reporter: Reporter) -> None:
    """Learns a version; the first one of the retailer's demo is what its showpieces are made with."""
    from core.demo.store import show_promotions
    from core.promo.work.learning import learn

    learn(errand, reporter)
    with session() as s:
        show_promotions(s, errand.project_id)


def process(errand: Errand, log: Connection) -> None:
    """Does the job in this process and writes how it ended; lines for the log go to `log`."""
    work = _work_of(errand.kind)
    at_work(errand, processing, log, lambda reporter: work(errand, reporter), lambda: Stopped)
