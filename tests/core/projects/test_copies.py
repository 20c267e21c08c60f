import pytest
from sqlalchemy.orm import Session

from core.access import NotFound, Person
from core.data import store as data
from core.data.dataset_info import DatasetInfo
from core.demo.weekly_sales import Demo
from core.mmm.store import models
from core.mmm.store import plans as scenarios
from core.projects.store import delete_project, duplicate_project
from core.worker.store import purge
from db.tables import Project


def test_a_copy_has_all_versions_models_results_and_scenarios_and_no_other_member(
    s: Session, person: Person, project: int, dataset: DatasetInfo, weekly: Demo, completed: int
) -> None:
    data.save_version(s, person, dataset.id, [("next.csv", b"x")], weekly.prepared)
    scenarios.save_scenario(s, person, completed, "Plan", "budget", {"total": 1}, {"kpi": 2})
    copy = duplicate_project(s, person, project)
    assert copy.name == "Shop (copy)"
    assert (copy.datasets, copy.models, copy.scenarios, copy.members) == (1, 1, 1, 1)
    copied_data = data.datasets(s, person, copy.id)[0]
    assert (copied_data.version, copied_data.versions) == (2, 2)
    copied_model = models.models(s, person, copy.id)[0]
    assert copied_model.results == models.model(s, person, completed).results
    assert copied_model.dataset_id in {info.id for info in data.versions(s, person, copied_data.id)}
    plan = scenarios.scenarios(s, person, copy.id)[0]
    assert (plan.model_id, plan.results) == (copied_model.id, {"kpi": 2})


def test_the_copy_lives_on_when_the_original_is_gone_for_good(
    s: Session, person: Person, project: int, completed: int
) -> None:
    copy = duplicate_project(s, person, project, "Mine")
    delete_project(s, person, project)
    s.get_one(Project, project).deleted_at = s.get_one(Project, project).created_at.replace(year=2020)
    s.flush()
    purged = purge(s)
    assert purged.rows["projects"] == 1
    copied = data.datasets(s, person, copy.id)[0]
    assert copied.frame_path not in purged.files
    assert len(data.dataset_frame(copied)) == copied.rows
    assert models.models(s, person, copy.id)[0].artifacts_path not in purged.files


def test_a_stranger_copies_nothing(s: Session, stranger: Person, project: int) -> None:
    with pytest.raises(NotFound):
        duplicate_project(s, stranger, project)
