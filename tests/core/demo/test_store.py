import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import database
from core.access import AccessDenied, Person
from core.access.store import add_demo_account
from core.demo import retail
from core.demo.store import PROMO_DEMO_KEY, join_demo, make_demo, show_promotions
from core.demo.weekly_sales import weekly_sales
from core.mmm.store import models
from core.projects import store as projects
from core.promo.ingest.inspection import inspect_sales
from core.promo.store import files as facts
from core.promo.store import reference
from core.promo.store.post_mortems import brief
from core.promo.store.scenarios import promos
from core.queue.job import JobKind, JobStatus, ProjectBusy
from core.queue.store import jobs as job_store
from core.queue.store import state
from db.tables import InstallationSetting, Model, Project
from tests.pages.plan.learned import keep_learned


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
    assert [info.status for info in waiting] == [JobStatus.QUEUED]


def test_two_apps_that_start_together_make_one_demo(empty_database: str) -> None:
    made: list[int | None] = []

    def start() -> None:
        with database.session() as s:
            made.append(make_demo(s))

    starts = [threading.Thread(target=start) for _ in range(4)]
    for thread in starts:
        thread.start()
    for thread in starts:
        thread.join()
    assert len(made) == 4 and len(set(made)) == 1
    with database.read_session() as s:
        counted = [s.scalar(select(func.count()).select_from(table)) for table in (Project, Model)]
    assert counted == [2, 1], "the mix model's demo and the retailer's"


def test_a_training_that_was_killed_is_tried_again_at_the_next_start(s: Session) -> None:
    make_demo(s)
    model = s.scalars(select(Model)).one()
    model.status, model.message, model.attempt = JobStatus.FAILED, "The training process was killed.", 2
    s.flush()
    make_demo(s)
    assert (model.status, model.attempt) == (JobStatus.QUEUED, 0)


def test_a_training_that_failed_by_an_error_is_not_repeated_for_ever(s: Session) -> None:
    make_demo(s)
    model = s.scalars(select(Model)).one()
    model.status, model.error_reference = JobStatus.FAILED, "abcd1234"
    s.flush()
    make_demo(s)
    assert model.status == JobStatus.FAILED


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


def second_demo(s: Session) -> Project:
    return s.scalars(select(Project).where(Project.name == "Demo: promotions")).one()


def test_the_second_demo_waits_with_everything_a_retailer_hands_in(s: Session, owner: Person) -> None:
    made = make_demo(s)
    join_demo(s, owner)
    shop = second_demo(s).id
    files = facts.sales_files(s, owner, shop)
    assert {file.name for file in files} == set(retail.SALES)
    (job,) = job_store.processing_jobs(s, owner, shop)
    assert job.active and job.files_queued == 2
    assert len(reference.targets(s, owner, shop)) == 36 and len(reference.segments(s, owner, shop)) == 4
    assert len(reference.catalog(s, owner, shop)) == 46
    assert reference.promo_settings(s, owner, shop).legal_text.startswith("While stocks last")
    assert make_demo(s) == made and len(job_store.processing_jobs(s, owner, shop)) == 1


def test_the_first_demos_training_goes_before_the_second_demos_job(s: Session, owner: Person) -> None:
    make_demo(s)
    join_demo(s, owner)
    (job,) = job_store.processing_jobs(s, owner, second_demo(s).id)
    with pytest.raises(ProjectBusy, match="training goes first"):
        state.claim(s, JobKind.SALES, job.id, "a/1/1")
    model = s.scalars(select(Model)).one()
    model.status = JobStatus.COMPLETED
    s.flush()
    assert state.claim(s, JobKind.SALES, job.id, "a/1/1") is not None


def test_the_first_demo_stays_first_in_lists_and_the_demo_account_changes_neither(s: Session) -> None:
    first = make_demo(s)
    person = demo_person(s)
    listed = projects.projects(s, person)
    assert [project.id for project in listed] == [first, second_demo(s).id]
    assert [project.role for project in listed] == ["viewer", "viewer"]
    (file, _) = facts.sales_files(s, person, listed[1].id)
    with pytest.raises(AccessDenied):
        facts.withdraw_file(s, person, file.id)
    with pytest.raises(AccessDenied):
        reference.save_targets(s, person, listed[1].id, reference.targets(s, person, listed[1].id))


def test_an_installation_with_the_first_demo_alone_gets_the_second_and_a_deleted_one_stays_away(
    s: Session,
) -> None:
    make_demo(s)
    s.delete(second_demo(s))
    s.delete(s.get_one(InstallationSetting, PROMO_DEMO_KEY))
    s.flush()
    make_demo(s)
    again = second_demo(s)
    again.deleted_at = s.scalar(select(func.now()))
    s.flush()
    make_demo(s)
    assert second_demo(s).id == again.id


def test_the_second_demos_mapping_is_what_the_files_are_guessed_to_be() -> None:
    for name in retail.SALES:
        assert inspect_sales(retail.FOLDER / name, name).mapping == retail.MAPPING


def test_once_learned_the_second_demo_shows_plans_and_a_brief(empty_database: str) -> None:
    with database.session() as s:
        make_demo(s)
        person, shop = demo_person(s), second_demo(s).id
    keep_learned(person, shop, with_reference=False)
    with database.session() as s:
        assert show_promotions(s, shop)
    with database.session() as s:
        shown = promos(s, person, shop)
        assert {info.name for info in shown} >= {"October: the best deal", "October: as deep as allowed"}
        assert all(info.status is not None and info.model_version == "1" for info in shown)
        assert [info.name for info in shown if brief(s, person, info.id)] == ["October: the best deal"]
        assert projects.project(s, person, shop).role == "viewer", "lent hands are taken back"
        assert not show_promotions(s, shop), "shown once"
        assert len(promos(s, person, shop)) == len(shown)


def test_nothing_is_put_into_other_projects(s: Session, owner: Person, project: int) -> None:
    make_demo(s)
    assert not show_promotions(s, project)
