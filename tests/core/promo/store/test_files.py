import uuid
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import join_as
from core.errors import UserError
from core.promo.ingest.file_info import FileStatus, UploadedFile
from core.promo.store import files
from core.queue.job import JobKind, JobStatus
from core.queue.store import jobs as job_store
from tests.core.promo.store.conftest import MAPPING, claimed

Load = Callable[..., uuid.UUID]
MONDAY, TUESDAY = "2024-01-01", "2024-01-02"


def facts(s: Session, person: Person, project: int) -> list[tuple[Any, ...]]:
    frame = files.sales(s, person, project)
    columns = ["date", "channel", "department", "promo_flag", "discount_pct", "sales_value", "units"]
    frame = frame[columns].astype(object)
    rows = frame.where(frame.notna(), None).itertuples(index=False, name=None)
    return [(str(row[0].date()), *row[1:]) for row in rows]


def test_facts_are_the_sum_over_files_with_the_discount_weighted_by_sales(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    loaded("a.csv", [(MONDAY, "online", "TV", 10.0, 100.0), (TUESDAY, "online", "TV", 0.0, 50.0)])
    loaded("b.csv", [(MONDAY, "online", "TV", 30.0, 300.0)])
    first, second = facts(s, person, project)
    assert first == (MONDAY, "online", "TV", True, 25.0, 400.0, 40.0)
    assert second == (TUESDAY, "online", "TV", False, None, 50.0, 5.0)


def test_the_frame_is_the_one_that_models_take(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    empty = files.sales(s, person, project)
    assert list(empty.columns) == [
        *("date", "channel", "department", "promo_flag", "discount_pct"),
        *("sales_value", "margin_value", "units"),
    ]
    loaded("a.csv", [(MONDAY, "online", 'TV, "big"', 10.0, 100.0)])
    frame = files.sales(s, person, project)
    assert frame["date"].dtype.kind == "M" and frame["promo_flag"].dtype == bool
    assert frame["department"].tolist() == ['TV, "big"'] and frame["margin_value"].tolist() == [25.0]


def test_the_same_content_again_is_answered_with_a_sentence_and_changes_nothing(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    rows = [(MONDAY, "online", "TV", 0.0, 100.0)]
    loaded("a.csv", rows)
    before, key = facts(s, person, project), files.facts_key(s, person, project)
    same = UploadedFile("copy.csv", f"a.csv{rows}".encode(), MAPPING)
    with pytest.raises(
        UserError, match=r"copy\.csv was handed in before, on .* as a\.csv; nothing was changed"
    ):
        files.hand_in(s, person, project, [same])
    assert facts(s, person, project) == before and files.facts_key(s, person, project) == key
    job_id = files.hand_in(s, person, project, [same, UploadedFile("new.csv", b"other", MAPPING)])
    job = job_store.processing_job(s, person, job_id)
    assert job.files_queued == 1 and job.details["notes"][0].startswith("copy.csv was handed in before")


def test_rows_missing_from_a_corrected_file_vanish(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    old = loaded("a.csv", [(MONDAY, "online", "TV", 0.0, 100.0), (TUESDAY, "online", "TV", 0.0, 50.0)])
    loaded("a2.csv", [(MONDAY, "online", "TV", 0.0, 70.0)], replaces=old)
    assert [(row[0], row[5]) for row in facts(s, person, project)] == [(MONDAY, 70.0)]
    status = {file.name: file.status for file in files.sales_files(s, person, project)}
    assert status == {"a.csv": FileStatus.REPLACED, "a2.csv": FileStatus.CURRENT}


def test_a_withdrawn_file_takes_its_rows_along_and_brings_them_back(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    file_id = loaded("a.csv", [(MONDAY, "online", "TV", 20.0, 100.0)])
    loaded("b.csv", [(TUESDAY, "offline", "TV", 0.0, 50.0)])
    before, key = facts(s, person, project), files.facts_key(s, person, project)
    assert files.withdraw_file(s, person, file_id).status == FileStatus.WITHDRAWN
    assert [row[0] for row in facts(s, person, project)] == [TUESDAY]
    assert files.facts_key(s, person, project) != key
    files.withdraw_file(s, person, file_id)
    assert files.restore_file(s, person, file_id).status == FileStatus.CURRENT
    assert facts(s, person, project)[0] == before[0] and files.facts_key(s, person, project) == key


def test_a_file_and_its_correction_never_count_together(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    old = loaded("a.csv", [(MONDAY, "online", "TV", 0.0, 100.0)])
    new = loaded("a2.csv", [(MONDAY, "online", "TV", 0.0, 70.0)], replaces=old)
    with pytest.raises(UserError, match=r"a2\.csv counts in the place of a\.csv"):
        files.restore_file(s, person, old)
    files.withdraw_file(s, person, new)
    files.restore_file(s, person, old)
    assert facts(s, person, project)[0][5] == 100.0
    with pytest.raises(UserError, match=r"a\.csv counts in the place of a2\.csv"):
        files.restore_file(s, person, new)


def test_content_that_came_again_after_a_withdrawal_does_not_count_twice(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    rows = [(MONDAY, "online", "TV", 0.0, 100.0)]
    first = loaded("a.csv", rows)
    files.withdraw_file(s, person, first)
    loaded("a.csv", rows)
    with pytest.raises(UserError, match="withdraw that one first"):
        files.restore_file(s, person, first)
    assert facts(s, person, project)[0][5] == 100.0


def test_what_should_be_replaced_must_count(s: Session, person: Person, project: int, loaded: Load) -> None:
    old = loaded("a.csv", [(MONDAY, "online", "TV", 0.0, 100.0)])
    files.withdraw_file(s, person, old)
    with pytest.raises(UserError, match="does not count any more"):
        files.hand_in(s, person, project, [UploadedFile("b.csv", b"b", MAPPING, old)])
    with pytest.raises(UserError, match="does not count any more"):
        files.hand_in(s, person, project, [UploadedFile("b.csv", b"b", MAPPING, uuid.uuid4())])


def test_a_file_that_is_being_replaced_is_not_replaced_a_second_time(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    old = loaded("jan.csv", [(MONDAY, "online", "TV", 0.0, 100.0)])
    files.hand_in(s, person, project, [UploadedFile("jan2.csv", b"b", MAPPING, old)])
    with pytest.raises(UserError, match=r"jan2\.csv is being read in the place of that file"):
        files.hand_in(s, person, project, [UploadedFile("jan3.csv", b"c", MAPPING, old)])


def test_a_slip_of_a_tills_clock_makes_no_months_for_everybody(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    before = s.scalar(text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'sales_aggregated'::regclass"))
    loaded("a.csv", [("1970-01-01", "online", "TV", 0.0, 5.0), ("2099-12-31", "online", "TV", 0.0, 7.0)])
    after = s.scalar(text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'sales_aggregated'::regclass"))
    assert before == after and files.sales(s, person, project)["sales_value"].sum() == 12.0


def test_a_cancelled_job_leaves_its_files_out_and_they_may_come_again(
    s: Session, person: Person, project: int
) -> None:
    file = UploadedFile("a.csv", b"a", MAPPING)
    job_id = files.hand_in(s, person, project, [file])
    with pytest.raises(UserError, match="is being read"):
        files.hand_in(s, person, project, [file])
    assert job_store.cancel_job(s, person, job_id) and not job_store.cancel_job(s, person, job_id)
    assert job_store.processing_job(s, person, job_id).status == JobStatus.CANCELLED
    (kept,) = files.sales_files(s, person, project)
    assert kept.status == FileStatus.FAILED and kept.sentence == "Cancelled before it began."
    assert files.hand_in(s, person, project, [file]) != job_id


def test_the_latest_mapping_is_remembered_once(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    loaded("a.csv", [(MONDAY, "online", "TV", 0.0, 100.0)])
    loaded("b.csv", [(TUESDAY, "online", "TV", 0.0, 100.0)])
    assert files.remembered_mappings(s, person, project) == (MAPPING,)


def test_the_span_tells_what_the_facts_cover(s: Session, person: Person, project: int, loaded: Load) -> None:
    assert files.facts_span(s, person, project) is None
    loaded("a.csv", [(MONDAY, "online", "TV", 20.0, 100.0), (TUESDAY, "offline", "Audio", 0.0, 1.0)])
    span = files.facts_span(s, person, project)
    assert span is not None and (str(span.first_on), str(span.last_on)) == (MONDAY, TUESDAY)
    assert (span.rows, span.promo_days, span.channels, span.departments, span.geos) == (
        2, 1, ("offline", "online"), ("Audio", "TV"), ("ALL",),
    )  # fmt: skip


def test_strangers_find_nothing_and_viewers_change_nothing(
    s: Session,
    person: Person,
    stranger: Person,
    new_person: Callable[..., Person],
    project: int,
    loaded: Load,
) -> None:
    file_id = loaded("a.csv", [(MONDAY, "online", "TV", 0.0, 100.0)])
    job_id = job_store.processing_jobs(s, person, project)[0].id
    viewer = new_person("vera")
    join_as(s, project, viewer.id, Role.VIEWER)
    handed = [UploadedFile("b.csv", b"b", MAPPING)]
    for ask in (files.sales, files.sales_files, files.facts_key, files.facts_span, job_store.processing_jobs):
        with pytest.raises(NotFound):
            ask(s, stranger, project)  # type: ignore[operator]
        ask(s, viewer, project)  # type: ignore[operator]
    for who, error in ((stranger, NotFound), (viewer, AccessDenied)):
        with pytest.raises(error):
            files.hand_in(s, who, project, handed)
        for change in (files.withdraw_file, files.restore_file):
            with pytest.raises(error):
                change(s, who, file_id)
        with pytest.raises(error):
            job_store.cancel_job(s, who, job_id)
    with pytest.raises(NotFound):
        files.rejected(s, stranger, file_id)


def test_facts_that_allow_it_are_learned_from_by_themselves_and_once(
    s: Session, person: Person, project: int, loaded: Load
) -> None:
    days = [str(day.date()) for day in pd.date_range("2024-01-01", periods=60, freq="D")]
    file_id = loaded(
        "a.csv", [(day, "online", "TV", 20.0 * (at % 20 == 19), 100.0) for at, day in enumerate(days)]
    )
    files.withdraw_file(s, person, file_id)
    assert job_store.processing_jobs(s, person, project, kind=JobKind.UPLIFT) == ()
    files.restore_file(s, person, file_id)
    files.withdraw_file(s, person, file_id)
    files.restore_file(s, person, file_id)
    (job,) = job_store.processing_jobs(s, person, project, kind=JobKind.UPLIFT)
    assert job.active and claimed(s, job.id, JobKind.UPLIFT)
