"""Data sets and models to act on, made by the stores themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from core.access import Person
from core.data.dataset_info import DatasetInfo
from core.data.store import save_dataset
from core.demo.weekly_sales import Demo, weekly_sales
from core.mmm.job_results import Metric, Share, TrainingResults
from core.mmm.store.models import train
from core.mmm.store.training import complete_training
from core.queue.job import Attempt, JobKind
from core.queue.store.state import claim

CHANNEL_ROW = {
    "channel": "tv_S",
    "spend": 100.0,
    "contribution": 200.0,
    "contribution_lower": 150.0,
    "contribution_upper": 260.0,
    "share": 0.1,
    "roas": 2.0,
    "roas_lower": 1.5,
    "roas_upper": 2.6,
}


@pytest.fixture(scope="session")
def weekly() -> Demo:
    """Four years of weekly sales, read and prepared."""
    return weekly_sales()


@pytest.fixture
def dataset(s: Session, person: Person, project: int, weekly: Demo) -> DatasetInfo:
    """A data set of `person` in `project`."""
    return save_dataset(s, person, project, "Sales", [(weekly.file_name, weekly.content)], weekly.prepared)


@pytest.fixture
def waiting(s: Session, person: Person, dataset: DatasetInfo, weekly: Demo) -> int:
    """The number of a model that waits for its training."""
    return train(s, person, dataset.id, "First", weekly.config)


@pytest.fixture
def findings() -> Callable[..., TrainingResults]:
    """What a completed training writes down: `findings("projects/1/models/1/1-x")`."""

    def make(path: str = "projects/1/models/1/1-test", **row: float) -> TrainingResults:
        summary = CHANNEL_ROW | row
        stages = ["prepare", "sample"]
        results = {
            "diagnostics": {"converged": True, "r2": 0.9},
            "channel_summary": [summary],
            "warnings": [],
            "run": {"seconds": {"prepare": 1.0, "sample": 9.0}, "stages": stages},
        }
        metrics = [Metric("r2", "in_sample", 0.9), Metric("r2", "holdout", 0.8)]
        return TrainingResults(results, metrics, [Share("tv_S", 0.1, 0.07, 0.13)], path, "abc")

    return make


@pytest.fixture
def running(s: Session, waiting: int) -> Attempt:
    """The model `waiting` in the hands of a worker."""
    attempt = claim(s, JobKind.TRAINING, waiting, "somewhere/1/1")
    assert attempt is not None
    return attempt


@pytest.fixture
def completed(s: Session, running: Attempt, findings: Callable[..., TrainingResults]) -> int:
    """The number of a model whose training is completed."""
    assert complete_training(s, running, findings())
    return running.job_id
