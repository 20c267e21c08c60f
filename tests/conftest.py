"""A database of its own for the tests, and the people and projects they act with.

`s` is a transaction that is rolled back: quick, for stores. `empty_database` is a whole database for
code that opens its own sessions or processes: pages, the web routes, the worker.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

# Before anything of the app is imported: no test may touch a developer's own installation.
_HOME = Path(tempfile.mkdtemp(prefix="mixwright-tests-"))
_HOME.chmod(0o711)
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["MIXWRIGHT_HOME"] = str(_HOME / "home")
os.environ["MIXWRIGHT_WORKER"] = "0"
os.environ["MIXWRIGHT_DEMO"] = "0"
# As in the worker: threads of the linear algebra that wait for each other cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
for _name in ("DATABASE_URL", "MIXWRIGHT_ARTIFACTS", "MIXWRIGHT_OPEN_REGISTRATION", "MIXWRIGHT_PUBLIC_URL"):
    os.environ.pop(_name, None)

import psycopg  # noqa: E402
import pytest  # noqa: E402
from argon2 import PasswordHasher  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from core import database as store  # noqa: E402
from core.access import Person, Role, credentials  # noqa: E402
from core.access.store import join_as  # noqa: E402
from core.access.store.accounts import add_account  # noqa: E402
from core.settings import settings  # noqa: E402
from db.backup import drop_database  # noqa: E402
from db.server import PostgresServer  # noqa: E402
from db.session import make_engine  # noqa: E402
from db.tables import Project  # noqa: E402

# Tests need no crash safety, and there are many short transactions.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
PASSWORD = "long enough for anybody"
_TEMPLATE = "mixwright_template"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, a file stays in one: what it prepares is prepared once."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> None:
    """Passwords are hashed cheaply in tests; what hashing really costs is proved where it matters."""
    credentials._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The embedded server of this test run (MIXWRIGHT_PG_BIN chooses its version), nothing in it yet."""
    binaries = os.environ.get("MIXWRIGHT_PG_BIN")
    server = PostgresServer(_HOME / "postgres", Path(binaries) if binaries else None, FAST)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def database(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """The server with the app's tables; `core.database` talks to it."""
    _point_to(postgres.url())
    store.shut_down()
    _execute(postgres, f"create database {_TEMPLATE} template mixwright")
    store.bring_up()
    yield postgres
    store.shut_down()


@pytest.fixture
def s(database: PostgresServer) -> Iterator[Session]:
    """A session in a transaction that is rolled back; commits inside are savepoints."""
    engine = make_engine(database.url(), pool_size=1)
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()
    engine.dispose()


@pytest.fixture
def empty_database(database: PostgresServer) -> Iterator[str]:
    """The address of a database of this test's own, with tables and roles.

    `core.database.session` and new processes use it, through DATABASE_URL.
    """
    name = f"test_{os.urandom(4).hex()}"
    _execute(database, f"create database {name} template {_TEMPLATE}")
    store.shut_down()
    _point_to(database.url(name))
    yield database.url(name)
    store.shut_down()
    _point_to(database.url())
    drop_database(database.conninfo("postgres"), name)


@pytest.fixture
def new_person(s: Session) -> Callable[..., Person]:
    """Makes accounts: `new_person("bea")`; the password is tests.conftest.PASSWORD."""

    def make(username: str, *, is_owner: bool = False) -> Person:
        return add_account(s, username, PASSWORD, username.title(), is_owner=is_owner)

    return make


@pytest.fixture
def owner(new_person: Callable[..., Person]) -> Person:
    """The owner of the installation, a member of nothing."""
    return new_person("olga", is_owner=True)


@pytest.fixture
def person(new_person: Callable[..., Person]) -> Person:
    """An ordinary person."""
    return new_person("paul")


@pytest.fixture
def stranger(new_person: Callable[..., Person]) -> Person:
    """Somebody who belongs to no project of the test."""
    return new_person("sara")


@pytest.fixture
def new_project(s: Session) -> Callable[..., int]:
    """Makes projects: `new_project(person, "Spring")` returns its id; the person is its owner."""

    def make(maker: Person, name: str = "Shop", *, is_demo: bool = False) -> int:
        project = Project(user_id=maker.id, name=name, is_demo=is_demo)
        s.add(project)
        s.flush()
        join_as(s, project.id, maker.id, Role.OWNER)
        return project.id

    return make


@pytest.fixture
def project(new_project: Callable[..., int], person: Person) -> int:
    """The id of a project of `person`."""
    return new_project(person)


def _point_to(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    settings.cache_clear()
    store.bring_up()


def _execute(server: PostgresServer, statement: str) -> None:
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(statement)
