"""Engine and session factory for one database address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

OLDEST_SERVER = 15


class ServerTooOld(RuntimeError):
    """The server of DATABASE_URL is older than the tables need."""


def make_engine(url: str, **options: Any) -> Engine:
    """An engine whose connections speak UTC and are tried before use, so a restarted server is no error.

    A process holds at most 15 connections: app, worker and trainings fit a server of 60 together.
    """
    return create_engine(
        url,
        **{"pool_size": 5, "max_overflow": 10, "pool_timeout": 20, "pool_pre_ping": True, **options},
        connect_args={
            "connect_timeout": 10,
            "application_name": "mixwright",
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=600000",
        },
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def check_version(engine: Engine) -> int:
    """The server's major version; raises ServerTooOld with a sentence when it is under 15."""
    with engine.connect() as connection:
        found = connection.connection.driver_connection.info.server_version  # type: ignore[union-attr]
    major = int(found) // 10_000
    if major < OLDEST_SERVER:
        raise ServerTooOld(
            f"The server of DATABASE_URL is PostgreSQL {major}; Mixwright needs {OLDEST_SERVER} or newer."
        )
    return major
