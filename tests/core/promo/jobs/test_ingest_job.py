"""Reading handed-in files, in this process: what the job's own process does."""

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from core import database
from core.access import Person
from core.promo.ingest.file_info import FileStatus, UploadedFile
from core.promo.ingest.job import read_files
from core.promo.store import files as facts
from core.queue.job import JobInfo, JobKind, JobStatus, Progress, Stopped
from core.queue.reporter import Reporter
from core.queue.store import jobs as job_store
from core.queue.store import state
from tests.core.promo.jobs.conftest import WORKBOOKS, handed_in

HandIn = Callable[[Sequence[UploadedFile]], uuid.UUID]
Look = Callable[[uuid.UUID], JobInfo]
HEAD = "Date,Channel,Department,Promo,Discount %,Sales,Margin,Units"


def a_file(folder: Path, name: str, days: int, broken: int = 0) -> Path:
    dates = [str(day.date()) for day in pd.date_range("2024-01-01", periods=days, freq="D")]
    lines = [
        f"{day},online,TV,{'Y,20' if at % 10 == 9 else 'N,'},100.50,25.25,10" for at, day in enumerate(dates)
    ]
    lines += [f"{dates[-1]},online,TV,N,,not money,1,1"] * broken
    path = folder / name
    path.write_text("\n".join([HEAD, *lines]) + "\n")
    return path


def done(job_id: uuid.UUID, beats: list[Progress] | None = None) -> None:
    with database.session() as s:
        attempt = state.claim(s, JobKind.SALES, job_id, "here/1/1")
    assert attempt is not None

    def beat(progress: Progress) -> bool:
        if beats is not None:
            beats.append(progress)
        with database.session() as s:
            return state.beat(s, attempt, progress)

    reporter = Reporter(beat, lambda: None).start()
    try:
        read_files(attempt, reporter)
    finally:
        reporter.close()


def test_a_files_rows_arrive_and_its_report_is_kept(
    analyst: Person, shop: int, hand_in: HandIn, look: Look, tmp_path: Path
) -> None:
    job_id = hand_in([handed_in(a_file(tmp_path, "a.csv", 70, broken=2))])
    done(job_id)
    job = look(job_id)
    assert (job.status, job.files_processed, job.records_processed, job.errors) == (
        JobStatus.COMPLETED, 1, 72, 0,
    )  # fmt: skip
    with database.session() as s:
        (file,) = facts.sales_files(s, analyst, shop)
        rejected = facts.rejected(s, analyst, file.id).decode("utf-8-sig")
        frame = facts.sales(s, analyst, shop)
        learning = job_store.processing_jobs(s, analyst, shop, kind=JobKind.UPLIFT)
    assert (file.status, file.rows_read, file.rows_rejected) == (FileStatus.CURRENT, 72, 2)
    assert "not money" in rejected and rejected.count("\n") == 3
    assert len(frame) == 70 and frame["sales_value"].sum() == pytest.approx(7035.0)
    assert [str(each.id) for each in learning] == [job.result["learning"]]


def test_too_little_history_is_said_and_not_learned_from(
    analyst: Person, shop: int, hand_in: HandIn, look: Look, tmp_path: Path
) -> None:
    job_id = hand_in([handed_in(a_file(tmp_path, "a.csv", 30))])
    done(job_id)
    result = look(job_id).result
    assert result["learning"] is None and "cover 30 days" in result["not_learned"]


def test_a_file_that_cannot_be_read_is_told_and_the_others_arrive(
    analyst: Person, shop: int, hand_in: HandIn, look: Look, tmp_path: Path
) -> None:
    good, bad = a_file(tmp_path, "good.csv", 20), a_file(tmp_path, "bad.csv", 40)
    handed = [handed_in(good), handed_in(bad)]
    a_file(tmp_path, "bad.csv", 10, broken=30)
    job_id = hand_in(handed)
    done(job_id)
    job = look(job_id)
    assert (job.status, job.files_processed, job.errors) == (JobStatus.COMPLETED, 2, 1)
    assert job.message and "bad.csv" in job.message
    with database.session() as s:
        status = {file.name: file.status for file in facts.sales_files(s, analyst, shop)}
        rejected = [file for file in facts.sales_files(s, analyst, shop) if file.has_rejected]
    assert status == {"good.csv": FileStatus.CURRENT, "bad.csv": FileStatus.FAILED}
    assert [file.name for file in rejected] == ["bad.csv"]


