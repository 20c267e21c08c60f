import datetime as dt

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import artifacts
from core.access import NotFound, Person
from core.data import store as data
from core.data.dataset_info import DatasetInfo
from core.mmm.store import models
from core.mmm.store import plans as scenarios
from core.queue.job import Attempt
from core.queue.store import state
from core.worker.store import Terms, purge
from db.tables import ModelResult


def long_ago(s: Session, table: str) -> None:
    s.execute(
        text(f"UPDATE {table} SET deleted_at = now() - interval '31 days' WHERE deleted_at IS NOT NULL")
    )
    s.expire_all()


def test_what_was_deleted_yesterday_can_still_be_brought_back(
    s: Session, person: Person, completed: int
) -> None:
    models.delete_model(s, person, completed)
    assert purge(s).rows["models"] == 0
    assert models.restore_model(s, person, completed).results is not None


def test_what_was_deleted_a_month_ago_is_gone_with_its_files(
    s: Session, person: Person, dataset: DatasetInfo
) -> None:
    data.delete_dataset(s, person, dataset.id)
    long_ago(s, "datasets")
    purged = purge(s)
    assert purged.rows["data sets"] == 1
    assert set(purged.files) == {dataset.file_path, dataset.frame_path}
    assert artifacts.exists(dataset.file_path)
    purged.remove_files()
    assert not artifacts.exists(dataset.file_path)
    with pytest.raises(NotFound):
        data.restore_dataset(s, person, dataset.id)


def test_data_on_which_a_model_stands_stay(
    s: Session, person: Person, dataset: DatasetInfo, completed: int
) -> None:
    data.delete_dataset(s, person, dataset.id)
    long_ago(s, "datasets")
    assert purge(s).rows["data sets"] == 0
    assert models.model(s, person, completed).dataset_name == "Sales"


def test_a_model_on_which_a_plan_stands_stays(s: Session, person: Person, completed: int) -> None:
    plan = scenarios.save_scenario(s, person, completed, "Plan", "budget", {}, {"kpi": 1})
    models.delete_model(s, person, completed)
    long_ago(s, "models")
    assert purge(s).rows["models"] == 0
    scenarios.delete_scenario(s, person, plan.id)
    long_ago(s, "optimization_scenarios")
    purged = purge(s)
    assert (purged.rows["scenarios"], purged.rows["models"]) == (1, 1)


def test_a_file_that_a_copy_names_is_kept(s: Session, person: Person, dataset: DatasetInfo) -> None:
    data.duplicate_dataset(s, person, dataset.id)
    data.delete_dataset(s, person, dataset.id)
    long_ago(s, "datasets")
    purged = purge(s)
    assert (purged.rows["data sets"], purged.files) == (1, ())


def test_old_audit_entries_go_after_two_years(s: Session, dataset: DatasetInfo) -> None:
    s.execute(text("UPDATE audit_log SET at = now() - interval '3 years'"))
    assert purge(s).rows["audit entries"] >= 1
    assert s.scalar(text("SELECT count(*) FROM audit_log")) == 0


def test_terms_that_keep_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="some time"):
        Terms(undo=dt.timedelta(0))


def test_a_fit_that_no_row_came_to_name_is_removed_but_not_while_its_model_trains(
    s: Session, waiting: int, running: Attempt
) -> None:
    key = f"projects/1/models/{running.job_id}/1-abandoned"
    keys = [f"{key}/posterior.nc", f"{key}/model.json", "projects/1/datasets/abc/file"]
    assert purge(s, files=keys).files == ()
    assert state.fail(s, running, "The training process was killed.")
    assert purge(s, files=keys).files == (key,)


def test_a_fit_that_a_row_names_is_no_orphan(s: Session, completed: int) -> None:
    named = s.scalars(select(ModelResult.artifacts_path)).one()
    assert purge(s, files=[f"{named}/posterior.nc"]).files == ()
