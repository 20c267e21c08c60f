"""The door to the database: up by itself, up again after a crash, down when the last one leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import database as store
from core.database import DatabaseUnavailable, read_session, session
from core.settings import settings
from db import stale_server
from db.tables import InstallationSetting
from tests.db.servers import place


def test_a_session_is_one_transaction(empty_database: str) -> None:
    with session() as s:
        s.add(InstallationSetting(key="kept", value={}))
    with pytest.raises(RuntimeError):
        _add_and_fail()
    with session() as s:
        assert s.get(InstallationSetting, "kept") is not None
        assert s.get(InstallationSetting, "lost") is None


def _add_and_fail() -> None:
    with session() as s:
        s.add(InstallationSetting(key="lost", value={}))
        s.flush()
        raise RuntimeError


def test_a_read_session_cannot_write(empty_database: str) -> None:
    with read_session() as s:
        s.add(InstallationSetting(key="lost", value={}))
        with pytest.raises(DBAPIError, match="read-only transaction"):
            s.flush()


def test_the_address_comes_in_both_forms(empty_database: str) -> None:
    assert store.database_url() == empty_database
    assert store.conninfo().startswith("postgresql://mixwright:")


def test_a_server_that_does_not_answer_is_said_in_a_sentence(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.shut_down()
    with monkeypatch.context() as changed:
        changed.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
        settings.cache_clear()
        with pytest.raises(DatabaseUnavailable, match="does not answer"):
            store.bring_up()
    settings.cache_clear()
    store.bring_up()


@pytest.fixture
def new_home() -> Iterator[Path]:
    """The path of a home that does not exist yet."""
    with place() as folder:
        yield folder / "home"
        for pid in stale_server.backends(folder / "home" / "postgres" / "data"):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def used_home() -> Iterator[Path]:
    """A home whose server was brought up once; copying it is quicker."""
    with place() as folder:
        done = _run(folder / "home", "from core.database import bring_up; bring_up()")
        assert done.returncode == 0, done.stderr
        yield folder / "home"


@pytest.fixture
def home(new_home: Path, used_home: Path) -> Path:
    """A home with a database in it and no server running."""
    subprocess.run(["cp", "-a", str(used_home), str(new_home)], check=True)
    return new_home


def _run(home: Path, code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MIXWRIGHT_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_without_any_configuration_the_app_brings_its_database_and_takes_it_down(new_home: Path) -> None:
    done = _run(
        new_home,
        """
        from sqlalchemy import text
        import core.access.store  # registers the roles as seeds
        from core.database import read_session
        with read_session() as s:
            print(s.scalar(text("select count(*) from roles")))
        """,
    )
    assert done.stdout == "5\n", done.stderr
    assert stale_server.postmaster(new_home / "postgres" / "data") is None


def test_a_killed_server_is_brought_up_again_at_the_next_session(home: Path) -> None:
    done = _run(
        home,
        """
        import os, signal, time
        from pathlib import Path
        from sqlalchemy import text
        from core.database import session
        from db import stale_server
        from db.tables import InstallationSetting
        with session() as s:
            s.add(InstallationSetting(key="kept", value={}))
        data = Path(os.environ["MIXWRIGHT_HOME"]) / "postgres" / "data"
        for pid in stale_server.backends(data):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        with session() as s:
            print(s.get(InstallationSetting, "kept").key)
        """,
    )
    assert done.stdout == "kept\n", done.stderr


def test_the_server_stays_while_another_process_uses_it(home: Path) -> None:
    done = _run(
        home,
        """
        import subprocess, sys, os
        from pathlib import Path
        from core.database import bring_up, session
        from db import stale_server
        bring_up()
        data = Path(os.environ["MIXWRIGHT_HOME"]) / "postgres" / "data"
        first = stale_server.postmaster(data)
        subprocess.run([sys.executable, "-c", "from core.database import bring_up; bring_up()"], check=True)
        assert stale_server.postmaster(data) == first
        with session() as s:
            s.connection()
        """,
    )
    assert done.returncode == 0, done.stderr
    assert stale_server.postmaster(home / "postgres" / "data") is None


def test_several_processes_may_bring_up_an_empty_home_at_once(new_home: Path) -> None:
    environment = {**os.environ, "MIXWRIGHT_HOME": str(new_home)}
    environment.pop("DATABASE_URL", None)
    code = "from core.database import bring_up; bring_up()"
    started = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(3)]
    assert [process.wait(120) for process in started] == [0, 0, 0]
    assert stale_server.postmaster(new_home / "postgres" / "data") is None


def test_a_forked_child_leaves_its_parents_server_alone(home: Path) -> None:
    done = _run(
        home,
        """
        import os
        from sqlalchemy import text
        from core.database import session, shut_down
        with session() as s:
            s.connection()
        child = os.fork()
        if child == 0:
            shut_down()
            os._exit(0)
        os.waitpid(child, 0)
        with session() as s:
            print(s.scalar(text("select 1")))
        """,
    )
    assert done.stdout == "1\n", done.stderr


def test_a_home_of_another_version_is_refused_with_a_sentence(home: Path) -> None:
    (home / "postgres" / "data" / "PG_VERSION").write_text("14\n")
    done = _run(
        home,
        """
        from core.database import bring_up
        from core.errors import UserError
        try:
            bring_up()
        except UserError as error:
            print(error)
        """,
    )
    assert "was made by PostgreSQL 14" in done.stdout, done.stderr


def test_every_connection_of_a_killed_pool_is_replaced(empty_database: str) -> None:
    with session() as s:
        s.execute(
            text("select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                 "where datname = current_database() and pid <> pg_backend_pid()")
        )  # fmt: skip
    for _ in range(3):
        with session() as s:
            assert s.scalar(text("select 1")) == 1
