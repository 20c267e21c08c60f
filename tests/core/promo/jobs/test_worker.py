"""The whole way with a real worker: hand in, facts, learned coefficients; and what death leaves behind."""

import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from core import database
from core.access import Person
from core.promo.ingest.file_info import FileStatus, UploadedFile
from core.promo.store import files as facts
from core.promo.store import models
from core.queue.job import JobInfo, JobKind, JobStatus
from core.queue.store import jobs as job_store
from tests.core.promo.jobs.conftest import WORKBOOKS, handed_in
from tests.core.promo.jobs.test_ingest_job import a_file
from tests.core.worker.conftest import REPOSITORY, started_worker, until

HandIn = Callable[[Sequence[UploadedFile]], uuid.UUID]
Look = Callable[[uuid.UUID], JobInfo]

NO_SAMPLER = """
import sys, uuid
from core import database as store
from core.access import Person
from core.promo.store import models
person = Person({id}, "anna", "Anna", is_owner=False, is_demo=False)
with store.session() as s:
    info = models.promo_models(s, person, {project})[0]
model = models.load(info)
last = model.baseline.days.dates[-1]
import pandas as pd
frame = model.baseline.forecast(last + pd.Timedelta(days=1), last + pd.Timedelta(days=7))
cell = model.uplift.days.cells[0]
print(len(frame), model.uplift.curve(cell.department, cell.channel, 20.0)[0] > 0,
      [name for name in ("pymc", "pytensor", "nutpie", "arviz") if name in sys.modules])
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def worker(home: Path, empty_database: str) -> Iterator[subprocess.Popen[bytes]]:
    process = started_worker(home)
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(20)


def learning_job(person: Person, project: int) -> JobInfo | None:
    with database.session() as s:
        found = job_store.processing_jobs(s, person, project, kind=JobKind.UPLIFT)
    return found[0] if found else None


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_workbooks_become_facts_and_coefficients_by_themselves(
    worker: subprocess.Popen[bytes], analyst: Person, shop: int, hand_in: HandIn, look: Look
) -> None:
    job_id = hand_in([handed_in(path) for path in WORKBOOKS])
    assert until(lambda: not look(job_id).active, 240), look(job_id)
    job = look(job_id)
    assert (job.status, job.attempt, job.files_processed) == (JobStatus.COMPLETED, 1, 2), job
    assert until(lambda: learning_job(analyst, shop) and not learning_job(analyst, shop).active, 300)  # type: ignore[union-attr]
    learned = learning_job(analyst, shop)
    assert learned is not None and learned.status == JobStatus.COMPLETED, learned
    with database.session() as s:
        frame = facts.sales(s, analyst, shop)
        (info,) = models.promo_models(s, analyst, shop)
        table = models.coefficients(s, analyst, shop)
    wanted = pd.read_csv("tests/data/promo/sales_aggregated_expected.csv")
    assert len(frame) == len(wanted)
    assert frame["sales_value"].sum() == pytest.approx(wanted["sales_value"].sum(), abs=0.5)
    assert (info.version, info.facts_changed, learned.result["version"]) == (1, False, 1)
    assert info.summary["convergence"]["converged"] and len(info.summary["backtest"])
    cells = wanted[["department", "channel"]].drop_duplicates()
    assert len(table) == 4 * len(cells) and set(table["model_version"]) == {"1"}
    assert table["confidence"].between(0, 1).all() and (table["uplift_sales_pct"] > 0).all()
    with database.session() as s:
        again = models.estimate(s, analyst, shop, note="Once more")
    assert until(lambda: look(again).stage == "uplift", 60), look(again)
    with database.session() as s:
        assert job_store.cancel_job(s, analyst, again)
    assert until(lambda: not look(again).active, 60) and look(again).status == JobStatus.CANCELLED
    with database.session() as s:
        assert len(models.promo_models(s, analyst, shop)) == 1
    program = NO_SAMPLER.format(id=analyst.id, project=shop)
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split(maxsplit=2) == [str(7 * len(cells)), "True", "[]\n"]


def processes(home: Path) -> list[int]:
    log = home / "logs" / "worker.log"
    return (
        [int(pid) for pid in re.findall(r"began in process (\d+)", log.read_text())] if log.exists() else []
    )


def waits() -> set[int]:
    """The server's numbers of the processes that wait for the lock, their file's sums copied."""
    with database.session() as s:
        query = (
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND query LIKE '%INTO sales_aggregated%' AND datname = current_database()"
        )
        return set(s.scalars(text(query)))


def killed_while_it_loads(home: Path, earlier: int) -> None:
    """Ends the process of the next attempt the hard way, as soon as it waits in the midst of its loading."""
    assert until(lambda: waits() and len(processes(home)) > earlier, 60)
    orphans = waits()
    os.kill(processes(home)[-1], signal.SIGKILL)
    # The next attempt may wait already: only those of the killed one must be gone.
    assert until(lambda: not orphans & waits(), 10), "the database has noticed"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_process_killed_while_it_loads_leaves_the_facts_and_is_tried_once_more(
    worker: subprocess.Popen[bytes],
    analyst: Person,
    shop: int,
    hand_in: HandIn,
    look: Look,
    home: Path,
    tmp_path: Path,
) -> None:
    first = hand_in([handed_in(a_file(tmp_path, "a.csv", 45))])
    assert until(lambda: look(first).status == JobStatus.COMPLETED, 120), look(first)
    with database.session() as s:
        before = facts.sales(s, analyst, shop)
        (old,) = facts.sales_files(s, analyst, shop)

    with database.session() as s:
        # Whoever loads waits here, in the middle of the transaction that has copied the file's sums.
        s.execute(text("LOCK TABLE sales_aggregated IN EXCLUSIVE MODE"))
        second = hand_in([handed_in(a_file(tmp_path, "b.csv", 40), replaces=old.id)])
        assert until(waits, 60), look(second)
        beaten = look(second).heartbeat_at
        assert until(lambda: look(second).heartbeat_at != beaten, 10), "signs of life go on meanwhile"
        killed_while_it_loads(home, 1)
        with database.session() as other:
            pd.testing.assert_frame_equal(facts.sales(other, analyst, shop), before)
            status = {file.name: file.status for file in facts.sales_files(other, analyst, shop)}
        assert status == {"a.csv": FileStatus.CURRENT, "b.csv": FileStatus.PROCESSING}
        assert until(lambda: look(second).attempt == 2, 30), look(second)
    assert until(lambda: not look(second).active, 60), look(second)
    assert (look(second).status, look(second).attempt) == (JobStatus.COMPLETED, 2)

    handed = [handed_in(a_file(tmp_path, "c.csv", 50))]
    with database.session() as s:
        assert len(facts.sales(s, analyst, shop)) == 40
        s.execute(text("LOCK TABLE sales_aggregated IN EXCLUSIVE MODE"))
        third = hand_in(handed)
        for earlier in (3, 4):
            killed_while_it_loads(home, earlier)
        assert until(lambda: not look(third).active, 30), look(third)
    job = look(third)
    assert job.status == JobStatus.FAILED and job.message and "killed (SIGKILL)" in job.message
    with database.session() as s:
        refused = [
            file.name for file in facts.sales_files(s, analyst, shop) if file.status == FileStatus.FAILED
        ]
        assert refused == ["c.csv"] and len(facts.sales(s, analyst, shop)) == 40
    assert hand_in(handed) != third, "what could not be read may be handed in again"