def test_a_job_of_nothing_but_unreadable_files_has_failed(
    analyst: Person, shop: int, hand_in: HandIn, look: Look, tmp_path: Path
) -> None:
    handed = handed_in(a_file(tmp_path, "a.csv", 20))
    handed.content.write_bytes(b"PK\x03\x04 no workbook after all")  # type: ignore[union-attr]
    job_id = hand_in([handed])
    done(job_id)
    job = look(job_id)
    assert job.status == JobStatus.FAILED and job.message and "a.csv" in job.message
    assert job.error_reference is None


def test_a_cancelled_job_stops_between_rows(
    analyst: Person, shop: int, hand_in: HandIn, look: Look, tmp_path: Path
) -> None:
    job_id = hand_in([handed_in(a_file(tmp_path, "a.csv", 20))])
    with database.session() as s:
        attempt = state.claim(s, JobKind.SALES, job_id, "here/1/1")
        assert attempt is not None and job_store.cancel_job(s, analyst, job_id)
    with pytest.raises(Stopped):
        read_files(attempt, _Deaf())
    with database.session() as s:
        assert state.stop(s, attempt) and len(facts.sales(s, analyst, shop)) == 0


class _Deaf(Reporter):
    """A reporter that has already heard the wish to stop."""

    def __init__(self) -> None:
        super().__init__(lambda progress: False, lambda: None)

    def note(self, progress: Progress) -> bool:
        return False


def test_a_second_attempt_reads_what_the_first_had_not(
    analyst: Person, shop: int, hand_in: HandIn, look: Look, tmp_path: Path
) -> None:
    files = [handed_in(a_file(tmp_path, name, days)) for name, days in (("a.csv", 20), ("b.csv", 30))]
    job_id = hand_in(files)
    with database.session() as s:
        first = state.claim(s, JobKind.SALES, job_id, "here/1/1")
    assert first is not None
    with pytest.raises(Stopped):
        read_files(first, _StopsAfterOneFile())
    with database.session() as s:
        assert state.killed(s, first, "It was killed.")
        assert [file.status for file in facts.sales_files(s, analyst, shop)].count(FileStatus.CURRENT) == 1
    done(job_id)
    job = look(job_id)
    assert (job.status, job.attempt, job.files_processed, job.records_processed) == (
        JobStatus.COMPLETED, 2, 2, 50,
    )  # fmt: skip
    assert [each["loaded"] for each in job.result["files"]] == [True, True]


class _StopsAfterOneFile(_Deaf):
    def note(self, progress: Progress) -> bool:
        return progress.files == 0


def test_the_sample_workbooks_give_the_expected_facts(
    analyst: Person, shop: int, hand_in: HandIn, look: Look
) -> None:
    beats: list[Progress] = []
    job_id = hand_in([handed_in(path) for path in WORKBOOKS])
    done(job_id, beats)
    assert look(job_id).status == JobStatus.COMPLETED, look(job_id)
    with database.session() as s:
        found = facts.sales(s, analyst, shop)
    wanted = pd.read_csv("tests/data/promo/sales_aggregated_expected.csv", parse_dates=["date"])
    keys = ["date", "channel", "department", "promo_flag"]
    left, right = (
        frame[list(wanted.columns)].sort_values(keys, ignore_index=True).astype({"units": float})
        for frame in (found, wanted)
    )
    pd.testing.assert_frame_equal(left, right, check_dtype=False, rtol=0, atol=0.011)
