import subprocess

import pytest

from core import database
from core.access import Person
from core.data.dataset_info import DatasetInfo
from core.demo.weekly_sales import Demo
from core.mmm.store import models, validations
from core.mmm.validation.summary import ValidationInfo
from core.queue.job import JobStatus
from tests.core.worker.conftest import LONG, QUICK, until


@pytest.mark.slow
def test_a_worker_forecasts_slice_by_slice_and_stops_when_asked(
    worker: subprocess.Popen[bytes], analyst: Person, sales: DatasetInfo, weekly: Demo
) -> None:
    def begin(plan: dict[str, int], folds: int) -> int:
        with database.session() as s:
            model_id = models.train(s, analyst, sales.id, "Model", weekly.config, plan)
            models.cancel(s, analyst, model_id)
            return validations.start(s, analyst, model_id, folds)

    def look(check: int) -> ValidationInfo:
        with database.session() as s:
            return validations.validation(s, analyst, check)

    done = begin(QUICK, 2)
    assert until(lambda: not look(done).active, 120), look(done)
    info = look(done)
    assert [part.status for part in info.slices] == [JobStatus.COMPLETED] * 2, info
    assert info.summary is not None and info.summary.skill > 0
    assert len(info.results[0].channels) == 6 and len(info.results[0].path) == 8

    stopped = begin(LONG, 3)
    assert until(lambda: any(part.progress_done for part in look(stopped).slices)), look(stopped)
    with database.session() as s:
        validations.cancel(s, analyst, stopped)
    assert until(lambda: not look(stopped).active, 15)
    assert [part.status for part in look(stopped).slices] == [JobStatus.CANCELLED] * 3
