"""The process of a processing job: what each kind of job does in it."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection

from core.database import session
from core.queue.attempt import Stopped
from core.queue.job import Errand, JobKind
from core.queue.reporter import Reporter
from core.queue.store import processing
from core.worker.process_main import at_work


def _work_of(kind: JobKind) -> Callable[[Errand, Reporter], None]:
    if kind == JobKind.SALES:
        from core.promo.ingest.job import read_files

        return read_files
    return _learn


def _learn(errand: Errand, reporter: Reporter) -> None:
    """Learns a version; the first one of the retailer's demo is what its showpieces are made with."""
    from core.demo.store import show_promotions
    from core.promo.model_job import estimate

    estimate(errand, reporter)
    with session() as s:
        show_promotions(s, errand.project_id)


def process(errand: Errand, log: Connection) -> None:
    """Does the job in this process and writes how it ended; lines for the log go to `log`."""
    work = _work_of(errand.kind)
    at_work(errand, processing, log, lambda reporter: work(errand, reporter), lambda: Stopped)
