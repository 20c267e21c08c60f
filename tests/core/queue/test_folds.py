from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import Person
from core.mmm.model_info import TrainingStatus
from core.mmm.store import models, validations
from core.mmm.validation.validation_info import FoldInfo
from core.queue.attempt import LIVE_TRAININGS_A_PROJECT, Progress, ProjectBusy, Run
from core.queue.store import runs
from core.queue.store.folds import claim_slice, complete_slice
from core.worker.store.recovery import recover, recover_slices
from tests.core.mmm.validation.test_summary import result


def dead(name: str) -> bool | None:
    return False


def alive(name: str) -> bool | None:
    return True


@pytest.fixture
def check(s: Session, person: Person, completed: int) -> int:
    """A validation whose slices wait."""
    return validations.start(s, person, completed)


@pytest.fixture
def run(s: Session, person: Person, check: int) -> Run:
    """Its first slice in the hands of a worker."""
    found = claim_slice(s, slices(s, person, check)[0].id, "somewhere/1/1")
    assert found is not None
    return found


def slices(s: Session, person: Person, check: int) -> tuple[FoldInfo, ...]:
    return validations.validation(s, person, check).slices


def test_a_slice_is_taken_up_once_and_knows_its_cutoff(
    s: Session, person: Person, check: int, run: Run
) -> None:
    assert run.slice == slices(s, person, check)[0].slice.to_json() and run.attempt == 1
    assert run.title == f"Slice 1 of a check of model {run.model_id}"
    assert run.slice_id is not None and claim_slice(s, run.slice_id, "other/2/2") is None


def test_slices_and_trainings_of_a_project_share_its_places(
    s: Session, person: Person, check: int, run: Run
) -> None:
    training = models.run_again(s, person, run.model_id)
    assert LIVE_TRAININGS_A_PROJECT == 2 and runs.claim(s, training, "a/1/1") is not None
    with pytest.raises(ProjectBusy):
        claim_slice(s, slices(s, person, check)[1].id, "a/1/1")
    with pytest.raises(ProjectBusy):
        runs.claim(s, models.run_again(s, person, run.model_id), "a/1/1")
    assert runs.fail(s, run, "No.")
    assert claim_slice(s, slices(s, person, check)[1].id, "a/1/1") is not None


def test_whoever_lost_the_slice_writes_nothing_any_more(s: Session, run: Run) -> None:
    for lost in (replace(run, attempt=2), replace(run, run_by="other/9/9")):
        assert not runs.beat(s, lost, Progress("sample", 1, 2))
        assert not complete_slice(s, lost, result(1).to_json())
        assert not runs.fail(s, lost, "No.") and not runs.release(s, lost)
    assert runs.beat(s, run, Progress("sample", 1, 2))


def test_a_beat_is_the_progress_people_see(s: Session, person: Person, check: int, run: Run) -> None:
    runs.beat(s, run, Progress("sample", 30, 60, 1))
    first = slices(s, person, check)[0]
    assert (first.stage, first.progress_share) == ("sample", 0.5)
    assert validations.validation(s, person, check).progress_share == pytest.approx(0.5 / 4)


def test_completing_twice_is_harmless_after_a_lost_answer(s: Session, run: Run) -> None:
    assert complete_slice(s, run, result(1).to_json())
    assert complete_slice(s, run, result(1).to_json())
    assert not complete_slice(s, replace(run, run_by="other/9/9"), result(1).to_json())


def test_a_released_slice_waits_with_a_new_job_as_if_it_had_not_begun(
    s: Session, person: Person, check: int, run: Run
) -> None:
    assert runs.release(s, run)
    assert slices(s, person, check)[0].status is TrainingStatus.PENDING
    assert run.slice_id is not None
    again = claim_slice(s, run.slice_id, "other/2/2")
    assert again is not None and again.attempt == 1
    task = text(
        "SELECT task_name FROM procrastinate_jobs job "
        "JOIN validation_slices slice ON slice.job_id = job.id WHERE slice.id = :id"
    )
    assert s.scalar(task, {"id": run.slice_id}) == "validate_slice"


def test_a_slice_whose_worker_died_starts_again_once_and_then_fails(
    s: Session, person: Person, check: int, run: Run
) -> None:
    assert recover(s, dead) == () and recover_slices(s, alive) == ()
    assert recover_slices(s, dead) == (run.slice_id,)
    assert slices(s, person, check)[0].status is TrainingStatus.PENDING
    assert run.slice_id is not None and claim_slice(s, run.slice_id, "other/2/2") is not None
    assert recover_slices(s, dead) == (run.slice_id,)
    found = slices(s, person, check)[0]
    assert found.status is TrainingStatus.FAILED and found.message and "killed twice" in found.message
    assert [part.status for part in slices(s, person, check)[1:]] == [TrainingStatus.PENDING] * 3


def test_a_waiting_slice_that_lost_its_job_gets_another(s: Session, person: Person, check: int) -> None:
    second = slices(s, person, check)[1].id
    s.execute(text("UPDATE validation_slices SET job_id = NULL WHERE id = :id"), {"id": second})
    assert recover_slices(s, alive) == (second,)
    assert recover_slices(s, alive) == ()
