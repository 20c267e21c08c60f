import datetime as dt
import json
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import audit, join_as
from core.data.dataset_info import DatasetInfo
from core.demo.weekly_sales import Demo
from core.errors import UserError
from core.mmm.job_results import TrainingResults
from core.mmm.store import models
from core.mmm.store.training import complete_training
from core.queue.job import Attempt, JobStatus, Progress
from core.queue.store import state
from db.tables import FeatureImportance, ModelMetric


def job_status(s: Session, model_id: int) -> str | None:
    found = text(
        "SELECT j.status FROM procrastinate_jobs j JOIN models m ON m.job_id = j.id WHERE m.id = :id"
    )
    return s.scalar(found, {"id": model_id})


def test_training_enqueues_in_the_transaction_that_writes_the_model(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo
) -> None:
    jobs = text("SELECT count(*) FROM procrastinate_jobs")
    before = s.scalar(jobs)
    with s.begin_nested() as savepoint:
        model_id = models.train(s, person, dataset.id, "First", weekly.config)
        assert job_status(s, model_id) == "todo"
        savepoint.rollback()
    assert s.scalar(jobs) == before


def test_a_model_keeps_its_set_up_and_gets_a_seed(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo
) -> None:
    info = models.model(s, person, models.train(s, person, dataset.id, " First ", weekly.config))
    assert info.name == "First"
    assert info.mmm_config == weekly.config
    assert info.status == JobStatus.QUEUED and info.active
    assert (info.sampling["draws"], info.sampling["chains"]) == (1000, 4)
    assert info.display_name("ooh_S") == "Out of home"
    again = models.model(s, person, models.train(s, person, dataset.id, "First", weekly.config))
    assert again.sampling["seed"] == info.sampling["seed"]


def test_a_set_up_that_will_not_do_is_refused_and_nothing_waits(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo, project: int
) -> None:
    config = json.loads(weekly.config.to_json())
    for name, set_up, sampling in (
        ("Bad", config | {"channel_columns": []}, None),
        ("Bad", config | {"nonsense": 1}, None),
        ("Bad", config, {"draws": 10**6}),
        ("Bad", config, {"chains": 0, "tune": 1}),
        ("", config, None),
    ):
        with pytest.raises(UserError):
            models.train(s, person, dataset.id, name, set_up, sampling)
    assert models.models(s, person, project) == ()


def test_places_in_the_queue_count_from_one_over_all_projects(
    s: Session, person: Person, dataset: DatasetInfo, weekly: Demo
) -> None:
    numbers = [models.train(s, person, dataset.id, f"Model {n}", weekly.config) for n in range(3)]
    places = [models.model(s, person, number).queue_position for number in numbers]
    assert places == [places[0], places[0] + 1, places[0] + 2] and places[0] >= 1
    models.cancel(s, person, numbers[0])
    assert models.model(s, person, numbers[1]).queue_position == places[0]
    assert models.model(s, person, numbers[0]).queue_position is None


def test_cancelling_what_waits_ends_it_at_once_and_takes_its_job_away(
    s: Session, person: Person, waiting: int
) -> None:
    assert models.cancel(s, person, waiting)
    assert models.model(s, person, waiting).status == JobStatus.CANCELLED
    assert job_status(s, waiting) == "cancelled"
    assert not models.cancel(s, person, waiting)


def test_cancelling_what_runs_reaches_the_training_with_its_next_beat(
    s: Session, person: Person, running: Attempt
) -> None:
    assert state.beat(s, running, Progress("sample", 5, 10))
    assert models.cancel(s, person, running.job_id)
    assert not state.beat(s, running, Progress("sample", 6, 10))
    assert state.stop(s, running)
    assert models.model(s, person, running.job_id).status == JobStatus.CANCELLED


def test_a_running_model_tells_how_far_it_is(s: Session, person: Person, running: Attempt) -> None:
    state.beat(s, running, Progress("sample", 2500, 10_000, divergences=3))
    info = models.model(s, person, running.job_id)
    assert (info.stage, info.progress_share, info.divergences) == ("sample", 0.25, 3)
    assert info.heartbeat_at is not None and info.seconds_left is not None


def test_results_are_there_without_loading_draws_and_figures_have_their_tables(
    s: Session, person: Person, completed: int
) -> None:
    info = models.model(s, person, completed)
    assert info.status == JobStatus.COMPLETED and info.converged
    assert info.results and info.results["channel_summary"][0]["roas"] == 2.0
    metric = select(ModelMetric.value).where(
        ModelMetric.model_id == completed, ModelMetric.split == "holdout"
    )
    assert s.scalars(metric).one() == 0.8
    share = select(FeatureImportance).where(FeatureImportance.model_id == completed)
    assert s.scalars(share).one().upper_share == 0.13


