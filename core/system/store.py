"""Reads of the installation's own state, for its owner alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import AccessDenied, Person
from core.settings import settings
from core.system.facts import DatabaseFacts, StorageFacts, folder_use


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
