"""Work on sales as the side bar and the toasts tell it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest

from core.access import Person, Role
from core.access import store as access
from core.database import session
from core.queue.job import JobInfo, JobKind, JobStatus
from core.queue.store.activity import ActivityCounts, activity_counts
from core.queue.store.jobs import cancel_job, ended_jobs, enqueue_job
from pages.shared.activity import BAD, GOOD, STOPPED, job_ending
from pages.shared.progress import job_outcome, job_progress_label, job_progress_share
from pages.shared.screens import Screen
from tests.pages.conftest import Opened, everything_shown, shown

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
JOB = JobInfo(
    id=uuid.uuid4(), project_id=1, kind=JobKind.SALES, status=JobStatus.COMPLETED, stage=None,
    progress_done=0, progress_total=0, heartbeat_at=None, files_queued=2, files_processed=2,
    records_processed=26_347, errors=0,
    result={"files": [{"loaded": True}, {"loaded": True}]}, details={}, message=None, error_reference=None,
    attempt=1, cancel_requested=False, created_by="Olga", created_at=NOW, started_at=NOW, finished_at=NOW,
)  # fmt: skip
LEARNED = replace(JOB, kind=JobKind.UPLIFT, result={"version": 3})

ENDINGS = {
    "loaded": (JOB, "Sales loaded: 26,347 rows.", GOOD),
    "one refused": (replace(JOB, errors=1), "Sales loaded: 26,347 rows. 1 file was refused.", BAD),
    "failed": (
        replace(JOB, status=JobStatus.FAILED, message="It is empty."),
        "Sales could not be loaded. It is empty.",
        BAD,
    ),
    "cancelled": (replace(JOB, status=JobStatus.CANCELLED), "Loading of sales was cancelled.", STOPPED),
    "learned": (LEARNED, "Promotion effects learned: version 3.", GOOD),
    "nothing new": (
        replace(LEARNED, result={"version": None}, message="The facts are known."),
        "Nothing new was learned. The facts are known.",
        STOPPED,
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_every_end_has_its_sentence(name: str) -> None:
    job, words, icon = ENDINGS[name]
    assert job_ending(job) == (words, icon)


def test_progress_is_told_in_one_line() -> None:
    running = replace(
        JOB,
        status=JobStatus.RUNNING,
        stage="reading",
        files_processed=1,
        progress_done=5,
        progress_total=20,
    )
    assert job_progress_label(running) == "Opening the data · file 2 of 2 · 26,347 rows"
    assert job_progress_share(running) == 0.25
    assert job_progress_label(replace(running, status=JobStatus.QUEUED)) == "Waiting for its turn"
    assert job_outcome(JOB) == "2 files loaded"
    assert job_outcome(LEARNED) == "Version 3"


def test_only_members_feel_a_projects_work(owner: Person, project_id: int, stranger: Person) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    with session() as s:
        number = enqueue_job(s, project_id, JobKind.SALES, asked_by=owner.id)
    with session() as s:
        assert activity_counts(s, owner, before) == ActivityCounts(1, 0)
        assert activity_counts(s, stranger, before) == ActivityCounts(0, 0)
        cancel_job(s, owner, number)
    with session() as s:
        assert activity_counts(s, owner, before) == ActivityCounts(0, 1)
        assert [job.id for job in ended_jobs(s, owner, before)] == [number]
        assert ended_jobs(s, stranger, before) == ()
        assert activity_counts(s, owner, dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)) == ActivityCounts(
            0, 0
        )


def test_the_end_is_told_on_whatever_screen(open_page: Opened, owner: Person, project_id: int) -> None:
    with session() as s:
        number = enqueue_job(s, project_id, JobKind.UPLIFT, asked_by=owner.id)
    app = open_page(Screen.ACCOUNT)
    assert "Waiting for its turn" in " ".join(str(bar.proto.text) for bar in app.get("progress"))
    with session() as s:
        cancel_job(s, owner, number)
    app.run()
    assert not app.exception
    assert "Learning of promotion effects was cancelled." in [shown(toast.value) for toast in app.toast]
    assert "cancelled" not in everything_shown(open_page(Screen.ACCOUNT))


def test_someone_who_joins_later_sees_the_work_too(owner: Person, project_id: int, stranger: Person) -> None:
    with session() as s:
        enqueue_job(s, project_id, JobKind.SALES, asked_by=owner.id)
        access.join_as(s, project_id, stranger.id, Role.VIEWER)
    with session() as s:
        assert activity_counts(s, stranger, dt.datetime.now(dt.UTC)) == ActivityCounts(1, 0)
