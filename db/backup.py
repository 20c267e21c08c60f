"""PostgreSQL's own dump and restore, and the swap that puts a restored database in place."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from db.binaries import find_binaries

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}

_SWAP_TRIES = 10
DROP_TRIES, DROP_PAUSE = 20, 0.25  # seconds between tries


class BackupFailed(RuntimeError):
    """A dump or a restore did not work; the message carries what PostgreSQL said."""


@dataclass(frozen=True)
class Programs:
    """pg_dump, pg_restore and psql of one installation, and the database they speak to (libpq's form)."""

    conninfo: str
    pg_bin: Path | None = None

    def dump(self, target: Path) -> None:
        """Write the database to `target` in pg_dump's own, compressed format."""
        self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")

    def load(self, dump: Path, database: str) -> None:
        """Load a dump into an empty database, in one transaction."""
        with tempfile.TemporaryDirectory(prefix="mixwright-restore-") as folder:
            script = Path(folder) / "script.sql"
            self._run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump))
            _drop_newer_settings(script)
            self._run(
                "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
                "--output=/dev/null", f"--file={script}", database=database,
            )  # fmt: skip

    def _run(self, program: str, *arguments: str, database: str | None = None) -> None:
        """The password travels in the environment: arguments are visible to every user of the machine."""
        parts = conninfo_to_dict(self.conninfo)
        environment = {_VARIABLES.get(name, f"PG{name.upper()}"): str(value) for name, value in parts.items()}
        if database is not None:
            environment["PGDATABASE"] = database
        done = subprocess.run(
            [str(find_binaries(self.pg_bin) / program), *arguments],
            env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise BackupFailed(f"{program}: {done.stderr.strip()[-2000:]}")


def create_database(conninfo: str, name: str) -> None:
    """An empty database beside the present one, with its encoding and order of letters."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        present = connection.info.dbname
        row = connection.execute(
            "select pg_encoding_to_char(encoding), datcollate, datctype from pg_database where datname = %s",
            [present],
        ).fetchone()
        assert row is not None
        statement = sql.SQL("create database {} template template0 encoding {} lc_collate {} lc_ctype {}")
        try:
            connection.execute(statement.format(sql.Identifier(name), *(sql.Literal(value) for value in row)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise BackupFailed(
                f"The role {connection.info.user!r} may not make databases, and a restore never overwrites "
                f"the present one. Give it the right: alter role {connection.info.user} createdb."
            ) from error


def drop_database(conninfo: str, name: str) -> None:
    """Remove a database, whoever is connected to it; nothing happens when it does not exist.

    PostgreSQL's own cleaner may be at work in it, whom no ordinary role may stop: it is waited for.
    """
    statement = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for left in reversed(range(DROP_TRIES)):
            try:
                connection.execute(statement)
                return
            except psycopg.errors.InsufficientPrivilege:
                if not left:
                    raise
                time.sleep(DROP_PAUSE)


def databases(conninfo: str, prefix: str) -> list[str]:
    """The names of the databases that begin with `prefix`, sorted."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        rows = connection.execute("select datname from pg_database where starts_with(datname, %s)", [prefix])
        return sorted(str(row[0]) for row in rows)


def swap(maintenance: str, present: str, restored: str, aside: str) -> None:
    """Rename `present` to `aside` and `restored` to `present` in one transaction, ending all connections.

    `maintenance` is the address of another database on the same server: nobody can rename the one they
    are in. A worker that connects again in between is sent away again, a few times.
    """
    for _ in range(_SWAP_TRIES - 1):
        try:
            return _swap_once(maintenance, present, restored, aside)
        except psycopg.errors.ObjectInUse:
            continue
    return _swap_once(maintenance, present, restored, aside)


def _swap_once(maintenance: str, present: str, restored: str, aside: str) -> None:
    with psycopg.connect(maintenance) as connection:
        for old, new in ((present, aside), (restored, present)):
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s and pid <> "
                "pg_backend_pid()",
                [old],
            )
            connection.execute(
                sql.SQL("alter database {} rename to {}").format(sql.Identifier(old), sql.Identifier(new))
            )


def _drop_newer_settings(script: Path) -> None:
    """Newer programs set what older servers don't know; the setting only guards against long transactions."""
    beside = script.with_suffix(".old")
    with script.open("rb") as lines, beside.open("wb") as kept:
        for number, line in enumerate(lines):
            if number > 50 or not line.startswith(b"SET transaction_timeout"):
                kept.write(line)
    beside.replace(script)
