from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import AccessDenied, NotFound, Person, Role
from core.access.store import add_demo_account, audit, join_as
from core.errors import UserError
from core.mmm.store.models import model
from core.projects import store as projects
from core.queue.job import Attempt, JobStatus
from db.tables import Model


def actions(s: Session, person: Person, project_id: int) -> list[str]:
    return [event.action for event in audit(s, person, project_id)]


def test_whoever_makes_a_project_is_its_owner_and_the_audit_log_says_so(s: Session, person: Person) -> None:
    made = projects.create_project(s, person, " Spring  shop ", currency="usd", kpi_label="Sales")
    assert (made.name, made.currency, made.kpi_label, made.role, made.members) == (
        "Spring shop",
        "USD",
        "Sales",
        "owner",
        1,
    )
    assert actions(s, person, made.id) == ["project:create"]
    assert [info.id for info in projects.projects(s, person)] == [made.id]


@pytest.mark.parametrize("currency", ["", "EU", "EURO", "€", "E1R"])
def test_a_currency_that_is_no_code_is_refused(s: Session, person: Person, currency: str) -> None:
    with pytest.raises(UserError, match="three letters"):
        projects.create_project(s, person, "Shop", currency=currency)


def test_a_stranger_cannot_tell_a_project_from_one_that_is_not_there(
    s: Session, person: Person, stranger: Person, project: int
) -> None:
    sentences = []
    for number in (project, 10**6):
        with pytest.raises(NotFound) as refused:
            projects.project(s, stranger, number)
        sentences.append(str(refused.value))
    assert sentences[0] == sentences[1]
    for change in (projects.delete_project, projects.archive_project, projects.restore_project):
        with pytest.raises(NotFound):
            change(s, stranger, project)
    with pytest.raises(NotFound):
        projects.rename_project(s, stranger, project, "Mine now")
    assert projects.project(s, person, project).name == "Shop"


def test_a_viewer_sees_a_project_and_changes_nothing(
    s: Session, person: Person, stranger: Person, project: int
) -> None:
    join_as(s, project, stranger.id, Role.VIEWER)
    assert projects.project(s, stranger, project).role == "viewer"
    with pytest.raises(AccessDenied):
        projects.rename_project(s, stranger, project, "Other")
    with pytest.raises(AccessDenied):
        projects.delete_project(s, stranger, project)


def test_the_demo_account_makes_no_projects(s: Session) -> None:
    demo = add_demo_account(s, "a password of some length")
    with pytest.raises(AccessDenied, match="demo account"):
        projects.create_project(s, demo, "Mine")


def test_a_deleted_project_is_gone_and_comes_back_by_restore(
    s: Session, person: Person, project: int, waiting: int
) -> None:
    projects.delete_project(s, person, project)
    assert projects.projects(s, person) == ()
    with pytest.raises(NotFound):
        projects.project(s, person, project)
    with pytest.raises(NotFound):
        model(s, person, waiting)
    restored = projects.restore_project(s, person, project)
    assert (restored.deleted, restored.models) == (False, 1)
    assert model(s, person, waiting).status == JobStatus.CANCELLED
    assert "project:restore" in actions(s, person, project)


def test_deleting_a_project_asks_its_running_training_to_stop(
    s: Session, person: Person, project: int, running: Attempt
) -> None:
    projects.delete_project(s, person, project)
    assert s.scalars(select(Model.cancel_requested).where(Model.id == running.job_id)).one()


def test_an_archived_project_is_listed_apart_and_still_opens(
    s: Session, person: Person, project: int
) -> None:
    projects.archive_project(s, person, project)
    assert projects.projects(s, person) == ()
    assert [info.id for info in projects.projects(s, person, archived=True)] == [project]
    assert projects.project(s, person, project).archived
    projects.unarchive_project(s, person, project)
    assert [info.id for info in projects.projects(s, person)] == [project]


def test_settings_are_merged_key_by_key(s: Session, person: Person, project: int) -> None:
    projects.update_project(s, person, project, settings={"a": 1, "b": 2})
    changed = projects.update_project(s, person, project, settings={"b": 3}, description=" new ")
    assert dict(changed.settings) == {"a": 1, "b": 3}
    assert changed.description == "new"


def test_counts_leave_out_what_is_deleted_and_what_others_own(
    s: Session, person: Person, project: int, waiting: int, new_project: Callable[..., int]
) -> None:
    other = new_project(person, "Other")
    assert (projects.project(s, person, project).datasets, projects.project(s, person, project).models) == (
        1,
        1,
    )
    assert projects.project(s, person, other).datasets == 0
