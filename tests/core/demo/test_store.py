import threading

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import store
from core.access import AccessDenied, Person
from core.access.store import add_demo_account
from core.demo.store import join_demo, make_demo
from core.demo.weekly_sales import weekly_sales
from core.mmm import store as models
from core.mmm.model_info import TrainingStatus
from core.projects import store as projects
from db.tables import Model, ModelStatus, Project


def demo_person(s: Session) -> Person:
    return add_demo_account(s, "a password of some length")


def test_the_demo_has_friendly_names_and_sensible_roles() -> None:
    config = weekly_sales().config
    names = [config.label(column) for column in config.channel_columns]
    assert sorted(names) == ["Facebook", "Out of home", "Print", "Search", "TV"]
    assert (config.organic_columns, config.control_columns) == (("newsletter",), ("competitor_sales_B",))
    assert config.event_column == "events"


def test_the_demo_is_made_once_and_waits_for_its_training(s: Session) -> None:
    made = make_demo(s)
    assert made is not None and make_demo(s) == made
    person = demo_person(s)
    assert projects.project(s, person, made).role == "viewer"
    waiting = models.models(s, person, made)
    assert [info.status for info in waiting] == [TrainingStatus.PENDING]


def test_two_apps_that_start_together_make_one_demo(empty_database: str) -> None:
    made: list[int | None] = []

    def start() -> None:
        with store.session() as s:
            made.append(make_demo(s))

    starts = [threading.Thread(target=start) for _ in range(4)]
    for thread in starts:
        thread.start()
    for thread in starts:
        thread.join()
    assert len(made) == 4 and len(set(made)) == 1
    with store.read_session() as s:
        counted = [s.scalar(select(func.count()).select_from(table)) for table in (Project, Model)]
    assert counted == [1, 1]


def test_a_training_that_was_killed_is_tried_again_at_the_next_start(s: Session) -> None:
    make_demo(s)
    model = s.scalars(select(Model)).one()
    model.status, model.message, model.attempt = ModelStatus.FAILED, "The training process was killed.", 2
    s.flush()
    make_demo(s)
    assert (model.status, model.attempt) == (ModelStatus.PENDING, 0)


def test_a_training_that_failed_by_an_error_is_not_repeated_for_ever(s: Session) -> None:
    make_demo(s)
    model = s.scalars(select(Model)).one()
    model.status, model.error_reference = ModelStatus.FAILED, "abcd1234"
    s.flush()
    make_demo(s)
    assert model.status == ModelStatus.FAILED


def test_a_deleted_demo_stays_deleted(s: Session) -> None:
    made = make_demo(s)
    s.get_one(Project, made).deleted_at = s.scalar(select(func.now()))
    s.flush()
    assert make_demo(s) is None


def test_the_owner_may_join_the_demo_and_joining_twice_is_harmless(s: Session, owner: Person) -> None:
    join_demo(s, owner)
    made = make_demo(s)
    assert made is not None
    join_demo(s, owner)
    join_demo(s, owner)
    assert projects.project(s, owner, made).role == "owner"


def test_the_demo_account_looks_and_changes_nothing(s: Session) -> None:
    made = make_demo(s)
    assert made is not None
    person = demo_person(s)
    info = models.models(s, person, made)[0]
    for change in (models.cancel, models.run_again, models.delete_model, models.archive_model):
        try:
            change(s, person, info.id)
        except AccessDenied:
            continue
        raise AssertionError(f"{change.__name__} was allowed")
