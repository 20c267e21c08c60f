"""The embedded PostgreSQL server: made, started and stopped in a folder, reached by a private socket."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from db import stale_server
from db.account import ServerAccount, ServerRefused, account_for
from db.binaries import find_binaries, major_version, runnable_binaries

DATABASE = "mixwright"
ROLE = "mixwright"
_SUPERUSER = "postgres"
_START_SECONDS = 300.0
_CONFIGURATION = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "max_connections": "100",
    # A query over all sales facts locks each month with its indexes: ten years are 500 locks.
    "max_locks_per_transaction": "256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "random_page_cost": "1.1",
    "jit": "off",
    # The tables are small, and a container's /dev/shm often is too.
    "max_parallel_workers_per_gather": "0",
}


SYSTEM_PLACE = Path("/var/lib/mixwright")


def place_of(folder: Path) -> tuple[Path, ServerAccount]:
    """Where the data lie and who owns them: in `folder`, or in /var/lib when root's account can't get there.

    Data that exist are never passed by: a folder closed later is a fault to mend, not a reason to start anew.
    """
    inside, outside = folder / "data", SYSTEM_PLACE / _digest(folder) / "data"
    account = account_for(inside)
    if not account.drops or account.can_enter(folder):
        return (
            (outside, account_for(outside)) if outside.exists() and not inside.exists() else (inside, account)
        )
    if inside.exists():
        raise ServerRefused(
            f"The account {account.name!r}, which runs the database when you are root, can no longer enter "
            f"{folder}: give back the x permission on every folder above it (chmod o+x)."
        )
    return outside, account_for(outside)


def make_place(place: Path, account: ServerAccount) -> None:
    """A folder through which the server's account gets to its data, which are closed to others."""
    missing = [folder for folder in (place, *place.parents) if not folder.exists()]
    for folder in reversed(missing):
        try:
            folder.mkdir(mode=0o711)
        except FileExistsError:
            # Another process starts the same server and was first; it opens the folder as we would.
            continue
        # Again, as mkdir's mode is cut by the umask.
        folder.chmod(0o711 if account.drops else 0o700)


def socket_folder(data: Path) -> Path:
    """A short path, as sockets need one (107 bytes); the same in every process, and this server's alone."""
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run/mixwright") / _digest(data)
    # Its owner is checked before it is used.
    return Path("/tmp") / f"mixwright-{os.geteuid()}-{_digest(data)}"  # noqa: S108


def private_folder(folder: Path, account: ServerAccount) -> None:
    """Make `folder` for the account alone; raises ServerRefused when someone else was there first."""
    if folder.parent == Path("/run/mixwright"):
        folder.parent.mkdir(mode=0o755, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {0, os.geteuid(), account.uid}:
        raise ServerRefused(
            f"{folder} belongs to someone else; remove it, the database's socket must lie there."
        )
    account.own(folder)
    folder.chmod(0o700)


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:16]


