import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core import artifacts, database
from core.access import Person
from core.data.dataset_info import DatasetInfo
from core.demo.weekly_sales import Demo
from core.mmm.model_info import ModelInfo
from core.mmm.store import models
from core.queue.job import JobStatus
from tests.core.worker.conftest import LONG, QUICK, started_worker, until

Look = Callable[[int], ModelInfo]


def train(person: Person, data: DatasetInfo, weekly: Demo, plan: dict[str, int]) -> int:
    with database.session() as s:
        return models.train(s, person, data.id, "Model", weekly.config, plan)


def samples(look: Look, model_id: int) -> bool:
    info = look(model_id)
    return info.stage in ("tune", "sample") and info.progress_done > 0


@pytest.mark.slow
def test_a_worker_trains_cancels_explains_and_gives_back_what_it_had_begun(
    worker: subprocess.Popen[bytes],
    analyst: Person,
    sales: DatasetInfo,
    weekly: Demo,
    look: Look,
    home: Path,
) -> None:
    done = train(analyst, sales, weekly, QUICK)
    assert until(lambda: not look(done).active, 120), look(done)
    info = look(done)
    assert (info.status, info.attempt, info.message) == (JobStatus.COMPLETED, 1, None)
    assert info.results is not None and len(info.results["channel_summary"]) == 6
    assert info.results["run"]["dataset_id"] == sales.id
    fit = models.fitted(info)
    assert set(fit.channel_summary()["channel"]) == {
        row["channel"] for row in info.results["channel_summary"]
    }

    cancelled = train(analyst, sales, weekly, LONG)
    assert until(lambda: samples(look, cancelled)), look(cancelled)
    with database.session() as s:
        models.cancel(s, analyst, cancelled)
    assert until(lambda: not look(cancelled).active, 10)
    assert look(cancelled).status == JobStatus.CANCELLED

    with database.session() as s:
        misspelt = replace(weekly.config, channel_columns=("tv_S", "radio_S"))
        mendable = models.train(s, analyst, sales.id, "Misspelt", misspelt, QUICK)
    assert until(lambda: not look(mendable).active)
    assert look(mendable).error_reference is None
    assert "radio_S" in (look(mendable).message or "")

    lost = train(analyst, sales, weekly, QUICK)
    artifacts.remove(sales.frame_path)
    assert until(lambda: not look(lost).active)
    broken = look(lost)
    assert broken.status == JobStatus.FAILED
    assert broken.error_reference and broken.message and broken.error_reference in broken.message
    # The worker hears of the traceback a moment after the row says failed.
    log = home / "logs" / "worker.log"
    assert until(lambda: str(broken.error_reference) in log.read_text())


@pytest.mark.slow
def test_a_worker_that_is_asked_to_stop_gives_its_training_back_untouched(
    worker: subprocess.Popen[bytes], analyst: Person, sales: DatasetInfo, weekly: Demo, look: Look, home: Path
) -> None:
    model_id = train(analyst, sales, weekly, LONG)
    assert until(lambda: samples(look, model_id)), look(model_id)
    worker.terminate()
    assert worker.wait(20) == 0
    info = look(model_id)
    assert (info.status, info.attempt) == (JobStatus.QUEUED, 0)
    second = started_worker(home)
    try:
        assert until(lambda: samples(look, model_id)), look(model_id)
        assert look(model_id).attempt == 1
    finally:
        second.terminate()
        second.wait(20)


def test_a_second_worker_at_the_same_home_ends_at_once(worker: subprocess.Popen[bytes], home: Path) -> None:
    assert until(lambda: (home / "worker.lock").exists(), 20)
    second = started_worker(home)
    assert second.wait(20) == 0
    assert worker.poll() is None