def test_running_again_makes_a_new_model_that_names_the_old_one(
    s: Session, person: Person, completed: int
) -> None:
    again = models.model(s, person, models.run_again(s, person, completed))
    assert (again.rerun_of_id, again.status, again.results) == (completed, JobStatus.QUEUED, None)
    assert models.model(s, person, completed).results is not None


def test_retraining_takes_the_set_up_to_other_data_of_the_same_project_only(
    s: Session,
    person: Person,
    completed: int,
    dataset: DatasetInfo,
    weekly: Demo,
    new_project: Callable[..., int],
) -> None:
    from core.data.store import save_dataset, save_version

    newer = save_version(s, person, dataset.id, [("n.csv", b"x")], weekly.prepared)
    fresh = models.model(s, person, models.retrain_on(s, person, completed, newer.id))
    assert (fresh.dataset_id, fresh.rerun_of_id) == (newer.id, completed)
    elsewhere = new_project(person, "Other")
    foreign = save_dataset(s, person, elsewhere, "Other", [("o.csv", b"x")], weekly.prepared)
    with pytest.raises(UserError, match="another project"):
        models.retrain_on(s, person, completed, foreign.id)


def test_a_duplicate_is_complete_and_outlives_the_original(
    s: Session, person: Person, completed: int
) -> None:
    copy = models.duplicate_model(s, person, completed, "Twin")
    models.delete_model(s, person, completed)
    kept = models.model(s, person, copy.id)
    assert kept.results is not None and kept.artifacts_checksum == "abc"
    counted = select(func.count()).select_from(ModelMetric).where(ModelMetric.model_id == copy.id)
    assert s.scalar(counted) == 2


def test_a_model_in_training_is_not_duplicated(s: Session, person: Person, waiting: int) -> None:
    with pytest.raises(UserError, match="still being trained"):
        models.duplicate_model(s, person, waiting)


def test_deleting_a_running_model_leaves_nothing_of_its_training(
    s: Session, person: Person, running: Attempt, findings: Callable[..., TrainingResults]
) -> None:
    models.delete_model(s, person, running.job_id)
    assert not complete_training(s, running, findings())
    assert state.stop(s, running)
    restored = models.restore_model(s, person, running.job_id)
    assert (restored.status, restored.results) == (JobStatus.CANCELLED, None)


def test_toasts_get_what_ended_since_and_only_of_ones_own_projects(
    s: Session, person: Person, stranger: Person, completed: int
) -> None:
    long_ago = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    assert [info.id for info in models.finished_since(s, person, long_ago)] == [completed]
    ended = models.model(s, person, completed).finished_at
    assert ended is not None
    assert models.finished_since(s, person, ended) == ()
    assert models.finished_since(s, stranger, long_ago) == ()


def test_active_models_are_those_that_wait_or_run(
    s: Session, person: Person, stranger: Person, waiting: int
) -> None:
    assert [info.id for info in models.active_models(s, person)] == [waiting]
    assert models.active_models(s, stranger) == ()
    models.cancel(s, person, waiting)
    assert models.active_models(s, person) == ()


def test_a_stranger_finds_no_model(s: Session, stranger: Person, project: int, waiting: int) -> None:
    for look in (models.model, models.cancel, models.run_again, models.delete_model, models.restore_model):
        with pytest.raises(NotFound):
            look(s, stranger, waiting)
    with pytest.raises(NotFound):
        models.models(s, stranger, project)


def test_a_viewer_looks_and_trains_nothing(s: Session, stranger: Person, project: int, waiting: int) -> None:
    join_as(s, project, stranger.id, Role.VIEWER)
    assert models.model(s, stranger, waiting).name == "First"
    for change in (models.cancel, models.run_again, models.duplicate_model, models.delete_model):
        with pytest.raises(AccessDenied):
            change(s, stranger, waiting)


def test_lists_are_filtered_by_status_and_shelf(
    s: Session, person: Person, project: int, completed: int
) -> None:
    waiting = models.run_again(s, person, completed)
    assert [info.id for info in models.models(s, person, project)] == [waiting, completed]
    done = models.models(s, person, project, status=JobStatus.COMPLETED)
    assert [info.id for info in done] == [completed]
    models.archive_model(s, person, completed)
    assert [info.id for info in models.models(s, person, project)] == [waiting]
    assert [info.id for info in models.models(s, person, project, archived=True)] == [completed]


def test_who_did_what_to_a_model_is_written_down(
    s: Session, person: Person, project: int, waiting: int
) -> None:
    models.rename_model(s, person, waiting, "Second")
    models.cancel(s, person, waiting)
    found = {event.action for event in audit(s, person, project)}
    assert {"model:train", "model:rename", "model:cancel"} <= found
