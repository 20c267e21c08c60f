"""Connections: UTC, tried before use, and only to servers that are new enough."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from db.server import PostgresServer
from db.session import ServerTooOld, check_version, make_engine


def test_every_connection_speaks_utc(database: PostgresServer) -> None:
    engine = make_engine(database.url())
    with engine.connect() as connection:
        assert connection.scalar(text("show timezone")) == "UTC"
    engine.dispose()


def test_a_connection_that_was_cut_is_replaced_unnoticed(database: PostgresServer) -> None:
    engine = make_engine(database.url(), pool_size=1)
    with engine.connect() as connection:
        pid = connection.scalar(text("select pg_backend_pid()"))
    with psycopg.connect(database.conninfo(), autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])
    with engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
    engine.dispose()


def test_the_servers_version_is_found_and_new_enough(database: PostgresServer) -> None:
    engine = make_engine(database.url())
    assert check_version(engine) >= 15
    engine.dispose()


def test_an_old_server_is_refused_with_a_sentence(
    database: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.session.OLDEST_SERVER", 99)
    engine = make_engine(database.url())
    with pytest.raises(ServerTooOld, match=r"is PostgreSQL \d+; Mixwright needs 99 or newer"):
        check_version(engine)
    engine.dispose()
