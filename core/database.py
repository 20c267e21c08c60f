"""The one way to the database: brings it up, hands out sessions, shuts it down."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.errors import UserError
from core.settings import settings
from db import migrate
from db.account import ServerRefused
from db.server import PostgresServer
from db.session import ServerTooOld, check_version, make_engine, make_sessions
from db.usage_lock import InUse


class DatabaseUnavailable(UserError):
    """The database can't be reached or started; the sentence says what helps."""


class _Connection:
    """What this process holds open. One instance a process, guarded by one lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.server: PostgresServer | None = None
        self.share: InUse | None = None
        self.engine: Engine | None = None
        self.sessions: sessionmaker[Session] | None = None
        self.pid = os.getpid()

    def forget(self) -> None:
        """After a fork the child must not touch the parent's connections, nor stop its server."""
        self.__init__()  # type: ignore[misc]


_held = _Connection()
_seeds: list[Callable[[Session], None]] = []
os.register_at_fork(after_in_child=_held.forget)


def seeds_database(seed: Callable[[Session], None]) -> Callable[[Session], None]:
    """Decorates what fills tables that must never be empty; done whenever the database is brought up."""
    _seeds.append(seed)
    return seed


def bring_up() -> None:
    """Make the database ready: server, role, migrations, seeds. Does nothing the second time.

    Safe from several threads and processes at once. Raises DatabaseUnavailable with a sentence.
    """
    with _held.lock:
        if _held.sessions is not None:
            return
        try:
            engine = make_engine(_start_server())
            check_version(engine)
            migrate.upgrade(engine)
        except (ServerRefused, ServerTooOld, migrate.UnknownRevision) as error:
            raise DatabaseUnavailable(str(error)) from error
        except OperationalError as error:
            raise DatabaseUnavailable(f"The database does not answer: {error.orig}") from error
        with Session(engine) as s, s.begin():
            migrate.lock(s.connection())
            for seed in _seeds:
                seed(s)
        _held.engine, _held.sessions = engine, make_sessions(engine)


def shut_down() -> None:
    """Close the connections; the last process to do so stops the embedded server."""
    with _held.lock:
        if _held.engine is not None:
            _held.engine.dispose()
        _held.engine = _held.sessions = None
        if _held.share is not None and _held.server is not None:
            if _held.share.alone():
                _held.server.stop()
            _held.share.let_go()
        _held.share = _held.server = None


def shut_down_connections() -> None:
    """Close this process's connections but keep the server: the next session opens new ones."""
    with _held.lock:
        if _held.engine is not None:
            _held.engine.dispose()


@contextmanager
def session() -> Iterator[Session]:
    """A session that is one transaction: committed at the end, rolled back by an exception."""
    with _open() as s:
        try:
            yield s
            s.commit()
        except BaseException:
            s.rollback()
            raise


@contextmanager
def read_session() -> Iterator[Session]:
    """A session that can only read; the database itself refuses writes."""
    with _open() as s:
        s.info["read_only"] = True
        s.execute(text("set transaction read only"))
        try:
            yield s
        finally:
            s.rollback()


def database_url() -> str:
    """The database's address in SQLAlchemy's form, password included."""
    if address := settings().database_url:
        return address
    bring_up()
    assert _held.server is not None
    return _held.server.url()


def conninfo() -> str:
    """The database's address as libpq takes it (psycopg, Procrastinate, pg_dump), password included."""
    url = make_url(database_url())
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _open() -> Session:
    """A session whose connection works: an embedded server that died is brought up again, once."""
    bring_up()
    assert _held.sessions is not None
    s = _held.sessions()
    try:
        s.connection()
    except OperationalError as error:
        s.close()
        if _held.server is None:
            raise DatabaseUnavailable(f"The database does not answer: {error.orig}") from error
        s = _after_restart()
    return s


def _after_restart() -> Session:
    with _held.lock:
        assert _held.server is not None
        assert _held.sessions is not None
        try:
            _held.server.start()
        except ServerRefused as error:
            raise DatabaseUnavailable(str(error)) from error
        s = _held.sessions()
        try:
            s.connection()
        except OperationalError as error:
            s.close()
            raise DatabaseUnavailable(f"The database does not answer: {error.orig}") from error
        return s


def _start_server() -> str:
    """The address to connect to; without DATABASE_URL the embedded server is started for it."""
    chosen = settings()
    if chosen.database_url:
        return chosen.database_url
    _make_home()
    if _held.share is None:
        _held.share = InUse(chosen.home / "in_use.lock")
        _held.share.hold()
        atexit.register(_shut_down_at_exit)
    _held.server = PostgresServer(chosen.home / "postgres", chosen.pg_bin)
    _held.server.start()
    return _held.server.url()


def _make_home() -> None:
    """The home closed to others; as root it stays passable, because the server's account lives inside."""
    home = settings().home
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _shut_down_at_exit() -> None:
    if os.getpid() == _held.pid:
        shut_down()