class PostgresServer:
    """One embedded server and its folder.

    `folder` gets the data, both passwords (0600) and the start lock. Several processes may call `start`
    at once; `configuration` adds lines to postgresql.conf when the data folder is made.
    """

    def __init__(
        self, folder: Path, pg_bin: Path | None = None, configuration: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder.absolute()
        self.binaries = find_binaries(pg_bin)
        self._configuration = {**_CONFIGURATION, **(configuration or {})}
        self.data, self.account = place_of(self.folder)
        self.sockets = socket_folder(self.data)

    @property
    def log(self) -> Path:
        """Where the server writes what went wrong."""
        return self.data / "server.log"

    def start(self) -> None:
        """Bring the server up if it is not, with the app's role and database; raises ServerRefused.

        Safe from several processes at once and after any crash.
        """
        if self.alive():
            return
        try:
            with self._start_lock():
                self._start_if_needed()
        except OSError as error:
            raise ServerRefused(f"The database can't be started in {self.folder}: {error}.") from error

    def stop(self) -> None:
        """Stop the server, open connections or not; nothing happens when it does not run."""
        with self._start_lock():
            if stale_server.postmaster(self.data) is not None:
                code, answer = self._run(
                    "pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", "stop"
                )
                if code:
                    raise ServerRefused(f"The database did not stop: {answer}")
                shutil.rmtree(self.sockets, ignore_errors=True)

    def alive(self) -> bool:
        """Whether the app's role can connect to the app's database now."""
        return self._secret_file(ROLE).is_file() and self._fault_of(self.conninfo()) is None

    def conninfo(self, database: str = DATABASE) -> str:
        """The address in libpq's form, password included: for psycopg and PostgreSQL's programs."""
        return self._conninfo(ROLE, database)

    def url(self, database: str = DATABASE) -> str:
        """The address in SQLAlchemy's form, password included."""
        return f"postgresql+psycopg://{ROLE}:{self._secret(ROLE)}@/{database}?host={self.sockets}"

    def superuser_conninfo(self, database: str = "postgres") -> str:
        """The superuser's address: only for making roles and databases."""
        return self._conninfo(_SUPERUSER, database)

    def _conninfo(self, role: str, database: str) -> str:
        return f"host={self.sockets} user={role} password={self._secret(role)} dbname={database}"

    def _start_if_needed(self) -> None:
        if self.alive():
            return
        if not (self.data / "PG_VERSION").is_file():
            self._make_data()
        self._check_version()
        self._start_and_wait()
        self._make_role_and_database()

    def _start_and_wait(self) -> None:
        limit = time.monotonic() + _START_SECONDS
        while (fault := self._fault_of(self.superuser_conninfo())) is not None:
            if "authentication failed" in fault:
                raise ServerRefused(
                    f"The password in {self._secret_file(_SUPERUSER)} does not open the database in "
                    f"{self.data}: put the file back that was made together with it."
                )
            if time.monotonic() > limit:
                raise ServerRefused(f"The database did not come up: {fault} Its log is {self.log}.")
            if stale_server.postmaster(self.data) is None:
                self._launch()
            else:
                # It is recovering, or still going down.
                time.sleep(0.05)

    def _launch(self) -> None:
        private_folder(self.sockets, self.account)
        stale_server.clear(self.data, self.sockets)
        if self.log.is_file() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        code, answer = self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-t", str(int(_START_SECONDS)), "-l", str(self.log),
            "-o", f"-h '' -k {self.sockets}", "start",
        )  # fmt: skip
        if code:
            tail = self.log.read_text(errors="replace")[-2000:] if self.log.is_file() else ""
            raise ServerRefused(f"The database did not start: {answer}\n{tail}")

    def _check_version(self) -> None:
        have, want = (self.data / "PG_VERSION").read_text().strip(), major_version(self.binaries)
        if have != str(want):
            raise ServerRefused(
                f"The database in {self.data} was made by PostgreSQL {have}, but the programs here are "
                f"version {want}. Name programs of version {have} in MIXWRIGHT_PG_BIN, save a backup, and "
                "restore it with the new ones."
            )

    def _make_data(self) -> None:
        """initdb beside the target, then rename: a half-made folder never counts as a database."""
        beside = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o700)
        self.account.own(beside)
        with tempfile.NamedTemporaryFile("w", prefix="mixwright-") as password:
            password.write(self._secret(_SUPERUSER))
            password.flush()
            self.account.own(Path(password.name))
            code, answer = self._run(
                "initdb", "-D", str(beside), "-U", _SUPERUSER, f"--pwfile={password.name}",
                "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums",
            )  # fmt: skip
        if code:
            raise ServerRefused(f"The database could not be made in {beside}: {answer}")
        with (beside / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in self._configuration.items())
        if self.data.exists() and any(self.data.iterdir()):
            raise ServerRefused(f"{self.data} holds files but no database: move them away, then start again.")
        beside.replace(self.data)

    def _make_role_and_database(self) -> None:
        password = sql.Literal(self._secret(ROLE))
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        with psycopg.connect(self.superuser_conninfo(), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
                connection.execute(sql.SQL("create role {} login createdb").format(role))
            connection.execute(sql.SQL("alter role {} password {}").format(role, password))
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("create database {} owner {} template template0").format(database, role)
                )

    def _fault_of(self, conninfo: str) -> str | None:
        try:
            psycopg.connect(conninfo, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            return str(error)
        return None

    def _run(self, program: str, *arguments: str) -> tuple[int, str]:
        binaries = runnable_binaries(self.binaries, self.account, SYSTEM_PLACE / "programs")
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as answer:
            done = subprocess.run(
                [str(binaries / program), *arguments], stdin=subprocess.DEVNULL, stdout=answer,
                stderr=subprocess.STDOUT, cwd="/", env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
                check=False, **self.account.identity(),
            )  # fmt: skip
            answer.seek(0)
            return done.returncode, answer.read().strip()

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        make_place(self.folder, self.account)
        with (self.folder / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            make_place(self.data.parent, self.account)
            yield

    def _secret_file(self, role: str) -> Path:
        return self.folder / f"{role}.password"

    def _secret(self, role: str) -> str:
        file = self._secret_file(role)
        if not file.exists():
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as new:
                new.write(secrets.token_urlsafe(32))
        return file.read_text().strip()
