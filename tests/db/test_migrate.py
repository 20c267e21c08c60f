"""Migrations make exactly the tables the code describes, on every version, and take them back."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path

import procrastinate
import pytest
from sqlalchemy import Engine, text

from db import migrate
from db.server import PostgresServer
from db.session import make_engine
from tests.db.servers import VERSIONS, place, server_in

_LEFT = text(
    "select relname from pg_class where relnamespace = 'public'::regnamespace "
    "and relkind in ('r', 'p', 'v', 'S') "
    "union all select proname from pg_proc where pronamespace = 'public'::regnamespace "
    "union all select typname from pg_type where typnamespace = 'public'::regnamespace and typtype = 'e'"
)


@pytest.fixture(scope="module", params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with place() as folder, server_in(folder, request.param) as made:
        made.start()
        yield made


@pytest.fixture
def engine(server: PostgresServer) -> Iterator[Engine]:
    made = make_engine(server.url())
    migrate.downgrade(made, "base")
    yield made
    made.dispose()


def test_upgrading_an_empty_database_leaves_no_difference_to_the_tables(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert migrate.current(connection) == migrate.newest()
        assert migrate.differences(connection) == []


def test_a_table_that_lacks_a_column_is_noticed(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("alter table projects drop column kpi_label"))
        assert migrate.differences(connection) != []
        connection.rollback()


def test_downgrading_leaves_nothing_but_the_empty_version_table(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.downgrade(engine, "base")
    with engine.connect() as connection:
        assert connection.execute(_LEFT).scalars().all() == ["alembic_version"]


def test_each_migration_can_be_taken_back_and_done_again(engine: Engine) -> None:
    migrate.upgrade(engine)
    for _ in range(2):
        migrate.downgrade(engine, "-1")
        migrate.upgrade(engine)
    with engine.connect() as connection:
        assert migrate.differences(connection) == []


def test_several_threads_migrating_at_once_do_it_once(engine: Engine) -> None:
    faults: list[BaseException] = []

    def upgrade() -> None:
        try:
            migrate.upgrade(engine)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_database_of_a_newer_version_is_refused_with_a_sentence(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(migrate.UnknownRevision, match="of revision 9999, which this version"):
        migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text("update alembic_version set version_num = :newest"), {"newest": migrate.newest()}
        )


def test_the_queues_migration_knows_every_migration_of_the_installed_queue() -> None:
    assert procrastinate.__file__ is not None
    theirs = sorted((Path(procrastinate.__file__).parent / "sql" / "migrations").glob("*.sql"))
    file = Path(migrate.__file__).parent / "migrations" / "versions" / "0002_the_job_queue.py"
    spec = importlib.util.spec_from_file_location("the_job_queue", file)
    assert spec is not None
    assert spec.loader is not None
    ours = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ours)
    assert theirs[-1].name == ours.LAST_OF_PROCRASTINATE
