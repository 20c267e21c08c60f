"""Everything may be killed at any moment: nothing that was saved is lost, and work goes on."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from core.access import Person, Role
from core.access.store import join_as
from core.projects import store as projects
from db.tables import Dataset, Model, ModelResult, Project, User
from tests.crash.installation import Installation, kill, runs, until


@pytest.fixture
def installation() -> Iterator[Installation]:
    made = Installation()
    yield made
    made.remove()


def saved_project(installation: Installation) -> str:
    """A project that somebody saves in the middle of it all; its name."""
    with installation.session() as s:
        user = User(username="paula", password="-", display_name="Paula")
        s.add(user)
        s.flush()
        person = Person(user.id, user.username, user.display_name, is_owner=False, is_demo=False)
        made = projects.create_project(s, person, "Saved while everything burns")
        demo = s.scalars(select(Project.id).where(Project.is_demo).order_by(Project.id)).first()
        assert demo is not None
        join_as(s, demo, user.id, Role.VIEWER)
    return made.name


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_app_database_worker_and_training_are_killed_one_after_another(installation: Installation) -> None:
    app = installation.start_app()
    name = saved_project(installation)
    assert until(installation.samples), installation.model()

    worker, training = installation.worker_pid(), installation.training_pid()
    kill(app.pid, installation.database_pid())
    assert runs(worker) and runs(training), "the worker and its training outlive app and database"
    app = installation.start_app()
    assert installation.worker_pid() == worker, "the next app adopts the worker"
    assert until(lambda: installation.is_at("completed")), installation.model()
    assert installation.model().attempt == 1, "a database that was away costs no training"

    with installation.session() as s:
        assert s.scalar(select(func.count()).select_from(ModelResult)) == 1
        assert s.scalar(select(Project.name).where(~Project.is_demo)) == name
        model = s.scalars(select(Model)).one()
        assert s.get_one(Dataset, model.dataset_id).rows == 208


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_worker_is_replaced_and_a_killed_training_says_so(installation: Installation) -> None:
    app = installation.start_app()
    assert until(installation.samples), installation.model()

    worker, training = installation.worker_pid(), installation.training_pid()
    kill(worker)
    assert until(lambda: not runs(training), 10), "a training without its worker ends"
    assert until(lambda: installation.worker_pid() not in (0, worker), 60)
    assert until(lambda: installation.samples() and installation.model().attempt == 2), installation.model()

    kill(installation.training_pid())
    assert until(lambda: installation.is_at("failed"), 30), installation.model()
    assert "killed (SIGKILL)" in installation.model().message

    kill(installation.worker_pid(), installation.database_pid(), app.pid)
    installation.start_app()
    assert until(lambda: installation.is_at("completed"), 180), installation.model()
    with installation.session() as s:
        assert s.scalar(select(func.count()).select_from(Model)) == 1, "the demo is made once"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_after_everything_dies_at_once_the_next_start_trains_what_was_begun(
    installation: Installation,
) -> None:
    app = installation.start_app()
    name = saved_project(installation)
    assert until(installation.samples), installation.model()
    training = installation.training_pid()
    kill(installation.database_pid(), installation.worker_pid(), training, app.pid)

    installation.start_app()
    assert until(lambda: installation.is_at("completed"), 180), installation.model()
    assert installation.model().attempt == 2
    with installation.session() as s:
        assert s.scalar(select(Project.name).where(~Project.is_demo)) == name
