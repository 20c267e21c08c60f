"""A worker of its own for a test, and the patience to watch it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import database
from core.access import Person, Role
from core.access.store import join_as
from core.access.store.accounts import add_account
from core.data.dataset_info import DatasetInfo
from core.data.store import save_dataset
from core.demo.weekly_sales import Demo
from core.mmm.model_info import ModelInfo
from core.mmm.store.models import model
from db.tables import Project

REPOSITORY = Path(__file__).resolve().parent.parent.parent.parent
QUICK = {"draws": 60, "tune": 100, "chains": 2, "seed": 1}
LONG = {"draws": 5000, "tune": 5000, "chains": 8, "seed": 1}


def until(fact: Callable[[], object], seconds: float = 90.0) -> bool:
    """Whether `fact` came true in time."""
    end = time.monotonic() + seconds
    while not fact() and time.monotonic() < end:
        time.sleep(0.1)
    return bool(fact())


def started_worker(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A worker process at `home`, working on the database of this test."""
    return subprocess.Popen(
        [sys.executable, "-m", "core.worker", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"MIXWRIGHT_HOME": str(home), "MIXWRIGHT_ARTIFACTS": str(artifacts_folder())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def artifacts_folder() -> Path:
    """Where this test process keeps its files; the worker must find them there."""
    return Path(os.environ["MIXWRIGHT_HOME"]) / "artifacts"


@pytest.fixture
def analyst(empty_database: str) -> Person:
    """A person with a project, in a database that other processes see."""
    with database.session() as s:
        person = add_account(s, "anna", "long enough for anybody", "Anna", is_owner=False)
        project = Project(user_id=person.id, name="Shop")
        s.add(project)
        s.flush()
        join_as(s, project.id, person.id, Role.OWNER)
    return person


@pytest.fixture
def sales(analyst: Person, weekly: Demo) -> DatasetInfo:
    """The analyst's data set."""
    with database.session() as s:
        project_id = s.query(Project).one().id
        files = [(weekly.file_name, weekly.content)]
        return save_dataset(s, analyst, project_id, "Sales", files, weekly.prepared)


@pytest.fixture
def look(analyst: Person) -> Callable[[int], ModelInfo]:
    """The model as the analyst sees it now."""

    def look_at(model_id: int) -> ModelInfo:
        with database.session() as s:
            return model(s, analyst, model_id)

    return look_at


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home for the worker's lock and log."""
    return tmp_path / "home"


@pytest.fixture
def worker(home: Path, empty_database: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is at work."""
    process = started_worker(home)
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(20)
