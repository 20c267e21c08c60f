"""Reads of the installation's own state, for its owner alone."""

from __future__ import annotations

import datetime as dt
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import AccessDenied, Person
from core.settings import settings

PARTS = ("streamlit", "sqlalchemy", "psycopg", "procrastinate", "pandas", "numpy", "pymc", "nutpie", "plotly")


@dataclass(frozen=True)
class DatabaseFacts:
    """The server in use. `embedded`: started by the app itself; `bytes_used` is the size of the database."""

    version: str
    embedded: bool
    bytes_used: int
    migration: str | None
    started_at: dt.datetime


@dataclass(frozen=True)
class StorageFacts:
    """Bytes and files in the artifact store; None where the store is remote and not counted."""

    place: str
    bytes_used: int | None
    files: int | None
    bytes_free: int | None


def versions(parts: Sequence[str] = PARTS) -> dict[str, str]:
    """Version by part, Python first; parts that are not installed are left out."""
    found = {"Python": platform.python_version()}
    for part in parts:
        try:
            found[part] = metadata.version(part)
        except metadata.PackageNotFoundError:
            continue
    return found


def folder_use(folder: Path) -> tuple[int, int]:
    """(bytes, files) below a folder; files that vanish while counting are left out."""
    sizes = []
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return sum(sizes), len(sizes)


def database_facts(s: Session, owner: Person) -> DatabaseFacts:
    """Kind, version and size of the database in use. Raises AccessDenied for everyone but the owner."""
    _owner_only(owner)
    version, size, started = s.execute(
        text(
            "select current_setting('server_version'), pg_database_size(current_database()), "
            "pg_postmaster_start_time()"
        )
    ).one()
    migration = s.execute(text("select version_num from alembic_version")).scalar_one_or_none()
    return DatabaseFacts(version, settings().database_url is None, size, migration, started)


def storage_facts(owner: Person) -> StorageFacts:
    """What the artifact store holds; a remote store is named without being counted."""
    _owner_only(owner)
    place = settings().artifacts
    if "://" in place and not place.startswith("file://"):
        return StorageFacts(place.split("@")[-1], None, None, None)
    folder = Path(place.removeprefix("file://"))
    used, files = folder_use(folder) if folder.exists() else (0, 0)
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return StorageFacts(str(folder), used, files, shutil.disk_usage(nearest).free)


def _owner_only(person: Person) -> None:
    if not person.is_owner:
        raise AccessDenied("Only the owner of this installation sees this.")
