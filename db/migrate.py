"""Brings a database's tables to the shape this version needs, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from db.months import PARTITION
from db.tables import Base

# Any constant number serves; every process that migrates or seeds asks for the same lock.
BRING_UP_LOCK = 7_210_415


class UnknownRevision(RuntimeError):
    """The database was made by a newer version of the app than this one."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate forward in one transaction; other processes wait and then find nothing to do."""
    with engine.begin() as connection:
        lock(connection)
        if revision == "head" and current(connection) == newest():
            return
        try:
            command.upgrade(_config(connection), revision)
        except CommandError as error:
            raise UnknownRevision(
                f"The database's tables are of revision {current(connection)}, which this version of "
                "Mixwright doesn't know: start the newer version that made them."
            ) from error


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate back to `revision` ("base" for an empty database) in one transaction."""
    with engine.begin() as connection:
        lock(connection)
        command.downgrade(_config(connection), revision)


def lock(connection: Connection) -> None:
    """Hold the installation's lock until the transaction ends."""
    connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": BRING_UP_LOCK})


def current(connection: Connection) -> str | None:
    """The revision the database is at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this version of the app needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def differences(connection: Connection) -> list[Any]:
    """What Alembic would still change to make the database equal the tables; empty when they agree."""
    context = MigrationContext.configure(
        connection, opts={"include_name": is_ours, "compare_server_default": True}
    )
    return list(compare_metadata(context, Base.metadata))


def write_revision(connection: Connection, message: str, revision: str) -> None:
    """Generate a migration from the difference between tables and database, for a developer to read over."""
    command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision)


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares this name: Procrastinate's tables are its own business, and the months of the
    sales facts come and go."""
    if kind != "table" or name is None:
        return True
    return not (name.startswith("procrastinate_") or PARTITION.fullmatch(name))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
