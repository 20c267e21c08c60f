"""A project with an analyst in a database that other processes see, and files to hand in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from core import database
from core.access import Person, Role
from core.access.store import join_as
from core.access.store.accounts import add_account
from core.promo.ingest.file_info import UploadedFile
from core.promo.ingest.inspection import inspect_sales
from core.promo.store import files as facts
from core.queue.job import JobInfo
from core.queue.store import jobs as job_store
from db.tables import Project

RETAIL = Path("sample_data/retail")
WORKBOOKS = tuple(sorted(RETAIL.glob("Sales_*.xlsb")))


def handed_in(path: Path, replaces: uuid.UUID | None = None) -> UploadedFile:
    """A file as a person hands it in who believes every guess."""
    mapping = inspect_sales(path, path.name).mapping
    assert mapping is not None
    return UploadedFile(path.name, path, mapping, replaces)


@pytest.fixture
def analyst(empty_database: str) -> Person:
    """A person with a project."""
    with database.session() as s:
        person = add_account(s, "anna", "long enough for anybody", "Anna", is_owner=False)
        project = Project(user_id=person.id, name="Shop")
        s.add(project)
        s.flush()
        join_as(s, project.id, person.id, Role.OWNER)
    return person


@pytest.fixture
def shop(analyst: Person) -> int:
    """The analyst's project."""
    with database.session() as s:
        return s.query(Project).one().id


@pytest.fixture
def hand_in(analyst: Person, shop: int) -> Callable[[Sequence[UploadedFile]], uuid.UUID]:
    """Hands files in, committed; the job."""

    def hand(files: Sequence[UploadedFile]) -> uuid.UUID:
        with database.session() as s:
            return facts.hand_in(s, analyst, shop, files)

    return hand


@pytest.fixture
def look(analyst: Person) -> Callable[[uuid.UUID], JobInfo]:
    """The job as the analyst sees it now."""

    def look_at(job_id: uuid.UUID) -> JobInfo:
        with database.session() as s:
            return job_store.processing_job(s, analyst, job_id)

    return look_at
