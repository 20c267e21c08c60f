"""Servers of both versions the app supports, made for one test or one module."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from db import stale_server
from db.server import PostgresServer

SYSTEM = Path("/usr/lib/postgresql/15/bin")
VERSIONS = [
    pytest.param(None, id="embedded"),
    pytest.param(
        SYSTEM,
        id="postgresql-15",
        marks=pytest.mark.skipif(
            not SYSTEM.is_dir(), reason="Debian's package postgresql-15 is not installed"
        ),
    ),
]


@contextmanager
def place() -> Iterator[Path]:
    """A folder that the server's account can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="mixwright-server-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def server_in(folder: Path, pg_bin: Path | None = None) -> Iterator[PostgresServer]:
    """A server that is gone at the end, whatever the test did to it."""
    server = PostgresServer(folder / "postgres", pg_bin, {"fsync": "off"})
    try:
        yield server
    finally:
        while (pid := stale_server.postmaster(server.data)) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
            time.sleep(0.02)
        stale_server.clear(server.data, server.sockets)
        shutil.rmtree(server.sockets, ignore_errors=True)


def ask(server: PostgresServer, statement: str) -> list[tuple[object, ...]]:
    """The rows of one statement, as the app's role."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def processes(server: PostgresServer) -> list[int]:
    """Every process that works in the server's data folder."""
    return stale_server.backends(server.data)


def postmasters(server: PostgresServer) -> list[int]:
    """Those of them that no other one of them has started."""
    found = processes(server)
    return [pid for pid in found if _parent(pid) not in found]


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
