"""The embedded server: private, restartable after anything, and clear about what it refuses."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from db import stale_server
from db.account import ServerRefused
from db.server import PostgresServer
from tests.db.servers import VERSIONS, ask, place, postmasters, processes, server_in

ROOT = os.geteuid() == 0
ONLY_ROOT = pytest.mark.skipif(not ROOT, reason="needs root, which runs the server under another account")


@pytest.fixture(scope="module", params=VERSIONS)
def running(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with place() as folder, server_in(folder, request.param) as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def stopped() -> Iterator[Path]:
    """A folder with a server that was started once and stopped: copying it is quicker than making one."""
    with place() as folder, server_in(folder) as server:
        server.start()
        server.stop()
        yield folder / "postgres"


@pytest.fixture
def server(stopped: Path) -> Iterator[PostgresServer]:
    """A server that has data and does not run."""
    with place() as folder:
        subprocess.run(["cp", "-a", str(stopped), str(folder / "postgres")], check=True)
        with server_in(folder) as made:
            yield made


@pytest.fixture
def new_server() -> Iterator[PostgresServer]:
    """A server whose folder is empty."""
    with place() as folder, server_in(folder) as made:
        yield made


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_app_is_no_superuser_and_cannot_run_programs(running: PostgresServer) -> None:
    assert ask(running, "select rolsuper, rolcreaterole from pg_roles where rolname = current_user") == [
        (False, False)
    ]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(running, "copy (select 1) to program 'cat'")


def test_nothing_is_open_to_other_users_of_the_machine(running: PostgresServer) -> None:
    assert _mode(running.sockets) == 0o700
    assert _mode(running.data) == 0o700
    assert [_mode(running.folder / f"{role}.password") for role in ("mixwright", "postgres")] == [
        0o600,
        0o600,
    ]


def test_the_server_listens_on_no_network_address(running: PostgresServer) -> None:
    assert ask(running, "show listen_addresses") == [("",)]
    assert ask(running, "select inet_server_addr()") == [(None,)]


@pytest.mark.parametrize("password", ["", "wrong"])
def test_the_socket_alone_opens_nothing_without_the_password(running: PostgresServer, password: str) -> None:
    for role in ("mixwright", "postgres"):
        with pytest.raises(psycopg.OperationalError, match=r"password|authentication"):
            psycopg.connect(f"host={running.sockets} user={role} dbname=mixwright password='{password}'")


def test_text_sorts_by_code_point_in_utf8_on_every_version(running: PostgresServer) -> None:
    assert ask(running, "select datcollate, pg_encoding_to_char(encoding) from pg_database where "
               "datname = current_database()") == [("C.UTF-8", "UTF8")]  # fmt: skip
    assert ask(running, "select array_agg(x order by x) from unnest(array['b', 'a', 'B', 'ä']) x") == [
        (["B", "a", "b", "ä"],)
    ]


def test_sockets_stay_under_the_limit_of_a_path_however_deep_the_home_lies(tmp_path: Path) -> None:
    deep = PostgresServer(tmp_path / ("a" * 120) / ("b" * 120))
    assert len(str(deep.sockets / ".s.PGSQL.5432.lock")) < 100
    assert deep.sockets != PostgresServer(tmp_path / ("a" * 120) / ("c" * 120)).sockets


def test_starting_twice_and_stopping_twice_is_no_error(server: PostgresServer) -> None:
    server.start()
    server.start()
    assert server.alive()
    server.stop()
    server.stop()
    assert not server.alive()


def test_four_processes_starting_at_once_share_one_server(new_server: PostgresServer) -> None:
    code = (
        "import sys; from pathlib import Path; from db.server import PostgresServer\n"
        f"s = PostgresServer(Path({str(new_server.folder)!r})); s.start(); assert s.alive()"
    )
    starting = [subprocess.Popen([sys.executable, "-c", code], cwd=Path.cwd()) for _ in range(4)]
    assert [process.wait(60) for process in starting] == [0, 0, 0, 0]
    assert len(postmasters(new_server)) == 1


def test_committed_rows_survive_the_death_of_every_process(server: PostgresServer) -> None:
    server.start()
    ask(server, "create table kept as select 42 as answer")
    _kill_all(server)
    assert not server.alive()
    server.start()
    assert ask(server, "select answer from kept") == [(42,)]


def test_a_pid_file_that_names_a_stranger_is_stale(server: PostgresServer) -> None:
    server.start()
    _kill_all(server)
    _note_pid(server, os.getpid())
    server.start()
    assert server.alive()


def test_a_pid_file_that_names_a_zombie_is_stale(server: PostgresServer) -> None:
    server.start()
    _kill_all(server)
    zombie = subprocess.Popen(["/bin/true"])
    time.sleep(0.1)
    _note_pid(server, zombie.pid)
    server.start()
    assert server.alive()
    zombie.wait()


def test_a_backend_that_outlived_its_server_is_ended_first(server: PostgresServer) -> None:
    server.start()
    left = psycopg.connect(server.conninfo())
    backend = left.info.backend_pid
    os.kill(backend, signal.SIGSTOP)
    os.kill(stale_server.postmaster(server.data) or 0, signal.SIGKILL)
    time.sleep(0.2)
    server.start()
    assert server.alive()
    assert not Path(f"/proc/{backend}").exists() or "Z" in Path(f"/proc/{backend}/stat").read_text()
    left.close()


def test_data_of_another_version_are_refused_with_a_sentence(server: PostgresServer) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerRefused, match="was made by PostgreSQL 14, but the programs here are version"):
        server.start()


def test_a_half_made_folder_does_not_count_as_a_database(new_server: PostgresServer) -> None:
    half = new_server.data.with_name("data.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    new_server.folder.chmod(0o711)
    new_server.start()
    assert new_server.alive()
    assert not half.exists()


def test_a_folder_with_other_files_is_left_alone(new_server: PostgresServer) -> None:
    new_server.data.mkdir(parents=True)
    (new_server.data / "letter.txt").write_text("dear")
    with pytest.raises(ServerRefused, match="holds files but no database"):
        new_server.start()
    assert (new_server.data / "letter.txt").read_text() == "dear"


def test_a_lost_password_of_the_app_is_made_anew(server: PostgresServer) -> None:
    server.start()
    (server.folder / "mixwright.password").unlink()
    server.start()
    assert server.alive()


def test_a_lost_password_of_the_superuser_is_said_in_a_sentence(server: PostgresServer) -> None:
    server.start()
    server.stop()
    (server.folder / "postgres.password").unlink()
    with pytest.raises(ServerRefused, match="does not open the database"):
        server.start()


@ONLY_ROOT
def test_a_socket_folder_of_somebody_else_is_refused(new_server: PostgresServer) -> None:
    new_server.sockets.mkdir(parents=True)
    os.chown(new_server.sockets, 12345, 12345)
    with pytest.raises(ServerRefused, match="belongs to someone else"):
        new_server.start()


@ONLY_ROOT
def test_in_a_home_that_only_root_can_enter_the_data_lie_elsewhere() -> None:
    with place() as folder:
        folder.chmod(0o700)
        with server_in(folder) as server:
            assert server.data.is_relative_to("/var/lib/mixwright")
            server.start()
            assert server.alive()
            assert PostgresServer(folder / "postgres").data == server.data
            server.stop()
            shutil.rmtree(server.data.parent)


@ONLY_ROOT
def test_data_whose_folder_was_closed_later_are_not_passed_by() -> None:
    with place() as folder, server_in(folder) as server:
        server.start()
        server.stop()
        folder.chmod(0o700)
        with pytest.raises(ServerRefused, match="can no longer enter"):
            PostgresServer(folder / "postgres")
        folder.chmod(0o711)


@ONLY_ROOT
def test_an_ordinary_user_runs_the_server_as_themselves_and_root_joins_them() -> None:
    with place() as folder:
        os.chown(folder, 65534, 65534)
        # A fork, because an ordinary user may not be able to run root's Python.
        child = os.fork()
        if child == 0:
            os._exit(_start_as(65534, folder))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with server_in(folder) as as_root:
            assert as_root.account.uid == 65534
            as_root.start()
            assert as_root.alive()


def _start_as(uid: int, folder: Path) -> int:
    try:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        server = PostgresServer(folder / "postgres")
        server.start()
        assert server.alive()
        assert not server.account.drops
        assert server.data.stat().st_uid == uid
        assert str(server.sockets).startswith(f"/tmp/mixwright-{uid}-")
        server.stop()
    except BaseException as error:
        os.write(2, f"{error!r}\n".encode())
        return 1
    return 0


def _kill_all(server: PostgresServer) -> None:
    """End the server and each of its processes as a power cut would."""
    for pid in sorted(processes(server)):
        # One of its helpers may have ended by itself in between.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)


def _note_pid(server: PostgresServer, pid: int) -> None:
    file = server.data / "postmaster.pid"
    lines = file.read_text().split("\n") if file.exists() else [""] * 8
    file.write_text("\n".join([str(pid), *lines[1:]]))
    server.account.own(file)
