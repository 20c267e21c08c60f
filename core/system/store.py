"""Reads of the installation's own state, for its owner alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.access import AccessDenied, Person
from core.settings import settings
from core.system.facts import BackupFacts, DatabaseFacts, StorageFacts, folder_use
from db.tables import DataProcessingJob, ProcessingStatus

BACKUP = "backup"


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


def last_backup(s: Session, owner: Person) -> BackupFacts | None:
    """The newest backup that ended; None before the first."""
    _owner_only(owner)
    job = s.scalars(
        select(DataProcessingJob)
        .where(DataProcessingJob.kind == BACKUP, DataProcessingJob.completed_at.is_not(None))
        .order_by(DataProcessingJob.completed_at.desc())
        .limit(1)
    ).first()
    if job is None:
        return None
    return BackupFacts(job.completed_at, job.status is ProcessingStatus.COMPLETED, job.message)


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
